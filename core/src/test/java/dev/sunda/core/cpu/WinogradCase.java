package dev.sunda.core.cpu;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.Random;

/// The tensors of one convolution of F32 or F64 and its gradients, computed by Winograd's algorithm whether it pays or not.
record WinogradCase(ConvSpec spec, View x, View w, View bias, View dy, View y, View dx, View dw) {
    private static final GemmConvolution.Kernels SIMD = new GemmConvolution.Kernels(new SimdGemm(), new SimdWinograd());
    private static final GemmConvolution.Kernels SCALAR = new GemmConvolution.Kernels(new ScalarGemm(), new ScalarWinograd());
    private static final Convolution64.Kernels SIMD_64 = new Convolution64.Kernels(new SimdGemm64(), new SimdWinograd64());
    private static final Convolution64.Kernels SCALAR_64 = new Convolution64.Kernels(new ScalarGemm64(), new ScalarWinograd64());

    /// @param wide of F64
    static WinogradCase of(boolean wide, ConvSpec spec, Random random) {
        DType dtype = wide ? DType.F64 : DType.F32;
        return new WinogradCase(spec, ConvolutionViews.random(dtype, spec.inputShape(), Order.CHANNELS_LAST, random),
                ConvolutionViews.random(dtype, spec.weightShape(), Order.CONTIGUOUS, random),
                ConvolutionViews.random(dtype, Shape.of(spec.outChannels()), Order.SLICED, random),
                ConvolutionViews.random(dtype, spec.outputShape(), Order.CHANNELS_LAST, random), empty(dtype, spec.outputShape()),
                empty(dtype, spec.inputShape()), empty(dtype, spec.weightShape()));
    }

    private static View empty(DType dtype, Shape shape) {
        return ConvolutionViews.empty(dtype, shape, Order.CHANNELS_LAST);
    }

    /// The same inputs, other results.
    WinogradCase again() {
        return new WinogradCase(spec, x, w, bias, dy, empty(x.dtype(), y.shape()), empty(x.dtype(), dx.shape()),
                empty(x.dtype(), dw.shape()));
    }

    private boolean isDouble() {
        return x.dtype() == DType.F64;
    }

    private int[] taps(Im2colGrid grid) {
        return grid.tapOffsets(w.layout().strides(), 2);
    }

    List<GemmPhase> phases() {
        var grid = Im2colGrid.backward(spec.axes());
        return GemmPhase.of(grid, spec.axes(), taps(grid));
    }

    /// All three results.
    void run(boolean simd) {
        if (isDouble())
            run(simd ? SIMD_64 : SCALAR_64);
        else
            run(simd ? SIMD : SCALAR);
    }

    private void run(GemmConvolution.Kernels kernels) {
        var forward = Im2colGrid.forward(spec.axes());
        var backward = Im2colGrid.backward(spec.axes());
        GemmConvolution.winograd(kernels, spec.batch(), forward, image(x), forwardWeights(taps(forward)),
                Gemm.start(kernels.gemm(), bias, 0, spec.outChannels()), image(y), null);
        GemmConvolution.winograd(kernels, spec.batch(), backward, image(dy), backwardWeights(taps(backward)),
                Gemm.start(kernels.gemm(), null, 0, spec.inChannels()), image(dx), null);
        new WinogradGradient(kernels, WinogradTiles.of(forward, spec.batch()), image(x), image(dy)).run(dw, 0,
                forward.tapOffsets(dw.layout().strides(), 2));
    }

    private void run(Convolution64.Kernels kernels) {
        var forward = Im2colGrid.forward(spec.axes());
        var backward = Im2colGrid.backward(spec.axes());
        double[] start = Gemm64.start(kernels.gemm(), bias.heap().doubles(), bias.layout().offset(), bias.layout().stride(0),
                spec.outChannels());
        Convolution64.winograd(kernels, spec.batch(), forward, image64(x), filters(forward).forward(0, spec.inChannels()), start,
                image64(y));
        Convolution64.winograd(kernels, spec.batch(), backward, image64(dy), filters(backward).backward(0, spec.outChannels()),
                Gemm64.start(kernels.gemm(), null, 0, 0, spec.inChannels()), image64(dx));
        new WinogradGradient64(kernels, WinogradTiles.of(forward, spec.batch()), image64(x), image64(dy)).run(dw, dw.layout().offset(),
                forward.tapOffsets(dw.layout().strides(), 2));
    }

    /// The gradient of the input for all phases of pixels together.
    void runPhases(boolean simd) {
        if (isDouble()) {
            var kernels = simd ? SIMD_64 : SCALAR_64;
            var weights = phases().stream()
                    .map(phase -> Convolution64.Filters.of(w, phase.taps()).backward(0, spec.outChannels())).toList();
            WinogradPhases.run(kernels, spec.batch(), phases(), image64(dy), weights,
                    Gemm64.start(kernels.gemm(), null, 0, 0, spec.inChannels()), image64(dx));
        } else {
            var kernels = simd ? SIMD : SCALAR;
            WinogradPhases.run(kernels, spec.batch(), phases(), image(dy), backwardWeights(taps(Im2colGrid.backward(spec.axes()))),
                    Gemm.start(kernels.gemm(), null, 0, spec.inChannels()), image(dx));
        }
    }

    private ConvWeights forwardWeights(int[] taps) {
        int[] strides = w.layout().strides();
        return ConvWeights.of(w, 0, taps, spec.inChannels(), strides[1], strides[0], spec.outChannels());
    }

    private ConvWeights backwardWeights(int[] taps) {
        int[] strides = w.layout().strides();
        return ConvWeights.of(w, 0, taps, spec.outChannels(), strides[0], strides[1], spec.inChannels());
    }

    private Convolution64.Filters filters(Im2colGrid grid) {
        return Convolution64.Filters.of(w, taps(grid)).ordered(Patches.order(grid));
    }

    private static Image image(View view) {
        return new Image(new Layouts.Dense(view.heap().floats(), 0), view.shape().size(1), 0, view.shape().size(1));
    }

    private static Image64 image64(View view) {
        return Image64.of(view, 0, view.shape().size(1));
    }
}
