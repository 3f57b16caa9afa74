package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;
import java.lang.ref.Reference;

/// Convolutions over one to three spatial axes and their gradients; picks the kernels. Groups of many channels are matrix products, see
/// [GemmConvolution] and [GemmWeight], those of few are computed element by element, see [DirectConvolution]. Channels of float32 that
/// are seen one by one have kernels of their own, see [Depthwise]; so have three by three taps of many channels, see [Winograd].
///
/// All of them take any strides. The order of every sum depends on the shapes and memory orders alone.
public final class Convolution {
    private static final int FEW_RESULTS = 6;
    private static final int MANY_CHANNELS = 16;
    private static final int FEW_WEIGHTS = 16;

    private final GemmConvolution gemm;
    private final GemmWeight gemmWeight;
    private final DirectConvolution direct;
    private final Depthwise depthwise;
    private final Winograd winograd;

    public Convolution(Gpu gpu) {
        this(gpu, Precision.ofConvolutions(), GemmConvolution.MULTIPROCESSORS, WinogradSizes.LARGE);
    }

    /// @param precision of the convolutions that are matrix products
    /// @param multiprocessors of the GPU that these are to suit
    /// @param sizes from which on Winograd's algorithm pays
    Convolution(Gpu gpu, Precision precision, int multiprocessors, WinogradSizes sizes) {
        gemm = new GemmConvolution(gpu, precision, multiprocessors);
        gemmWeight = new GemmWeight(gpu, precision, multiprocessors);
        direct = new DirectConvolution(gpu);
        depthwise = new Depthwise(gpu);
        winograd = new Winograd(gpu, precision, sizes);
    }

    /// See `Backend.conv`.
    ///
    /// @param bias may be null
    /// @param finish what follows; may be null
    public void conv(ConvSpec spec, View x, View w, View bias, Finish finish, View out) {
        if (out.shape().numel() > 0)
            run(ConvGeometry.forward(spec, x, out), w, ConvGeometry.finish(bias, finish));
        hold(x, w, bias, finish, out);
    }

    /// See `Backend.convInput`.
    ///
    /// @param bias may be null
    public void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        if (dx.shape().numel() > 0)
            run(ConvGeometry.transposed(spec, dy, dx), w, ConvGeometry.finish(bias, null));
        hold(dy, w, bias, dx);
    }

    private void run(ConvGeometry geometry, View w, long[] finish) {
        if (depthwise.conv(geometry, w, finish) || winograd.conv(geometry, w, finish))
            return;
        if (isNarrow(geometry))
            direct.conv(geometry, w, finish);
        else
            gemm.conv(geometry, w, finish);
    }

    /// True if a matrix product would be mostly empty. The transposes of strided convolutions gain from being taken phase by phase, though,
    /// where neighbours meet other taps.
    private static boolean isNarrow(ConvGeometry geometry) {
        return geometry.produced() <= FEW_RESULTS
                && !(geometry.transposed() && geometry.hasStrides() && geometry.reduced() >= MANY_CHANNELS);
    }

    /// See `Backend.convWeight`.
    public void convWeight(ConvSpec spec, View x, View dy, View dw) {
        if (dw.shape().numel() > 0)
            weight(ConvGeometry.forward(spec, x, dy), dw);
        hold(x, dy, dw);
    }

    private void weight(ConvGeometry geometry, View dw) {
        if (depthwise.weight(geometry, dw) || winograd.weight(geometry, dw))
            return;
        if (geometry.produced() * geometry.reduced() <= FEW_WEIGHTS)
            direct.weight(geometry, dw);
        else
            gemmWeight.weight(geometry, dw);
    }

    /// A geometry knows only addresses: the memory must not become one of the intermediate results.
    private static void hold(Object... operands) {
        Reference.reachabilityFence(operands);
    }
}
