package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.MatrixKernels;
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

    // ---------------------------------------------------------------------------------------------------------- equations

    /// The solution `x` of `a x = b` for square matrices.
    ///
    /// `db = a⁻ᵀ dx`, `da = -db xᵀ`.
    ///
    /// @param a `[.., n, n]`
    /// @param b `[.., n, k]`, or vectors: `[n]`, or the shape of `a` without its last dimension; leading dimensions are broadcast
    /// @throws IllegalArgumentException if a matrix is singular
    public static Variable solve(Variable a, Variable b) {
        if (b.rank() == 1 || isVectors(a, b))
            return solve(a, b.unsqueeze(-1)).squeeze(-1);
        Variable[] both = broadcast("solve", a, b);
        return solved(both[0], both[1]);
    }

    private static boolean isVectors(Variable a, Variable b) {
        return a.rank() > 2 && Arrays.equals(b.shape().sizes(), Arrays.copyOf(a.shape().sizes(), a.rank() - 1));
    }

    private static Variable solved(Variable a, Variable b) {
        return output("solve", MatrixKernels.solve(a.data(), b.data()),
                wrt(a, (dx, x) -> solved(a.mT(), dx).matmul(x.mT()).neg()),
                wrt(b, dx -> solved(a.mT(), dx)));
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
        Variable[] both = broadcast("solveTriangular", a, b);
        return solvedTriangular(both[0], both[1], upper, unit);
    }

    /// `db = a⁻ᵀ dx`, `da` is the triangle of `-db xᵀ`, without the diagonal if that counts as ones.
    private static Variable solvedTriangular(Variable a, Variable b, boolean upper, boolean unit) {
        return output("solveTriangular", MatrixKernels.solveTriangular(a.data(), b.data(), upper, unit),
                wrt(a, (dx, x) -> {
                    Variable da = solvedTriangular(a.mT(), dx, !upper, unit).matmul(x.mT()).neg();
                    return upper ? da.triu(unit ? 1 : 0) : da.tril(unit ? -1 : 0);
                }),
                wrt(b, dx -> solvedTriangular(a.mT(), dx, !upper, unit)));
    }

    /// The least-squares solution of `a x = b`: the `x` with the smallest `|a x - b|`, for matrices of full rank with at least as many rows
    /// as columns.
    ///
    /// @param a `[.., m, n]`, `m >= n`
    /// @param b `[.., m, k]`
    public static Variable lstsq(Variable a, Variable b) {
        if (a.rank() < 2 || b.rank() < 2 || a.size(-2) < a.size(-1) || a.size(-2) != b.size(-2))
            throw new ShapeException("lstsq", "needs matrices with at least as many rows as columns, and right sides with as many rows",
                    a.shape(), b.shape());
        Qr qr = qr(a);
        return solveTriangular(qr.r, qr.q.mT().matmul(b), true, false);
    }

    /// The inverse of square matrices.
    ///
    /// @throws IllegalArgumentException if a matrix is singular
    public static Variable inverse(Variable a) {
        square("inverse", a);
        return solved(a, Variable.of(identity(a)));
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
            Variable left = solvedTriangular(l.mT(), phi, true, false);
            Variable da = solvedTriangular(l.mT(), left.mT(), true, false);
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
            return solvedTriangular(r, dq.add(q.matmul(symmetric)).mT(), true, false).mT();
        }));
        return new Qr(both.narrow(-2, 0, m), both.narrow(-2, m, n));
    }

    // ---------------------------------------------------------------------------------------------------------- determinants

    /// The determinant of square matrices, `[..]`.
    ///
    /// `da = dy * y * a⁻ᵀ`, so the gradient exists for invertible matrices only.
    public static Variable det(Variable a) {
        return output("det", MatrixKernels.det(a.data()), wrt(a, (dy, y) -> scaledInverse("det", a, dy.mul(y))));
    }

    /// Sign and logarithm of the absolute value of the determinant; neither overflows.
    ///
    /// `da = dy * a⁻ᵀ` for the logarithm; the sign has no gradient.
    public static SlogDet slogDet(Variable a) {
        MatrixKernels.SlogDet parts = MatrixKernels.slogDet(a.data());
        return new SlogDet(parts.sign(), output("slogDet", parts.logAbs(), wrt(a, dy -> scaledInverse("slogDet", a, dy))));
    }

    private static Variable scaledInverse(String operation, Variable a, Variable scale) {
        if (a.shape().numel() > 0 && MatrixKernels.slogDet(a.data()).sign().eq(0).any(Dims.all()).item() != 0)
            throw new IllegalArgumentException(
                    operation + ": there is no gradient for a singular matrix (got " + a.data().describe() + ")");
        return inverse(a).mT().mul(scale.unsqueeze(-1).unsqueeze(-1));
    }

    // ---------------------------------------------------------------------------------------------------------- powers

    /// The product of `exponent` times the matrix, by repeated squaring; the identity for 0, powers of the inverse for negative exponents.
    public static Variable matrixPower(Variable a, int exponent) {
        square("matrixPower", a);
        Variable base = exponent < 0 ? inverse(a) : a;
        Variable power = null;
        for (long left = Math.abs((long) exponent); left > 0; left >>= 1) {
            if ((left & 1) == 1)
                power = power == null ? base : power.matmul(base);
            if (left > 1)
                base = base.matmul(base);
        }
        return power == null ? Variable.of(identity(a)) : power;
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
        return solved(even.sub(odd), even.add(odd));
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
