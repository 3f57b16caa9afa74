package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.MatrixKernels;
import dev.sunda.core.kernel.SpectralKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;

/// Linear algebra on matrices and batches of them, `[.., m, n]`; all of it can be differentiated twice.
///
/// The factorisations run on the host in double precision, see [MatrixKernels]. Sources of the derivatives: Giles 2008, Collected matrix
/// derivative results for forward and reverse mode algorithmic differentiation; others where they stand.
public final class LinearAlgebra {
    /// Up to this norm the approximation of the exponential is exact to rounding.
    private static final double PADE_RADIUS = 5.371920351148152;
    private static final double[] PADE = {64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0,
        129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0};

    private LinearAlgebra() {
    }

    /// @param q `[.., m, k]` with orthonormal columns, `k` being the smaller of `m` and `n`
    /// @param r `[.., k, n]`, upper triangular
    public record Qr(Variable q, Variable r) {
    }

    /// @param sign `[..]`: -1, 0 or 1
    /// @param logAbs `[..]`: the logarithm of the absolute value, minus infinity for a singular matrix
    public record SlogDet(Tensor sign, Variable logAbs) {
    }

    /// @param values `[.., n]`, ascending
    /// @param vectors `[.., n, n]`, one a column, of length 1 and orthogonal
    public record Eigh(Variable values, Variable vectors) {
    }

    /// @param u `[.., m, k]` with orthonormal columns, `k` being the smaller of `m` and `n`; `[.., m, m]` if full
    /// @param s `[.., k]`, not negative, descending
    /// @param vh `[.., k, n]` with orthonormal rows; `[.., n, n]` if full
    public record Svd(Variable u, Variable s, Variable vh) {
    }

    /// @param p `[.., m, m]`, a permutation
    /// @param l `[.., m, k]`, lower triangular with ones on the diagonal, `k` being the smaller of `m` and `n`
    /// @param u `[.., k, n]`, upper triangular
    public record Lu(Tensor p, Variable l, Variable u) {
    }

    // ---------------------------------------------------------------------------------------------------------- equations

    /// The solution `x` of `a x = b` for square matrices.
    ///
    /// `db = a⁻ᵀ dx`, `da = -db xᵀ`.
    ///
    /// @param a `[.., n, n]`
    /// @param b `[.., n, k]`, or vectors: `[n]`, or the shape of `a` without its last dimension; leading dimensions are broadcast
    /// @throws IllegalArgumentException if a matrix is singular
    public static Variable solve(Variable a, Variable b) {
        return solve("solve", a, b);
    }

    private static Variable solve(String operation, Variable a, Variable b) {
        if (b.rank() == 1 || isVectors(a, b))
            return solve(operation, a, b.unsqueeze(-1)).squeeze(-1);
        Variable[] both = broadcast(operation, a, b);
        return solved(operation, both[0], both[1]);
    }

    private static boolean isVectors(Variable a, Variable b) {
        return a.rank() > 2 && Arrays.equals(b.shape().sizes(), Arrays.copyOf(a.shape().sizes(), a.rank() - 1));
    }

    private static Variable solved(String operation, Variable a, Variable b) {
        return output(operation, MatrixKernels.solve(operation, a.data(), b.data()),
                wrt(a, (dx, x) -> solved(operation, a.mT(), dx).matmul(x.mT()).neg()),
                wrt(b, dx -> solved(operation, a.mT(), dx)));
    }

    /// The solution `x` of `a x = b` for triangular matrices; their other triangle is not read and gets no gradient. For the transposed
    /// system pass `a.mT()` and the opposite of `upper`.
    ///
    /// @param a `[.., n, n]`
    /// @param b `[.., n, k]`; leading dimensions are broadcast
    /// @param upper whether the upper triangle counts, else the lower one
    /// @param unit whether the diagonal counts as ones and is not read
    /// @throws IllegalArgumentException if there is a 0 on a diagonal
    public static Variable solveTriangular(Variable a, Variable b, boolean upper, boolean unit) {
        return solveTriangular("solveTriangular", a, b, upper, unit);
    }

