package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;

/// Convolutions over one to three spatial axes; picks the kernel. `C` input channels seen one by one (`groups == C`) are a memory-bound
/// stencil, see [Depthwise]; anything else is a matrix product, see [GemmConvolution].
///
/// All of them compute in channels-last order, whatever the order of the views. The order of every sum depends on the shapes alone: bias
/// first, then the taps as they look at pixels, within a tap the channels, in one chain of fused multiply-adds for each element, column by
/// column where channels are few, see [FewChannels]; where Winograd's algorithm pays it is one such chain for each of its 36 products, see
/// [WinogradConvolution].
final class Convolution {
    private Convolution() {
    }

    /// `out[n,o,y] = bias[o] + sum over taps, c of x[n, c, y * stride + k * dilation - pad] * w[o,c,k]`; `bias` may be null.
    ///
    /// @param finish what follows; may be null
    static void conv(ConvSpec spec, View x, View w, View bias, Finish finish, View out) {
        if (out.shape().numel() == 0)
            return;
        var after = finish == null ? null : Finishing.of(ChannelNormKernel.ACTIVE, finish, spec.outChannels());
        if (isStencil(spec))
            Depthwise.conv(DepthwiseKernel.ACTIVE, spec, x, w, bias, after, out);
        else
            GemmConvolution.conv(Kernels.ACTIVE, spec, x, w, bias, after, out);
    }

    /// The gradient of [#conv] with respect to `x`, plus a bias for each of its channels, which may be null.
    static void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        if (dx.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise.convInput(DepthwiseKernel.ACTIVE, spec, dy, w, bias, dx);
        else
            GemmConvolution.convInput(Kernels.ACTIVE, spec, dy, w, bias, dx);
    }

    /// The gradient of [#conv] with respect to `w`: sums over fixed chunks of positions, joined in double in their order.
    static void convWeight(ConvSpec spec, View x, View dy, View dw) {
        if (dw.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise.convWeight(DepthwiseKernel.ACTIVE, spec, x, dy, dw);
        else
            GemmConvolution.convWeight(Kernels.ACTIVE, spec, x, dy, dw);
    }

    /// Whether each input channel is seen alone; without filters there is nothing to see, and the product of nothing is zeros.
    private static boolean isStencil(ConvSpec spec) {
        return spec.isDepthwise() && spec.groups() > 1 && spec.outChannels() > 0;
    }
}
