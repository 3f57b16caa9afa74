package dev.sunda.nn.distribution;

import static dev.sunda.autograd.check.OpCase.Domain.ANY;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// What distributions compute, as functions of their parameters and of values. Names and inputs are those of
/// `src/test/python/distributions.py`; what is there under no name is not in PyTorch or drawn.
final class DistributionCases {
    static final List<OpCase> ALL = all();

    /// Those without infinities, which have no differences.
    static final List<OpCase> SMOOTH = ALL.stream().filter(c -> !c.name().equals("uniform.logProb") && !c.name().equals("uniform.kl"))
            .toList();

    private DistributionCases() {
    }

    /// A distribution of two parameters.
    private interface Pair {
        Continuous of(Variable a, Variable b);
    }

    private static List<OpCase> all() {
        var all = new ArrayList<OpCase>();
        pair(all, "normal", Normal::new);
        pair(all, "laplace", Laplace::new);
        pair(all, "uniform", (low, width) -> new Uniform(low, low.add(width)));
        all.add(OpCase.of("uniform.klInside", "a,b b", POSITIVE, x -> Distribution.klDivergence(
                new Uniform(x.get(0), x.get(0).add(x.get(1))),
                new Uniform(x.get(0).sub(1), x.get(0).add(x.get(1)).add(0.5)))));
        all.add(OpCase.of("uniform.logProbInside", "a,b b", POSITIVE,
                x -> new Uniform(x.get(0), x.get(0).add(x.get(1))).logProb(x.get(0).add(x.get(1).mul(0.3)))));
        exponential(all);
        bernoulli(all, "bernoulliLogits", Bernoulli::ofLogits);
        bernoulli(all, "bernoulliProbs", x -> Bernoulli.ofProbs(x.sigmoid()));
        categorical(all, "categoricalLogits", Categorical::ofLogits);
        categorical(all, "categoricalProbs", x -> Categorical.ofProbs(x.exp()));
        return List.copyOf(all);
    }

    private static void pair(List<OpCase> all, String name, Pair make) {
        Function<List<Variable>, Continuous> last = x -> make.of(x.get(x.size() - 2), x.get(x.size() - 1));
        all.add(OpCase.of(name + ".logProb", "c,a,b a,b b", POSITIVE, x -> last.apply(x).logProb(x.get(0))));
        all.add(OpCase.of(name + ".cdf", "c,a,b a,b b", POSITIVE, x -> last.apply(x).cdf(x.get(0))));
        all.add(OpCase.of(name + ".icdf", "c,a,b a,b b", POSITIVE, x -> last.apply(x).icdf(x.get(0).sigmoid())));
        all.add(OpCase.of(name + ".entropy", "a,b b", POSITIVE, x -> last.apply(x).entropy()));
        all.add(OpCase.of(name + ".moments", "a,b b", POSITIVE, x -> moments(last.apply(x))));
        all.add(OpCase.of(name + ".rsample", "a,b b", POSITIVE, x -> last.apply(x).rsample(Shape.of(2), new Rng(5))));
        all.add(OpCase.of(name + ".kl", "a,b b b a,b", POSITIVE,
                x -> Distribution.klDivergence(make.of(x.get(0), x.get(1)), make.of(x.get(2), x.get(3)))));
        all.add(OpCase.of(name + ".klNormal", "a,b b b a,b", POSITIVE,
                x -> Distribution.klDivergence(make.of(x.get(0), x.get(1)), new Normal(x.get(2), x.get(3)))));
    }

    private static void exponential(List<OpCase> all) {
        Function<List<Variable>, Exponential> last = x -> new Exponential(x.getLast());
        all.add(OpCase.of("exponential.logProb", "c,a,b a,b", POSITIVE, x -> last.apply(x).logProb(x.get(0))));
        all.add(OpCase.of("exponential.cdf", "c,a,b a,b", POSITIVE, x -> last.apply(x).cdf(x.get(0))));
        all.add(OpCase.of("exponential.icdf", "c,a,b a,b", POSITIVE, x -> last.apply(x).icdf(x.get(0).sigmoid())));
        all.add(OpCase.of("exponential.entropy", "a,b", POSITIVE, x -> last.apply(x).entropy()));
        all.add(OpCase.of("exponential.moments", "a,b", POSITIVE, x -> moments(last.apply(x))));
        all.add(OpCase.of("exponential.rsample", "a,b", POSITIVE, x -> last.apply(x).rsample(Shape.of(2), new Rng(5))));
        all.add(OpCase.of("exponential.kl", "a,b b", POSITIVE,
                x -> Distribution.klDivergence(new Exponential(x.get(0)), new Exponential(x.get(1)))));
        all.add(OpCase.of("exponential.klNormal", "a,b b a,b", POSITIVE,
                x -> Distribution.klDivergence(new Exponential(x.get(0)), new Normal(x.get(1), x.get(2)))));
    }

    private static Variable moments(Continuous d) {
        return d.mean().add(d.variance().mul(2)).add(d.std().mul(3));
    }

    private static void bernoulli(List<OpCase> all, String name, Function<Variable, Bernoulli> make) {
        all.add(OpCase.of(name + ".logProb", "a,b", ANY, x -> make.apply(x.get(0)).logProb(bits(x.get(0)))));
        one(all, name + ".entropy", "a,b", x -> make.apply(x).entropy());
        one(all, name + ".moments", "a,b", x -> make.apply(x).mean().add(make.apply(x).variance().mul(2)));
        one(all, name + ".parameters", "a,b", x -> make.apply(x).probs().add(make.apply(x).logits().mul(2)));
        two(all, name + ".kl", "a,b b", (x, y) -> Distribution.klDivergence(make.apply(x), make.apply(y)));
    }

    private static void categorical(List<OpCase> all, String name, Function<Variable, Categorical> make) {
        one(all, name + ".logProb", "a,b", x -> make.apply(x).logProb(classes(3, x.size(0), x.size(1)).to(x.device())));
        one(all, name + ".entropy", "a,b,c", x -> make.apply(x).entropy());
        one(all, name + ".parameters", "a,b", x -> make.apply(x).probs().add(make.apply(x).logits().mul(2)));
        two(all, name + ".kl", "a,b,c b,c", (x, y) -> Distribution.klDivergence(make.apply(x), make.apply(y)));
    }

    private static void one(List<OpCase> all, String name, String shapes, UnaryOperator<Variable> function) {
        all.add(OpCase.of(name, shapes, ANY, x -> function.apply(x.get(0))));
    }

    private static void two(List<OpCase> all, String name, String shapes, BinaryOperator<Variable> function) {
        all.add(OpCase.of(name, shapes, ANY, x -> function.apply(x.get(0), x.get(1))));
    }

    private static Tensor bits(Variable like) {
        return Tensor.arange(like.shape().numel()).remainder(3).eq(0).reshape(like.shape().sizes()).to(like.device());
    }

    /// Class numbers `[first, second]`.
    private static Tensor classes(int first, int second, int classes) {
        return Tensor.of(IntStream.rangeClosed(1, first * second).mapToLong(i -> (long) i * i % classes).toArray(),
                Shape.of(first, second));
    }
}