    private static Variable solveTriangular(String operation, Variable a, Variable b, boolean upper, boolean unit) {
        Variable[] both = broadcast(operation, a, b);
        return solvedTriangular(operation, both[0], both[1], upper, unit);
    }

    /// `db = a⁻ᵀ dx`, `da` is the triangle of `-db xᵀ`, without the diagonal if that counts as ones.
    private static Variable solvedTriangular(String operation, Variable a, Variable b, boolean upper, boolean unit) {
        return output(operation, MatrixKernels.solveTriangular(operation, a.data(), b.data(), upper, unit),
                wrt(a, (dx, x) -> {
                    Variable da = solvedTriangular(operation, a.mT(), dx, !upper, unit).matmul(x.mT()).neg();
                    return upper ? da.triu(unit ? 1 : 0) : da.tril(unit ? -1 : 0);
                }),
                wrt(b, dx -> solvedTriangular(operation, a.mT(), dx, !upper, unit)));
    }

    /// The least-squares solution of `a x = b`: the `x` with the smallest `|a x - b|`, and where there are several of them the shortest.
    /// Matrices whose rank is not full, to the precision of their type, are inverted by [#pinv(Variable)].
    ///
    /// @param a `[.., m, n]`
    /// @param b `[.., m, k]`; leading dimensions are broadcast
    public static Variable lstsq(Variable a, Variable b) {
        if (a.rank() < 2 || b.rank() < 2 || a.size(-2) != b.size(-2))
            throw new ShapeException("lstsq", "needs matrices, and right sides with as many rows", a.shape(), b.shape());
        Shape leading = Shape.broadcast("lstsq", leading(a), leading(b));
        Variable matrices = a.expand(joined(leading, a));
        Variable right = b.expand(joined(leading, b));
        boolean tall = a.size(-2) >= a.size(-1);
        Qr qr = qr(tall ? matrices : matrices.mT());
        if (!hasFullRank(qr.r.data(), a))
            return pinv(matrices).matmul(right);
        return tall ? solveTriangular("lstsq", qr.r, qr.q.mT().matmul(right), true, false)
                : qr.q.matmul(solveTriangular("lstsq", qr.r.mT(), right, false, false));
    }

    private static boolean hasFullRank(Tensor r, Variable a) {
        if (r.numel() == 0)
            return true;
        Tensor pivots = r.diagonal(0, -2, -1).abs();
        return pivots.gt(pivots.amax(Dims.keep(-1)).mul(precision(a))).all(Dims.all()).item() != 0;
    }

    /// The relative size below which a singular value counts as 0: the larger side times the distance from 1 to the next number.
    private static double precision(Variable a) {
        return Math.max(a.size(-2), a.size(-1)) * (a.dtype() == DType.F32 ? 0x1p-23 : 0x1p-52);
    }

    /// The solution `x` of `a x = b` for `a = l lᵀ`.
    ///
    /// @param b `[.., n, k]`; leading dimensions are broadcast
    /// @param l `[.., n, n]` with the factor of [#cholesky] in its lower triangle, or, if `upper`, its transpose in the upper one
    public static Variable choleskySolve(Variable b, Variable l, boolean upper) {
        return choleskySolve("choleskySolve", b, l, upper);
    }

    private static Variable choleskySolve(String operation, Variable b, Variable l, boolean upper) {
        Variable lower = upper ? l.mT() : l;
        return solveTriangular(operation, lower.mT(), solveTriangular(operation, lower, b, false, false), true, false);
    }

    /// The inverse of `l lᵀ`, see [#choleskySolve].
    public static Variable choleskyInverse(Variable l, boolean upper) {
        square("choleskyInverse", l);
        return choleskySolve("choleskyInverse", Variable.of(identity(l)), l, upper);
    }

