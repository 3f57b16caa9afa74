package dev.sunda.core.kernel;

import java.util.Arrays;

/// Eigenvalues and eigenvectors of one symmetric matrix: reflections make it tridiagonal, then rotations with Wilkinson's shift make it
/// diagonal. Source: Golub, Van Loan, Matrix Computations, algorithms 8.3.1 to 8.3.3.
final class SymmetricEigen {
    private static final double EPS = 0x1p-53;

    private final int n;
    private final double[][] a;                                      // later the vector of reflection k in row k, from k + 1 on
    private final double[] scales;
    private final double[] diagonal;
    private final double[] beside;
    private final double[][] vectors;                                // row k belongs to value k

    private SymmetricEigen(double[][] a, boolean wantsVectors) {
        this.a = a;
        n = a.length;
        scales = new double[n];
        diagonal = new double[n];
        beside = new double[n];
        vectors = wantsVectors ? new double[n][n] : null;
    }

    /// Reads the lower triangle of a matrix, finds its eigenvalues in ascending order and writes the vectors as columns; the element of
    /// largest magnitude of each is positive. All are NaN if an element is not finite.
    ///
    /// @param out where the vectors go, from `oi` on; null if nobody wants them
    static void decompose(double[] matrix, int at, int n, double[] values, int vi, double[] out, int oi) {
        var a = new double[n][n];
        double most = 0;
        boolean finite = true;
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) {
                double x = matrix[at + i * n + j];
                a[i][j] = x;
                a[j][i] = x;
                finite &= Math.abs(x) <= Double.MAX_VALUE;
                most = Math.max(most, Math.abs(x));
            }
        if (!finite) {
            Arrays.fill(values, vi, vi + n, Double.NaN);
            if (out != null)
                Arrays.fill(out, oi, oi + n * n, Double.NaN);
            return;
        }
        int exponent = most == 0 ? 0 : Math.getExponent(most);       // no square overflows, and the scale is exact
        for (double[] row : a)
            for (int j = 0; j < n; j++)
                row[j] = Math.scalb(row[j], -exponent);
        var eigen = new SymmetricEigen(a, out != null);
        eigen.tridiagonalize();
        eigen.accumulate();
        eigen.diagonalize();
        eigen.write(exponent, values, vi, out, oi);
    }

    /// `H A H` for one reflection `H = I - scale v vᵀ` after another: row `k` keeps two elements. With `p = scale A v` and
    /// `w = p - scale / 2 (p · v) v` that is `A - v wᵀ - w vᵀ`.
    private void tridiagonalize() {
        for (int k = 0; k < n; k++) {
            diagonal[k] = a[k][k];
            if (k < n - 1)
                beside[k] = a[k][k + 1];
            if (k < n - 2)
                reflect(k);
        }
    }

    private void reflect(int k) {
        double[] v = a[k];
        double below = Rows.norm(v, k + 2, n);
        if (below == 0)
            return;
        double head = v[k + 1];
        double length = -Math.copySign(StrictMath.hypot(head, below), head);
        beside[k] = length;
        scales[k] = (length - head) / length;
        v[k + 1] = 1;
        for (int i = k + 2; i < n; i++)
            v[i] /= head - length;
        var w = new double[n];
        for (int i = k + 1; i < n; i++)
            w[i] = scales[k] * Rows.dot(a[i], v, k + 1, n);
        Rows.add(w, v, -0.5 * scales[k] * Rows.dot(w, v, k + 1, n), k + 1, n);
        for (int i = k + 1; i < n; i++) {
            Rows.add(a[i], w, -v[i], k + 1, n);
            Rows.add(a[i], v, -w[i], k + 1, n);
        }
    }

    /// The transposed product of all reflections.
    private void accumulate() {
        if (vectors == null)
            return;
        for (int i = 0; i < n; i++)
            vectors[i][i] = 1;
        for (int k = n - 3; k >= 0; k--)
            for (int i = k + 1; i < n && scales[k] != 0; i++)
                Rows.add(vectors[i], a[k], -scales[k] * Rows.dot(vectors[i], a[k], k + 1, n), k + 1, n);
    }

    /// Splits off what has converged at the end and chases a bulge through the block that is left.
    private void diagonalize() {
        int last = n - 1;
        while (last > 0) {
            if (isNegligible(last - 1)) {
                last--;
                continue;
            }
            int first = last - 1;
            while (first > 0 && !isNegligible(first - 1))
                first--;
            chase(first, last);
        }
    }

    private boolean isNegligible(int k) {
        return Math.abs(beside[k]) <= EPS * (Math.abs(diagonal[k]) + Math.abs(diagonal[k + 1])) + Double.MIN_NORMAL;
    }

    private void chase(int first, int last) {
        double corner = beside[last - 1];
        double half = (diagonal[last - 1] - diagonal[last]) / 2;
        double shift = diagonal[last] - corner * (corner / (half + Math.copySign(StrictMath.hypot(half, corner), half)));
        double x = diagonal[first] - shift;
        double bulge = beside[first];
        for (int k = first; k < last; k++) {
            double r = StrictMath.hypot(x, bulge);
            double c = r == 0 ? 1 : x / r;
            double s = r == 0 ? 0 : bulge / r;
            if (k > first)
                beside[k - 1] = r;
            double d = diagonal[k];
            double next = diagonal[k + 1];
            double off = beside[k];
            double turned = s * (s * (next - d) + 2 * c * off);
            diagonal[k] = d + turned;
            diagonal[k + 1] = next - turned;
            beside[k] = c * s * (next - d) + (c - s) * (c + s) * off;
            if (k < last - 1) {
                x = beside[k];
                bulge = s * beside[k + 1];
                beside[k + 1] *= c;
            }
            if (vectors != null)
                Rows.rotate(vectors[k], vectors[k + 1], c, s);
        }
    }

    private void write(int exponent, double[] values, int vi, double[] out, int oi) {
        int[] order = Rows.ascending(diagonal);
        for (int k = 0; k < n; k++) {
            values[vi + k] = Math.scalb(diagonal[order[k]], exponent);
            if (out == null)
                continue;
            double[] vector = vectors[order[k]];
            double sign = Rows.signOfLargest(vector);
            for (int i = 0; i < n; i++)
                out[oi + i * n + k] = sign * vector[i];
        }
    }
}
