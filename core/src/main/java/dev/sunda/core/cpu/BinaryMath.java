package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;

/// Innermost loops of [Binary] on contiguous floats. Both implementations give the same bits.
sealed interface BinaryMath permits ScalarBinaryMath, SimdBinaryMath {
    /// The implementation of this process.
    BinaryMath CHOSEN = VectorPath.isSimd() ? new SimdBinaryMath() : new ScalarBinaryMath();

    /// `out[oi + j] = op(a[ai + j], b[bi + j])` for `j` below `n`.
    void vectors(BinaryOp op, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n);

    /// `out[oi + j] = op(a[ai + j], b)` for `j` below `n`.
    void vectorScalar(BinaryOp op, float[] a, int ai, float b, float[] out, int oi, int n);

    /// `out[oi + j] = op(a, b[bi + j])` for `j` below `n`.
    void scalarVector(BinaryOp op, float a, float[] b, int bi, float[] out, int oi, int n);
}