    /// The `x` with `tensordot(a, x, rank of x) = b`: `a` seen as a square matrix whose rows are the dimensions of `b`.
    ///
    /// @param a of the shape of `b`, followed by that of the result, with as many elements in either
    public static Variable tensorsolve(Variable a, Variable b) {
        int rows = b.shape().numel();
        if (b.rank() > a.rank() || !Shape.of(Arrays.copyOf(a.shape().sizes(), b.rank())).equals(b.shape())
                || (long) rows * rows != a.shape().numel())
            throw new ShapeException("tensorsolve", "the first must have the shape of the second, then that of a result of the same size",
                    a.shape(), b.shape());
        int[] result = Arrays.copyOfRange(a.shape().sizes(), b.rank(), a.rank());
        return solve("tensorsolve", a.reshape(rows, rows), b.reshape(rows)).reshape(Shape.of(result));
    }

    /// The `y` of which [Variable#tensordot(Variable, int)] over `rows` dimensions with `b` solves [#tensorsolve] for `a` and `b`.
    ///
    /// @param rows how many dimensions count as rows, at least 1; the others have as many elements
    public static Variable tensorinv(Variable a, int rows) {
        if (rows < 1 || rows > a.rank())
            throw new IllegalArgumentException("tensorinv: the number of rows' dimensions must be from 1 to the rank (got " + rows + ", "
                    + a.data().describe() + ")");
        int[] sizes = a.shape().sizes();
        int[] first = Arrays.copyOf(sizes, rows);
        int[] last = Arrays.copyOfRange(sizes, rows, sizes.length);
        int n = Shape.of(first).numel();
        if (n != Shape.of(last).numel())
            throw new ShapeException("tensorinv", "the first " + rows + " dimensions must have as many elements as the others", a.shape());
        int[] turned = Arrays.copyOf(last, sizes.length);
        System.arraycopy(first, 0, turned, last.length, rows);
        return inverse("tensorinv", a.reshape(n, n)).reshape(Shape.of(turned));
    }

    /// The inverse of square matrices.
    ///
    /// @throws IllegalArgumentException if a matrix is singular
    public static Variable inverse(Variable a) {
        return inverse("inverse", a);
    }

    private static Variable inverse(String operation, Variable a) {
        square(operation, a);
        return solved(operation, a, Variable.of(identity(a)));
    }

    // ---------------------------------------------------------------------------------------------------------- factorisations

    /// The lower triangular `L` with `a = L Lᵀ`, for symmetric positive definite matrices; only the lower triangle is read, and the
    /// gradient is symmetric.
    ///
    /// `da = sym(L⁻ᵀ Φ(Lᵀ dL) L⁻¹)`, where `Φ` takes the lower triangle with half the diagonal. Source: Murray 2016, arXiv:1602.07527.
    ///
    /// @throws IllegalArgumentException if a matrix is not positive definite
    public static Variable cholesky(Variable a) {
        return output("cholesky", MatrixKernels.cholesky(a.data()), wrt(a, (dl, l) -> {
            Variable product = l.mT().matmul(dl.tril(0));
            Variable phi = product.tril(0).add(product.tril(-1)).mul(0.5);
            Variable left = solvedTriangular("cholesky", l.mT(), phi, true, false);
            Variable da = solvedTriangular("cholesky", l.mT(), left.mT(), true, false);
            return da.add(da.mT()).mul(0.5);
        }));
    }

    /// The reduced factorisation `a = q r`. Differentiable for full rank (of the first `m` columns, where there are more columns than
    /// rows).
    public static Qr qr(Variable a) {
        int m = a.rank() < 2 ? 0 : a.size(-2);
        if (a.rank() < 2 || m >= a.size(-1))
            return tallQr(a);
        Qr first = tallQr(a.narrow(-1, 0, m));                       // the other columns of r follow from q
        Variable rest = first.q.mT().matmul(a.narrow(-1, m, a.size(-1) - m));
        return new Qr(first.q, Variable.cat(List.of(first.r, rest), -1));
    }

