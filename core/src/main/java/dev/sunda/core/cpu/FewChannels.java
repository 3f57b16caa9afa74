package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.Gemm.Places;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Convolutions of images with few channels, as of grey or coloured pictures, whose patches consist of pieces too short to copy. The
/// pixels that a row of positions sees are gathered once, column after column: `band[x][z][y][c]`. There the patch of a position is
/// contiguous, and the patches of neighbours overlap. After Cho, Brand 2017, MEC: memory-efficient convolution, arXiv:1706.06873.
///
/// A sum is one chain of fused multiply-adds: bias first, then the columns of taps as they look at pixels, within a column the planes, the
/// lines, the channels. A gradient of a weight is a chain over the positions of a fixed part of the rows; parts are joined in double.
final class FewChannels {
    private static final int MOST_CHANNELS = 4;
    /// Terms of a result up to which this pays forwards; copying longer patches is cheap beside multiplying them.
    private static final int MOST_TERMS = 64;
    /// Floats of a band: half of the first cache.
    private static final int BAND_FLOATS = 4 * 1024;
    /// Tiles of positions copied at a time.
    private static final int TILES = 4;
    private static final int CHUNK_FLOATS = 32 * 1024;
    private static final int LEAST_CHUNKS = 16;
    private static final int MOST_PARTS = 32;
    private static final int PART_FLOATS = 1 << 20;

    private final GemmKernel kernel;
    private final Im2colGrid grid;
    private final View image;
    private final int firstChannel;
    private final int channels;
    private final int[] planes;
    private final int[] lines;
    /// Rows of positions of the batch.
    private final int rows;
    /// Floats of a column of a band.
    private final int column;
    /// Floats of a patch.
    private final int length;
    /// Positions of a band.
    private final int across;

    /// Whether this pays for the gradient of the weights: the channels are few and the taps see neighbouring columns.
    static boolean pays(Im2colGrid grid, int channels) {
        return channels > 0 && channels <= MOST_CHANNELS && grid.width().kernel() > 1 && grid.width().step() <= grid.width().kernel()
                && grid.width().isSolid() && (long) grid.taps() * channels <= GemmKernel.DEPTH;
    }

    /// The same for results: a 7x7 convolution of coloured images takes 19-25 ms with copied patches and 23-31 with this.
    static boolean paysForward(Im2colGrid grid, int channels) {
        return pays(grid, channels) && grid.taps() * channels <= MOST_TERMS;
    }

    /// @param grid all axes even
    /// @param image `[N, C, spatial...]` of any memory order, of which `channels` from `firstChannel` on take part
    FewChannels(GemmKernel kernel, Im2colGrid grid, View image, int firstChannel, int channels) {
        this.kernel = kernel;
        this.grid = grid;
        this.image = image;
        this.firstChannel = firstChannel;
        this.channels = channels;
        planes = grid.depth().ascending();
        lines = grid.height().ascending();
        rows = Math.multiplyExact(image.shape().size(0), grid.rows());
        column = planes.length * lines.length * channels;
        length = column * grid.width().kernel();
        int fitting = (BAND_FLOATS / Math.max(1, column) - grid.width().kernel()) / grid.width().step() + 1;
        int bands = Math.ceilDiv(grid.width().positions(), Math.max(1, fitting));
        int tiles = Math.ceilDiv(grid.width().positions(), Math.max(1, bands * kernel.rows()));
        across = Math.max(1, tiles) * kernel.rows();
    }

    /// The taps in the order of the columns of a patch.
    int[] order() {
        int[] order = new int[grid.taps()];
        int n = 0;
        for (int kx : grid.width().ascending())
            for (int kz : planes)
                for (int ky : lines)
                    order[n++] = (kz * grid.height().kernel() + ky) * grid.width().kernel() + kx;
        return order;
    }

