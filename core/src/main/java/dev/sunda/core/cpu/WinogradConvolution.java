package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.WinogradTiles.Places;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// Three by three convolutions with step 1 by Winograd's minimal filtering `F(4x4, 3x3)`: sixteen results of a channel take 36
/// multiplications instead of 144. The tiles of a few strips are transformed, multiplied by the transformed weights in 36
/// matrix products and transformed back, all within the second cache. Source: Lavin, Gray 2016, arXiv:1509.09308.
///
/// Each of the 36 sums is one chain of fused multiply-adds over the channels, so the bits depend on nothing but the shapes. Rounding:
/// see [WinogradTransform].
final class WinogradConvolution {
    private static final int PIXELS = WinogradTiles.PIXELS;
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int RESULTS = WinogradTiles.RESULTS;
    /// Floats of transformed pixels held at a time.
    private static final int BLOCK_FLOATS = 96 * 1024;
    private static final int MOST_TILES = 72;
    private static final int LEAST_CHUNKS = 16;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final Image in;
    private final Image out;
    private final float[] start;
    private final Finishing after;
    private final float[] zeros;
    private final int strips;
    /// Channels multiplied at a time.
    private final int depth;
    /// Planes of a tile in one row of the left side.
    private final int together;
    /// Rows of the left side of each tile.
    private final int rows;

