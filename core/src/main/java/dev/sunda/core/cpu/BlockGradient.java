package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;

/// The input gradient of a convolution whose windows lie side by side, as of a transposed convolution that doubles an image: each position
/// makes the pixels of its own window and no other. For each row of a kernel one product `[positions, channels of the result] * [channels
/// of the result, taps of the row * channels]` writes lines of pixels where they belong.
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
        int down = grid.height().kernel();
        var left = GemmRows.of(kernel, dy.memory().data(), dy.at(0), dy.channels(), 1);
        for (int k = 0; k < grid.depth().kernel() * down; k++) {
            int kz = k / down;
            int ky = k % down;
            var panels =
                    Gemm.pack(kernel, row(weights, k * across, across), 0, across * dx.count(), 1, weights.inner(), across * dx.count());
            float[] starts = new float[panels.count() * panels.width()];
            for (int j = 0; j < panels.n(); j++)
                starts[j] = start[j % dx.count()];
            Gemm.multiply(kernel, Math.multiplyExact(batch, grid.positions()), left, panels, starts,
                    dx.memory().data(), position -> dx.at(pixel(grid, position, kz, ky)));
        }
    }

    /// The weights of `n` taps from `first` on as `[channels of the result, taps * channels]`.
    private static float[] row(ConvWeights w, int first, int n) {
        float[] data = new float[w.inner() * n * w.n()];
        for (int p = 0, i = 0; p < w.inner(); p++)
            for (int t = first; t < first + n; t++)
                for (int c = 0; c < w.n(); c++)
                    data[i++] = w.data()[w.at() + w.taps()[t] + p * w.rowStride() + c * w.columnStride()];
        return data;
    }

    /// The first pixel of a row of the window of `position`, both counted over the batch.
    private static int pixel(Im2colGrid grid, int position, int kz, int ky) {
        int x = position % grid.width().positions();
        int row = position / grid.width().positions();
        int y = row % grid.height().positions();
        int plane = row / grid.height().positions();             // of the whole batch, whose planes lie without gaps
        int line = (plane * grid.depth().kernel() + kz) * grid.height().size() + y * grid.height().kernel() + ky;
        return line * grid.width().size() + x * grid.width().kernel();
    }
}