    /// Writes the results.
    ///
    /// @param weights taps as they are numbered
    /// @param start what the chains start from, padded to whole panels
    /// @param after what follows, where there is one group; may be null
    void run(ConvWeights weights, float[] start, Image out, Finishing after) {
        var panels = weights.ordered(order()).pack(kernel);
        long row = Math.max(1, (long) grid.width().positions() * out.count());
        int chunk = Math.clamp(CHUNK_FLOATS / row, 1, Math.ceilDiv(rows, LEAST_CHUNKS));
        Parallel.forChunks(rows, chunk, (_, from, to) -> {
            float[] band = band();
            GemmRows patches = patches(band);
            for (int r = from; r < to; r++)
                for (int x = 0; x < grid.width().positions(); x += across) {
                    int n = Math.min(across, grid.width().positions() - x);
                    gather(r, x, n, band);
                    int at = out.at(r * grid.width().positions() + x);
                    full(band, n, panels, start, out, at);
                    if (panels.full() < panels.count())
                        Gemm.block(kernel, 0, n, patches, panels, panels.full(), panels.count(), start, out.memory().data(),
                                Places.every(out.channels(), at));
                    if (after != null)
                        after.rows(out.memory().data(), at, n);
                }
        });
    }

    /// The columns of full panels for the `n` positions of a band, the first of which lies at `at`: a band has too few positions for all
    /// that a block of a product needs to begin.
    private void full(float[] band, int n, Gemm.Panels panels, float[] start, Image out, int at) {
        int tile = kernel.rows();
        int width = panels.width();
        int distance = grid.width().step() * column;
        float[] left = GemmScratch.floats(Role.LEFT, (TILES * tile + 1) * GemmKernel.STRIDE);
        for (int i = 0; i < n && panels.full() > 0; i += TILES * tile) {
            int rows = Math.min(TILES * tile, n - i);
            kernel.copyPieces(band, FIRST + i * distance, distance, rows, length, left, FIRST, GemmKernel.STRIDE);
            for (int panel = 0; panel < panels.full(); panel++)
                for (int r = 0; r < rows; r += tile)
                    kernel.inner(left, FIRST + r * GemmKernel.STRIDE, Math.min(tile, rows - r), panels.data(), panels.at(panel, 0), length,
                            start, panel * width, 0, out.memory().data(), at + (i + r) * out.channels() + panel * width, out.channels());
        }
    }

    /// The patches of a band as rows.
    private GemmRows patches(float[] band) {
        int distance = grid.width().step() * column;
        return (first, rows, p, steps, to, out) -> kernel.copyPieces(band, FIRST + first * distance + p, distance, rows, steps, to, out,
                GemmKernel.STRIDE);
    }

