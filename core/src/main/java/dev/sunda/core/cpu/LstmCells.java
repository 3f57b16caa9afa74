package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// A step of an LSTM as one parallel loop. A chunk multiplies the states of some samples with the weights of some units in all four gates,
/// and goes on to the cells of these units while the products are in the second cache. From step to step a thread meets the same units, so
/// that their weights stay in its cache as well.
///
/// The products of a group of samples lie gate by gate, so that loops over a gate are long.
final class LstmCells {
    /// Units of a chunk, at most: with 256 states their weights take 512 KB, and the gates of 64 samples 128 KB.
    private static final int MOST_UNITS = 128;
    /// Samples of a chunk, at most.
    private static final int MOST_SAMPLES = 96;
    /// Samples that go through the functions of the gates together, in the first cache as far as it goes.
    private static final int GROUP = 16;
    /// Which of the gates i, f, g, o lies at each place: those that a sigmoid goes through lie side by side.
    private static final int[] ORDER = {0, 1, 3, 2};
    private static final int I = 0, F = 1, O = 2, G = 3, CELL = 4, SQUASHED = 5, OUT = 6, PLACES = 7;

    private final GemmKernel kernel;
    private final Gemm.Panels weight;
    private final float[] start;
    private final View h;
    private final LstmStep step;
    private final int units;

    /// @param start what the products start from, see [Gemm#start]
    private LstmCells(GemmKernel kernel, Gemm.Panels weight, float[] start, View h, LstmStep step) {
        this.kernel = kernel;
        this.weight = weight;
        this.start = start;
        this.h = h;
        this.step = step;
        units = weight.n() / 4;
    }

    /// Whether no panel holds columns of two gates.
    static boolean take(Gemm.Panels weight) {
        return weight.n() % (4 * weight.width()) == 0;
    }

    static void step(GemmKernel kernel, Gemm.Panels weight, float[] start, View h, LstmStep step) {
        new LstmCells(kernel, weight, start, h, step).run();
    }

    private void run() {
        int threads = Parallel.threads();
        int panels = units / weight.width();
        int most = Math.max(1, MOST_UNITS / weight.width());
        int together = Math.ceilDiv(panels, Math.max(Math.ceilDiv(panels, most), Math.min(panels, threads)));
        int unitBlocks = Math.ceilDiv(panels, together);
        int samples = h.shape().size(0);
        int rows =
                Gemm.rowsOfBlock(kernel.rows(), samples, Math.max(Math.ceilDiv(threads, unitBlocks), Math.ceilDiv(samples, MOST_SAMPLES)));
        int rowBlocks = Math.ceilDiv(samples, rows);
        Parallel.forChunks(unitBlocks * rowBlocks, 1, (index, _, _) -> {
            int unit = index / rowBlocks * together * weight.width();
            int first = index % rowBlocks * rows;
            chunk(first, Math.min(rows, samples - first), unit, Math.min(together * weight.width(), units - unit));
        });
    }

    /// The cells of `n` units of `m` samples.
    private void chunk(int first, int m, int unit, int n) {
        float[] a = GemmScratch.floats(Role.BLOCK, Math.ceilDiv(m, GROUP) * PLACES * GROUP * n);
        products(first, m, unit, n, a);
        for (int i = 0; i < m; i += GROUP)
            cells(a, GemmScratch.FIRST + i * PLACES * n, first + i, Math.min(GROUP, m - i), unit, n);
    }

    /// What follows from the products of a group of `m` samples, which lie from `at` on.
    private void cells(float[] a, int at, int first, int m, int unit, int n) {
        int size = GROUP * n;
        int i = at + I * size, f = at + F * size, o = at + O * size, g = at + G * size;
        int cell = at + CELL * size, squashed = at + SQUASHED * size, out = at + OUT * size;
        for (int gate = 0; gate < 4; gate++)
            kernel.addPieces(floats(step.x()), at(step.x(), first, ORDER[gate] * units + unit), distance(step.x()), m, n, a,
                    at + gate * size, n);
        read(step.c(), first, m, unit, n, a, cell);
        UnaryMath.CHOSEN.apply(UnaryOp.SIGMOID, a, i, a, i, 3 * size);
        UnaryMath.CHOSEN.apply(UnaryOp.TANH, a, g, a, g, size);
        BinaryMath.CHOSEN.vectors(BinaryOp.MUL, a, f, a, cell, a, cell, size);
        FormulaMath.CHOSEN.sumWithProduct(a, cell, 1, a, i, a, g, 1, a, cell, size);
        UnaryMath.CHOSEN.apply(UnaryOp.TANH, a, cell, a, squashed, size);
        BinaryMath.CHOSEN.vectors(BinaryOp.MUL, a, o, a, squashed, a, out, size);
        write(a, cell, step.cell(), first, m, unit, n);
        write(a, out, step.out(), first, m, unit, n);
        if (step.gates() == null)
            return;
        for (int gate = 0; gate < 4; gate++)
            write(a, at + gate * size, step.gates(), first, m, ORDER[gate] * units + unit, n);
        write(a, squashed, step.squashed(), first, m, unit, n);
    }

    /// The states of `m` samples times the weights of `n` units, gate by gate.
    private void products(int first, int m, int unit, int n, float[] a) {
        int k = weight.k();
        int tile = kernel.rows();
        int width = weight.width();
        int[] rows = new int[m];
        Arrays.setAll(rows, i -> GemmScratch.FIRST + i / GROUP * PLACES * GROUP * n + i % GROUP * n);
        float[] left = GemmScratch.floats(Role.LEFT, (Math.ceilDiv(m, tile) * tile + 1) * GemmKernel.STRIDE);
        for (int p = 0; p < k; p += GemmKernel.DEPTH) {
            int terms = Math.min(GemmKernel.DEPTH, k - p);
            kernel.copy(floats(h), at(h, first, p), distance(h), m, terms, left, GemmScratch.FIRST, GemmKernel.STRIDE);
            for (int gate = 0; gate < 4; gate++)
                for (int j = 0; j < n; j += width) {
                    int column = ORDER[gate] * units + unit + j;
                    for (int i = 0; i < m; i += tile)
                        kernel.scattered(left, GemmScratch.FIRST + i * GemmKernel.STRIDE, Math.min(tile, m - i), weight.data(),
                                weight.at(column / width, p), terms, p == 0 ? start : null, column, a, rows, i,
                                gate * GROUP * n + j);
                }
        }
    }

    private void read(View from, int first, int m, int column, int n, float[] to, int out) {
        kernel.copyPieces(floats(from), at(from, first, column), distance(from), m, n, to, out, n);
    }

    private void write(float[] from, int at, View to, int first, int m, int column, int n) {
        kernel.copyPieces(from, at, n, m, n, floats(to), at(to, first, column), distance(to));
    }

    private static float[] floats(View x) {
        return x.heap().floats();
    }

    private static int at(View x, int row, int column) {
        return x.layout().offset() + row * distance(x) + column;
    }

    private static int distance(View x) {
        return x.layout().stride(0);
    }
}
