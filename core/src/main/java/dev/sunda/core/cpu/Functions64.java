package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// The functions of F64 that Java's loops do not make fast by themselves, on contiguous doubles. Both implementations give the same bits.
///
/// Most other F64 kernels (the classes whose names end in 64) are plain loops: the compiler turns arithmetic on `double[]` into vectors, so
/// they need neither twins nor classes for each instruction, only loops over long runs of memory instead of an index for each element. What
/// has to stay in registers, [Gemm64Kernel] and [Depthwise64Kernel], has twins.
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

    /// The largest of `n` elements, NaN if one is; minus infinity if there are none.
    double max(double[] x, int xi, int n);
}
