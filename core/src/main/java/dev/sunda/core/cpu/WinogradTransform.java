package dev.sunda.core.cpu;

/// The one-dimensional transforms of Winograd's minimal filtering `F(4, 3)`: four results of a filter with three taps from six inputs
/// with six multiplications instead of twelve, `y = A^T [(G g) * (B^T d)]`, and its transpose for the gradient of the filter,
/// `dg = G^T [(A dy) * (B^T d)]`.
///
/// The interpolation points are 0, +-sqrt(1/2), +-sqrt(2) and infinity, closer to 1 than the usual 0, +-1, +-2. A result is made from all
/// pixels of its tile, so its rounding error is a share of `largest |x| * sum of |w|`, not of its own terms: measured on random numbers
/// at most 0.83e-6 of it; the tests allow 2e-6. In double precision it was at most 3.2e-15, beside loops that round
/// as well; the tests allow 3.7e-15.
/// Sources: Lavin, Gray 2016, arXiv:1509.09308; Barabasz et al. 2020, "Error analysis and improving the accuracy of Winograd convolution
/// for deep neural networks", arXiv:1803.10986.
enum WinogradTransform {
    /// `B^T d`.
    INPUT(6, 6),
    /// `A^T m`.
    RESULT(6, 4),
    /// `A dy`.
    RESULT_GRADIENT(4, 6),
    /// `G g`.
    WEIGHT(3, 6),
    /// `G^T u`.
    WEIGHT_GRADIENT(6, 3);

    static final double ROOT = Math.sqrt(2);
    static final double HALF_ROOT = Math.sqrt(0.5);
    static final double QUARTER_ROOT = Math.sqrt(2) / 4;
    static final double TWO_ROOTS = Math.sqrt(8);
    static final double THIRD = 1.0 / 3;
    static final double TWO_THIRDS = 2.0 / 3;
    static final double SIXTH = 1.0 / 6;
    static final double THIRD_ROOT = Math.sqrt(2) / 3;
    static final double SIXTH_ROOT = Math.sqrt(2) / 6;

    private final int from;
    private final int to;

    WinogradTransform(int from, int to) {
        this.from = from;
        this.to = to;
    }

    /// Numbers that go in.
    int from() {
        return from;
    }

    /// Both dimensions: `n` squares of `from * from` planes to `to * to` planes.
    ///
    /// @param x plane `(i, j)` at `xo + (i * from + j) * xs`
    /// @param between room for `to * from * n` floats from `bo` on; modified
    /// @param out plane `(i, j)` at `oo + (i * to + j) * os`
    void square(WinogradKernel kernel, float[] x, int xo, int xs, int n, float[] between, int bo, float[] out, int oo, int os) {
        columns(kernel, x, xo, xs, n, between, bo);
        for (int i = 0; i < to; i++)
            kernel.apply(this, between, bo + i * from * n, n, n, out, oo + i * to * os, os);
    }

    /// The first of them, down the columns: `n` squares of `from * from` planes to `to * from` planes.
    ///
    /// @param out plane `(i, j)` at `oo + (i * from + j) * n`
    void columns(WinogradKernel kernel, float[] x, int xo, int xs, int n, float[] out, int oo) {
        for (int j = 0; j < from; j++)
            kernel.apply(this, x, xo + j * xs, from * xs, n, out, oo + j * n, from * n);
    }

    /// The same in double precision.
    void square(WinogradKernel64 kernel, double[] x, int xo, int xs, int n, double[] between, double[] out, int oo, int os) {
        for (int j = 0; j < from; j++)
            kernel.apply(this, x, xo + j * xs, from * xs, n, between, j * n, from * n);
        for (int i = 0; i < to; i++)
            kernel.apply(this, between, i * from * n, n, n, out, oo + i * to * os, os);
    }
}
