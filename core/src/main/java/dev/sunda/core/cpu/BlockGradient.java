package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;

/// The input gradient of a convolution whose windows lie side by side, as of a transposed convolution that doubles an image: each position
/// makes the pixels of its own window and no other. One product `[positions, channels of the result] * [channels of the result, taps *
/// channels]` writes lines of pixels where they belong, or one for each row of a kernel if such a line does not end with a panel.
final class BlockGradient {
    private BlockGradient() {
    }

    /// Whether windows cover the image without gaps and all channels take part.
    static boolean fits(ConvSpec spec) {
        return spec.groups() == 1 && spec.axes().stream().allMatch(BlockGradient::fits);
    }

    private static boolean fits(Window axis) {
        return axis.stride() == axis.kernel() && axis.dilation() == 1 && axis.padBefore() == 0 && axis.in() == axis.out() * axis.kernel();
    }

    /// @param grid positions of the result with the taps that look at pixels of the image
    /// @param start what the channels of a pixel start from
    static void run(GemmKernel kernel, Im2colGrid grid, int batch, Image dy, ConvWeights weights, float[] start, Image dx) {
        int across = grid.width().kernel();
        int lines = grid.depth().kernel() * grid.height().kernel();
        int line = across * dx.count();
        int together = line % kernel.columns() == 0 ? lines : 1;
        var left = GemmRows.of(kernel, dy.memory().data(), dy.at(0), dy.channels(), 1);
        for (int k = 0; k < lines; k += together) {
            int n = together * line;
            var panels = Gemm.pack(kernel, rows(weights, k * across, together * across), 0, n, 1, weights.inner(), n);
            float[] starts = new float[panels.count() * panels.width()];
            for (int j = 0; j < n; j++)
                starts[j] = start[j % dx.count()];
            Gemm.multiply(kernel, Math.multiplyExact(batch, grid.positions()), left, panels, starts, dx.memory().data(),
                    places(grid, dx, k, line));
        }
    }

    /// The weights of `n` taps from `first` on as `[channels of the result, taps * channels]`.
    private static float[] rows(ConvWeights w, int first, int n) {
        float[] data = new float[w.inner() * n * w.n()];
        for (int p = 0, i = 0; p < w.inner(); p++)
            for (int t = first; t < first + n; t++)
                for (int c = 0; c < w.n(); c++)
                    data[i++] = w.data()[w.at() + w.taps()[t] + p * w.rowStride() + c * w.columnStride()];
        return data;
    }

    /// Where the pixels of a window lie.
    ///
    /// @param first the row of the kernel that makes the first pixels of a row of the product
    /// @param line elements of the product for each row of the kernel
    private static Gemm.Places places(Im2colGrid grid, Image dx, int first, int line) {
        return Gemm.Places.lines(grid.width().positions(), grid.width().kernel() * dx.channels(), row -> dx.at(pixel(grid, row, first)),
                column -> (pixel(grid, 0, first + column / line) - pixel(grid, 0, first)) * dx.channels() + column % line);
    }

    /// The first pixel that row `k` of a kernel makes, of the first window of a row of positions, which is counted over the batch.
    private static int pixel(Im2colGrid grid, int row, int k) {
        int down = grid.height().kernel();
        int y = row % grid.height().positions();
        int plane = row / grid.height().positions();             // of the whole batch, whose planes lie without gaps
        int depth = plane * grid.depth().kernel() + k / down;
        return (depth * grid.height().size() + y * down + k % down) * grid.width().size();
    }
}
