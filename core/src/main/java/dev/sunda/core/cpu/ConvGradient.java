package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// The gradient of a weight: for each tap and channel the sum over positions of what the tap sees times the gradient of the result, a
/// product of the transposed gradient with the patches. A panel of patches is gathered from the images for some positions at a time and
/// meets all channels of the gradient. If there is one panel alone, copying would cost as much as multiplying: then the gradient is read
/// where it lies, and the image too if each position sees one pixel.
///
/// Sums over fixed parts of the positions are chains of fused multiply-adds in ascending order of positions; they are joined in double.
final class ConvGradient {
    /// Positions worked on at a time.
    private static final int POSITIONS = GemmKernel.DEPTH;
    /// Parts of the positions: at most so many, and at most so many floats together.
    private static final int MOST_PARTS = 32;
    private static final int PART_FLOATS = 1 << 20;
    private static final int LEAST_TASKS = 12;
    /// Channels from which on neighbouring positions compete for places in the first cache.
    private static final int MOST_APART = 256;

    private final GemmKernel kernel;
    private final Image dy;
    private final Patches patches;
    private final int[] order;
    private final int channels;
    /// Positions of the batch.
    private final int positions;
    /// Floats of a patch.
    private final int length;
    /// Panels of patches.
    private final int panels;

    ConvGradient(GemmKernel kernel, int batch, Im2colGrid grid, Image x, Image dy) {
        this.kernel = kernel;
        this.dy = dy;
        patches = new Patches(kernel, grid, x);
        order = Patches.order(grid);
        channels = x.count();
        positions = Math.multiplyExact(batch, grid.positions());
        length = Math.multiplyExact(order.length, channels);
        panels = Math.ceilDiv(length, kernel.columns());
    }

