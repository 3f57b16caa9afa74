package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Factorisations of matrices and systems of linear equations, for batches `[.., m, n]`.
///
/// Computed on the host whatever the device, in double whatever the type, and rounded once at the end: the matrices are read, factored in
/// parallel and written back. Source of the algorithms: Golub, Van Loan, Matrix Computations, chapters 3 to 5.
public final class MatrixKernels {
    private MatrixKernels() {
    }

    /// @param q `[.., m, k]` with orthonormal columns, `k` being the smaller of `m` and `n`
    /// @param r `[.., k, n]`, upper triangular
    public record Qr(Tensor q, Tensor r) {
    }

    /// @param sign `[..]`: -1, 0 or 1
    /// @param logAbs `[..]`: the logarithm of the absolute value, minus infinity where the sign is 0
    public record SlogDet(Tensor sign, Tensor logAbs) {
    }

    /// @param rows `[.., m]`, int64: the row of the matrix that comes to each place
    /// @param packed `[.., m, n]`: the lower factor below the diagonal, the upper one on and above it
    public record Lu(Tensor rows, Tensor packed) {
    }

    /// The lower triangular `L` with `a = L Lᵀ`; what lies above the diagonal of `a` is not read.
    ///
    /// @throws IllegalArgumentException if a matrix is not positive definite
    public static Tensor cholesky(Tensor a) {
        int n = square("cholesky", a);
        double[] values = a.toDoubleArray();
        forEach(values.length, n * n, i -> {
            if (!Factorizations.cholesky(values, i * n * n, n))
                throw new IllegalArgumentException("cholesky: matrix " + i + " is not positive definite (got " + a.describe() + ")");
        });
        return like(a, values, a.shape());
    }

    /// The solution `x` of `a x = b` for square matrices, by elimination with row exchanges.
    ///
    /// @param operation what the caller calls it, for errors
    /// @param b `[.., n, k]` with the leading sizes of `a`
    /// @throws IllegalArgumentException if a matrix is singular
    public static Tensor solve(String operation, Tensor a, Tensor b) {
        int n = square(operation, a);
        int columns = columns(operation, a, b);
        double[] matrices = a.toDoubleArray();
        double[] x = b.toDoubleArray();
        forEach(matrices.length, n * n, i -> {
            int[] rows = new int[n];
            Factorizations.lu(matrices, i * n * n, n, n, rows);
            for (int d = 0; d < n; d++)
                if (matrices[i * n * n + d * n + d] == 0)
                    throw new IllegalArgumentException(operation + ": matrix " + i + " is singular (got " + a.describe() + ")");
            Factorizations.permuteRows(x, i * n * columns, n, columns, rows);
            Factorizations.solveTriangular(matrices, i * n * n, n, false, true, x, i * n * columns, columns);
            Factorizations.solveTriangular(matrices, i * n * n, n, true, false, x, i * n * columns, columns);
        });
        return like(b, x, b.shape());
    }

    /// The solution `x` of `a x = b` for triangular matrices, of which the other triangle is not read.
    ///
    /// @param operation what the caller calls it, for errors
    /// @param b `[.., n, k]` with the leading sizes of `a`
    /// @param unit whether the diagonal counts as ones and is not read
    /// @throws IllegalArgumentException if there is a 0 on a diagonal
    public static Tensor solveTriangular(String operation, Tensor a, Tensor b, boolean upper, boolean unit) {
        int n = square(operation, a);
        int columns = columns(operation, a, b);
        double[] matrices = a.toDoubleArray();
        double[] x = b.toDoubleArray();
        forEach(matrices.length, n * n, i -> {
            for (int d = 0; d < n && !unit; d++)
                if (matrices[i * n * n + d * n + d] == 0)
                    throw new IllegalArgumentException(
                            operation + ": matrix " + i + " has a 0 on its diagonal (got " + a.describe() + ")");
            Factorizations.solveTriangular(matrices, i * n * n, n, upper, unit, x, i * n * columns, columns);
        });
        return like(b, x, b.shape());
    }

    /// `P a = L U` by elimination with row exchanges: `L` has ones on its diagonal.
    public static Lu lu(Tensor a) {
        matrix("lu", a);
        int m = a.size(-2);
        int n = a.size(-1);
        double[] matrices = a.toDoubleArray();
        Shape places = columnShape(a);
        long[] rows = new long[places.numel()];
        Arrays.setAll(rows, i -> i % m);
        forEach(matrices.length, m * n, i -> {
            int[] order = new int[m];
            Factorizations.lu(matrices, i * m * n, m, n, order);
            for (int row = 0; row < m; row++)
                rows[i * m + row] = order[row];
        });
        return new Lu(Tensor.of(rows, places).to(a.device()), like(a, matrices, a.shape()));
    }

