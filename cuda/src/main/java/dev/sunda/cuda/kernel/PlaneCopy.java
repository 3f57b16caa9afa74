package dev.sunda.cuda.kernel;

import dev.sunda.core.type.Layout;

/// Images of float32 whose pixels lie in lines: themselves, or a copy in planes made by `conv_planes.cu`. To be closed as soon as the
/// kernels that read them have been launched.
///
/// @param images where they are
/// @param memory of the copy; null if there is none
record PlaneCopy(Operand images, Scratch memory) implements AutoCloseable {
    private static final int SIDE = 32;                              // of a block's tile; mirrors conv_planes.cu
    private static final int THREADS = 256;

    /// @param images with at most two spatial axes
    static PlaneCopy of(Gpu gpu, Operand images) {
        if (images.isInLines())
            return new PlaneCopy(images, null);
        Scratch memory = gpu.scratch((long) images.numel() * images.dtype().bytes());
        int channels = images.layout().shape().size(1);
        int pixels = images.size(1) * images.size(2);
        var width = new Words(3);
        width.addDivider(images.size(2));
        int pixelTiles = Grid.ceil(pixels, SIDE);
        int channelTiles = Grid.ceil(channels, SIDE);
        gpu.kernel("conv_planes", "conv_planes_f32").launch(
                Grid.of(images.layout().shape().size(0) * pixelTiles * channelTiles, THREADS), images.address(), images.imageStride(),
                images.channelStride(), images.pixelStride(1), images.pixelStride(2), width.all(), channels, pixels, memory, pixelTiles,
                channelTiles);
        return new PlaneCopy(new Operand(memory.address(), images.dtype(), Layout.contiguous(images.layout().shape())), memory);
    }

    @Override
    public void close() {
        if (memory != null)
            memory.close();
    }
}
