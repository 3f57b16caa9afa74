package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// [Reduce] for F64 tensors: sums, maxima and minima over some dimensions, in blocks that do not depend on the threads.
final class Reduce64 {
    private static final int BLOCK = 4096;
    /// Columns a thread sums at once.
    private static final int WIDTH = 512;
    private static final int CHAINS = 8;

    private final ReduceOp op;
    private final double[] x;
    private final double[] out;
    private final Nest nest;                                         // operands: out with stride 0 where reduced, x
    private final Reduce.Walk kept;
    private final Reduce.Walk reduced;

    private Reduce64(ReduceOp op, Nest nest, double[] x, double[] out) {
        this.op = op;
        this.nest = nest;
        this.x = x;
        this.out = out;
        kept = new Reduce.Walk(nest, false);
        reduced = new Reduce.Walk(nest, true);
    }

    /// `out = op over the dimensions in which out has size 1`; `x` is not empty.
    static void apply(ReduceOp op, View x, View out) {
        var nest = Reduce.nest(x.layout(), out.layout());
        View source = x;
        if (nest.stride(1) != 1) {                                   // make one dimension contiguous first
            source = new View(HeapStorage.allocate(Device.CPU, DType.F64, x.shape().numel()), Layout.contiguous(x.shape()));
            Copy.apply(x, source);
            nest = Reduce.nest(source.layout(), out.layout());
        }
        var reduce = new Reduce64(op, nest, source.heap().doubles(), out.heap().doubles());
        if (nest.stride(0) == 0 || nest.inner() == 1)
            reduce.rows();
        else
            reduce.columns();
    }

    private void rows() {
        int blocks = Math.ceilDiv(nest.inner(), BLOCK);
        int pieces = Math.multiplyExact(reduced.count(), blocks);
        var partial = new double[Math.multiplyExact(kept.count(), pieces)];
        int chunk = Math.max(1, Nest.chunk(nest.numel()) / Math.max(1, nest.numel() / partial.length));
        Parallel.forChunks(partial.length, chunk, (_, from, to) -> {
            for (int i = from; i < to; i++) {
                int piece = i % pieces;
                int start = piece % blocks * BLOCK;
                int at = nest.offset(1) + kept.at(1, i / pieces) + reduced.at(1, piece / blocks) + start;
                partial[i] = fold(x, at, Math.min(BLOCK, nest.inner() - start));
            }
        });
        for (int k = 0; k < kept.count(); k++)
            out[nest.offset(0) + kept.at(0, k)] = fold(partial, k * pieces, pieces);
    }

    private double fold(double[] values, int from, int n) {
        return switch (op) {
            case SUM -> sum(values, from, n);
            case MAX -> max(values, from, n);
            default -> min(values, from, n);
        };
    }

    private void columns() {
        int tiles = Math.ceilDiv(nest.inner(), WIDTH);
        int work = reduced.count() * Math.min(WIDTH, nest.inner());
        Parallel.forChunks(kept.count() * tiles, Math.max(1, Nest.chunk(nest.numel()) / Math.max(1, work)), (_, from, to) -> {
            var totals = new double[WIDTH];
            for (int i = from; i < to; i++)
                column(i / tiles, i % tiles * WIDTH, totals);
        });
    }

    private void column(int k, int column, double[] totals) {
        int n = Math.min(WIDTH, nest.inner() - column);
        Arrays.fill(totals, op == ReduceOp.SUM ? 0 : op == ReduceOp.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        BinaryOp join = op == ReduceOp.SUM ? BinaryOp.ADD : op == ReduceOp.MAX ? BinaryOp.MAXIMUM : BinaryOp.MINIMUM;
        for (int row = 0; row < reduced.count(); row++)
            Binary64.values(join, totals, 0, x, nest.offset(1) + kept.at(1, k) + reduced.at(1, row) + column, totals, 0, n);
        int at = nest.offset(0) + kept.at(0, k) + column * nest.stride(0);
        for (int c = 0; c < n; c++)
            out[at + c * nest.stride(0)] = totals[c];
    }

    /// The sum of `n` elements, in eight interleaved chains that are joined in a fixed tree.
    static double sum(double[] x, int xi, int n) {
        var lanes = new double[CHAINS];
        int end = n & -CHAINS;
        if (VectorPath.isSimd())
            SimdReduce64.sum(lanes, x, xi, end);
        else
            chains(lanes, x, xi, end);
        return finishSum(lanes, x, xi, end, n);
    }

    /// The sum whose chains hold the first `end` elements.
    static double finishSum(double[] lanes, double[] x, int xi, int end, int n) {
        for (int j = end; j < n; j++)
            lanes[0] += x[xi + j];
        return joined(lanes);
    }

    /// The sum of eight chains.
    static double joined(double[] lanes) {
        return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    }

    /// Adds the first `end` elements, a multiple of eight, each to the chain of its place.
    static void chains(double[] lanes, double[] x, int xi, int end) {
        double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (int j = xi; j < xi + end; j += CHAINS) {
            a += x[j];
            b += x[j + 1];
            c += x[j + 2];
            d += x[j + 3];
            e += x[j + 4];
            f += x[j + 5];
            g += x[j + 6];
            h += x[j + 7];
        }
        double[] sums = {a, b, c, d, e, f, g, h};
        System.arraycopy(sums, 0, lanes, 0, CHAINS);
    }

    /// The largest of `n` elements, NaN if one is; minus infinity if there are none.
    static double max(double[] x, int xi, int n) {
        int end = VectorPath.isSimd() ? n & -CHAINS : 0;
        double most = Double.NEGATIVE_INFINITY;
        if (end > 0) {
            var lanes = new double[CHAINS];
            SimdReduce64.max(lanes, x, xi, end);
            most = max(most, lanes, 0, CHAINS);
        }
        return max(most, x, xi + end, n - end);
    }

    private static double max(double most, double[] x, int xi, int n) {
        double a = most, b = most, c = most, d = most;
        int j = xi;
        for (; j <= xi + n - 4; j += 4) {
            a = Math.max(a, x[j]);
            b = Math.max(b, x[j + 1]);
            c = Math.max(c, x[j + 2]);
            d = Math.max(d, x[j + 3]);
        }
        for (; j < xi + n; j++)
            a = Math.max(a, x[j]);
        return Math.max(Math.max(a, b), Math.max(c, d));
    }

    /// The smallest of `n` elements, NaN if one is; infinity if there are none.
    static double min(double[] x, int xi, int n) {
        int end = VectorPath.isSimd() ? n & -CHAINS : 0;
        double least = Double.POSITIVE_INFINITY;
        if (end > 0) {
            var lanes = new double[CHAINS];
            SimdReduce64.min(lanes, x, xi, end);
            least = min(least, lanes, 0, CHAINS);
        }
        return min(least, x, xi + end, n - end);
    }

    private static double min(double least, double[] x, int xi, int n) {
        double a = least, b = least, c = least, d = least;
        int j = xi;
        for (; j <= xi + n - 4; j += 4) {
            a = Math.min(a, x[j]);
            b = Math.min(b, x[j + 1]);
            c = Math.min(c, x[j + 2]);
            d = Math.min(d, x[j + 3]);
        }
        for (; j < xi + n; j++)
            a = Math.min(a, x[j]);
        return Math.min(Math.min(a, b), Math.min(c, d));
    }
}