    /// @param after what follows, where `out` has all channels; may be null
    WinogradConvolution(Kernels kernels, WinogradTiles tiles, Image in, Image out, float[] start, Finishing after) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.in = in;
        this.out = out;
        this.start = start;
        this.after = after;
        zeros = new float[kernels.gemm().columns()];
        int pieces = Math.ceilDiv(in.count(), GemmKernel.DEPTH);
        depth = Math.ceilDiv(in.count(), pieces);
        together = Math.min(PIXELS, GemmKernel.DEPTH / depth);
        rows = Math.ceilDiv(PIXELS, together) * PIXELS;
        int fitting = Math.clamp(BLOCK_FLOATS / (pieces * rows * GemmKernel.STRIDE), kernels.gemm().rows(), MOST_TILES) / tiles.across();
        strips = fullest(Math.clamp(Math.min(fitting, tiles.strips() / LEAST_CHUNKS), 1, MOST_TILES));
    }

    /// The number of strips from half of `most` to `most` whose tiles leave the fewest rows of products unused.
    private int fullest(int most) {
        int rows = kernels.gemm().rows();
        int best = most;
        for (int s = most - 1; s > most / 2; s--)
            if (filled(s, rows) > filled(best, rows))
                best = s;
        return best;
    }

    private double filled(int strips, int rows) {
        int n = strips * tiles.across();
        return (double) n / (Math.ceilDiv(n, rows) * rows);
    }

    /// @param weights taps in the order of [WinogradTiles#order]
    void run(ConvWeights weights) {
        var panels = transform(weights);
        Parallel.forChunks(tiles.strips(), strips, (_, from, to) -> block(panels, from, to));
    }

    /// The transformed weights: panel after panel, in each plane after plane.
    private Gemm.Panels transform(ConvWeights weights) {
        var plain = weights.pack(kernels.gemm());
        int inner = weights.inner();
        int plane = inner * plain.width();
        float[] data = GemmScratch.floats(Role.TRANSFORMED, plain.count() * PLANES * plane);
        Parallel.forChunks(plain.count(), 1, (_, from, to) -> {
            float[] between = GemmScratch.floats(Role.BLOCK, PLANES * plane);
            for (int p = from; p < to; p++)
                WinogradTransform.WEIGHT.square(kernels.winograd(), plain.data(), p * 9 * plane, plane, plane, between, data,
                        p * PLANES * plane, plane);
        });
        return new Gemm.Panels(data, inner, plain.n(), plain.width());
    }

    private void block(Gemm.Panels panels, int from, int to) {
        int n = (to - from) * tiles.across();
        int channels = in.count();
        int piece = rows * n * GemmKernel.STRIDE;
        float[] pixels =
                GemmScratch.floats(Role.BLOCK, Math.ceilDiv(channels, depth) * piece + kernels.gemm().rows() * GemmKernel.STRIDE);
        float[] work = GemmScratch.floats(Role.COLUMNS, Math.max(tiles.workFloats(channels), PLANES * n * panels.width()));
        var places = new Places(n * GemmKernel.STRIDE, GemmKernel.STRIDE, together);
        for (int s = from; s < to; s++)
            for (int c = 0; c < channels; c += depth)
                tiles.input(kernels.winograd(),
                        new Image(in.memory(), in.channels(), in.first() + c, Math.min(depth, channels - c)), s, work, pixels,
                        c / depth * piece + (s - from) * tiles.across() * GemmKernel.STRIDE, places);
        int[] target = new int[n];
        Arrays.setAll(target, t -> t * panels.width());
        for (int panel = 0; panel < panels.count(); panel++)
            panel(panels, panel, pixels, places, target, work, from, to);
        for (int s = from; s < to && after != null; s++)
            finish(s);
    }

    /// The results of one panel of channels for some strips.
    private void panel(Gemm.Panels panels, int panel, float[] pixels, Places places, int[] target, float[] work, int from, int to) {
        int width = panels.width();
        int n = target.length;
        int plane = n * width;
        float[] sums = GemmScratch.floats(Role.TILE, 2 * PLANES * plane);
        for (int k = 0; k < PLANES; k++)
            product(panels, (panel * PLANES + k) * panels.k(), pixels, places, k, target, sums);
        WinogradTransform.RESULT.square(kernels.winograd(), sums, 0, plane, plane, work, sums, PLANES * plane, plane);
        int columns = Math.min(width, out.count() - panel * width);
        for (int t = 0; t < n; t++)
            store(from + t / tiles.across(), t % tiles.across(), sums, PLANES * plane + t * width, plane, panel * width, columns);
    }

    /// The product of one plane, whose weights begin in row `row` of all planes.
    private void product(Gemm.Panels panels, int row, float[] pixels, Places places, int k, int[] target, float[] sums) {
        int n = target.length;
        int width = panels.width();
        for (int c = 0; c < in.count(); c += depth) {
            int count = Math.min(depth, in.count() - c);
            int at = c / depth * rows * n * GemmKernel.STRIDE + places.of(k / PIXELS, 0, count) + k % PIXELS * places.plane();
            for (int i = 0; i < n; i += kernels.gemm().rows())
                kernels.gemm().scattered(pixels, at + i * GemmKernel.STRIDE, Math.min(kernels.gemm().rows(), n - i), panels.data(),
                        (row + c) * width, count, c == 0 ? zeros : null, 0, sums, target, i, k * n * width);
        }
    }

    /// What follows, for the rows of a strip.
    private void finish(int strip) {
        int height = tiles.grid().height().positions();
        int width = tiles.grid().width().positions();
        int line = strip / tiles.rows().length * height;
        for (int i = 0, y = tiles.rows()[strip % tiles.rows().length]; i < RESULTS && y < height; i++, y += tiles.rowDistance())
            after.rows(out.memory().data(), out.at((line + y) * width), width);
    }

    /// Writes the results of one tile that are within the image.
    private void store(int strip, int tile, float[] results, int at, int plane, int channel, int columns) {
        var grid = tiles.grid();
        int height = grid.height().positions();
        int width = grid.width().positions();
        int image = strip / tiles.rows().length;
        int y = tiles.rows()[strip % tiles.rows().length];
        int x = tiles.columns()[tile];
        int rows = Math.min(RESULTS, Math.ceilDiv(height - y, tiles.rowDistance()));
        int count = Math.min(RESULTS, Math.ceilDiv(width - x, tiles.columnDistance()));
        for (int i = 0; i < rows; i++) {
            int pixel = (image * height + y + i * tiles.rowDistance()) * width + x;
            kernels.winograd().add(results, at + i * RESULTS * plane, plane, count, columns, start, channel, out.memory().data(),
                    out.memory().offset() + out.first() + pixel * out.channels() + channel, tiles.columnDistance() * out.channels());
        }
    }
}
