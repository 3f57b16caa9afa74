package dev.sunda.core.cpu;

import dev.sunda.core.op.Window;
import java.util.List;
import java.util.function.Function;

/// Result positions, kernel taps and source pixels of an operation with one to three spatial axes; missing axes have size 1.
/// Positions, taps and pixels are numbered row by row.
record Im2colGrid(Im2colAxis depth, Im2colAxis height, Im2colAxis width) {
    /// For results at the outputs of a window operation.
    static Im2colGrid forward(List<Window> axes) {
        return of(axes, Im2colAxis::forward);
    }

    /// For results at the inputs of a window operation.
    static Im2colGrid backward(List<Window> axes) {
        return of(axes, Im2colAxis::backward);
    }

    private static Im2colGrid of(List<Window> axes, Function<Window, Im2colAxis> axis) {
        int n = axes.size();
        if (n > 3)
            throw new UnsupportedOperationException(
                    "cpu: windows have kernels for at most 3 spatial axes (got " + n + "); use Device.REFERENCE");
        var grid = new Im2colGrid(axis.apply(n > 2 ? axes.get(n - 3) : Im2colAxis.UNIT),
                axis.apply(n > 1 ? axes.get(n - 2) : Im2colAxis.UNIT),
                axis.apply(n > 0 ? axes.get(n - 1) : Im2colAxis.UNIT));
        checkProduct("taps", grid.depth.kernel(), grid.height.kernel(), grid.width.kernel());
        checkProduct("result positions", grid.depth.positions(), grid.height.positions(), grid.width.positions());
        checkProduct("source pixels", grid.depth.size(), grid.height.size(), grid.width.size());
        return grid;
    }

    /// Without channels or images a shape may be larger than any tensor that has elements.
    private static void checkProduct(String what, int depth, int height, int width) {
        if (height != 0 && width != 0 && depth > Integer.MAX_VALUE / height / width)
            throw new IllegalArgumentException(
                    "cpu: an image must have at most " + Integer.MAX_VALUE + " " + what + " (got " + depth + " * "
                            + height + " * " + width + "); use Device.REFERENCE");
    }

    /// Taps of the kernel.
    int taps() {
        return depth.kernel() * height.kernel() * width.kernel();
    }

    /// Rows of the result in one image.
    int rows() {
        return depth.positions() * height.positions();
    }

    /// Positions of the result in one image.
    int positions() {
        return rows() * width.positions();
    }

    /// Pixels of the source in one image.
    int pixels() {
        return depth.size() * height.size() * width.size();
    }

    /// True if every position sees the pixel of its own number and nothing else.
    boolean isIdentity() {
        return depth.isIdentity() && height.isIdentity() && width.isIdentity();
    }

    /// Where each tap lies in a weight with these strides for the kernel axes, the missing ones left out.
    int[] tapOffsets(int[] strides, int firstAxis) {
        int axes = strides.length - firstAxis;
        int z = axes > 2 ? strides[strides.length - 3] : 0;
        int y = axes > 1 ? strides[strides.length - 2] : 0;
        int x = axes > 0 ? strides[strides.length - 1] : 0;
        int[] offsets = new int[taps()];
        int t = 0;
        for (int kz = 0; kz < depth.kernel(); kz++)
            for (int ky = 0; ky < height.kernel(); ky++)
                for (int kx = 0; kx < width.kernel(); kx++)
                    offsets[t++] = kz * z + ky * y + kx * x;
        return offsets;
    }

    /// Neighbouring positions of a row that see the same taps, each a step of the width axis further than the one before.
    @FunctionalInterface
    interface Visitor {
        /// @param position number of the first position, counted over the batch
        /// @param length how many positions there are
        /// @param image number of their image
        /// @param seen how many taps see a pixel
        /// @param pixels what the first position sees, counted over the batch, in the order of the taps; free to be changed
        /// @param taps through which taps; free to be changed
        void visit(int position, int length, int image, int seen, int[] pixels, int[] taps);
    }

    /// Visits the rows `from` to `to - 1` (counted over the batch) run by run.
    void visit(int from, int to, Visitor visitor) {
        int[] pixels = new int[taps()];
        int[] taps = new int[taps()];
        int columns = width.positions();
        int[] lengths = width.runs();
        for (int row = from; row < to; row++)
            for (int column = 0; column < columns; column += lengths[column]) {
                int seen = seen(row, column, pixels, taps);
                visitor.visit(row * columns + column, lengths[column], row / rows(), seen, pixels, taps);
            }
    }

    private int seen(int row, int column, int[] pixels, int[] taps) {
        int image = row / rows();
        int z = row % rows() / height.positions();
        int y = row % height.positions();
        int kernel = width.kernel();
        int n = 0;
        for (int kz = 0; kz < depth.kernel(); kz++)
            for (int ky = 0; ky < height.kernel(); ky++) {
                int sz = depth.at(z, kz);
                int sy = height.at(y, ky);
                if (sz < 0 || sy < 0)
                    continue;
                int line = ((image * depth.size() + sz) * height.size() + sy) * width.size();
                for (int kx = 0; kx < kernel; kx++) {
                    int pixel = width.at(column, kx);
                    if (pixel >= 0) {
                        pixels[n] = line + pixel;
                        taps[n++] = (kz * height.kernel() + ky) * kernel + kx;
                    }
                }
            }
        return n;
    }
}
