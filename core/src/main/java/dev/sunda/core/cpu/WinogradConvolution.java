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
/// In volumes the taps of each plane make such a convolution, and their products are added before they are transformed back: a plane is
/// transformed once for all the taps along the depth that see it.
///
/// Each of the 36 sums is one chain of fused multiply-adds over these taps and the channels, so the bits depend on nothing but the shapes.
/// Rounding: see [WinogradTransform].
final class WinogradConvolution {
    private static final int PIXELS = WinogradTiles.PIXELS;
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int RESULTS = WinogradTiles.RESULTS;
    private static final int TAPS = 9;
    /// Floats of transformed pixels held at a time.
    private static final int BLOCK_FLOATS = 96 * 1024;
    private static final int MOST_TILES = 72;
    private static final int LEAST_CHUNKS = 16;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final Image in;
    private final Image out;
    private final WinogradPhases.Places places;
    private final float[] start;
    private final Finishing after;
    private final float[] zeros;
    /// Strips of a block, and how many neighbours may be in one.
    private final int strips;
    private final int neighbours;
    /// Planes from the one that the first tap along the depth sees to what each of them sees.
    private final int[] shifts;
    private final int beyond;
    /// Channels multiplied at a time.
    private final int depth;
    /// Planes of a tile in one row of the left side.
    private final int together;
    /// Rows of the left side of each tile.
    private final int rows;

