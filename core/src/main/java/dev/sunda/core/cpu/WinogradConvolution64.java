package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Convolution64.Kernels;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.cpu.WinogradBlocks.Block;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// [WinogradConvolution] of F64: the same tiles, sums and order.
final class WinogradConvolution64 {
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int RESULTS = WinogradTiles.RESULTS;
    private static final int TAPS = 9;
    private static final int STRIDE = Gemm64Kernel.STRIDE;
    private static final int ROWS = Gemm64Kernel.ROWS;
    /// Doubles of transformed pixels held at a time.
    private static final int BLOCK_DOUBLES = 64 * 1024;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final WinogradStrips64 source;
    private final Image64 in;
    private final Image64 out;
    private final WinogradPhases.Places places;
    private final double[] start;
    private final double[] zeros;
    private final WinogradBlocks blocks;
    /// Taps along the depth.
    private final int planes;
    /// Columns of a tile of the products.
    private final int width;

    /// @param out its channels are those of one phase of the results
    WinogradConvolution64(Kernels kernels, WinogradTiles tiles, Image64 in, Image64 out, WinogradPhases.Places places, double[] start) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.in = in;
        this.out = out;
        this.places = places;
        this.start = start;
        source = new WinogradStrips64(kernels.winograd(), tiles);
        blocks = WinogradBlocks.of(tiles, in.count(), BLOCK_DOUBLES, ROWS, Gemm64Kernel.DEPTH, STRIDE);
        planes = blocks.shifts().length;
        width = kernels.gemm().columns();
        zeros = new double[width];
    }

    /// @param weights a row for each tap, in the order of [WinogradTiles#order], and channel of the source
    /// @param columns channels of the results, those of all phases side by side
    void run(Matrix64 weights, int columns) {
        double[] panels = transform(weights, columns);
        Parallel.forChunks(blocks.count(), 1, (index, _, _) -> block(panels, columns, blocks.get(index)));
    }

    /// Doubles of the weights of one plane in a panel.
    private int plane() {
        return planes * in.count() * width;
    }

    /// The transformed weights: panel after panel, in each plane after plane, in each the taps along the depth.
    private double[] transform(Matrix64 weights, int columns) {
        int panels = Math.ceilDiv(columns, width);
        int tap = in.count() * width;
        double[] data = Scratch64.doubles(Role.TRANSFORMED, Math.multiplyExact(panels * PLANES, plane()));
        Parallel.forChunks(panels * planes, 1, (i, _, _) -> {
            int first = i / planes * width;
            int n = Math.min(width, columns - first);
            double[] plain = Scratch64.doubles(Role.WORK, TAPS * tap);
            if (n < width)
                Arrays.fill(plain, 0, TAPS * tap, 0);
            weights.copy(i % planes * TAPS * in.count(), TAPS * in.count(), first, n, plain, 0, width);
            WinogradTransform.WEIGHT.square(kernels.winograd(), plain, 0, tap, tap, Scratch64.doubles(Role.BLOCK, PLANES * tap), data,
                    i / planes * PLANES * plane() + i % planes * tap, plane());
        });
        return data;
    }

    private void block(double[] panels, int columns, Block block) {
        int n = block.count();
        double[] pixels = Scratch64.doubles(Role.BLOCK, block.size() + ROWS * STRIDE);
        double[] work = Scratch64.doubles(Role.WORK, Math.max(tiles.workSize(in.count()), PLANES * n * width));
        for (int i = 0; i < block.seen(); i++)
            for (int c = 0; c < in.count(); c += blocks.depth())
                source.input(in.part(c, block.piece(c)), block.strip(i), block.shift(i), work, pixels, block.at(i, c), block.places());
        double[] sums = Scratch64.doubles(Role.SUMS, 2 * PLANES * n * width);
        for (int column = 0; column < columns; column += width) {
            for (int k = 0; k < PLANES; k++)
                product(panels, (column / width * PLANES + k) * plane(), pixels, block, k, sums);
            WinogradTransform.RESULT.square(kernels.winograd(), sums, 0, n * width, n * width, work, sums, PLANES * n * width, n * width);
            results(block, column, Math.min(columns, column + width), sums);
        }
    }

    /// The product of one plane, whose weights begin at `right`.
    private void product(double[] panels, int right, double[] pixels, Block block, int k, double[] sums) {
        int n = block.count();
        for (int t = 0; t < planes; t++)
            for (int c = 0; c < in.count(); c += blocks.depth())
                multiply(pixels, block.left(k, t, c), panels, right + (t * in.count() + c) * width, block.piece(c), t + c == 0, n, sums,
                        k * n * width);
    }

    private void multiply(double[] left, int at, double[] right, int bo, int steps, boolean first, int n, double[] sums, int so) {
        for (int i = 0; i < n; i += ROWS) {
            int to = so + i * width;
            kernels.gemm().tile(left, at + i * STRIDE, Math.min(ROWS, n - i), right, bo, steps, first ? zeros : sums, first ? 0 : to,
                    first ? 0 : width, sums, to, width);
        }
    }

    /// Writes the results of the columns `from` to `to - 1`, which are a panel, those of one phase at a time.
    private void results(Block block, int from, int to, double[] sums) {
        int n = block.count();
        for (int j = from; j < to;) {
            int channel = j % out.count();
            int columns = Math.min(to - j, out.count() - channel);
            for (int t = 0; t < n; t++)
                store(j / out.count(), block.from() + t / tiles.across(), t % tiles.across(), sums, (PLANES * n + t) * width + j - from,
                        n * width, channel, columns);
            j += columns;
        }
    }

    /// Writes the results of one tile that are within the image.
    private void store(int phase, int strip, int tile, double[] results, int at, int plane, int channel, int columns) {
        int y = tiles.row(strip);
        int x = tiles.columns()[tile];
        int rows = Math.min(RESULTS, places.rows(phase, y, tiles.rowDistance()));
        int count = Math.min(RESULTS, places.columns(phase, x, tiles.columnDistance()));
        for (int i = 0; i < rows; i++)
            kernels.winograd().add(results, at + i * RESULTS * plane, plane, count, columns, start, channel, out.data(),
                    out.at(places.pixel(phase, tiles.plane(strip), y + i * tiles.rowDistance(), x)) + channel,
                    tiles.columnDistance() * places.across() * out.channels());
    }
}
