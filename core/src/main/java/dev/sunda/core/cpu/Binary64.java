package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.spi.View;

/// Element-wise functions of two F64 tensors over views of any strides; broadcasting is stride 0. Sources are not modified.
final class Binary64 {
    private Binary64() {
    }

    /// `out = op(a, b)`, all F64.
    static void apply(BinaryOp op, View a, View b, View out) {
        var nest = Nest.of(a.layout(), b.layout(), out.layout());
        double[] left = a.heap().doubles();
        double[] right = b.heap().doubles();
        double[] to = out.heap().doubles();
        if (nest.isUnit()) {
            nest.forEach((at, n) -> values(op, left, at[0], right, at[1], to, at[2], n));
            return;
        }
        if (nest.stride(0) == 1 && nest.stride(1) == 0 && nest.stride(2) == 1) {
            nest.forEach((at, n) -> values(op, left, at[0], right[at[1]], to, at[2], n));
            return;
        }
        nest.forEach((at, n) -> {
            var strips = new double[3][Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                Strips.read(left, at[0] + i * nest.stride(0), nest.stride(0), strips[0], m);
                Strips.read(right, at[1] + i * nest.stride(1), nest.stride(1), strips[1], m);
                values(op, strips[0], 0, strips[1], 0, strips[2], 0, m);
                Strips.write(strips[2], to, at[2] + i * nest.stride(2), nest.stride(2), m);
            }
        });
    }

    /// `out = op(a, b)` over `n` neighbours.
    static void values(BinaryOp op, double[] a, int ai, double[] b, int bi, double[] out, int oi, int n) {
        int done = VectorPath.isSimd() ? SimdBinary64.vectors(op, a, ai, b, bi, out, oi, n) : 0;
        if (done < n)
            scalarValues(op, a, ai + done, b, bi + done, out, oi + done, n - done);
    }

    static void scalarValues(BinaryOp op, double[] a, int ai, double[] b, int bi, double[] out, int oi, int n) {
        switch (op) {
            case ADD -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] + b[bi + j];
            }
            case SUB -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] - b[bi + j];
            }
            case MUL -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] * b[bi + j];
            }
            case DIV -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] / b[bi + j];
            }
            case MAXIMUM -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = Math.max(a[ai + j], b[bi + j]);
            }
            case MINIMUM -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = Math.min(a[ai + j], b[bi + j]);
            }
            default -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = op.value(a[ai + j], b[bi + j]);
            }
        }
    }

    /// `out = op(a, b)` over `n` neighbours and one number.
    static void values(BinaryOp op, double[] a, int ai, double b, double[] out, int oi, int n) {
        int done = VectorPath.isSimd() ? SimdBinary64.vectorScalar(op, a, ai, b, out, oi, n) : 0;
        if (done < n)
            scalarValues(op, a, ai + done, b, out, oi + done, n - done);
    }

    static void scalarValues(BinaryOp op, double[] a, int ai, double b, double[] out, int oi, int n) {
        switch (op) {
            case ADD -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] + b;
            }
            case SUB -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] - b;
            }
            case MUL -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] * b;
            }
            case DIV -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = a[ai + j] / b;
            }
            default -> {
                for (int j = 0; j < n; j++)
                    out[oi + j] = op.value(a[ai + j], b);
            }
        }
    }

    /// `out = op(a, b)` for a comparison of F64 with a `BOOL` result.
    static void compare(BinaryOp op, View a, View b, View out) {
        var nest = Nest.of(a.layout(), b.layout(), out.layout());
        double[] left = a.heap().doubles();
        double[] right = b.heap().doubles();
        byte[] to = out.heap().bytes();
        nest.forEach((at, n) -> compare(op, left, at[0], nest.stride(0), right, at[1], nest.stride(1), to, at[2], nest.stride(2), n));
    }

    private static void compare(BinaryOp op, double[] a, int ai, int as, double[] b, int bi, int bs, byte[] out, int oi, int os, int n) {
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
            case GT -> compare(BinaryOp.LT, b, bi, bs, a, ai, as, out, oi, os, n);
            case GE -> compare(BinaryOp.LE, b, bi, bs, a, ai, as, out, oi, os, n);
            default -> {
                for (int j = 0; j < n; j++)
                    out[oi + j * os] = (byte) op.value(a[ai + j * as], b[bi + j * bs]);
            }
        }
    }

    /// `out = condition ? a : b` for F64 `a` and `b`.
    static void where(View condition, View a, View b, View out) {
        var nest = Nest.of(condition.layout(), a.layout(), b.layout(), out.layout());
        byte[] chooses = condition.heap().bytes();
        double[] left = a.heap().doubles();
        double[] right = b.heap().doubles();
        double[] to = out.heap().doubles();
        nest.forEach((at, n) -> {
            for (int j = 0; j < n; j++) {
                long p = Double.doubleToRawLongBits(left[at[1] + j * nest.stride(1)]);
                long q = Double.doubleToRawLongBits(right[at[2] + j * nest.stride(2)]);
                long mask = -chooses[at[0] + j * nest.stride(0)];    // no branch: conditions are as good as random
                to[at[3] + j * nest.stride(3)] = Double.longBitsToDouble(q ^ (p ^ q) & mask);
            }
        });
    }
}
