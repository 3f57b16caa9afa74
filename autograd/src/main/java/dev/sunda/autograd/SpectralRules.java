package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.autograd.LinearAlgebra.Eigh;
import dev.sunda.autograd.LinearAlgebra.Svd;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.MatrixKernels;
import dev.sunda.core.kernel.SpectralKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;

/// Derivatives of eigenvalues, of singular values and of what is made of them.
///
/// Each factor has a rule of its own, so that values can be differentiated where vectors cannot: where values are equal. The rules use
/// the other factors with their history, hence second derivatives. Source: Giles 2008, Collected matrix derivative results for forward
/// and reverse mode algorithmic differentiation.
final class SpectralRules {
    private SpectralRules() {
    }

    /// With `a = V diag(l) Vᵀ`: `da = V diag(dl) Vᵀ + V (skew(Vᵀ dV) / E) Vᵀ`, where `E[i][j] = l[j] - l[i]` and
    /// `skew(X) = (X - Xᵀ) / 2` is what a change of orthogonal vectors can follow.
    static Eigh eigh(Variable a) {
        SpectralKernels.Eigh parts = SpectralKernels.eigh(a.data());
        var values = new Variable[1];
        Variable vectors = output("eigh", parts.vectors(), wrt(a, (dv, v) -> {
            Variable product = v.mT().matmul(dv);
            Variable inner = product.sub(product.mT()).mul(0.5).div(gaps(values[0], false));
            return v.matmul(inner).matmul(v.mT());
        }));
        values[0] = output("eigh", parts.values(), wrt(a, dl -> columns(vectors, dl).matmul(vectors.mT())));
        return new Eigh(values[0], vectors);
    }

    static Variable eigvalsh(Variable a) {
        return a.requiresGrad() ? eigh(a).values() : Variable.of(SpectralKernels.eigvalsh(a.data()));
    }

    /// With `a = U diag(s) Vᵀ`, `E[i][j] = s[j]² - s[i]²` and `skew(X) = X - Xᵀ`:
    /// - `ds` gives `U diag(ds) Vᵀ`,
    /// - `dU` gives `U (skew(Uᵀ dU) / E) diag(s) Vᵀ`, and with more rows than columns `(I - U Uᵀ) dU diag(s)⁻¹ Vᵀ`,
    /// - `dV` gives `U diag(s) (skew(Vᵀ dV) / E) Vᵀ`, and with more columns than rows `U diag(s)⁻¹ dVᵀ (I - V Vᵀ)`.
    static Svd svd(Variable a, boolean full) {
        SpectralKernels.Svd parts = SpectralKernels.svd(a.data(), full);
        var f = new Factors(a.size(-2), a.size(-1));
        f.u = output("svd", parts.u(), wrt(a, f::ofLeft));
        f.s = output("svd", parts.s(), wrt(a, ds -> columns(f.left(), ds).matmul(f.right().mT())));
        f.vh = output("svd", parts.vh(), wrt(a, dvh -> f.ofRight(dvh)));
        return new Svd(f.u, f.s, f.vh);
    }

    static Variable svdvals(Variable a) {
        return a.requiresGrad() ? svd(a, false).s() : Variable.of(SpectralKernels.svdvals(a.data()));
    }

    private static final class Factors {
        private final int m;
        private final int n;
        private final int k;
        private Variable u;
        private Variable s;
        private Variable vh;

        Factors(int m, int n) {
            this.m = m;
            this.n = n;
            k = Math.min(m, n);
        }

        Variable left() {
            return u.narrow(-1, 0, k);
        }

        Variable right() {
            return vh.narrow(-2, 0, k).mT();
        }

        Variable ofLeft(Variable dLeft) {
            Variable du = dLeft.narrow(-1, 0, k);
            Variable product = left().mT().matmul(du);
            Variable sum = left().matmul(columns(product.sub(product.mT()).div(gaps(s, true)), s));
            if (m > k)
                sum = sum.add(columns(du.sub(left().matmul(product)), s.reciprocal()));
            return sum.matmul(right().mT());
        }

        Variable ofRight(Variable dRight) {
            Variable dv = dRight.narrow(-2, 0, k).mT();
            Variable product = right().mT().matmul(dv);
            Variable sum = right().matmul(columns(product.sub(product.mT()).div(gaps(s, true)), s));
            if (n > k)
                sum = sum.add(columns(dv.sub(right().matmul(product)), s.reciprocal()));
            return left().matmul(sum.mT());
        }
    }

    /// Column `j` of each matrix times number `j`.
    private static Variable columns(Variable matrix, Variable factors) {
        return matrix.mul(factors.unsqueeze(-2));
    }

