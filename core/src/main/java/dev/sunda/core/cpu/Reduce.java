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

/// Sums, maxima and minima of F32 tensors over some dimensions. `x` is not modified.
///
/// Two cases, by what lies innermost in memory: a reduced dimension (each result is made of contiguous rows) or a kept one (whole
/// rows are added up element by element). Short stretches of fixed length are summed in float and joined in double in
/// ascending order, so the error stays small however many elements there are, and the bits do not depend on threads.
final class Reduce {
    private static final ReduceMath MATH = ReduceMath.CHOSEN;
    private static final BinaryMath COLUMNS = BinaryMath.CHOSEN;
    private static final int MOST_ROWS = 256;
    private static final int LEAST_ROWS = 16;

    private final ReduceOp op;
    private final float[] x;
    private final float[] out;
    private final Nest nest;                                         // operands: out with stride 0 where reduced, x
    private final Walk kept;
    private final Walk reduced;

    private Reduce(ReduceOp op, Nest nest, float[] x, float[] out) {
        this.op = op;
        this.nest = nest;
        this.x = x;
        this.out = out;
        this.kept = new Walk(nest, false);
        this.reduced = new Walk(nest, true);
    }

    /// Whether [#apply] (F32) or [Reduce64] takes the reduction; the naive loops take the rest.
    static boolean takes(ReduceOp op, View x) {
        return (op == ReduceOp.SUM || op == ReduceOp.MAX || op == ReduceOp.MIN) && x.dtype().isFloating() && x.shape().numel() > 0;
    }

    /// `out = op over the dimensions in which out has size 1`.
    static void apply(ReduceOp op, View x, View out) {
        var nest = nest(x.layout(), out.layout());
        View source = x;
        if (nest.stride(1) != 1) {                                   // make one dimension contiguous first
            source = new View(HeapStorage.allocate(Device.CPU, DType.F32, x.shape().numel()), Layout.contiguous(x.shape()));
            Copy.apply(x, source);
            nest = nest(source.layout(), out.layout());
        }
        var reduce = new Reduce(op, nest, source.heap().floats(), out.heap().floats());
        if (nest.stride(0) == 0 || nest.inner() == 1)
            reduce.rows();
        else
            reduce.columns();
    }

    /// The loops over `x`, with `out` as first operand, at stride 0 where it is reduced.
    static Nest nest(Layout x, Layout out) {
        int[] strides = out.strides();
        for (int d = 0; d < strides.length; d++)
            if (out.shape().size(d) == 1)
                strides[d] = 0;
        return Nest.of(Layout.strided(x.shape(), strides, out.offset()), x);
    }

    private void rows() {
        int pieces = Math.multiplyExact(reduced.count, Math.ceilDiv(nest.inner(), ReduceMath.BLOCK));
        int results = kept.count;
        if (pieces == 1 || results >= 64) {
            int chunk = Math.max(1, Nest.chunk(nest.numel()) / Math.max(1, nest.numel() / results));
            Parallel.forChunks(results, chunk, (_, from, to) -> {
                for (int k = from; k < to; k++) {
                    double total = identity();
                    for (int p = 0; p < pieces; p++)
                        total = join(total, piece(k, p));
                    out[nest.offset(0) + kept.at(0, k)] = (float) total;
                }
            });
            return;
        }
        var partial = new float[Math.multiplyExact(results, pieces)];
        int chunk = Math.max(1, Nest.chunk(nest.numel()) / Math.max(1, nest.numel() / partial.length));
        int blocks = op == ReduceOp.SUM && nest.outerLoops() == 0 ? nest.numel() / ReduceMath.BLOCK : 0;   // side by side, for one result
        Parallel.forChunks(partial.length, chunk, (_, from, to) -> {
            int i = Math.clamp(blocks, from, to);
            if (from < i)
                MATH.blockSums(x, nest.offset(1) + from * ReduceMath.BLOCK, i - from, partial, from);
            for (; i < to; i++)
                partial[i] = piece(i / pieces, i % pieces);
        });
        for (int k = 0; k < results; k++) {
            double total = identity();
            for (int p = 0; p < pieces; p++)
                total = join(total, partial[k * pieces + p]);
            out[nest.offset(0) + kept.at(0, k)] = (float) total;
        }
    }