    /// Writes the gradient of the weights.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void gradient(Image dy, View dw, int at, int[] taps) {
        int tile = isNarrow(dy) ? GemmKernel.OUTER_ROWS : kernel.rows();
        int width = Math.ceilDiv(dy.count(), kernel.columns()) * kernel.columns();
        int size = Math.multiplyExact(Math.ceilDiv(length, tile) * tile, width);
        int parts = Math.clamp(PART_FLOATS / ((long) length * Math.max(1, dy.count())), 1, MOST_PARTS);
        int chunk = Math.max(1, Math.ceilDiv(rows, parts));
        float[] sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(Math.ceilDiv(rows, chunk), size));
        Parallel.forChunks(rows, chunk, (part, from, to) -> {
            float[] band = band();
            for (int r = from; r < to; r++)
                for (int x = 0; x < grid.width().positions(); x += across) {
                    int n = Math.min(across, grid.width().positions() - x);
                    gather(r, x, n, band);
                    add(band, n, dy, dy.at(r * grid.width().positions() + x), width, sums, FIRST + part * size);
                }
        });
        join(sums, Math.ceilDiv(rows, chunk), size, width, dy.count(), dw, at, taps);
    }

    /// Adds the products of the `n` positions of a band, `sums[i][j] += sum over positions of patch[i] * dy[j]`.
    private void add(float[] band, int n, Image dy, int at, int width, float[] sums, int so) {
        boolean narrow = isNarrow(dy);
        int tile = narrow ? GemmKernel.OUTER_ROWS : kernel.rows();
        int columns = kernel.columns();
        float[] panel = GemmScratch.floats(Role.TILE, n * width + kernel.slack());
        for (int j = 0; j < width; j += columns)
            kernel.copy(dy.memory().data(), at + j, dy.channels(), n, Math.min(columns, dy.count() - j), panel, FIRST + j * n, columns);
        for (int i = 0; i < length; i += tile)
            for (int j = 0; j < width; j += columns)
                if (narrow) {
                    kernel.narrowOuter(band, FIRST + i, grid.width().step() * column, tile, panel, FIRST + j * n, columns, n, sums,
                            so + i * width + j, width);
                } else {
                    kernel.outer(band, FIRST + i, grid.width().step() * column, tile, panel, FIRST + j * n, columns, n, sums,
                            so + i * width + j, width);
                }
    }

    private boolean isNarrow(Image dy) {
        return dy.count() <= kernel.narrowColumns();
    }

    private void join(float[] sums, int parts, int size, int width, int outputs, View dw, int at, int[] taps) {
        int[] order = order();
        int[] strides = dw.layout().strides();
        float[] to = dw.heap().floats();
        Parallel.forChunks(length, Math.max(1, CHUNK_FLOATS / Math.max(1, parts * width)), (_, from, end) -> {
            double[] totals = new double[outputs];
            for (int i = from; i < end; i++) {
                Arrays.fill(totals, 0);
                for (int part = 0, first = FIRST + i * width; part < parts; part++, first += size)
                    for (int o = 0; o < outputs; o++)
                        totals[o] += sums[first + o];
                int target = at + taps[order[i / channels]] + i % channels * strides[1];
                for (int o = 0; o < outputs; o++)
                    to[target + o * strides[0]] = (float) totals[o];
            }
        });
    }

    /// Memory for a band and for what is read beyond its end.
    private float[] band() {
        int size = ((across - 1) * grid.width().step() + grid.width().kernel()) * column;
        int beyond = Math.max(kernel.rows(), GemmKernel.OUTER_ROWS) + kernel.slack();
        float[] band = GemmScratch.floats(Role.BLOCK, size + beyond);
        Arrays.fill(band, FIRST + size, FIRST + size + beyond, 0);
        return band;
    }

    /// Gathers what the `n` positions of row `row` from column `x` on see.
    private void gather(int row, int x, int n, float[] band) {
        int[] strides = image.layout().strides();
        int axes = strides.length - 2;
        int dz = axes > 2 ? strides[2] : 0;
        int dy = axes > 1 ? strides[strides.length - 2] : 0;
        int dx = axes > 0 ? strides[strides.length - 1] : 0;
        int pixels = (n - 1) * grid.width().step() + grid.width().kernel();
        int pixel = x * grid.width().step() + grid.width().lowest();
        int begin = Math.clamp(-pixel, 0, pixels);
        int end = Math.clamp(grid.width().size() - pixel, begin, pixels);
        int z = row % grid.rows() / grid.height().positions();
        int y = row % grid.height().positions();
        int base = image.layout().offset() + row / grid.rows() * strides[0] + firstChannel * strides[1] + (pixel + begin) * dx;
        if (begin > 0 || end < pixels || hasPadding(z, y))
            Arrays.fill(band, FIRST, FIRST + pixels * column, 0);
        int at = FIRST + begin * column;
        for (int kz : planes)
            for (int ky : lines) {
                int sz = grid.depth().at(z, kz);
                int sy = grid.height().at(y, ky);
                if (sz >= 0 && sy >= 0)
                    interleave(image.heap().floats(), base + sz * dz + sy * dy, strides[1], dx, channels, band, at, column, end - begin);
                at += channels;
            }
    }

    /// Whether taps of some plane or line see no pixel at this position.
    private boolean hasPadding(int z, int y) {
        for (int kz : planes)
            if (grid.depth().at(z, kz) < 0)
                return true;
        for (int ky : lines)
            if (grid.height().at(y, ky) < 0)
                return true;
        return false;
    }

    /// `to[i][c] = from[c][i]` for `n` pixels of a line.
    private static void interleave(float[] from, int at, int channel, int step, int channels, float[] to, int out, int distance, int n) {
        if (channels == 3 && step == 1)
            three(from, at, at + channel, at + 2 * channel, to, out, distance, n);
        else
            for (int c = 0; c < channels; c++)
                if (step == 1)
                    one(from, at + c * channel, to, out + c, distance, n);
                else
                for (int i = 0; i < n; i++)
                    to[out + c + i * distance] = from[at + c * channel + i * step];
    }

    private static void one(float[] from, int at, float[] to, int out, int distance, int n) {
        for (int i = 0; i < n; i++, out += distance)
            to[out] = from[at + i];
    }

    private static void three(float[] from, int a, int b, int c, float[] to, int out, int distance, int n) {
        for (int i = 0; i < n; i++, out += distance) {
            to[out] = from[a + i];
            to[out + 1] = from[b + i];
            to[out + 2] = from[c + i];
        }
    }
}