    /// With `M = r drᵀ - dqᵀ q`: `da = (dq + q (tril(M) + tril(M, -1)ᵀ)) r⁻ᵀ`. Source: Walter, Lehmann 2012, arXiv:1009.6112. Both factors
    /// are one result, `q` above `r`, of which each is a part.
    private static Qr tallQr(Variable a) {
        MatrixKernels.Qr factors = MatrixKernels.qr(a.data());
        int m = a.size(-2);
        int n = a.size(-1);
        Variable both = output("qr", Tensor.cat(List.of(factors.q(), factors.r()), -2), wrt(a, (dy, y) -> {
            Variable q = y.narrow(-2, 0, m);
            Variable r = y.narrow(-2, m, n);
            Variable dq = dy.narrow(-2, 0, m);
            Variable product = r.matmul(dy.narrow(-2, m, n).triu(0).mT()).sub(dq.mT().matmul(q));
            Variable symmetric = product.tril(0).add(product.tril(-1).mT());
            return solvedTriangular("qr", r, dq.add(q.matmul(symmetric)).mT(), true, false).mT();
        }));
        return new Qr(both.narrow(-2, 0, m), both.narrow(-2, m, n));
    }

    /// `a = p l u` by elimination with row exchanges. Differentiable where the first `k` columns of `p` transposed times `a` are
    /// independent, `k` being the smaller of the sizes.
    public static Lu lu(Variable a) {
        MatrixKernels.Lu parts = MatrixKernels.lu(a.data());
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        Tensor rows = parts.rows();
        Tensor p = Tensor.arange(m).to(a.device()).unsqueeze(1).eq(rows.unsqueeze(-2)).to(a.dtype());
        Variable exchanged = a.gather(a.rank() - 2, rows.unsqueeze(-1).expand(a.shape()));
        Variable packed = packedLu(exchanged.narrow(-2, 0, k).narrow(-1, 0, k), parts.packed().narrow(-2, 0, k).narrow(-1, 0, k));
        Variable l = packed.tril(-1).add(Variable.of(identity(packed)));
        Variable u = packed.triu(0);
        if (m > n)
            l = Variable.cat(List.of(l, solvedTriangular("lu", u.mT(), exchanged.narrow(-2, k, m - k).mT(), false, false).mT()), -2);
        if (n > m)
            u = Variable.cat(List.of(u, solvedTriangular("lu", l, exchanged.narrow(-1, k, n - k), false, true)), -1);
        return new Lu(p, l, u);
    }

    /// `da = L⁻ᵀ (tril(Lᵀ dL, -1) + triu(dU Uᵀ)) U⁻ᵀ` for `a = L U` without exchanges.
    private static Variable packedLu(Variable a, Tensor packed) {
        return output("lu", packed, wrt(a, (dy, y) -> {
            Variable l = y.tril(-1).add(Variable.of(identity(y)));
            Variable u = y.triu(0);
            Variable inner = l.mT().matmul(dy.tril(-1)).tril(-1).add(dy.triu(0).matmul(u.mT()).triu(0));
            Variable left = solvedTriangular("lu", l.mT(), inner, true, true);
            return solvedTriangular("lu", u, left.mT(), true, false).mT();
        }));
    }

    /// Eigenvalues, ascending, and eigenvectors of symmetric matrices: `a = vectors diag(values) vectorsᵀ`. Only the lower triangle is
    /// read, and the gradient is symmetric. A vector is determined up to its sign; here its element of largest magnitude is positive.
    /// Values are differentiable anywhere, vectors where values differ, and a function of the vectors must not depend on their signs. NaN
    /// where an element is not finite.
    public static Eigh eigh(Variable a) {
        return SpectralRules.eigh(a);
    }

    /// The eigenvalues of [#eigh]; without a gradient to record the vectors are not computed.
    public static Variable eigvalsh(Variable a) {
        return SpectralRules.eigvalsh(a);
    }

