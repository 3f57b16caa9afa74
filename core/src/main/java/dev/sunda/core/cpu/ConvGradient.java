package dev.sunda.core.cpu;

import dev.sunda.core.cpu.ConvBlocks.Box;
import dev.sunda.core.cpu.DirectConvolution.Image;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The gradient of a weight: for each tap and channel the sum over positions of what the tap sees times the gradient of the result.
/// Six channels of the result by a tile's columns of the source are summed at a time, in registers, over the positions of a box.
///
/// Sums over fixed parts of the positions are chains of fused multiply-adds in the order of boxes and positions; they are joined in double.
final class ConvGradient {
    /// Positions of a box: as many as leave a tile's columns and six channels of the gradient in the first cache.
    private static final int POSITIONS = 256;
    /// Floats between the channels of a gradient, not a multiple of a cache's page so that channels do not displace each other.
    private static final int LINE = POSITIONS + 16;
    /// Positions read where they are: so few that their lines, far apart, do not displace each other in the first cache.
    private static final int POINTS_TOGETHER = 64;
    /// Channels for which boxes are laid out, whatever the tile, because boxes show in the bits.
    private static final int CHANNELS_OF_BOX = 16;
    /// Parts of the positions: at most so many, and at most so many floats together.
    private static final int MOST_PARTS = 32;
    private static final int PART_FLOATS = 1 << 20;
    private static final int LEAST_TASKS = 12;

    /// What the columns of a tile are.
    private enum Form {
        /// Channels of one tap; the pixels of a box are regrouped so that they lie side by side.
        CHANNELS,
        /// A line of neighbouring taps with all their channels, read from the pixels as they are.
        LINES,
        /// The patch of a position, written out.
        PATCHES,
        /// Channels of the one tap of a position, all read where they are.
        POINTS
    }

    private final ConvKernel kernel;
    private final Im2colGrid grid;
    private final Image x;
    private final Image dy;
    private final Form form;
    private final ConvBlocks blocks;
    /// Floats of a pixel, of a whole patch in the form of patches.
    private final int pixel;
    /// Where the columns of each product lie.
    private final int[] offsets;
    /// Groups of channels, each a tile wide.
    private final int groups;

    ConvGradient(ConvKernel kernel, int batch, Im2colGrid grid, Image x, Image dy) {
        this.kernel = kernel;
        this.grid = grid;
        this.x = x;
        this.dy = dy;
        int columns = kernel.columns();
        int channels = x.count();
        form = form(columns, grid, channels);
        blocks = ConvBlocks.of(grid, batch, CHANNELS_OF_BOX, POSITIONS).withChannels(channels);
        int pieces = Math.ceilDiv((form == Form.LINES ? grid.width().kernel() : grid.taps()) * channels, columns);
        pixel = switch (form) {
            case CHANNELS, POINTS -> columns;
            case LINES -> channels;
            case PATCHES -> pieces * columns;
        };
        offsets = switch (form) {
            case POINTS -> new int[1];
            case CHANNELS -> pieces(blocks.offsets(false), pixel, 1, columns);
            case LINES -> pieces(blocks.offsets(true), pixel, pieces, columns);
            case PATCHES -> pieces(new int[1], pixel, pieces, columns);
        };
        groups = form == Form.CHANNELS || form == Form.POINTS ? Math.ceilDiv(channels, columns) : 1;
    }

    private static int[] pieces(int[] pixels, int floats, int count, int columns) {
        return IntStream.range(0, pixels.length * count).map(i -> pixels[i / count] * floats + i % count * columns).toArray();
    }

    private static Form form(int columns, Im2colGrid grid, int channels) {
        if (grid.isIdentity() && channels % columns == 0 && channels > 0)
            return Form.POINTS;
        if (!ConvBlocks.fits(grid, Math.max(channels, columns)))
            return Form.PATCHES;
        if (channels >= columns)
            return Form.CHANNELS;
        int wide = grid.width().kernel();
        int lines = grid.taps() / wide * Math.ceilDiv(wide * channels, columns);
        return grid.width().isSolid() && lines < 2 * Math.ceilDiv(grid.taps() * channels, columns) ? Form.LINES : Form.PATCHES;
    }

