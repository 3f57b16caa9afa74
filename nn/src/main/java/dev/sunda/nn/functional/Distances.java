package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Similarity and distance of vectors. Where a norm has no derivative, at 0, its gradient is 0.
public final class Distances {
    private Distances() {
    }

    /// [#cosineSimilarity(Variable, Variable, int, double)] along dimension 1 with eps 1e-8.
    public static Variable cosineSimilarity(Variable x1, Variable x2) {
        return cosineSimilarity(x1, x2, 1, 1e-8);
    }

    /// The cosine `sum(x1 / n1 * x2 / n2)` of the angle between vectors, with `n = max(norm(x), eps)` of each. As in PyTorch the gradient
    /// is that of the norm, also where `eps` is larger.
    ///
    /// @param x1 of a shape that broadcasts with that of `x2`
    /// @param dim of the broadcast shape, vanishes
    /// @param eps smallest norm to divide by, 0 or more
    public static Variable cosineSimilarity(Variable x1, Variable x2, int dim, double eps) {
        String name = "cosineSimilarity";
        Shape shape = LossTerms.broadcast(name, x1, x2);
        if (!(eps >= 0))
            throw new IllegalArgumentException(name + ": eps must not be negative (got " + eps + ")");
        int d = shape.rank() == 0 && (dim == 0 || dim == -1) ? 0 : shape.dim(name, dim);
        return unit(x1.expand(shape), d, eps).mul(unit(x2.expand(shape), d, eps)).sum(Dims.of(d));
    }

    private static Variable unit(Variable x, int dim, double eps) {
        Variable norm = x.norm(2, Dims.keep(dim));
        Tensor raised = norm.data().maximum(Tensor.scalar(eps, norm.dtype(), norm.device())).sub(norm.data());
        return x.div(norm.add(Variable.of(raised)));
    }

    /// [#pairwiseDistance(Variable, Variable, double, double, boolean)] with `p` 2 and eps 1e-6; the last dimension vanishes.
    public static Variable pairwiseDistance(Variable x1, Variable x2) {
        return pairwiseDistance(x1, x2, 2, 1e-6, false);
    }

    /// The norm of `x1 - x2 + eps` along the last dimension.
    ///
    /// @param x1 of a shape that broadcasts with that of `x2`
    /// @param p of the norm `(sum |d|^p)^(1/p)`, 0 or more: 0 counts the elements that are not 0, infinity takes the largest one
    /// @param eps added to every difference, so that equal vectors have a gradient
    /// @param keepDim whether the last dimension stays, with size 1
    public static Variable pairwiseDistance(Variable x1, Variable x2, double p, double eps, boolean keepDim) {
        LossTerms.broadcast("pairwiseDistance", x1, x2);
        checkNorm("pairwiseDistance", p);
        return x1.sub(x2).add(eps).norm(p, keepDim ? Dims.keep(-1) : Dims.of(-1));
    }

    /// [#cdist(Variable, Variable, double)] with `p` 2.
    public static Variable cdist(Variable x1, Variable x2) {
        return cdist(x1, x2, 2);
    }

    /// The distance of every vector of `x1` from every vector of `x2`: `out[..., i, j] = norm(x1[..., i] - x2[..., j])`.
    ///
    /// Differences are taken before they are squared, so that near vectors have exact distances. That takes memory for all differences at
    /// once, `P * R * M` numbers for each batch. With `p` infinite, elements that tie for the largest difference share its gradient.
    ///
    /// @param x1 `[..., P, M]`; leading dimensions broadcast
    /// @param x2 `[..., R, M]`
    /// @param p of the norm, 0 or more, see [#pairwiseDistance(Variable, Variable, double, double, boolean)]
    /// @return `[..., P, R]`
    public static Variable cdist(Variable x1, Variable x2, double p) {
        checkNorm("cdist", p);
        if (x1.rank() < 2 || x2.rank() < 2 || x1.size(-1) != x2.size(-1))
            throw new ShapeException("cdist", "needs [..., P, M] and [..., R, M] with one M", x1.shape(), x2.shape());
        Variable rows = x1.unsqueeze(-2);
        Variable columns = x2.unsqueeze(-3);
        LossTerms.broadcast("cdist", rows, columns);
        return rows.sub(columns).norm(p, Dims.of(-1));
    }

    /// The distances of all pairs of rows, `[n, m]` to `[n (n - 1) / 2]`: row 0 from rows 1, 2, .., then row 1 from rows 2, 3, ...
    ///
    /// @param p of the norm, 0 or more, see [#pairwiseDistance(Variable, Variable, double, double, boolean)]
    public static Variable pdist(Variable x, double p) {
        checkNorm("pdist", p);
        if (x.rank() != 2)
            throw new ShapeException("pdist", "needs [n, m]", x.shape());
        Tensor pairs = Tensor.triuIndices(x.size(0), x.size(0), 1).to(x.device());
        return x.indexSelect(0, pairs.select(0, 0)).sub(x.indexSelect(0, pairs.select(0, 1))).norm(p, Dims.of(-1));
    }

    private static void checkNorm(String operation, double p) {
        if (!(p >= 0))
            throw new IllegalArgumentException(operation + ": p must not be negative (got " + p + ")");
    }
}