    private double identity() {
        return op == ReduceOp.SUM ? 0 : op == ReduceOp.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    private double join(double a, double b) {
        return op == ReduceOp.SUM ? a + b : op == ReduceOp.MAX ? Math.max(a, b) : Math.min(a, b);
    }

    /// One block of one contiguous row of result `k`.
    private float piece(int k, int piece) {
        int blocks = Math.ceilDiv(nest.inner(), ReduceMath.BLOCK);
        int start = piece % blocks * ReduceMath.BLOCK;
        int at = nest.offset(1) + kept.at(1, k) + reduced.at(1, piece / blocks) + start;
        int n = Math.min(ReduceMath.BLOCK, nest.inner() - start);
        return switch (op) {
            case SUM -> MATH.sum(x, at, n);
            case MAX -> MATH.max(x, at, n);
            default -> MATH.min(x, at, n);
        };
    }

    private void columns() {
        int width = Math.min(nest.inner(), ReduceMath.BLOCK);
        int tiles = Math.ceilDiv(nest.inner(), width);
        int rows = Math.clamp(Nest.CHUNK / width, LEAST_ROWS, MOST_ROWS);
        int pieces = Math.ceilDiv(reduced.count, rows);
        int results = kept.count * tiles;
        var partial = new float[Math.multiplyExact(Math.multiplyExact(results, pieces), width)];
        int work = Math.min(rows, reduced.count) * width;
        int chunk = Math.max(1, Nest.chunk(nest.numel()) / Math.max(1, work));
        Parallel.forChunks(results * pieces, chunk, (_, from, to) -> {
            for (int i = from; i < to; i++) {
                int result = i / pieces;
                int first = i % pieces * rows;
                stack(result / tiles, result % tiles * width, first, Math.min(reduced.count, first + rows), partial, i * width, width);
            }
        });
        for (int result = 0; result < results; result++)
            store(result / tiles, result % tiles * width, partial, result * pieces * width, pieces, width);
    }

    /// Joins rows `from` to `to - 1` of a tile of columns into `partial`.
    private void stack(int k, int column, int from, int to, float[] partial, int at, int width) {
        int n = Math.min(width, nest.inner() - column);
        int base = nest.offset(1) + kept.at(1, k) + column;
        if (op == ReduceOp.SUM && reduced.isRegular()) {
            MATH.sumRows(x, base + reduced.at(1, from), reduced.stride(1), to - from, partial, at, n);
            return;
        }
        BinaryOp join = op == ReduceOp.SUM ? BinaryOp.ADD : op == ReduceOp.MAX ? BinaryOp.MAXIMUM : BinaryOp.MINIMUM;
        System.arraycopy(x, base + reduced.at(1, from), partial, at, n);
        for (int row = from + 1; row < to; row++)
            COLUMNS.vectors(join, partial, at, x, base + reduced.at(1, row), partial, at, n);
    }

    private void store(int k, int column, float[] partial, int at, int pieces, int width) {
        int n = Math.min(width, nest.inner() - column);
        var totals = new double[n];
        Arrays.fill(totals, identity());
        for (int p = 0; p < pieces; p++)
            for (int c = 0; c < n; c++)
                totals[c] = join(totals[c], partial[at + p * width + c]);
        int to = nest.offset(0) + kept.at(0, k) + column * nest.stride(0);
        for (int c = 0; c < n; c++)
            out[to + c * nest.stride(0)] = (float) totals[c];
    }

    /// The outer loops that are reduced, or those that are kept, as one loop.
    static final class Walk {
        private final int count;
        private final int[] sizes;
        private final int[][] strides;

        Walk(Nest nest, boolean reduced) {
            int[] loops = new int[nest.outerLoops()];
            int n = 0;
            for (int loop = 0; loop < loops.length; loop++)
                if (nest.outerStride(0, loop) == 0 == reduced)
                    loops[n++] = loop;
            sizes = new int[n];
            strides = new int[2][n];
            int product = 1;
            for (int i = 0; i < n; i++) {
                sizes[i] = nest.outerSize(loops[i]);
                strides[0][i] = nest.outerStride(0, loops[i]);
                strides[1][i] = nest.outerStride(1, loops[i]);
                product *= sizes[i];
            }
            count = product;
        }

        /// Number of steps.
        int count() {
            return count;
        }

        /// True if the steps are all of one length.
        boolean isRegular() {
            return sizes.length == 1;
        }

        /// The length of a regular step in operand `k`.
        int stride(int k) {
            return strides[k][0];
        }

        /// Distance of step `i` from the start in operand `k`.
        int at(int k, int i) {
            if (sizes.length == 1)
                return i * strides[k][0];
            int at = 0;
            for (int d = sizes.length - 1, left = i; d >= 0; d--) {
                at += left % sizes[d] * strides[k][d];
                left /= sizes[d];
            }
            return at;
        }
    }
}