    /// The singular values, descending, and vectors: `a = u diag(s) vh`. A pair of vectors is determined up to its sign; here the
    /// element of largest magnitude of the left one is positive. Values are differentiable anywhere, vectors where values differ (and,
    /// unless the matrix is square, are not 0), and a function of the vectors must not depend on their signs.
    ///
    /// @param fullMatrices whether `u` and `vh` are square; the vectors this adds are orthogonal to the others, otherwise arbitrary, and
    ///     have no gradient
    /// @throws IllegalArgumentException if an element is not finite
    public static Svd svd(Variable a, boolean fullMatrices) {
        return SpectralRules.svd(a, fullMatrices);
    }

    /// The singular values of [#svd]; without a gradient to record the vectors are not computed.
    public static Variable svdvals(Variable a) {
        return SpectralRules.svdvals(a);
    }

    /// [#pinv(Variable, double, double)] in which a singular value counts as 0 if it is at most the larger side times the distance from
    /// 1 to the next number of the type, times the largest singular value.
    public static Variable pinv(Variable a) {
        return pinv(a, 0, a.rank() < 2 ? 0 : precision(a));
    }

    /// The pseudo-inverse of Moore and Penrose, `[.., n, m]`: the inverse of the singular values but for those that are at most
    /// `max(atol, rtol * largest)`. Differentiable where the rank does not change.
    ///
    /// @param atol not negative, as `rtol`
    public static Variable pinv(Variable a, double atol, double rtol) {
        checkTolerances("pinv", atol, rtol);
        return SpectralRules.pinv(a, atol, rtol);
    }

    /// The number of singular values, `[..]` and int64, that [#pinv(Variable)] does not count as 0.
    public static Tensor matrixRank(Tensor a) {
        return matrixRank(a, 0, a.rank() < 2 ? 0 : precision(Variable.of(a)));
    }

    /// The number of singular values, `[..]` and int64, that are larger than `max(atol, rtol * largest)`.
    ///
    /// @param atol not negative, as `rtol`
    public static Tensor matrixRank(Tensor a, double atol, double rtol) {
        checkTolerances("matrixRank", atol, rtol);
        return SpectralRules.counting(SpectralKernels.svdvals(a), atol, rtol).sum(Dims.of(-1));
    }

    private static void checkTolerances(String operation, double atol, double rtol) {
        if (!(atol >= 0) || !(rtol >= 0))
            throw new IllegalArgumentException(operation + ": tolerances must not be negative (got " + atol + ", " + rtol + ")");
    }

    // ---------------------------------------------------------------------------------------------------------- norms

    /// The norm of the last two dimensions, `[..]`.
    public static Variable matrixNorm(Variable a, MatrixNorm order) {
        return matrixNorm(a, order, -2, -1, false);
    }

    /// The norm of the matrices that two dimensions hold.
    ///
    /// @param rows the dimension that holds the rows
    /// @param columns another one
    /// @param keepDim whether both stay, with size 1
    public static Variable matrixNorm(Variable a, MatrixNorm order, int rows, int columns, boolean keepDim) {
        if (a.rank() < 2 || !a.dtype().isFloating())
            throw new ShapeException("matrixNorm", "needs matrices of a floating type", a.shape());
        int first = a.shape().dim("matrixNorm", rows);
        int second = a.shape().dim("matrixNorm", columns);
        if (first == second)
            throw new ShapeException("matrixNorm", "rows and columns must be two dimensions", a.shape());
        Variable norm = order.of(a.movedim(new int[] {first, second}, new int[] {-2, -1}));
        return keepDim ? norm.unsqueeze(Math.min(first, second)).unsqueeze(Math.max(first, second)) : norm;
    }