    /// Sign and logarithm of the absolute value of the determinant of each matrix.
    public static SlogDet slogDet(Tensor a) {
        int n = square("slogDet", a);
        double[] matrices = a.toDoubleArray();
        Shape leading = leading(a);
        double[] sign = new double[leading.numel()];
        double[] logAbs = new double[sign.length];
        forEach(matrices.length, n * n, i -> {
            int exchanges = Factorizations.lu(matrices, i * n * n, n, n, new int[n]);
            sign[i] = exchanges % 2 == 0 ? 1 : -1;
            for (int d = 0; d < n; d++) {
                double pivot = matrices[i * n * n + d * n + d];
                sign[i] *= Math.signum(pivot);
                logAbs[i] += StrictMath.log(Math.abs(pivot));
            }
        });
        if (n == 0)
            Arrays.fill(sign, 1);
        return new SlogDet(like(a, sign, leading), like(a, logAbs, leading));
    }

    /// The determinant of each matrix, 1 of an empty one.
    public static Tensor det(Tensor a) {
        int n = square("det", a);
        double[] matrices = a.toDoubleArray();
        Shape leading = leading(a);
        double[] det = new double[leading.numel()];
        Arrays.fill(det, 1);
        forEach(matrices.length, n * n, i -> {
            int exchanges = Factorizations.lu(matrices, i * n * n, n, n, new int[n]);
            det[i] = exchanges % 2 == 0 ? 1 : -1;
            for (int d = 0; d < n; d++)
                det[i] *= matrices[i * n * n + d * n + d];
        });
        return like(a, det, leading);
    }

    /// The reduced factorisation `a = q r` by Householder reflections, with LAPACK's signs.
    public static Qr qr(Tensor a) {
        matrix("qr", a);
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        double[] matrices = a.toDoubleArray();
        int count = leading(a).numel();
        double[] q = new double[count * m * k];
        double[] r = new double[count * k * n];
        forEach(matrices.length, m * n, i -> {
            double[] scales = Factorizations.householder(matrices, i * m * n, m, n);
            for (int row = 0; row < k; row++)
                System.arraycopy(matrices, i * m * n + row * n + row, r, i * k * n + row * n + row, n - row);
            Factorizations.orthogonal(matrices, i * m * n, m, n, scales, q, i * m * k);
        });
        return new Qr(like(a, q, a.shape().with(-1, k)), like(a, r, a.shape().with(-2, k)));
    }

    /// Runs `task` for every matrix, in parallel if there are many numbers.
    static void forEach(int numel, int perMatrix, Task task) {
        if (numel == 0)
            return;
        int chunk = Math.max(1, 4096 / perMatrix);
        Parallel.forChunks(numel / perMatrix, chunk, (_, from, to) -> {
            for (int i = from; i < to; i++)
                task.run(i);
        });
    }

    interface Task {
        void run(int matrix);
    }

    static Tensor like(Tensor x, double[] values, Shape shape) {
        return Tensor.of(values, shape).to(x.dtype()).to(x.device());
    }

    static Shape leading(Tensor a) {
        return Shape.of(Arrays.copyOf(a.shape().sizes(), a.rank() - 2));
    }

    private static Shape columnShape(Tensor a) {
        return Shape.of(Arrays.copyOf(a.shape().sizes(), a.rank() - 1));
    }

    static void matrix(String operation, Tensor a) {
        if (a.rank() < 2)
            throw new ShapeException(operation, "needs matrices", a.shape());
        if (a.dtype() != DType.F32 && a.dtype() != DType.F64)
            throw new DTypeException(operation + ": needs a floating type (got " + a.describe() + "); convert with to(DType.F64)");
    }

    static int square(String operation, Tensor a) {
        matrix(operation, a);
        if (a.size(-1) != a.size(-2))
            throw new ShapeException(operation, "the matrices must be square", a.shape());
        return a.size(-1);
    }

    private static int columns(String operation, Tensor a, Tensor b) {
        Tensor.checkSameDevice(operation, a, b);
        if (b.rank() != a.rank() || !b.shape().with(-1, a.size(-1)).equals(a.shape()))
            throw new ShapeException(operation, "the right side does not fit the matrices", a.shape(), b.shape());
        if (b.dtype() != a.dtype())
            throw new DTypeException(operation + ": both sides must have one type (got " + a.describe() + ", " + b.describe()
                    + "); convert one with to(dtype)");
        return b.size(-1);
    }
}
