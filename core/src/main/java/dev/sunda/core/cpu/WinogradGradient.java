package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.WinogradTiles.Places;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// The gradient of a three by three weight by the transposed algorithm of [WinogradConvolution]: `dw = G^T [sum over tiles of
/// (A dy A^T) * (B^T x B)] G`, 36 outer products of channels for each tile.
///
/// Tiles are transformed some strips at a time; then each of the 36 sums goes on over these tiles, one chain in the order of the tiles. The
/// taps along the depth of a volume have such sums each, over the same transformed planes.
final class WinogradGradient {
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int TAPS = 9;
    /// Transformed floats held at a time: they stay in the last cache.
    private static final int SPREAD_FLOATS = 1 << 21;
    /// Tiles of one call of the innermost loop.
    private static final int DEPTH = GemmKernel.DEPTH;
    private static final int STRIPS = 4;
    private static final int PLANES_TOGETHER = 3;
    private static final int CHUNK_FLOATS = 1024;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final WinogradStrips strips;
    private final Image x;
    private final Image dy;
    /// Planes from the one that the first tap along the depth sees to what each of them sees.
    private final int[] shifts;
    /// Strips that see pixels of one another through these taps, and those that they see altogether.
    private final int neighbours;
    private final int seen;
    /// Floats from one channel of the gradient to the next.
    private final int row;
    private final int plane;
    private final float[] sums;

    WinogradGradient(Kernels kernels, WinogradTiles tiles, Image x, Image dy) {
        this.kernels = kernels;
        this.tiles = tiles;
        strips = new WinogradStrips(kernels.winograd(), tiles);
        this.x = x;
        this.dy = dy;
        int columns = kernels.gemm().columns();
        row = Math.ceilDiv(x.count(), columns) * columns;
        plane = Math.multiplyExact(dy.count(), row);
        shifts = tiles.shifts();
        neighbours = shifts.length == 1 ? 1 : tiles.planes();
        seen = neighbours + shifts[shifts.length - 1];
        sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(shifts.length * PLANES, plane));
    }

    /// Writes the gradient.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void run(View dw, int at, int[] taps) {
        int groups = tiles.strips() / neighbours;
        long floats = (long) PLANES * tiles.across() * (seen * x.count() + neighbours * dy.count());
        int together = Math.clamp(SPREAD_FLOATS / floats, 1, Math.max(1, groups));
        for (int from = 0; from < groups; from += together)
            add(from, Math.min(together, groups - from));
        finish(dw, at, taps);
    }

    /// Adds what `groups` groups of neighbours give, from number `first` on.
    private void add(int first, int groups) {
        int n = groups * neighbours * tiles.across();
        int rightTiles = groups * seen * tiles.across();
        float[] left = GemmScratch.floats(Role.TRANSFORMED, PLANES * n * dy.count());
        float[] right = GemmScratch.floats(Role.SECOND_TRANSFORMED, PLANES * rightTiles * x.count() + kernels.gemm().columns());
        Parallel.forChunks(groups * seen, STRIPS, (_, from, end) -> {
            float[] work = GemmScratch.floats(Role.BLOCK, tiles.workSize(Math.max(x.count(), dy.count())));
            for (int i = from; i < end; i++)
                transform(first + i / seen, i % seen, work, right, i, new Places(rightTiles * x.count(), x.count(), 1), left,
                        i / seen * neighbours + i % seen, new Places(n * dy.count(), dy.count(), 1));
        });
        int runs = shifts.length == 1 ? 1 : groups;                  // of tiles that meet their pixels at a constant distance
        Parallel.forChunks(PLANES, PLANES_TOGETHER, (_, from, end) -> {
            for (int k = from; k < end; k++)
                for (int run = 0; run < runs; run++)
                    for (int t = 0; t < n / runs; t += DEPTH)
                        multiply(Math.min(DEPTH, n / runs - t), left, FIRST + (k * n + n / runs * run + t) * dy.count(), right,
                                FIRST + (k * rightTiles + rightTiles / runs * run + t) * x.count(), k);
        });
    }

    /// What strip `i` of a group sees becomes strip `xi` of `right`, and its gradients, if it has results, strip `yi` of `left`.
    private void transform(int group, int i, float[] work, float[] right, int xi, Places toRight, float[] left, int yi, Places toLeft) {
        int strip = group * neighbours + Math.min(i, neighbours - 1);
        strips.input(x, strip, Math.max(0, i - neighbours + 1), work, right, FIRST + xi * tiles.across() * x.count(), toRight);
        if (i < neighbours)
            strips.gradient(dy, strip, work, left, FIRST + yi * tiles.across() * dy.count(), toLeft);
    }

    /// Adds the outer products of `n` tiles of plane `k`.
    private void multiply(int n, float[] left, int lo, float[] right, int ro, int k) {
        var kernel = kernels.gemm();
        int columns = kernel.columns();
        int rows = kernel.rows();
        if (shifts.length == 1 && x.count() <= columns) {            // the gradient would be packed for one panel
            Gemm.addOuter(kernel, dy.count(), x.count(), n, left, lo, dy.count(), right, ro, x.count(), sums, FIRST + k * plane, row);
            return;
        }
        float[] packed = GemmScratch.floats(Role.LEFT, Math.ceilDiv(dy.count(), rows) * rows * DEPTH + kernel.slack());
        int[] to = new int[dy.count()];
        Arrays.setAll(to, o -> o * row);
        for (int o = 0; o < dy.count(); o += rows)
            kernel.copy(left, lo + o, dy.count(), n, Math.min(rows, dy.count() - o), packed, FIRST + o * DEPTH, rows);
        for (int t = 0; t < shifts.length; t++)
            for (int c = 0; c < x.count(); c += columns)
                panel(n, packed, right, ro + shifts[t] * tiles.across() * x.count() + c, FIRST + (t * PLANES + k) * plane + c, to);
    }

    private void panel(int n, float[] packed, float[] right, int ro, int so, int[] to) {
        var kernel = kernels.gemm();
        float[] panel = GemmScratch.floats(Role.COLUMNS, DEPTH * kernel.columns());
        kernel.copyRows(right, ro, x.count(), n, panel, FIRST);
        for (int o = 0; o < dy.count(); o += kernel.rows())
            kernel.packed(packed, FIRST + o * DEPTH, Math.min(kernel.rows(), dy.count() - o), panel, FIRST, n, null, 0, sums, to, o, so);
    }

    /// Transforms the sums back.
    private void finish(View dw, int at, int[] taps) {
        int[] order = tiles.order();
        int[] strides = dw.layout().strides();
        float[] to = dw.heap().floats();
        Parallel.forChunks(dy.count(), Math.max(1, CHUNK_FLOATS / row), (_, from, end) -> {
            int n = (end - from) * row;
            float[] work = GemmScratch.floats(Role.BLOCK, (TAPS + PLANES) * n);
            float[] weights = GemmScratch.floats(Role.COLUMNS, TAPS * n);
            for (int t = 0; t < shifts.length; t++) {
                WinogradTransform.WEIGHT_GRADIENT.square(kernels.winograd(), sums, FIRST + t * PLANES * plane + from * row, plane, n, work,
                        FIRST,
                        weights, FIRST, n);
                for (int tap = 0; tap < TAPS; tap++)
                    for (int o = from; o < end; o++)
                        for (int c = 0; c < x.count(); c++)
                            to[at + taps[order[t * TAPS + tap]] + o * strides[0] + c * strides[1]] =
                                    weights[FIRST + tap * n + (o - from) * row + c];
            }
        });
    }
}