    /// How much a relative error of the right side can grow in the solution of a system: the norm of a matrix times that of its inverse;
    /// for the orders two the quotient of the extreme singular values, of any matrix. Infinite where a matrix is singular.
    public static Variable cond(Variable a, MatrixNorm order) {
        if (order.isOfSingularValues()) {
            Variable s = svdvals(a);
            if (s.size(-1) == 0)
                throw new ShapeException("cond", "needs matrices that are not empty", a.shape());
            Variable largest = s.select(-1, 0);
            Variable smallest = s.select(-1, s.size(-1) - 1);
            return order == MatrixNorm.TWO ? largest.div(smallest) : smallest.div(largest);
        }
        square("cond", a);
        Tensor singular = MatrixKernels.slogDet(a.data()).sign().eq(0);
        Variable regular = Variable.of(identity(a)).where(singular.unsqueeze(-1).unsqueeze(-1), a);
        Variable number = matrixNorm(a, order).mul(matrixNorm(inverse("cond", regular), order));
        return Variable.of(Tensor.full(number.shape(), Double.POSITIVE_INFINITY, a.dtype(), a.device())).where(singular, number);
    }

    // ---------------------------------------------------------------------------------------------------------- determinants

    /// The determinant of square matrices, `[..]`.
    ///
    /// `da = dy * y * a⁻ᵀ`; near singular matrices, where little would be left of the digits of a derivative of this, the same matrix of
    /// cofactors from singular values.
    public static Variable det(Variable a) {
        return output("det", MatrixKernels.det(a.data()), wrt(a, (dy, y) -> isAnyNearlySingular(a)
                ? SpectralRules.cofactors(a).mul(dy.unsqueeze(-1).unsqueeze(-1)) : scaledInverse("det", a, dy.mul(y))));
    }

    private static boolean isAnyNearlySingular(Variable a) {
        if (a.shape().numel() == 0)
            return false;
        Tensor pivots = MatrixKernels.lu(a.data()).packed().diagonal(0, -2, -1).abs();
        return pivots.le(pivots.amax(Dims.keep(-1)).mul(1e-5)).any(Dims.all()).item() != 0;
    }

    /// Sign and logarithm of the absolute value of the determinant; neither overflows.
    ///
    /// `da = dy * a⁻ᵀ` for the logarithm, which has no gradient for singular matrices; the sign has none at all.
    public static SlogDet slogDet(Variable a) {
        MatrixKernels.SlogDet parts = MatrixKernels.slogDet(a.data());
        return new SlogDet(parts.sign(), output("slogDet", parts.logAbs(), wrt(a, dy -> logGradient("slogDet", a, dy))));
    }

    /// The logarithm of the determinant, `[..]`; NaN where it is negative.
    public static Variable logDet(Variable a) {
        MatrixKernels.SlogDet parts = MatrixKernels.slogDet(a.data());
        Tensor value = Tensor.full(parts.sign().shape(), Double.NaN, a.dtype(), a.device()).where(parts.sign().lt(0), parts.logAbs());
        return output("logDet", value, wrt(a, dy -> logGradient("logDet", a, dy)));
    }

    private static Variable logGradient(String operation, Variable a, Variable dy) {
        if (a.shape().numel() > 0 && MatrixKernels.slogDet(a.data()).sign().eq(0).any(Dims.all()).item() != 0)
            throw new IllegalArgumentException(
                    operation + ": there is no gradient for a singular matrix (got " + a.data().describe() + ")");
        return scaledInverse(operation, a, dy);
    }

    private static Variable scaledInverse(String operation, Variable a, Variable scale) {
        return inverse(operation, a).mT().mul(scale.unsqueeze(-1).unsqueeze(-1));
    }

    // ---------------------------------------------------------------------------------------------------------- powers

    /// The product of `exponent` times the matrix, by repeated squaring; the identity for 0, powers of the inverse for negative exponents.
    public static Variable matrixPower(Variable a, int exponent) {
        square("matrixPower", a);
        Variable base = exponent < 0 ? inverse("matrixPower", a) : a;
        Variable power = null;
        for (long left = Math.abs((long) exponent); left > 0; left >>= 1) {
            if ((left & 1) == 1)
                power = power == null ? base : power.matmul(base);
            if (left > 1)
                base = base.matmul(base);
        }
        return power == null ? Variable.of(identity(a)) : power;
    }

