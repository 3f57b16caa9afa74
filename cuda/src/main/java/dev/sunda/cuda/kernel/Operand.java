package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;

/// Images `[N, C, spatial...]` with up to three spatial axes on the device: those of a view, or of memory for intermediate results.
///
/// @param address of the first element
record Operand(long address, DType dtype, Layout layout) {
    private static final int AXES = 3;

    static Operand of(View view) {
        return new Operand(Gpu.address(view), view.dtype(), view.layout());
    }

    int numel() {
        return layout.shape().numel();
    }

    /// Elements from one image to the next.
    int imageStride() {
        return layout.stride(0);
    }

    /// Elements from one channel to the next.
    int channelStride() {
        return layout.stride(1);
    }

    /// Elements between neighbours along one of the three axes, the last ones being those of the shape; 0 for those that are missing.
    int pixelStride(int axis) {
        int dim = dim(axis);
        return dim < 2 ? 0 : layout.stride(dim);
    }

    /// Size along one of the three axes, 1 for those that are missing.
    int size(int axis) {
        int dim = dim(axis);
        return dim < 2 ? 1 : layout.shape().size(dim);
    }

    private int dim(int axis) {
        return layout.shape().rank() - AXES + axis;
    }

    /// True if the pixels of a line lie side by side.
    boolean isInLines() {
        return size(AXES - 1) == 1 || pixelStride(AXES - 1) == 1;
    }

    /// True if lines are made of runs of so many pixels, each of which can be accessed at once; of images with at most two axes.
    ///
    /// @param length a power of two
    boolean hasRuns(int length) {
        Shape shape = layout.shape();
        return isInLines() && address % (length * dtype.bytes()) == 0 && size(AXES - 1) % length == 0
                && (size(AXES - 2) == 1 || pixelStride(AXES - 2) % length == 0)
                && (shape.size(1) == 1 || channelStride() % length == 0) && (shape.size(0) == 1 || imageStride() % length == 0);
    }
}
