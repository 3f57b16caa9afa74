package dev.sunda.core.kernel;

import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// Singular values and vectors of one matrix by one-sided Jacobi rotations: columns are turned in pairs until all are orthogonal; their
/// lengths are the singular values. Pairs of one step have no column in common, so that they can be turned in parallel.
///
/// Sources: Golub, Van Loan, Matrix Computations, section 8.6.3; the order of the pairs: Brent, Luk 1985.
final class SingularValues {
    private static final double EPS = 0x1p-52;
    private static final int MOST_SWEEPS = 60;
    private static final int CHUNK = 1 << 14;                        // numbers turned by one task

    private final double[][] columns;
    private final double[][] right;                                  // row j: what column j has become, by columns of the matrix
    private final double[] values;
    private final int[] order;                                       // column numbers, largest value first

    /// @param columns of a square matrix or a taller one, changed
    private SingularValues(double[][] columns, boolean wantsVectors) {
        this.columns = columns;
        int n = columns.length;
        right = wantsVectors ? new double[n][n] : null;
        for (int j = 0; j < n && wantsVectors; j++)
            right[j][j] = 1;
        for (int sweep = 0; sweep < MOST_SWEEPS && sweep(); sweep++)
            continue;
        values = Arrays.stream(columns).mapToDouble(c -> Rows.norm(c, 0, c.length)).toArray();
        order = Rows.ascending(Arrays.stream(values).map(v -> -v).toArray());
    }

