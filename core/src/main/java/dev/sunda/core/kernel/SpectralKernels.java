package dev.sunda.core.kernel;

import static dev.sunda.core.kernel.MatrixKernels.forEach;
import static dev.sunda.core.kernel.MatrixKernels.leading;
import static dev.sunda.core.kernel.MatrixKernels.like;
import static dev.sunda.core.kernel.MatrixKernels.matrix;
import static dev.sunda.core.kernel.MatrixKernels.square;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.Arrays;

/// Eigenvalues of symmetric matrices and singular values of any, for batches `[.., m, n]`; computed as in [MatrixKernels].
public final class SpectralKernels {
    private SpectralKernels() {
    }

    /// @param values `[.., n]`, ascending
    /// @param vectors `[.., n, n]`, one a column, of length 1 and orthogonal
    public record Eigh(Tensor values, Tensor vectors) {
    }

    /// @param u `[.., m, m]` or `[.., m, k]` with orthonormal columns, `k` being the smaller of `m` and `n`
    /// @param s `[.., k]`, not negative, descending
    /// @param vh `[.., n, n]` or `[.., k, n]` with orthonormal rows
    public record Svd(Tensor u, Tensor s, Tensor vh) {
    }

    /// Eigenvalues and eigenvectors of symmetric matrices, of which the lower triangle is read: `a = vectors diag(values) vectorsᵀ`. The
    /// element of largest magnitude of each vector is positive. All are NaN where an element of a matrix is not finite.
    public static Eigh eigh(Tensor a) {
        int n = square("eigh", a);
        double[] matrices = a.toDoubleArray();
        double[] values = new double[leading(a).numel() * n];
        double[] vectors = new double[matrices.length];
        forEach(matrices.length, n * n, i -> SymmetricEigen.decompose(matrices, i * n * n, n, values, i * n, vectors, i * n * n));
        return new Eigh(like(a, values, vectorShape(a, n)), like(a, vectors, a.shape()));
    }

    /// The values of [#eigh].
    public static Tensor eigvalsh(Tensor a) {
        int n = square("eigvalsh", a);
        double[] matrices = a.toDoubleArray();
        double[] values = new double[leading(a).numel() * n];
        forEach(matrices.length, n * n, i -> SymmetricEigen.decompose(matrices, i * n * n, n, values, i * n, null, 0));
        return like(a, values, vectorShape(a, n));
    }

    /// Singular values and vectors: `a = u diag(s) vh`. The element of largest magnitude of each of the first `k` columns of `u` is
    /// positive.
    ///
    /// @param full whether `u` and `vh` are square; what is added is orthogonal to the rest and otherwise arbitrary
    /// @throws IllegalArgumentException if an element is not finite
    public static Svd svd(Tensor a, boolean full) {
        matrix("svd", a);
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        int left = full ? m : k;
        int right = full ? n : k;
        int count = leading(a).numel();
        double[] matrices = a.toDoubleArray();
        double[] u = new double[count * m * left];
        double[] s = new double[count * k];
        double[] vh = new double[count * right * n];
        forEach(matrices.length, m * n, i -> checkFinite("svd", a, i,
                SingularValues.decompose(matrices, i * m * n, m, n, full, u, i * m * left, s, i * k, vh, i * right * n)));
        if (k == 0 && full)
            for (int i = 0; i < count; i++) {
                identity(u, i * m * m, m);
                identity(vh, i * n * n, n);
            }
        return new Svd(like(a, u, a.shape().with(-1, left)), like(a, s, vectorShape(a, k)), like(a, vh, a.shape().with(-2, right)));
    }

    /// The singular values of [#svd].
    public static Tensor svdvals(Tensor a) {
        matrix("svdvals", a);
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        double[] matrices = a.toDoubleArray();
        double[] s = new double[leading(a).numel() * k];
        forEach(matrices.length, m * n, i -> checkFinite("svdvals", a, i,
                SingularValues.decompose(matrices, i * m * n, m, n, false, null, 0, s, i * k, null, 0)));
        return like(a, s, vectorShape(a, k));
    }

    private static void checkFinite(String operation, Tensor a, int number, boolean finite) {
        if (!finite)
            throw new IllegalArgumentException(
                    operation + ": matrix " + number + " has elements that are not finite (got " + a.describe() + ")");
    }

    private static void identity(double[] a, int at, int n) {
        for (int i = 0; i < n; i++)
            a[at + i * n + i] = 1;
    }

    /// The leading sizes of `a`, then `n`.
    private static Shape vectorShape(Tensor a, int n) {
        int[] sizes = Arrays.copyOf(a.shape().sizes(), a.rank() - 1);
        sizes[a.rank() - 2] = n;
        return Shape.of(sizes);
    }
}
