package dev.sunda.core.cpu;

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

    /// The largest of `n` elements, NaN if one is; minus infinity if there are none.
    double max(double[] x, int xi, int n);
}
