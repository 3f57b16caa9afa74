package dev.sunda.core.kernel;

import java.util.Arrays;

/// Factorisations of one matrix, in row-major order from a place in an array on, in place.
final class Factorizations {
    private Factorizations() {
    }

    /// The lower triangle becomes `L` with `A = L Lᵀ`, the rest 0. False if the matrix is not positive definite.
    static boolean cholesky(double[] a, int at, int n) {
        for (int i = 0; i < n; i++) {
            int row = at + i * n;
            for (int j = 0; j < i; j++)
                a[row + j] = (a[row + j] - dot(a, row, at + j * n, j)) / a[at + j * n + j];
            double rest = a[row + i] - dot(a, row, row, i);
            if (!(rest > 0) || Double.isInfinite(rest))
                return false;
            a[row + i] = Math.sqrt(rest);
            for (int j = i + 1; j < n; j++)
                a[row + j] = 0;
        }
        return true;
    }

    private static double dot(double[] a, int x, int y, int n) {
        double sum = 0;
        for (int j = 0; j < n; j++)
            sum = Math.fma(a[x + j], a[y + j], sum);
        return sum;
    }

    /// `P A = L U` of `m` rows and `n` columns: `L` (unit diagonal) below the diagonal, `U` on and above it. `rows[i]` is the row that
    /// comes to place `i`.
    ///
    /// @return number of row exchanges
    static int lu(double[] a, int at, int m, int n, int[] rows) {
        int exchanges = 0;
        for (int i = 0; i < m; i++)
            rows[i] = i;
        for (int k = 0; k < Math.min(m, n); k++) {
            int pivot = pivot(a, at, m, n, k);
            if (pivot != k) {
                exchange(a, at + k * n, at + pivot * n, n);
                int row = rows[k];
                rows[k] = rows[pivot];
                rows[pivot] = row;
                exchanges++;
            }
            double divisor = a[at + k * n + k];
            for (int i = k + 1; i < m && divisor != 0; i++) {
                double factor = a[at + i * n + k] / divisor;
                a[at + i * n + k] = factor;
                subtract(a, at + i * n + k + 1, factor, at + k * n + k + 1, n - k - 1);
            }
        }
        return exchanges;
    }

    /// The row from `k` on with the largest element of column `k`; NaN is taken at once, so that it shows.
    private static int pivot(double[] a, int at, int m, int n, int k) {
        int best = k;
        for (int i = k + 1; i < m; i++)
            if (!(Math.abs(a[at + i * n + k]) <= Math.abs(a[at + best * n + k])))
                best = i;
        return best;
    }

    private static void exchange(double[] a, int x, int y, int n) {
        for (int j = 0; j < n; j++) {
            double swap = a[x + j];
            a[x + j] = a[y + j];
            a[y + j] = swap;
        }
    }

    /// `a[x + j] -= factor * a[y + j]`.
    private static void subtract(double[] a, int x, double factor, int y, int n) {
        for (int j = 0; j < n; j++)
            a[x + j] = Math.fma(-factor, a[y + j], a[x + j]);
    }

    static void permuteRows(double[] x, int at, int n, int columns, int[] rows) {
        double[] old = Arrays.copyOfRange(x, at, at + n * columns);
        for (int i = 0; i < n; i++)
            System.arraycopy(old, rows[i] * columns, x, at + i * columns, columns);
    }

    /// `x` becomes the solution of `T y = x` with one triangle `T` of `a`, row by row.
    static void solveTriangular(double[] a, int at, int n, boolean upper, boolean unit, double[] x, int xi, int columns) {
        for (int step = 0; step < n; step++) {
            int i = upper ? n - 1 - step : step;
            int row = xi + i * columns;
            for (int j = upper ? i + 1 : 0; j < (upper ? n : i); j++)
                subtractRow(x, row, a[at + i * n + j], xi + j * columns, columns);
            if (!unit)
                for (int c = 0; c < columns; c++)
                    x[row + c] /= a[at + i * n + i];
        }
    }

    private static void subtractRow(double[] x, int row, double factor, int other, int n) {
        for (int j = 0; j < n; j++)
            x[row + j] = Math.fma(-factor, x[other + j], x[row + j]);
    }

    /// `R` on and above the diagonal; below it the Householder vectors, whose first element is 1 and not stored. Reflection `k` is
    /// `I - scale_k v vᵀ`; it makes the diagonal element the opposite of its sign, and none is made where nothing is below.
    ///
    /// @return the scales
    static double[] householder(double[] a, int at, int m, int n) {
        double[] scales = new double[Math.min(m, n)];
        for (int k = 0; k < scales.length; k++) {
            double head = a[at + k * n + k];
            double below = norm(a, at + (k + 1) * n + k, n, m - k - 1);
            if (below == 0)
                continue;
            double beta = -Math.copySign(StrictMath.hypot(head, below), head);
            scales[k] = (beta - head) / beta;
            for (int i = k + 1; i < m; i++)
                a[at + i * n + k] /= head - beta;
            reflect(a, at, m, n, k, scales[k], a, at, n, k + 1);
            a[at + k * n + k] = beta;
        }
        return scales;
    }

    /// The Euclidean norm of `n` numbers, scaled so that no square overflows.
    private static double norm(double[] a, int from, int step, int n) {
        double most = 0;
        for (int i = 0; i < n; i++)
            most = Math.max(most, Math.abs(a[from + i * step]));
        if (most == 0 || !(most <= Double.MAX_VALUE))
            return most;
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += a[from + i * step] / most * (a[from + i * step] / most);
        return most * Math.sqrt(sum);
    }

    /// Applies reflection `k` to the columns from `first` on of `b`, which has `m` rows of `width`.
    static void reflect(double[] a, int at, int m, int n, int k, double scale, double[] b, int bi, int width, int first) {
        double[] sums = Arrays.copyOfRange(b, bi + k * width, bi + (k + 1) * width);
        for (int i = k + 1; i < m; i++)
            for (int j = first; j < width; j++)
                sums[j] = Math.fma(a[at + i * n + k], b[bi + i * width + j], sums[j]);
        for (int j = first; j < width; j++) {
            sums[j] *= scale;
            b[bi + k * width + j] -= sums[j];
        }
        for (int i = k + 1; i < m; i++)
            for (int j = first; j < width; j++)
                b[bi + i * width + j] = Math.fma(-sums[j], a[at + i * n + k], b[bi + i * width + j]);
    }

    /// The first columns of the product of all reflections, `[m, k]`.
    static void orthogonal(double[] a, int at, int m, int n, double[] scales, double[] q, int qi) {
        int width = scales.length;
        for (int k = 0; k < width; k++)
            q[qi + k * width + k] = 1;
        for (int k = width - 1; k >= 0; k--)
            reflect(a, at, m, n, k, scales[k], q, qi, width, k);
    }
}
