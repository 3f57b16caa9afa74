package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarBinaryMath implements BinaryMath {
    @Override
    public void vectors(BinaryOp op, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n) {
        finishVectors(op, a, ai, b, bi, out, oi, 0, n);
    }

    @Override
    public void vectorScalar(BinaryOp op, float[] a, int ai, float b, float[] out, int oi, int n) {
        finishVectorScalar(op, a, ai, b, out, oi, 0, n);
    }

    @Override
    public void scalarVector(BinaryOp op, float a, float[] b, int bi, float[] out, int oi, int n) {
        finishScalarVector(op, a, b, bi, out, oi, 0, n);
    }

    /// Elements `from` to `n - 1`, as in the methods below.
    static void finishVectors(BinaryOp op, float[] a, int ai, float[] b, int bi, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = value(op, a[ai + j], b[bi + j]);
    }

    static void finishVectorScalar(BinaryOp op, float[] a, int ai, float b, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = value(op, a[ai + j], b);
    }

    static void finishScalarVector(BinaryOp op, float a, float[] b, int bi, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = value(op, a, b[bi + j]);
    }

    private static float value(BinaryOp op, float a, float b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            default -> (float) op.value(a, b);
        };
    }
}
