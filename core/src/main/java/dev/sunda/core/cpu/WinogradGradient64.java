package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Convolution64.Kernels;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.cpu.WinogradTiles.Places;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// [WinogradGradient] of F64: the same tiles and sums, each of which is one chain over all tiles.
final class WinogradGradient64 {
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int TAPS = 9;
    /// Transformed doubles held at a time: they stay in the last cache.
    private static final int SPREAD_DOUBLES = 1 << 20;
    private static final int STRIPS = 4;
    private static final int PLANES_TOGETHER = 3;
    private static final int CHUNK_DOUBLES = 1024;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final WinogradStrips64 strips;
    private final Image64 x;
    private final Image64 dy;
    /// Planes from the one that the first tap along the depth sees to what each of them sees.
    private final int[] shifts;
    /// Strips that see pixels of one another through these taps, and those that they see altogether.
    private final int neighbours;
    private final int seen;
    /// Doubles of the sums of a plane: for each channel of the gradient those of the source.
    private final int plane;
    private final double[] sums;

    WinogradGradient64(Kernels kernels, WinogradTiles tiles, Image64 x, Image64 dy) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.x = x;
        this.dy = dy;
        strips = new WinogradStrips64(kernels.winograd(), tiles);
        plane = Math.multiplyExact(dy.count(), x.count());
        shifts = tiles.shifts();
        neighbours = shifts.length == 1 ? 1 : tiles.planes();
        seen = neighbours + shifts[shifts.length - 1];
        int size = Math.multiplyExact(shifts.length * PLANES, plane);
        sums = Scratch64.doubles(Role.RESULT, size);
        Arrays.fill(sums, 0, size, 0);
    }

    /// Writes the gradient.
    ///
    /// @param taps where the weight of each tap lies in `dw`, relative to `at`
    /// @param at where the first weight of these channels lies
    void run(View dw, int at, int[] taps) {
        int groups = tiles.strips() / neighbours;
        long size = (long) PLANES * tiles.across() * (seen * x.count() + neighbours * dy.count());
        int together = Math.clamp(SPREAD_DOUBLES / size, 1, Math.max(1, groups));
        for (int from = 0; from < groups; from += together)
            add(from, Math.min(together, groups - from));
        finish(dw, at, taps);
    }

    /// Adds what `groups` groups of neighbours give, from number `first` on.
    private void add(int first, int groups) {
        int n = groups * neighbours * tiles.across();
        int rightTiles = groups * seen * tiles.across();
        double[] left = Scratch64.doubles(Role.TRANSFORMED, PLANES * n * dy.count());
        double[] right = Scratch64.doubles(Role.SECOND_TRANSFORMED, PLANES * rightTiles * x.count());
        Parallel.forChunks(groups * seen, STRIPS, (_, from, end) -> {
            double[] work = Scratch64.doubles(Role.WORK, tiles.workSize(Math.max(x.count(), dy.count())));
            for (int i = from; i < end; i++)
                transform(first + i / seen, i % seen, work, right, i, new Places(rightTiles * x.count(), x.count(), 1), left,
                        i / seen * neighbours + i % seen, new Places(n * dy.count(), dy.count(), 1));
        });
        int runs = shifts.length == 1 ? 1 : groups;                  // of tiles that meet their pixels at a constant distance
        Parallel.forChunks(PLANES, PLANES_TOGETHER, (_, from, end) -> {
            for (int k = from; k < end; k++)
                for (int run = 0; run < runs; run++)
                    multiply(n / runs, left, (k * n + n / runs * run) * dy.count(), right,
                            (k * rightTiles + rightTiles / runs * run) * x.count(), k);
        });
    }

    /// What strip `i` of a group sees becomes strip `xi` of `right`, and its gradients, if it has results, strip `yi` of `left`.
    private void transform(int group, int i, double[] work, double[] right, int xi, Places toRight, double[] left, int yi, Places toLeft) {
        int strip = group * neighbours + Math.min(i, neighbours - 1);
        strips.input(x, strip, Math.max(0, i - neighbours + 1), work, right, xi * tiles.across() * x.count(), toRight);
        if (i < neighbours)
            strips.gradient(dy, strip, work, left, yi * tiles.across() * dy.count(), toLeft);
    }

    /// Adds the outer products of `n` tiles of plane `k`.
    private void multiply(int n, double[] left, int lo, double[] right, int ro, int k) {
        var transposed = Matrix64.of(left, lo, 1, dy.count());
        for (int t = 0; t < shifts.length; t++)
            Gemm64.multiply(kernels.gemm(), dy.count(), x.count(), n, transposed,
                    Matrix64.of(right, ro + shifts[t] * tiles.across() * x.count(), x.count(), 1), null, sums, (t * PLANES + k) * plane,
                    x.count());
    }

    /// Transforms the sums back.
    private void finish(View dw, int at, int[] taps) {
        int[] order = tiles.order();
        int[] strides = dw.layout().strides();
        double[] to = dw.heap().doubles();
        Parallel.forChunks(dy.count(), Math.max(1, CHUNK_DOUBLES / x.count()), (_, from, end) -> {
            int n = (end - from) * x.count();
            double[] work = Scratch64.doubles(Role.WORK, PLANES * n);
            double[] weights = Scratch64.doubles(Role.SUMS, TAPS * n);
            for (int t = 0; t < shifts.length; t++) {
                WinogradTransform.WEIGHT_GRADIENT.square(kernels.winograd(), sums, t * PLANES * plane + from * x.count(), plane, n, work,
                        weights, 0, n);
                for (int tap = 0; tap < TAPS; tap++)
                    for (int o = from; o < end; o++)
                        for (int c = 0; c < x.count(); c++)
                            to[at + taps[order[t * TAPS + tap]] + o * strides[0] + c * strides[1]] =
                                    weights[tap * n + (o - from) * x.count() + c];
            }
        });
    }
}