    /// @param out its channels are those of one phase of the results
    /// @param after what follows, where `out` has all channels and results are all pixels; may be null
    WinogradConvolution(Kernels kernels, WinogradTiles tiles, Image in, Image out, WinogradPhases.Places places, float[] start,
            Finishing after) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.in = in;
        this.out = out;
        this.places = places;
        this.start = start;
        this.after = after;
        zeros = new float[kernels.gemm().columns()];
        shifts = tiles.shifts();
        beyond = shifts[shifts.length - 1];
        int pieces = Math.ceilDiv(in.count(), GemmKernel.DEPTH);
        depth = Math.ceilDiv(in.count(), pieces);
        together = Math.min(PIXELS, GemmKernel.DEPTH / depth);
        rows = Math.ceilDiv(PIXELS, together) * PIXELS;
        int fitting = Math.clamp(BLOCK_FLOATS / (pieces * rows * GemmKernel.STRIDE), kernels.gemm().rows(), MOST_TILES) / tiles.across();
        int most = Math.clamp(Math.min(fitting - beyond, tiles.strips() / LEAST_CHUNKS), 1, MOST_TILES);
        neighbours = shifts.length == 1 ? tiles.strips() : tiles.planes();
        strips = shifts.length == 1 ? fullest(most) : Math.ceilDiv(neighbours, Math.ceilDiv(neighbours, most));
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
        int blocks = Math.ceilDiv(neighbours, strips);
        Parallel.forChunks(tiles.strips() / neighbours * blocks, 1, (index, _, _) -> {
            int first = index / blocks * neighbours;
            int from = index % blocks * strips;
            block(panels, first + from, first + Math.min(neighbours, from + strips));
        });
    }

    /// The transformed weights: panel after panel, in each plane after plane, in each the taps along the depth.
    private Gemm.Panels transform(ConvWeights weights) {
        var plain = weights.pack(kernels.gemm());
        int inner = shifts.length * weights.inner();
        int tap = weights.inner() * plain.width();
        int plane = inner * plain.width();
        float[] data = GemmScratch.floats(Role.TRANSFORMED, plain.count() * PLANES * plane);
        Parallel.forChunks(plain.count() * shifts.length, 1, (i, _, _) -> WinogradTransform.WEIGHT.square(kernels.winograd(), plain.data(),
                i * TAPS * tap, tap, tap, GemmScratch.floats(Role.BLOCK, PLANES * tap), data,
                i / shifts.length * PLANES * plane + i % shifts.length * tap, plane));
        return new Gemm.Panels(data, inner, plain.n(), plain.width());
    }

    private void block(Gemm.Panels panels, int from, int to) {
        int n = (to - from) * tiles.across();
        int seen = n + beyond * tiles.across();
        int channels = in.count();
        int piece = rows * seen * GemmKernel.STRIDE;
        float[] pixels =
                GemmScratch.floats(Role.BLOCK, Math.ceilDiv(channels, depth) * piece + kernels.gemm().rows() * GemmKernel.STRIDE);
        float[] work = GemmScratch.floats(Role.COLUMNS, Math.max(tiles.workFloats(channels), PLANES * n * panels.width()));
        var planes = new Places(seen * GemmKernel.STRIDE, GemmKernel.STRIDE, together);
        for (int s = from; s < to + beyond; s++)
            for (int c = 0; c < channels; c += depth)
                tiles.input(kernels.winograd(),
                        new Image(in.memory(), in.channels(), in.first() + c, Math.min(depth, channels - c)), Math.min(s, to - 1),
                        Math.max(0, s - to + 1), work, pixels, c / depth * piece + (s - from) * tiles.across() * GemmKernel.STRIDE, planes);
        int[] target = new int[n];
        Arrays.setAll(target, t -> t * panels.width());
        for (int panel = 0; panel < panels.count(); panel++)
            panel(panels, panel, pixels, planes, target, work, from, to);
        for (int s = from; s < to && after != null; s++)
            finish(s);
    }

    /// The results of one panel of channels for some strips.
    private void panel(Gemm.Panels panels, int panel, float[] pixels, Places planes, int[] target, float[] work, int from, int to) {
        int width = panels.width();
        int n = target.length;
        int plane = n * width;
        float[] sums = GemmScratch.floats(Role.TILE, 2 * PLANES * plane);
        for (int k = 0; k < PLANES; k++)
            product(panels, (panel * PLANES + k) * panels.k(), pixels, planes, k, target, sums);
        WinogradTransform.RESULT.square(kernels.winograd(), sums, 0, plane, plane, work, sums, PLANES * plane, plane);
        int end = Math.min(width, panels.n() - panel * width);
        for (int j = 0; j < end;) {                                  // columns of one phase at a time
            int channel = (panel * width + j) % out.count();
            int columns = Math.min(end - j, out.count() - channel);
            for (int t = 0; t < n; t++)
                store((panel * width + j) / out.count(), from + t / tiles.across(), t % tiles.across(), sums,
                        PLANES * plane + t * width + j, plane, channel, columns);
            j += columns;
        }
    }

    /// The product of one plane, whose weights begin in row `row` of all planes.
    private void product(Gemm.Panels panels, int row, float[] pixels, Places planes, int k, int[] target, float[] sums) {
        int width = panels.width();
        int piece = rows * planes.plane();
        for (int t = 0; t < shifts.length; t++)
            for (int c = 0; c < in.count(); c += depth) {
                int count = Math.min(depth, in.count() - c);
                int at = c / depth * piece + planes.of(k / PIXELS, shifts[t] * tiles.across(), count) + k % PIXELS * planes.plane();
                multiply(pixels, at, panels.data(), (row + t * in.count() + c) * width, count, t + c == 0 ? zeros : null, target, sums,
                        k * target.length * width);
            }
    }

    private void multiply(float[] left, int at, float[] right, int bo, int steps, float[] start, int[] target, float[] sums, int so) {
        int tile = kernels.gemm().rows();
        for (int i = 0; i < target.length; i += tile)
            kernels.gemm().scattered(left, at + i * GemmKernel.STRIDE, Math.min(tile, target.length - i), right, bo, steps, start, 0, sums,
                    target, i, so);
    }

    /// What follows, for the rows of a strip.
    private void finish(int strip) {
        int height = tiles.grid().height().positions();
        int width = tiles.grid().width().positions();
        int line = tiles.plane(strip) * height;
        for (int i = 0, y = tiles.row(strip); i < RESULTS && y < height; i++, y += tiles.rowDistance())
            after.rows(out.memory().data(), out.at((line + y) * width), width);
    }

    /// Writes the results of one tile that are within the image.
    private void store(int phase, int strip, int tile, float[] results, int at, int plane, int channel, int columns) {
        int y = tiles.row(strip);
        int x = tiles.columns()[tile];
        int rows = Math.min(RESULTS, places.rows(phase, y, tiles.rowDistance()));
        int count = Math.min(RESULTS, places.columns(phase, x, tiles.columnDistance()));
        for (int i = 0; i < rows; i++)
            kernels.winograd().add(results, at + i * RESULTS * plane, plane, count, columns, start, channel, out.memory().data(),
                    out.at(places.pixel(phase, tiles.plane(strip), y + i * tiles.rowDistance(), x)) + channel,
                    tiles.columnDistance() * places.across() * out.channels());
    }
}
