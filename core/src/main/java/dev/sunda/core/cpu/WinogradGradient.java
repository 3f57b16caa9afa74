package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.WinogradTiles.Places;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// The gradient of a three by three weight by the transposed algorithm of [WinogradConvolution]: `dw = G^T [sum over tiles of
/// (A dy A^T) * (B^T x B)] G`, 36 outer products of channels for each tile.
///
/// Tiles are transformed some strips at a time; then each of the 36 sums goes on over these tiles, one chain in the order of the tiles.
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
    private final Image x;
    private final Image dy;
    /// Floats from one channel of the gradient to the next.
    private final int row;
    private final int plane;
    private final float[] sums;

    WinogradGradient(Kernels kernels, WinogradTiles tiles, Image x, Image dy) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.x = x;
        this.dy = dy;
        int columns = kernels.gemm().columns();
        row = Math.ceilDiv(x.count(), columns) * columns;
        plane = Math.multiplyExact(dy.count(), row);
        sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(PLANES, plane));
    }

    /// Writes the gradient.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void run(View dw, int at, int[] taps) {
        int strips =
                Math.clamp(SPREAD_FLOATS / ((long) PLANES * tiles.across() * (x.count() + dy.count())), 1, Math.max(1, tiles.strips()));
        for (int from = 0; from < tiles.strips(); from += strips)
            add(from, Math.min(tiles.strips(), from + strips));
        finish(dw, at, taps);
    }

    private void add(int from, int to) {
        int n = (to - from) * tiles.across();
        float[] left = GemmScratch.floats(Role.TRANSFORMED, PLANES * n * dy.count());
        float[] right = GemmScratch.floats(Role.SECOND_TRANSFORMED, PLANES * n * x.count() + kernels.gemm().columns());
        Parallel.forChunks(to - from, STRIPS, (_, first, end) -> {
            float[] work = GemmScratch.floats(Role.BLOCK, tiles.workFloats(Math.max(x.count(), dy.count())));
            for (int s = first; s < end; s++) {
                tiles.input(kernels.winograd(), x, from + s, work, right, s * tiles.across() * x.count(),
                        new Places(n * x.count(), x.count(), 1));
                tiles.gradient(kernels.winograd(), dy, from + s, work, left, s * tiles.across() * dy.count(),
                        new Places(n * dy.count(), dy.count(), 1));
            }
        });
        Parallel.forChunks(PLANES, PLANES_TOGETHER, (_, first, end) -> {
            for (int k = first; k < end; k++)
                for (int t = 0; t < n; t += DEPTH)
                    multiply(Math.min(DEPTH, n - t), left, (k * n + t) * dy.count(), right, (k * n + t) * x.count(), k * plane);
        });
    }

    /// Adds the outer products of `n` tiles of a plane.
    private void multiply(int n, float[] left, int lo, float[] right, int ro, int so) {
        var kernel = kernels.gemm();
        int columns = kernel.columns();
        int rows = kernel.rows();
        if (x.count() <= columns) {                                  // the gradient would be packed for one panel
            Gemm.addOuter(kernel, dy.count(), x.count(), n, left, lo, dy.count(), right, ro, x.count(), sums, so, row);
            return;
        }
        float[] packed = GemmScratch.floats(Role.LEFT, Math.ceilDiv(dy.count(), rows) * rows * DEPTH + kernel.slack());
        float[] panel = GemmScratch.floats(Role.COLUMNS, DEPTH * columns);
        int[] to = new int[dy.count()];
        Arrays.setAll(to, o -> o * row);
        for (int o = 0; o < dy.count(); o += rows)
            kernel.copy(left, lo + o, dy.count(), n, Math.min(rows, dy.count() - o), packed, o * DEPTH, rows);
        for (int c = 0; c < x.count(); c += columns) {
            kernel.copyRows(right, ro + c, x.count(), n, panel, 0);
            for (int o = 0; o < dy.count(); o += rows)
                kernel.packed(packed, o * DEPTH, Math.min(rows, dy.count() - o), panel, 0, n, null, 0, sums, to, o, so + c);
        }
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
            WinogradTransform.WEIGHT_GRADIENT.square(kernels.winograd(), sums, from * row, plane, n, work, weights, 0, n);
            for (int tap = 0; tap < TAPS; tap++)
                for (int o = from; o < end; o++)
                    for (int c = 0; c < x.count(); c++)
                        to[at + taps[order[tap]] + o * strides[0] + c * strides[1]] = weights[tap * n + (o - from) * row + c];
        });
    }
}
