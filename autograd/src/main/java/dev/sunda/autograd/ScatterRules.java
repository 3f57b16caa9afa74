package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.Dims;

/// Derivatives of joining numbers that meet in one place.
///
/// `y[place]` joins all `source[i]` with `index[i] = place` and, with `includeSelf`, `x[place]`. What does not count gets no gradient:
/// without `includeSelf` that is `x` at every place where something was joined.
final class ScatterRules {
    private final Variable x;
    private final int dim;
    private final Tensor index;
    private final Variable source;
    private final ScatterReduction how;
    private final boolean includeSelf;

    private ScatterRules(Variable x, int dim, Tensor index, Variable source, ScatterReduction how, boolean includeSelf) {
        this.x = x;
        this.dim = dim;
        this.index = index;
        this.source = source;
        this.how = how;
        this.includeSelf = includeSelf;
    }

    static Variable reduce(Variable x, int dim, Tensor index, Variable source, ScatterReduction how, boolean includeSelf) {
        Tensor y = x.data().scatterReduce(dim, index, source.data(), how, includeSelf);
        if (index.numel() == 0)
            return output("scatterReduce", y, wrt(x, dy -> dy));
        Variable used = source;                                      // the index may be smaller
        if (!source.shape().equals(index.shape()) && source.rank() == index.rank())
            used = ShapeRules.view("narrow", source, t -> IndexRules.corner(t, index.shape()));
        var rules = new ScatterRules(x, dim, index, used.reshape(index.shape()), how, includeSelf);
        return output("scatterReduce", y, wrt(x, rules::ofSelf), wrt(rules.source, rules::ofSource));
    }

    private Variable ofSelf(Variable dy, Variable y) {
        if (!includeSelf && how != ScatterReduction.AMAX && how != ScatterReduction.AMIN)
            return dy.scatter(dim, index, 0);
        return switch (how) {
            case SUM -> dy;
            case MEAN -> dy.div(counts());
            case PROD -> {
                Variable factor = x.maskedFill(x.data().eq(0), 1);   // the product of the others, also where x is 0
                yield dy.mul(factor.scatterReduce(dim, index, source, how, true).div(factor));
            }
            case AMAX, AMIN -> shared(dy, y).mul(Variable.of(ownHits(y)));
        };
    }

    private Variable ofSource(Variable dy, Variable y) {
        return switch (how) {
            case SUM -> dy.gather(dim, index);
            case MEAN -> dy.div(counts()).gather(dim, index);
            case PROD -> ofFactors(dy, y);
            case AMAX, AMIN -> shared(dy, y).gather(dim, index).mul(Variable.of(hits(y)));
        };
    }

    private Variable counts() {
        return Variable.of(x.data().scatterCounts(dim, index, source.shape(), includeSelf));
    }

    /// The product of all factors but one is `y / source[i]`. Where `source[i]` is the only zero of its place it is the product with a 1 in
    /// its stead, and 0 where there are several.
    private Variable ofFactors(Variable dy, Variable y) {
        Tensor zero = source.data().eq(0);
        Tensor none = Tensor.zeros(x.shape(), x.dtype(), x.device());
        Tensor zeros = none.scatterAdd(dim, index, zero.to(x.dtype())).gather(dim, index);
        if (GradMode.isRecording() && zeros.amax(Dims.all()).item() > 1)
            return dy.gather(dim, index).mul(others());
        Tensor only = zero.logicalAnd(zeros.eq(1));
        Variable without = x.scatterReduce(dim, index, source.maskedFill(only, 1), how, includeSelf);
        Variable ofZero = dy.mul(without).gather(dim, index);
        return ofZero.where(only, dy.mul(y).gather(dim, index).div(source.maskedFill(zero, 1)));
    }

    /// For every factor the product of the others of its place, from all pairs of factors along `dim`: `others[.., i, ..]` is that of all
    /// `source[j]` with `j != i` and `index[j] = index[i]`. Takes memory for all pairs, but has every derivative where several factors
    /// are 0.
    private Variable others() {
        int n = source.size(dim);
        Tensor places = index.movedim(dim, -1);
        Tensor meet = places.unsqueeze(-2).eq(places.unsqueeze(-1));
        Tensor other = Tensor.eye(n, n, x.dtype(), x.device()).eq(0);
        Variable one = Variable.of(Tensor.scalar(1, x.dtype(), x.device()));
        Variable factors = source.movedim(dim, -1).unsqueeze(-2).where(meet.logicalAnd(other), one);
        Variable along = factors.prod(Dims.of(-1)).movedim(-1, dim);
        return includeSelf ? along.mul(x.gather(dim, index)) : along;
    }

    /// What each of the numbers equal to the extreme one gets.
    private Variable shared(Variable dy, Variable y) {
        return dy.div(Variable.of(ownHits(y).scatterAdd(dim, index, hits(y))));
    }

    private Tensor hits(Variable y) {
        return equal(source.data(), y.data().gather(dim, index));
    }

    private Tensor ownHits(Variable y) {
        Tensor hits = equal(x.data(), y.data());
        return includeSelf ? hits : hits.scatter(dim, index, 0);
    }

    /// 1 where equal or not a number, else 0.
    private static Tensor equal(Tensor a, Tensor extreme) {
        return a.eq(extreme).logicalOr(a.ne(a)).to(a.dtype());
    }
}
