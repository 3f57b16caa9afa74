package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.WinogradBlocks.Block;
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
    private static final int PLANES = PIXELS * PIXELS;
    private static final int RESULTS = WinogradTiles.RESULTS;
    private static final int TAPS = 9;
    /// Floats of transformed pixels held at a time.
    private static final int BLOCK_FLOATS = 96 * 1024;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final WinogradStrips source;
    private final Image in;
    private final Image out;
    private final WinogradPhases.Places places;
    private final float[] start;
    private final Finishing after;
    private final float[] zeros;
    private final WinogradBlocks blocks;
    /// Taps along the depth.
    private final int planes;

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
        source = new WinogradStrips(kernels.winograd(), tiles);
        zeros = new float[kernels.gemm().columns()];
        boolean narrow = out.count() * places.first().length <= kernels.gemm().narrowColumns();
        blocks = WinogradBlocks.of(tiles, in.count(), BLOCK_FLOATS, narrow ? kernels.gemm().narrowRows() : kernels.gemm().rows(),
                GemmKernel.DEPTH, GemmKernel.STRIDE);
        planes = blocks.shifts().length;
    }

    /// @param weights taps in the order of [WinogradTiles#order]
    void run(ConvWeights weights) {
        var panels = transform(weights);
        Parallel.forChunks(blocks.count(), 1, (index, _, _) -> block(panels, blocks.get(index)));
    }

    /// The transformed weights: panel after panel, in each plane after plane, in each the taps along the depth.
    private Gemm.Panels transform(ConvWeights weights) {
        var plain = weights.pack(kernels.gemm());
        int inner = weights.inner();
        int rows = PLANES * planes * inner;
        var panels = new Gemm.Panels(GemmScratch.floats(Role.TRANSFORMED, plain.count() * rows * plain.width()), rows, plain.n(),
                plain.width());
        Parallel.forChunks(plain.count() * planes, 1, (i, _, _) -> {
            int panel = i / planes;
            int t = i % planes;
            int tap = inner * plain.width(panel);
            WinogradTransform.WEIGHT.square(kernels.winograd(), plain.data(), plain.at(panel, t * TAPS * inner), tap, tap,
                    GemmScratch.floats(Role.BLOCK, PLANES * tap), FIRST, panels.data(), panels.at(panel, t * inner), planes * tap);
        });
        return panels;
    }

    private void block(Gemm.Panels panels, Block block) {
        int n = block.count();
        int channels = in.count();
        float[] pixels = GemmScratch.floats(Role.BLOCK, block.size() + kernels.gemm().narrowRows() * GemmKernel.STRIDE);
        float[] work = GemmScratch.floats(Role.COLUMNS, Math.max(tiles.workSize(channels), PLANES * n * panels.width()));
        for (int i = 0; i < block.seen(); i++)
            for (int c = 0; c < channels; c += blocks.depth())
                source.input(new Image(in.memory(), in.channels(), in.first() + c, block.piece(c)), block.strip(i), block.shift(i), work,
                        pixels, FIRST + block.at(i, c), block.places());
        for (int panel = 0; panel < panels.count(); panel++)
            panel(panels, panel, pixels, block, work);
        for (int s = block.from(); s < block.to() && after != null; s++)
            finish(s);
    }

    /// The results of one panel of channels.
    private void panel(Gemm.Panels panels, int panel, float[] pixels, Block block, float[] work) {
        int width = panels.width(panel);
        int n = block.count();
        int plane = n * width;
        int[] target = new int[n];
        Arrays.setAll(target, t -> FIRST + t * width);
        float[] sums = GemmScratch.floats(Role.TILE, PLANES * plane);
        for (int k = 0; k < PLANES; k++)
            product(panels, panel, pixels, block, k, target, sums);
        WinogradTransform.RESULT.columns(kernels.winograd(), sums, FIRST, plane, plane, work, FIRST);
        int column = panel * panels.width();
        int end = Math.min(width, panels.n() - column);
        for (int j = 0; j < end;) {                                  // columns of one phase at a time
            int channel = (column + j) % out.count();
            int columns = Math.min(end - j, out.count() - channel);
            for (int s = block.from(); s < block.to(); s++)
                results((column + j) / out.count(), s, work, FIRST + (s - block.from()) * tiles.across() * width + j, width, plane, channel,
                        columns);
            j += columns;
        }
    }

    /// The product of one plane.
    private void product(Gemm.Panels panels, int panel, float[] pixels, Block block, int k, int[] target, float[] sums) {
        int width = panels.width(panel);
        for (int t = 0; t < planes; t++)
            for (int c = 0; c < in.count(); c += blocks.depth())
                multiply(panel < panels.whole(), pixels, FIRST + block.left(k, t, c), panels.data(),
                        panels.at(panel, (k * planes + t) * in.count() + c), block.piece(c), t + c == 0 ? zeros : null, target, sums,
                        k * target.length * width);
    }

    private void multiply(boolean whole, float[] left, int at, float[] right, int bo, int steps, float[] start, int[] target,
            float[] sums, int so) {
        var kernel = kernels.gemm();
        int tile = whole ? kernel.rows() : kernel.narrowRows();
        for (int i = 0; i < target.length; i += tile) {
            int rows = Math.min(tile, target.length - i);
            if (whole)
                kernel.scattered(left, at + i * GemmKernel.STRIDE, rows, right, bo, steps, start, 0, sums, target, i, so);
            else
                kernel.narrow(left, at + i * GemmKernel.STRIDE, rows, right, bo, steps, start, 0, sums, target, i, so);
        }
    }

    /// What follows, for the rows of a strip.
    private void finish(int strip) {
        int height = tiles.grid().height().positions();
        int width = tiles.grid().width().positions();
        int line = tiles.plane(strip) * height;
        for (int i = 0, y = tiles.row(strip); i < RESULTS && y < height; i++, y += tiles.rowDistance())
            after.rows(out.memory().data(), out.at((line + y) * width), width);
    }

    /// Transforms the results of a strip back and writes those within the image: as many tiles at a time as lie at one distance.
    ///
    /// @param sums after the transform down the columns, tile `t` at `at + t * width`
    private void results(int phase, int strip, float[] sums, int at, int width, int plane, int channel, int columns) {
        int y = tiles.row(strip);
        int rows = Math.min(RESULTS, places.rows(phase, y, tiles.rowDistance()));
        int step = tiles.columnDistance() * places.across() * out.channels();
        for (int t = 0, n; t < tiles.across(); t += n) {
            int x = tiles.columns()[t];
            int count = places.columns(phase, x, tiles.columnDistance());
            n = tiles.columnDistance() == 1 ? Math.clamp(count / RESULTS, 1, tiles.across() - t) : 1;
            for (int i = 0; i < rows && count > 0; i++) {
                int from = at + i * PIXELS * plane + t * width;
                int to = out.at(places.pixel(phase, tiles.plane(strip), y + i * tiles.rowDistance(), x)) + channel;
                if (count >= RESULTS)
                    kernels.winograd().results(n, sums, from, width, plane, columns, start, channel, out.memory().data(), to,
                            RESULTS * step, step);
                else
                    some(count, sums, from, plane, columns, channel, to, step);
            }
        }
    }

    /// The first results of a row of a tile.
    private void some(int count, float[] sums, int at, int plane, int columns, int channel, int to, int step) {
        float[] row = GemmScratch.floats(Role.TILE, RESULTS * columns);
        kernels.winograd().apply(WinogradTransform.RESULT, sums, at, plane, columns, row, FIRST, columns);
        kernels.winograd().add(row, FIRST, columns, count, columns, start, channel, out.memory().data(), to, step);
    }
}
