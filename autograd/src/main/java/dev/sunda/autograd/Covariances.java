package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.ShapeException;

/// How quantities vary together. The rows of a matrix are quantities, its columns observations; a vector is one quantity.
final class Covariances {
    private Covariances() {
    }

    /// `sum of w (x_i - mean_i) (x_j - mean_j)` over the observations, divided by `sum w - correction sum(w a) / sum w` with `w = f a`, as
    /// in NumPy; without weights by their number less the correction.
    static Variable cov(Variable x, double correction, Tensor frequencies, Tensor weights) {
        if (x.rank() > 2)
            throw new ShapeException("cov", "needs a matrix, or fewer dimensions", x.shape());
        Variable rows = x.rank() == 2 ? x : x.reshape(1, -1);
        int n = rows.size(1);
        check(n, frequencies, weights);
        Tensor w = Tensor.ones(n).to(x.device()).to(x.dtype());
        if (frequencies != null)
            w = w.mul(frequencies);
        if (weights != null)
            w = w.mul(weights.to(x.dtype()));
        Tensor total = w.sum(Dims.all());
        Tensor spread = weights == null ? total : w.mul(weights.to(x.dtype())).sum(Dims.all()).div(total);
        Tensor divisor = total.sub(spread.div(weights == null ? total : Tensor.onesLike(total)).mul(correction)).maximum(0);
        Variable share = Variable.of(w);
        Variable centred = rows.sub(rows.mul(share).sum(Dims.keep(1)).div(Variable.of(total)));
        Variable c = centred.matmul(centred.mul(share).mT()).div(Variable.of(divisor));
        return x.rank() == 2 ? c : c.reshape();
    }

    private static void check(int n, Tensor frequencies, Tensor weights) {
        for (Tensor each : new Tensor[] {frequencies, weights})
            if (each != null && (each.rank() != 1 || each.numel() != n))
                throw new ShapeException("cov", "needs one weight for each of " + n + " observations", each.shape());
        if (frequencies != null && !frequencies.dtype().isInteger())
            throw new DTypeException("cov: frequencies must be integers (got " + frequencies.describe() + ")");
        if (weights != null && !weights.dtype().isFloating())
            throw new DTypeException("cov: weights must be floating (got " + weights.describe() + "); convert with to(DType.F32)");
        for (Tensor each : new Tensor[] {frequencies, weights})
            if (each != null && each.lt(0).any(Dims.all()).item() != 0)
                throw new IllegalArgumentException("cov: weights must not be negative (got " + each.describe() + ")");
    }

    /// Covariances over the product of the standard deviations, kept within -1 and 1 as PyTorch does.
    static Variable corrcoef(Variable x) {
        if (x.rank() > 2)
            throw new ShapeException("corrcoef", "needs a matrix, or fewer dimensions", x.shape());
        Variable c = cov(x, 1, null, null);
        if (c.rank() == 0)
            return c.div(c);
        Variable deviation = c.diagonal(0, 0, 1).sqrt();
        return c.div(deviation.unsqueeze(1)).div(deviation.unsqueeze(0)).clamp(-1, 1);
    }
}
