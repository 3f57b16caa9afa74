package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Element-wise functions of two F32 tensors over views of any strides; broadcasting is stride 0. Sources are not modified.
final class Binary {
    private static final BinaryMath MATH = BinaryMath.CHOSEN;
    /// Rows shorter than this are repeated side by side until they are long enough for a vector loop.
    private static final int SHORT_ROW = 1024;

    private Binary() {
    }

    /// `out = op(a, b)`, all F32.
    static void apply(BinaryOp op, View a, View b, View out) {
        var nest = Nest.of(a.layout(), b.layout(), out.layout());
        float[] left = a.heap().floats();
        float[] right = b.heap().floats();
        float[] to = out.heap().floats();
        int row = shortRow(nest);
        if (row >= 0)
            applyRow(op, nest, row == 0 ? left : right, row == 0, row == 0 ? right : left, to);
        else
            nest.forEach((at, n) -> segment(op, left, at[0], nest.stride(0), right, at[1], nest.stride(1), to, at[2], nest.stride(2), n));
    }

    /// The operand that is one short row, repeated for every row of the others, which are dense; -1 if there is none.
    private static int shortRow(Nest nest) {
        if (nest.numel() == 0 || nest.outerLoops() != 1 || !nest.isUnit() || nest.inner() >= SHORT_ROW
                || nest.outerStride(2, 0) != nest.inner())
            return -1;
        if (nest.outerStride(0, 0) == 0 && nest.outerStride(1, 0) == nest.inner())
            return 0;
        return nest.outerStride(1, 0) == 0 && nest.outerStride(0, 0) == nest.inner() ? 1 : -1;
    }

    private static void applyRow(BinaryOp op, Nest nest, float[] row, boolean rowIsLeft, float[] dense, float[] to) {
        int width = nest.inner();
        var repeated = new float[Math.min(nest.numel(), width * Math.ceilDiv(SHORT_ROW, width))];
        int rowAt = nest.offset(rowIsLeft ? 0 : 1);
        for (int i = 0; i < repeated.length; i += width)
            System.arraycopy(row, rowAt, repeated, i, width);
        int period = repeated.length;
        int denseAt = nest.offset(rowIsLeft ? 1 : 0);
        int toAt = nest.offset(2);
        int chunk = nest.numel() <= 2 * Nest.CHUNK ? nest.numel() : period * Math.ceilDiv(Nest.CHUNK, period);
        Parallel.forChunks(nest.numel(), chunk, (_, from, end) -> {
            for (int i = from; i < end; i += period) {
                int n = Math.min(period, end - i);
                if (rowIsLeft)
                    MATH.vectors(op, repeated, 0, dense, denseAt + i, to, toAt + i, n);
                else
                    MATH.vectors(op, dense, denseAt + i, repeated, 0, to, toAt + i, n);
            }
        });
    }

    private static void segment(BinaryOp op, float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int oi, int os, int n) {
        if (os == 1 && as == 1 && bs == 1)
            MATH.vectors(op, a, ai, b, bi, out, oi, n);
        else if (os == 1 && as == 1 && bs == 0)
            MATH.vectorScalar(op, a, ai, b[bi], out, oi, n);
        else if (os == 1 && as == 0 && bs == 1)
            MATH.scalarVector(op, a[ai], b, bi, out, oi, n);
        else
            strided(op, a, ai, as, b, bi, bs, out, oi, os, n);
    }

    private static void strided(BinaryOp op, float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int oi, int os, int n) {
        int length = Math.min(n, Strips.LENGTH);
        var left = new float[length];
        var right = new float[length];
        var result = new float[length];
        for (int i = 0; i < n; i += Strips.LENGTH) {
            int m = Math.min(Strips.LENGTH, n - i);
            Strips.read(a, ai + i * as, as, left, m);
            Strips.read(b, bi + i * bs, bs, right, m);
            MATH.vectors(op, left, 0, right, 0, result, 0, m);
            Strips.write(result, out, oi + i * os, os, m);
        }
    }

    /// `out = op(a, b)` for a comparison of F32 with a `BOOL` result.
    static void compare(BinaryOp op, View a, View b, View out) {
        var nest = Nest.of(a.layout(), b.layout(), out.layout());
        float[] left = a.heap().floats();
        float[] right = b.heap().floats();
        byte[] to = out.heap().bytes();
        nest.forEach((at, n) -> compare(op, left, at[0], nest.stride(0), right, at[1], nest.stride(1), to, at[2], nest.stride(2), n));
    }

    private static void compare(BinaryOp op, float[] a, int ai, int as, float[] b, int bi, int bs, byte[] out, int oi, int os, int n) {
        int done = VectorPath.isSimd() && as == 1 && bs == 1 && os == 1 ? SimdChoice.compare(op, a, ai, b, bi, out, oi, n) : 0;
        if (done < n)
            compareRest(op, a, ai + done * as, as, b, bi + done * bs, bs, out, oi + done * os, os, n - done);
    }

    private static void compareRest(BinaryOp op, float[] a, int ai, int as, float[] b, int bi, int bs, byte[] out, int oi, int os, int n) {
        switch (op) {
            case EQ -> {
                for (int j = 0; j < n; j++)
                    out[oi + j * os] = (byte) (a[ai + j * as] == b[bi + j * bs] ? 1 : 0);
            }
            case LT -> {
                for (int j = 0; j < n; j++)
                    out[oi + j * os] = (byte) (a[ai + j * as] < b[bi + j * bs] ? 1 : 0);
            }
            case LE -> {
                for (int j = 0; j < n; j++)
                    out[oi + j * os] = (byte) (a[ai + j * as] <= b[bi + j * bs] ? 1 : 0);
            }
            case GT -> compareRest(BinaryOp.LT, b, bi, bs, a, ai, as, out, oi, os, n);
            case GE -> compareRest(BinaryOp.LE, b, bi, bs, a, ai, as, out, oi, os, n);
            default -> {
                for (int j = 0; j < n; j++)
                    out[oi + j * os] = (byte) op.value(a[ai + j * as], b[bi + j * bs]);
            }
        }
    }

    /// `out = condition ? a : b` for F32 `a` and `b`.
    static void where(View condition, View a, View b, View out) {
        var nest = Nest.of(condition.layout(), a.layout(), b.layout(), out.layout());
        byte[] chooses = condition.heap().bytes();
        float[] left = a.heap().floats();
        float[] right = b.heap().floats();
        float[] to = out.heap().floats();
        nest.forEach((at, n) -> select(chooses, at[0], nest.stride(0), left, at[1], nest.stride(1), right, at[2], nest.stride(2), to, at[3],
                nest.stride(3), n));
    }

    private static void select(byte[] chooses, int ci, int cs, float[] a, int ai, int as, float[] b, int bi, int bs, float[] out, int oi,
            int os,
            int n) {
        boolean unit = cs == 1 && as == 1 && bs == 1 && os == 1;
        int done = unit && VectorPath.isSimd() ? SimdChoice.select(chooses, ci, a, ai, b, bi, out, oi, n) : 0;
        for (int j = done; j < n; j++)
            out[oi + j * os] = chooses[ci + j * cs] != 0 ? a[ai + j * as] : b[bi + j * bs];
    }
}