    /// The product of matrices in the order that takes the fewest multiplications.
    ///
    /// @param factors at least two; the first may be a vector, which counts as a row, and the last one, which counts as a column
    public static Variable multiDot(List<Variable> factors) {
        return MatrixProducts.multiDot(factors);
    }

    /// Sums of products along a dimension of both; the others are broadcast.
    public static Variable vecdot(Variable x, Variable y, int dim) {
        int d = Shape.broadcast("vecdot", x.shape(), y.shape()).dim("vecdot", dim);
        return x.mul(y).sum(Dims.of(d));
    }

    /// Powers of numbers, `[..]` to `[.., columns]`: `x⁰, x¹, ..`, or in descending order.
    public static Variable vander(Variable x, int columns, boolean increasing) {
        return MatrixProducts.vander(x, columns, increasing);
    }

    /// The sum of all `aᵏ / k!`, by a rational approximation of `exp(a / 2ˢ)` that is squared `s` times.
    ///
    /// Source: Higham 2005, The scaling and squaring method for the matrix exponential revisited (order 13).
    public static Variable matrixExp(Variable a) {
        square("matrixExp", a);
        if (a.dtype() == DType.F32)
            return matrixExp(a.to(DType.F64)).to(DType.F32);
        double largest = a.shape().numel() == 0 ? 0 : a.data().abs().sum(Dims.of(-2)).amax(Dims.all()).item();
        int squarings = largest > PADE_RADIUS && largest <= Double.MAX_VALUE ? Math.getExponent(largest / PADE_RADIUS) + 1 : 0;
        Variable result = pade(a.mul(Math.scalb(1.0, -squarings)));
        for (int i = 0; i < squarings; i++)
            result = result.matmul(result);
        return result;
    }

    /// `(V - U)⁻¹ (V + U)`, `U` being the odd and `V` the even part of the polynomial with the coefficients [#PADE].
    private static Variable pade(Variable a) {
        Variable one = Variable.of(identity(a));
        Variable a2 = a.matmul(a);
        Variable a4 = a2.matmul(a2);
        Variable a6 = a4.matmul(a2);
        Variable odd = a.matmul(a6.matmul(terms(a6, a4, a2, 13)).add(terms(a6, a4, a2, 7)).add(one.mul(PADE[1])));
        Variable even = a6.matmul(terms(a6, a4, a2, 12)).add(terms(a6, a4, a2, 6)).add(one.mul(PADE[0]));
        return solved("matrixExp", even.sub(odd), even.add(odd));
    }

    private static Variable terms(Variable a6, Variable a4, Variable a2, int first) {
        return a6.mul(PADE[first]).add(a4.mul(PADE[first - 2])).add(a2.mul(PADE[first - 4]));
    }

    // ---------------------------------------------------------------------------------------------------------- parts

    private static void square(String operation, Variable a) {
        if (a.rank() < 2 || a.size(-1) != a.size(-2))
            throw new ShapeException(operation, "needs square matrices", a.shape());
    }

    /// Both with common leading dimensions.
    private static Variable[] broadcast(String operation, Variable a, Variable b) {
        if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != a.size(-2) || a.size(-1) != b.size(-2))
            throw new ShapeException(operation, "needs square matrices, and right sides with as many rows", a.shape(), b.shape());
        Shape leading = Shape.broadcast(operation, leading(a), leading(b));
        return new Variable[] {a.expand(joined(leading, a)), b.expand(joined(leading, b))};
    }

    private static Shape leading(Variable a) {
        return Shape.of(Arrays.copyOf(a.shape().sizes(), a.rank() - 2));
    }

    private static Shape joined(Shape leading, Variable a) {
        int[] sizes = Arrays.copyOf(leading.sizes(), leading.rank() + 2);
        sizes[leading.rank()] = a.size(-2);
        sizes[leading.rank() + 1] = a.size(-1);
        return Shape.of(sizes);
    }

    private static Tensor identity(Variable a) {
        return Tensor.eye(a.size(-1), a.size(-1), a.dtype(), a.device()).expand(a.shape());
    }
}
