package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// Innermost loops of [Unary] on contiguous floats. Both implementations give the same bits.
sealed interface UnaryMath permits ScalarUnaryMath, SimdUnaryMath {
    /// The implementation of this process.
    UnaryMath CHOSEN = VectorPath.isSimd() ? new SimdUnaryMath() : new ScalarUnaryMath();

    /// `y[yi + j] = op(x[xi + j])` for `j` below `n`. The result may lie where the operand lies, element on element, unless [#readsAgain].
    void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int n);

    /// `dx[oi + j] = dy[di + j] * op'(kept[ki + j])` for `j` below `n`.
    void backward(UnaryOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n);

    /// Whether a loop of [#apply] keeps something in `y` on its way and then reads `x` once more.
    static boolean readsAgain(UnaryOp op) {
        return op == UnaryOp.ERF || op == UnaryOp.GELU_TANH;
    }
}