    /// The factors `u diag(s) vᵀ` of a matrix with `m` rows and `n` columns, `s` in descending order. The element of largest magnitude of
    /// each column of `u` that has a singular value is positive.
    ///
    /// @param u `[m, m]` if full, else `[m, k]` with `k` the smaller of `m` and `n`; null if only `s` is wanted, as `vt`
    /// @param vt `[n, n]` if full, else `[k, n]`
    /// @return false if an element is not finite
    static boolean decompose(double[] matrix, int at, int m, int n, boolean full, double[] u, int ui, double[] s, int si, double[] vt,
            int vi) {
        boolean wide = m < n;
        int rows = wide ? n : m;
        int k = wide ? m : n;
        double most = 0;
        var tall = new double[rows * k];                             // the matrix or its transpose
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++) {
                double x = matrix[at + i * n + j];
                if (!(Math.abs(x) <= Double.MAX_VALUE))
                    return false;
                most = Math.max(most, Math.abs(x));
                tall[wide ? j * k + i : i * k + j] = x;
            }
        int exponent = most == 0 ? 0 : Math.getExponent(most);       // no square overflows, and the scale is exact
        for (int i = 0; i < tall.length; i++)
            tall[i] = Math.scalb(tall[i], -exponent);
        double[] reflections = rows > k ? Factorizations.householder(tall, 0, rows, k) : null;
        var found = new SingularValues(columns(tall, k, reflections != null), u != null);
        for (int j = 0; j < k; j++)
            s[si + j] = Math.scalb(found.values[found.order[j]], exponent);
        if (u == null)
            return true;
        int width = full ? rows : k;
        double[] left = found.left(rows, width);
        for (int j = k - 1; j >= 0 && reflections != null; j--)
            Factorizations.reflect(tall, 0, rows, k, j, reflections[j], left, 0, width, 0);
        found.write(left, width, wide, u, ui, vt, vi, m, n, full);
        return true;
    }

    /// The columns of the first `k` rows; below the diagonal of a triangular factor stand reflections, which do not count.
    private static double[][] columns(double[] tall, int k, boolean triangular) {
        var columns = new double[k][k];
        for (int i = 0; i < k; i++)
            for (int j = triangular ? i : 0; j < k; j++)
                columns[j][i] = tall[i * k + j];
        return columns;
    }

    /// Turns every pair of columns once; false if none had to be.
    private boolean sweep() {
        int n = columns.length;
        int seats = n + n % 2;                                       // an empty one if the number is odd
        int pairs = seats / 2;
        var turned = new boolean[pairs];
        for (int step = 0; step < seats - 1; step++) {
            int shift = step;
            Parallel.forChunks(pairs, Math.max(1, CHUNK / n), (_, from, to) -> {
                for (int pair = from; pair < to; pair++) {
                    int a = pair == 0 ? seats - 1 : (shift + pair) % (seats - 1);
                    int b = (shift - pair + seats - 1) % (seats - 1);
                    if (Math.max(a, b) < n)
                        turned[pair] |= turn(Math.min(a, b), Math.max(a, b));
                }
            });
        }
        for (boolean any : turned)
            if (any)
                return true;
        return false;
    }

    /// Makes two columns orthogonal, by the smaller of the two angles; false if they are.
    private boolean turn(int i, int j) {
        double[] x = columns[i];
        double[] y = columns[j];
        double xx = Rows.dot(x, x, 0, x.length);
        double yy = Rows.dot(y, y, 0, x.length);
        double xy = Rows.dot(x, y, 0, x.length);
        if (!(Math.abs(xy) > 2 * EPS * Math.sqrt(x.length) * Math.sqrt(xx) * Math.sqrt(yy)))
            return false;
        double cotangent = (xx - yy) / (2 * xy);                     // of twice the angle
        double tangent = Math.copySign(1, cotangent) / (Math.abs(cotangent) + StrictMath.hypot(1, cotangent));
        double c = 1 / Math.sqrt(1 + tangent * tangent);
        Rows.rotate(x, y, c, c * tangent);
        if (right != null)
            Rows.rotate(right[i], right[j], c, c * tangent);
        return true;
    }

    /// The left singular vectors as columns of `[rows, width]`; where a value is 0 any vectors that are orthogonal to the others. Behind
    /// the first ones stands the identity.
    private double[] left(int rows, int width) {
        int k = columns.length;
        int rank = 0;
        while (rank < k && values[order[rank]] > 0)
            rank++;
        var square = new double[k * k];
        for (int j = 0; j < rank; j++)
            for (int i = 0; i < k; i++)
                square[i * k + j] = columns[order[j]][i] / values[order[j]];
        if (rank < k)
            complete(square, k, rank);
        var left = new double[rows * width];
        for (int i = 0; i < k; i++)
            System.arraycopy(square, i * k, left, i * width, k);
        for (int j = k; j < width; j++)
            left[j * width + j] = 1;
        return left;
    }

    /// Columns from `rank` on that are orthogonal to those before: the last ones of the product of reflections that make those a triangle.
    private static void complete(double[] square, int k, int rank) {
        double[] reflected = square.clone();
        double[] scales = Factorizations.householder(reflected, 0, k, k);
        var whole = new double[k * k];
        Factorizations.orthogonal(reflected, 0, k, k, scales, whole, 0);
        for (int i = 0; i < k; i++)
            System.arraycopy(whole, i * k + rank, square, i * k + rank, k - rank);
    }

    /// Both sides in their places and with their signs; those of a wide matrix change sides.
    private void write(double[] left, int width, boolean wide, double[] u, int ui, double[] vt, int vi, int m, int n, boolean full) {
        int k = columns.length;
        int uWidth = full ? m : k;
        for (int j = 0; j < width; j++) {
            double[] l = new double[wide ? n : m];
            for (int i = 0; i < l.length; i++)
                l[i] = left[i * width + j];
            double[] r = j < k ? right[order[j]] : null;
            double sign = Rows.signOfLargest(wide && j < k ? r : l);
            double[] column = wide ? r : l;
            double[] row = wide ? l : r;
            for (int i = 0; column != null && i < m; i++)
                u[ui + i * uWidth + j] = sign * column[i];
            for (int i = 0; row != null && i < n; i++)
                vt[vi + j * n + i] = sign * row[i];
        }
    }
}
