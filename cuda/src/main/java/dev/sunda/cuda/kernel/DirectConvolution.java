package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;

/// Convolutions with few channels in a group, for which a matrix product would be mostly empty, element by element: `conv_direct.cu`.
final class DirectConvolution {
    private static final int THREADS = 256;
    private static final int TAPS = 8;                               // that a block of the weight gradient adds up; mirrors conv_direct.cu
    private static final int WARP = 32;
    private static final int BLOCKS = 1024;                          // that a weight gradient is cut into, if there are enough positions
    private static final int LEAST_SLICE = 2048;
    private static final int LARGEST_SLICE = 1 << 20;

    private final Gpu gpu;

    DirectConvolution(Gpu gpu) {
        this.gpu = gpu;
    }

    /// The result of the geometry, which has elements.
    ///
    /// @param finish see [ConvGeometry#finish]
    void conv(ConvGeometry g, View w, long[] finish) {
        int numel = g.result().numel();
        gpu.kernel("conv_direct", "conv_direct_" + GemmConvolution.type(w)).launch(Grid.over(numel), g.source().address(), w, g.struct(),
                g.weights(w), finish, g.result().address(), g.count(), g.resultIsChannelsLast() ? 1 : 0, numel);
    }

    /// The gradient of the weight, which has elements.
    void weight(ConvGeometry g, View dw) {
        int pairs = g.groups() * g.produced() * g.reduced();
        boolean channels = g.resultIsChannelsLast() && g.source().channelStride() == 1;
        long blocks = (long) (channels ? Grid.ceil(pairs, WARP) : pairs) * Grid.ceil(g.taps(), TAPS);
        int each = Math.clamp(Math.ceilDiv(g.positions() * blocks, BLOCKS), channels ? LEAST_SLICE / WARP : LEAST_SLICE, LARGEST_SLICE);
        int slices = Grid.ceil(g.positions(), each);
        try (Scratch partial = gpu.scratch((long) slices * dw.shape().numel() * dw.dtype().bytes())) {
            if (slices > 0)
                gpu.kernel("conv_direct", "conv_direct_weight_" + (channels ? "channels_" : "") + GemmConvolution.type(dw)).launch(
                        Grid.of(blocks * slices, THREADS), g.source().address(), g.result().address(), g.struct(),
                        g.count(), partial, g.positions(), each);
            GemmWeight.join(gpu, g, partial, slices, g.reduced() * g.taps(), true, dw);
        }
    }
}
