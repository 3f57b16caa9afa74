package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DirectConvolution.Image;
import dev.sunda.core.cpu.DirectConvolution.Places;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// The input gradient of a strided convolution of few channels, as of an image with three colours. The pixels between two steps (four with
/// stride 2 along two axes) become channels of one position, which together fill the columns of a tile that three channels would leave
/// mostly empty; taps that only some of these pixels have get weights of zero for the others. Afterwards the channels are spread out
/// again. After Shi et al. 2016, arXiv:1609.05158.
///
/// @param whole the pixels of the gradient
/// @param every pixels of each axis that become channels: depth, height, width
/// @param grid positions and the union of the taps
record SubpixelGradient(Im2colGrid whole, int[] every, Im2colGrid grid) {
    private static final int TILE = 16;
    private static final int CHUNK_PIXELS = 4096;

    static SubpixelGradient of(Im2colGrid whole, List<Window> axes) {
        int[] every = {1, 1, 1};
        for (int a = 0; a < axes.size(); a++)
            every[3 - axes.size() + a] = axes.get(a).stride();
        return new SubpixelGradient(whole, every,
                new Im2colGrid(union(whole.depth(), every[0]), union(whole.height(), every[1]), union(whole.width(), every[2])));
    }

    /// The steps of an axis with every tap that some pixel of a step has.
    private static Im2colAxis union(Im2colAxis axis, int every) {
        var origins = new TreeSet<Integer>();
        for (int first = 0; first < Math.min(every, axis.positions()); first++)
            for (int k : axis.tapsOf(first, every))
                origins.add((axis.origin()[k] + first) / every);
        return new Im2colAxis(Math.ceilDiv(axis.positions(), every), axis.size(), origins.stream().mapToInt(o -> o).toArray(), 1, 1);
    }

    /// Whether fewer columns are wasted than taps are added, `inner` being the channels of the result.
    boolean pays(int inner, int channels) {
        long together = (long) every[0] * every[1] * every[2];
        return grid.taps() > 0 && DirectConvolution.fits(grid, inner)
                && grid.taps() * Math.ceilDiv(together * channels, TILE) < (long) whole.taps() * Math.ceilDiv(channels, TILE);
    }

    void run(ConvKernel kernel, int batch, Image in, ConvPanels.Source weights, Image out) {
        int columns = every[0] * every[1] * every[2] * weights.n();
        var direct = DirectConvolution.of(kernel, grid, batch, in.count(), (long) grid.taps() * in.count() * columns);
        var panels = ConvPanels.pack(kernel, expand(weights, direct.blocks().order(), columns));
        int numel = Math.multiplyExact(Math.multiplyExact(batch, grid.positions()), columns);
        float[] together = GemmScratch.floats(Role.WIDE, numel);
        direct.multiply(panels, ConvPanels.start(kernel, null, 0, columns), in, new Image(new Dense(together, 0), columns, 0, columns),
                Places.SAME, 1);
        spread(batch, together, weights.n(), out);
    }

    /// The weights of all pixels of a step side by side: `[taps, channels of the result, pixels of a step * channels]`.
    private ConvPanels.Source expand(ConvPanels.Source w, int[] order, int columns) {
        float[] data = new float[order.length * w.inner() * columns];
        for (int t = 0; t < order.length; t++)
            for (int pixel = 0; pixel < columns / w.n(); pixel++) {
                int tap = tap(order[t], pixel);
                for (int p = 0; tap >= 0 && p < w.inner(); p++)
                    for (int c = 0; c < w.n(); c++)
                        data[(t * w.inner() + p) * columns + pixel * w.n() + c] = w.data()[w.at() + w.taps()[tap] + p * w.rowStride()
                                + c * w.columnStride()];
            }
        int[] taps = new int[order.length];
        Arrays.setAll(taps, t -> t * w.inner() * columns);
        return new ConvPanels.Source(data, 0, taps, w.inner(), columns, 1, columns);
    }

    /// The tap of the whole kernel that is tap `tap` of the union for a pixel of a step, or -1.
    private int tap(int tap, int pixel) {
        int x = tap % grid.width().kernel();
        int y = tap / grid.width().kernel() % grid.height().kernel();
        int z = tap / grid.width().kernel() / grid.height().kernel();
        int kx = tap(whole.width(), grid.width(), x, pixel % every[2], every[2]);
        int ky = tap(whole.height(), grid.height(), y, pixel / every[2] % every[1], every[1]);
        int kz = tap(whole.depth(), grid.depth(), z, pixel / every[2] / every[1], every[0]);
        return kx < 0 || ky < 0 || kz < 0 ? -1 : (kz * whole.height().kernel() + ky) * whole.width().kernel() + kx;
    }

    private static int tap(Im2colAxis whole, Im2colAxis union, int tap, int first, int every) {
        for (int k = 0; k < whole.kernel(); k++)
            if (whole.origin()[k] + first == union.origin()[tap] * every)
                return k;
        return -1;
    }

    /// Puts every pixel of a step where it belongs.
    private void spread(int batch, float[] together, int channels, Image out) {
        int columns = every[0] * every[1] * every[2] * channels;
        int width = whole.width().positions();
        int lines = batch * whole.rows();
        Parallel.forChunks(lines, Math.max(1, CHUNK_PIXELS / Math.max(1, width)), (_, from, to) -> {
            for (int line = from; line < to; line++) {
                int y = line % whole.height().positions();
                int plane = line / whole.height().positions();
                int z = plane % whole.depth().positions();
                int row = (plane / whole.depth().positions() * grid.depth().positions() + z / every[0]) * grid.height().positions()
                        + y / every[1];
                int source = row * grid.width().positions() * columns + (z % every[0] * every[1] + y % every[1]) * every[2] * channels;
                int target = out.memory().offset() + out.first() + line * width * out.channels();
                for (int x = 0; x < width; x++)
                    for (int c = 0; c < channels; c++)
                        out.memory().data()[target + x * out.channels() + c] = together[source + x / every[2] * columns
                                + x % every[2] * channels + c];
            }
        });
    }
}