    /// Writes the gradient.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void run(View dw, int at, int[] taps) {
        long weights = (long) length * dy.count();
        int blocks = Math.max(1, Math.ceilDiv(positions, POSITIONS));
        int chunk = Math.ceilDiv(blocks, Math.clamp(PART_FLOATS / Math.max(1, weights), 1, MOST_PARTS)) * POSITIONS;
        int parts = Math.ceilDiv(positions, chunk);
        int slice = Math.clamp((long) panels * parts / LEAST_TASKS, 1, panels);
        int slices = Math.ceilDiv(panels, slice);
        int size = Math.multiplyExact(panels, panelFloats());
        float[] sums = GemmScratch.floats(Role.PARTIAL, Math.multiplyExact(parts, size));
        Parallel.forChunks(parts * slices, 1, (task, _, _) -> {
            int first = task % slices * slice;
            int part = task / slices;
            add(part * chunk, Math.min(positions, (part + 1) * chunk), first, Math.min(panels, first + slice), sums, FIRST + part * size);
        });
        join(sums, parts, size, dw, at, taps);
    }

    /// Floats of the sums of a panel: its columns for each channel of the gradient, and for those that fill the last tile.
    private int panelFloats() {
        return tiles() * kernel.columns();
    }

    /// Channels of the gradient in whole tiles.
    private int tiles() {
        return Math.ceilDiv(dy.count(), kernel.rows()) * kernel.rows();
    }

    /// The sums over the positions `from` to `until - 1` for some panels.
    private void add(int from, int until, int firstPanel, int endPanel, float[] sums, int so) {
        int columns = kernel.columns();
        int rows = kernel.rows();
        float[] left = GemmScratch.floats(Role.LEFT, tiles() * POSITIONS + kernel.slack());
        float[] wide = GemmScratch.floats(Role.BLOCK, POSITIONS * GemmKernel.STRIDE);
        float[] panel = GemmScratch.floats(Role.COLUMNS, (POSITIONS + 2) * columns);
        int[] to = new int[dy.count()];
        Arrays.setAll(to, o -> o * columns);
        Arrays.fill(sums, so + firstPanel * panelFloats(), so + endPanel * panelFloats(), 0);
        for (int p = from; p < until; p += POSITIONS) {
            int n = Math.min(POSITIONS, until - p);
            if (panels == 1 && dy.channels() <= MOST_APART && isInside(dy, p, n, tiles())) {
                addInPlace(p, n, wide, panel, sums, so);
                continue;
            }
            for (int o = 0; o < dy.count(); o += rows)
                kernel.copy(dy.memory().data(), dy.at(p) + o, dy.channels(), n, Math.min(rows, dy.count() - o), left, FIRST + o * POSITIONS,
                        rows);
            int loaded = -1;
            for (int j = firstPanel; j < endPanel; j++) {
                loaded = load(p, n, j, loaded, wide, panel);
                for (int o = 0; o < dy.count(); o += rows)
                    kernel.packed(left, FIRST + o * POSITIONS, Math.min(rows, dy.count() - o), panel, FIRST, n, null, 0, sums, to, o,
                            so + j * panelFloats());
            }
        }
    }

    /// The same for `n` positions from `p` on and the only panel.
    private void addInPlace(int p, int n, float[] wide, float[] panel, float[] sums, int so) {
        Image image = patches.image();
        if (patches.isIdentity() && isInside(image, p, n, kernel.columns())) {
            outer(p, n, image.memory().data(), image.at(p), image.channels(), sums, so);
            return;
        }
        load(p, n, 0, -1, wide, panel);
        outer(p, n, panel, FIRST, kernel.columns(), sums, so);
    }

    /// Whether `width` floats from the first channel on are in memory for each of `n` pixels, whatever the last ones are.
    private static boolean isInside(Image image, int pixel, int n, int width) {
        return image.at(pixel + n - 1) + width <= image.memory().data().length;
    }

    /// Adds the products of the gradients of `n` positions from `p` on with rows of a panel, `distance` apart.
    private void outer(int p, int n, float[] panel, int at, int distance, float[] sums, int so) {
        float[] gradient = dy.memory().data();
        if (length <= kernel.narrowColumns())
            for (int o = 0; o < dy.count(); o += GemmKernel.OUTER_ROWS)
                kernel.narrowOuter(gradient, dy.at(p) + o, dy.channels(), Math.min(GemmKernel.OUTER_ROWS, dy.count() - o), panel, at,
                        distance, n, sums, so + o * kernel.columns(), kernel.columns());
        else
            for (int o = 0; o < dy.count(); o += kernel.rows())
                kernel.outer(gradient, dy.at(p) + o, dy.channels(), kernel.rows(), panel, at, distance, n, sums, so + o * kernel.columns(),
                        kernel.columns());
    }

    /// A panel of the patches of `n` positions. Where it has columns of more than two pieces it is cut from wider rows, which are loaded
    /// when the first panel wants them.
    ///
    /// @param loaded the first column of the rows that `wide` holds, -1 if there are none
    /// @return the same afterwards
    private int load(int position, int n, int panel, int loaded, float[] wide, float[] to) {
        int columns = kernel.columns();
        int at = panel * columns;
        if (patches.loadPanel(position, n, at, to, FIRST))
            return loaded;
        int within = at % GemmKernel.DEPTH;
        if (loaded != at - within)
            patches.load(position, n, at - within, Math.min(GemmKernel.DEPTH, length - at + within), wide, FIRST, GemmKernel.STRIDE);
        kernel.copyRows(wide, FIRST + within, GemmKernel.STRIDE, n, to, FIRST);
        return at - within;
    }

    private void join(float[] sums, int parts, int size, View dw, int at, int[] taps) {
        int floats = panelFloats();
        Parallel.forChunks(panels, Math.max(1, 16 * 1024 / floats), (_, from, to) -> {
            double[] totals = Scratch64.doubles(Scratch64.Role.SUMS, floats);
            for (int panel = from; panel < to; panel++) {
                Arrays.fill(totals, 0, floats, 0);
                for (int part = 0; part < parts; part++)
                    addTo(totals, sums, FIRST + part * size + panel * floats, floats);
                write(totals, panel * kernel.columns(), dw, at, taps);
            }
        });
    }

    private static void addTo(double[] totals, float[] values, int at, int n) {
        for (int i = 0; i < n; i++)
            totals[i] += values[at + i];
    }

    /// Writes the columns of a panel, the first of which is column `first` of the patches.
    private void write(double[] totals, int first, View dw, int at, int[] taps) {
        int columns = kernel.columns();
        int[] strides = dw.layout().strides();
        float[] to = dw.heap().floats();
        for (int j = 0; j < Math.min(columns, length - first); j++) {
            int target = at + taps[order[(first + j) / channels]] + (first + j) % channels * strides[1];
            for (int o = 0; o < dy.count(); o++)
                to[target + o * strides[0]] = (float) totals[o * columns + j];
        }
    }
}