    /// `x[j] - x[i]`, or of the squares, and 1 on the diagonal.
    private static Variable gaps(Variable x, boolean squares) {
        Variable difference = x.unsqueeze(-2).sub(x.unsqueeze(-1));
        Variable gap = squares ? difference.mul(x.unsqueeze(-2).add(x.unsqueeze(-1))) : difference;
        return gap.add(Variable.of(Tensor.eye(x.size(-1), x.size(-1), x.dtype(), x.device())));
    }

    /// `da = -Pᵀ dP Pᵀ + (I - a P) dPᵀ P Pᵀ + Pᵀ P dPᵀ (I - P a)`, where the rank does not change. Source: Golub, Pereyra 1973.
    static Variable pinv(Variable a, double atol, double rtol) {
        return output("pinv", inverted(a.data(), atol, rtol), wrt(a, (dp, p) -> {
            Variable inner = p.mT().matmul(dp).matmul(p.mT());
            Variable left = dp.mT().matmul(p).matmul(p.mT());
            Variable right = p.mT().matmul(p).matmul(dp.mT());
            return left.sub(a.matmul(p).matmul(left)).add(right.sub(right.matmul(p).matmul(a))).sub(inner);
        }));
    }

    private static Tensor inverted(Tensor a, double atol, double rtol) {
        SpectralKernels.Svd parts = SpectralKernels.svd(a.dtype() == DType.F32 ? a.to(DType.F64) : a, false);
        Tensor counts = counting(parts.s(), atol, rtol);
        Tensor inverse = Tensor.zerosLike(parts.s()).where(counts.logicalNot(), parts.s().reciprocal());
        return parts.vh().mT().mul(inverse.unsqueeze(-2)).matmul(parts.u().mT()).to(a.dtype());
    }

    /// Which singular values, in descending order, are larger than `max(atol, rtol * largest)`.
    static Tensor counting(Tensor s, double atol, double rtol) {
        if (s.size(-1) == 0)
            return s.gt(0);
        Tensor least = s.narrow(-1, 0, 1).mul(rtol);
        return s.gt(least.maximum(atol));
    }

    /// The gradient of the determinant, also of singular matrices: with `a = U diag(s) Vᵀ` it is
    /// `det(U) det(V) U diag(products of the others) Vᵀ`, and its own derivative, with `P[i][j]` the product of all `s` but numbers `i` and
    /// `j` (0 on the diagonal) and `N = Uᵀ d V`, is `det(U) det(V) U (diag(P diag(N)) - P * Nᵀ) Vᵀ`. No division, so it holds for any
    /// rank.
    static Variable cofactors(Variable a) {
        SpectralKernels.Svd parts = SpectralKernels.svd(a.data(), false);
        Tensor sign = orientation(parts.u(), parts.vh());
        Tensor others = but(Variable.of(parts.s())).data();
        Tensor value = parts.u().mul(others.mul(sign).unsqueeze(-2)).matmul(parts.vh());
        return output("det", value, wrt(a, d -> {
            Svd f = svd(a, false);
            Variable right = f.vh().mT();
            Variable turned = f.u().mT().matmul(d).matmul(right);
            Variable pairs = butTwo(f.s());
            Variable onDiagonal = pairs.matmul(turned.diagonal(0, -2, -1).unsqueeze(-1)).squeeze(-1).diagEmbed(0, -2, -1);
            Variable inner = onDiagonal.sub(pairs.mul(turned.mT()));
            return f.u().matmul(inner).matmul(f.vh()).mul(Variable.of(sign.unsqueeze(-1)));
        }));
    }

    /// 1 or -1, `[.., 1]`.
    private static Tensor orientation(Tensor u, Tensor vh) {
        return MatrixKernels.det(u).mul(MatrixKernels.det(vh)).sign().unsqueeze(-1);
    }

    /// The product of all numbers but number `i`.
    private static Variable but(Variable s) {
        return one(s).where(diagonal(s), s.unsqueeze(-2)).prod(Dims.of(-1));
    }

    /// The product of all numbers but numbers `i` and `j`, 0 on the diagonal.
    private static Variable butTwo(Variable s) {
        Tensor same = diagonal(s);
        Variable products = one(s).where(same.unsqueeze(0).logicalOr(same.unsqueeze(1)), s.unsqueeze(-2).unsqueeze(-2)).prod(Dims.of(-1));
        return Variable.zerosLike(products).where(same, products);
    }

    private static Tensor diagonal(Variable s) {
        return Tensor.eye(s.size(-1), s.size(-1), DType.F32, s.device()).eq(1);
    }

    private static Variable one(Variable s) {
        return Variable.of(Tensor.scalar(1, s.dtype(), s.device()));
    }
}
