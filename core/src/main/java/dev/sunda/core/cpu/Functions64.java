package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// The functions of F64 that Java's loops do not make fast by themselves, on contiguous doubles. Both implementations give the same bits.
///
/// Arithmetic on neighbours ([SimdUnary64], [SimdBinary64]), sums, pooling, norms and products have loops of vectors too; what remains are
/// plain loops over long runs of memory, which the compiler turns into vectors where it can prove that source and result do not overlap.
sealed interface Functions64 permits ScalarFunctions64, SimdFunctions64 {
    /// The implementation of this process.
    Functions64 CHOSEN = VectorPath.isSimd() ? new SimdFunctions64() : new ScalarFunctions64();

    /// `y = exp(x - shift)`.
    void exp(double[] x, int xi, double shift, double[] y, int yi, int n);

    /// `y = log(x)`.
    void log(double[] x, int xi, double[] y, int yi, int n);

    /// `y = tanh(x)`.
    void tanh(double[] x, int xi, double[] y, int yi, int n);

    /// `y = 1 / (1 + exp(-x))`.
    void sigmoid(double[] x, int xi, double[] y, int yi, int n);

    /// `y = op(x)` for [UnaryOp#ERF], [UnaryOp#GELU] and [UnaryOp#GELU_TANH].
    void erf(UnaryOp op, double[] x, int xi, double[] y, int yi, int n);

    /// `dx = dy * op'(kept)` for the same functions.
    void erfSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n);
}