    /// Writes the gradient.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void run(View dw, int at, int[] taps) {
        long weights = (long) taps.length * x.count() * dy.count();
        int chunk = Math.ceilDiv(Math.max(1, blocks.count()), Math.clamp(PART_FLOATS / Math.max(1, weights), 1, MOST_PARTS));
        int parts = Math.ceilDiv(blocks.count(), chunk);
        int share = Math.max(1, groups * parts / LEAST_TASKS);
        int slice = Math.min(groups, share);
        int slices = Math.ceilDiv(groups, slice);
        int size = Math.multiplyExact(groups * offsets.length, rowFloats());
        float[] sums = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(parts, size));
        Parallel.forChunks(parts * slices, 1, (task, _, _) -> {
            int part = task / slices;
            int first = task % slices * slice;
            add(part * chunk, Math.min(blocks.count(), (part + 1) * chunk), first, Math.min(groups, first + slice), sums, part * size);
        });
        join(sums, parts, size, dw, at, taps);
    }

    private int rowFloats() {
        return dy.count() * kernel.columns();
    }

    /// Sums of the boxes `from` to `to - 1` for some groups of channels.
    private void add(int from, int to, int firstGroup, int endGroup, float[] sums, int so) {
        int row = rowFloats();
        Arrays.fill(sums, so + firstGroup * offsets.length * row, so + endGroup * offsets.length * row, 0);
        if (form == Form.POINTS) {
            addPoints(from, to, firstGroup, endGroup, sums, so);
            return;
        }
        float[] left = GemmScratch.floats(Role.COLUMNS, dy.count() * LINE);
        int[] at = new int[dy.count()];
        Arrays.setAll(at, o -> o * LINE);
        int[] target = new int[dy.count()];
        Arrays.setAll(target, o -> o * kernel.columns());
        float[] right = GemmScratch.floats(Role.BLOCK,
                (form == Form.PATCHES ? blocks.rows() * blocks.columns() : blocks.pixels()) * pixel + kernel.columns());
        float[] lined = GemmScratch.floats(Role.TILE, blocks.rows() * blocks.columns() * kernel.columns());
        for (int b = from; b < to; b++) {
            var box = blocks.box(b);
            transpose(box, left);
            for (int group = firstGroup; group < endGroup; group++) {
                load(box, group, right);
                multiply(box, left, at, right, lined, sums, target, so + group * offsets.length * row);
            }
        }
    }

    private void addPoints(int from, int to, int firstGroup, int endGroup, float[] sums, int so) {
        int columns = kernel.columns();
        int row = rowFloats();
        for (int b = from; b < to; b++) {
            var box = blocks.box(b);
            int end = blocks.position(box, 0) + box.positions();
            for (int p = end - box.positions(); p < end; p += POINTS_TOGETHER)
                for (int group = firstGroup; group < endGroup; group++)
                    for (int o = 0; o < dy.count(); o += ConvKernel.ROWS)
                        kernel.outer(dy.memory().data(), dy.memory().offset() + dy.first() + p * dy.channels() + o, dy.channels(),
                                Math.min(ConvKernel.ROWS, dy.count() - o), x.memory().data(),
                                x.memory().offset() + x.first() + p * x.channels() + group * columns, x.channels(),
                                Math.min(POINTS_TOGETHER, end - p), sums, so + group * row + o * columns, columns);
        }
    }

    private void multiply(Box box, float[] left, int[] at, float[] right, float[] lined, float[] sums, int[] to, int so) {
        int n = box.positions();
        int channels = dy.count();
        for (int offset : offsets) {
            lineUp(box, right, offset, lined);
            for (int o = 0; o < channels; o += ConvKernel.ROWS)
                kernel.tile(left, at, o, Math.min(ConvKernel.ROWS, channels - o), 0, lined, 0, n, null, 0, sums, to, so);
            so += rowFloats();
        }
    }

    /// What the positions of a box see from `offset` on, a tile's columns each, side by side.
    private void lineUp(Box box, float[] from, int offset, float[] to) {
        boolean written = form == Form.PATCHES;
        int step = written ? pixel : grid.width().step() * pixel;
        int line = written ? box.columns() * pixel : grid.height().step() * blocks.width() * pixel;
        for (int r = 0; r < box.rows(); r++)
            kernel.gather(from, offset + r * line, step, box.columns(), to, r * box.columns() * kernel.columns());
    }

    /// The gradient channel after channel.
    private void transpose(Box box, float[] to) {
        float[] from = dy.memory().data();
        for (int r = 0; r < box.rows(); r++) {
            int at = dy.memory().offset() + dy.first() + blocks.position(box, r) * dy.channels();
            int out = r * box.columns();
            int o = 0;
            for (; o + 8 <= dy.count(); o += 8)
                transposeEight(from, at + o, dy.channels(), box.columns(), to, out + o * LINE);
            for (; o < dy.count(); o++)
                for (int p = 0; p < box.columns(); p++)
                    to[out + o * LINE + p] = from[at + p * dy.channels() + o];
        }
    }

    private static void transposeEight(float[] from, int at, int step, int n, float[] to, int out) {
        for (int p = 0; p < n; p++, at += step) {
            to[out + p] = from[at];
            to[out + p + LINE] = from[at + 1];
            to[out + p + 2 * LINE] = from[at + 2];
            to[out + p + 3 * LINE] = from[at + 3];
            to[out + p + 4 * LINE] = from[at + 4];
            to[out + p + 5 * LINE] = from[at + 5];
            to[out + p + 6 * LINE] = from[at + 6];
            to[out + p + 7 * LINE] = from[at + 7];
        }
    }

    private void load(Box box, int group, float[] to) {
        int columns = kernel.columns();
        switch (form) {
            case CHANNELS -> blocks.loadColumns(kernel, box, x.memory(), x.channels(), x.first() + group * columns,
                    Math.min(columns, x.count() - group * columns), to, 0);
            case POINTS -> {
            }
            case LINES -> blocks.load(box, x.memory(), x.channels(), x.first(), to, 0);
            case PATCHES -> {
                for (int r = 0; r < box.rows(); r++) {
                    int position = blocks.position(box, r);
                    grid.patches(x.memory().data(), x.memory().offset(), x.channels(), x.first(), x.count(), position,
                            position + box.columns(), to, r * box.columns() * pixel, pixel);
                }
            }
        }
    }

    private void join(float[] sums, int parts, int size, View dw, int at, int[] taps) {
        int row = rowFloats();
        int rows = groups * offsets.length;
        Parallel.forChunks(rows, Math.max(1, 16 * 1024 / row), (_, from, to) -> {
            double[] totals = new double[row];
            for (int r = from; r < to; r++) {
                Arrays.fill(totals, 0);
                for (int part = 0; part < parts; part++)
                    addTo(totals, sums, part * size + r * row);
                write(totals, r, dw, at, taps);
            }
        });
    }

    private static void addTo(double[] totals, float[] values, int at) {
        for (int i = 0; i < totals.length; i++)
            totals[i] += values[at + i];
    }

    private void write(double[] totals, int row, View dw, int at, int[] taps) {
        int columns = kernel.columns();
        int[] strides = dw.layout().strides();
        int[] order = blocks.order();
        int lines = grid.taps() / grid.width().kernel();
        int piece = row % offsets.length;
        int channels = x.count();
        for (int j = 0; j < columns; j++) {
            int within = (form == Form.LINES ? piece % (offsets.length / lines) : piece) * columns + j;
            int tap = switch (form) {
                case CHANNELS, POINTS -> order[piece];
                case LINES -> within < grid.width().kernel() * channels
                        ? order[piece / (offsets.length / lines) * grid.width().kernel() + within / channels] : -1;
                case PATCHES -> within < taps.length * channels ? within / channels : -1;
            };
            int channel =
                    groups > 1 || form == Form.CHANNELS || form == Form.POINTS ? row / offsets.length * columns + j : within % channels;
            if (tap >= 0 && channel < channels)
                for (int o = 0; o < dy.count(); o++)
                    dw.heap().floats()[at + taps[tap] + channel * strides[1] + o * strides[0]] = (float) totals[o * columns + j];
        }
    }
}
