package dev.sunda.nn.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Values against PyTorch, draws against what they are drawn from, and the edges.
class DistributionTests {
    private static final int DRAWS = 20_000;

    private final Rng rng = new Rng(11);

    private static Variable numbers(double... values) {
        return Variable.of(Tensor.of(values, Shape.of(values.length)));
    }

    private static double[] values(Variable x) {
        return x.data().toDoubleArray();
    }

    // ---------------------------------------------------------------------------------------------------------- PyTorch

    private static Tensor read(JsonNode node) {
        int[] sizes = node.get("shape").valueStream().mapToInt(JsonNode::asInt).toArray();
        double[] data = node.get("data").valueStream()
                .mapToDouble(v -> v.isNumber() ? v.asDouble() : Double.parseDouble(v.asString().replace("inf", "Infinity"))).toArray();
        return Tensor.of(data, Shape.of(sizes));
    }

    @Test
    void valuesAreThoseOfPyTorch() throws IOException {
        var cases = DistributionCases.ALL.stream().collect(Collectors.toMap(OpCase::name, c -> c));
        try (var file = DistributionTests.class.getResourceAsStream("golden.json")) {
            JsonNode golden = new JsonMapper().readTree(file);
            assertThat(golden.size()).isEqualTo(cases.size() - 6);   // draws, and what PyTorch has under another name
            for (JsonNode node : golden) {
                String name = node.get("name").asString();
                var inputs = node.get("inputs").valueStream().map(DistributionTests::read).map(Variable::of).toList();
                Tensor result = cases.get(name).function().apply(inputs).data();
                Tensor expected = read(node.get("result"));
                assertThat(result.shape()).as(name).isEqualTo(expected.shape());
                assertThat(result.allClose(expected, 1e-12, 1e-13, false)).as(name + ": " + result + ", expected " + expected).isTrue();
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------------- draws

    private static List<Continuous> continuous(DType dtype) {
        Variable two = Variable.of(Tensor.of(0.5, 2).to(dtype));
        Variable other = Variable.of(Tensor.of(-3.0, 1).to(dtype));
        return List.of(new Normal(other, two), new Laplace(other, two), new Exponential(two), new Uniform(other, two));
    }

    /// The largest distance of the share of draws up to a value from the cumulative probability: above `1.95 / sqrt(n)` once in a thousand
    /// samples (Kolmogorov, Smirnov).
    @Test
    void continuousDrawsFollowTheirCumulativeProbability() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (Continuous d : continuous(dtype)) {
                Tensor x = d.sample(Shape.of(DRAWS), rng);
                assertThat(x.dtype()).isEqualTo(dtype);
                Tensor p = d.cdf(Variable.of(x)).data().to(DType.F64).sort(0, false).values();
                for (int column = 0; column < 2; column++) {
                    double[] sorted = p.select(1, column).contiguous().toDoubleArray();
                    double furthest = 0;
                    for (int i = 0; i < DRAWS; i++)
                        furthest = Math.max(furthest, Math.max((i + 1.0) / DRAWS - sorted[i], sorted[i] - (double) i / DRAWS));
                    assertThat(furthest).as(d.getClass().getSimpleName() + " " + dtype).isLessThan(1.95 / Math.sqrt(DRAWS));
                }
                assertThat(x.isFinite().all(Dims.all()).item()).isEqualTo(1);
            }
    }

    @Test
    void discreteDrawsComeAsOftenAsTheyShould() {
        double[] p = {0.1, 0, 0.6, 0.3};
        for (Categorical d : List.of(Categorical.ofProbs(numbers(1, 0, 6, 3)), Categorical.ofLogits(numbers(p).log().add(7)))) {
            Tensor x = d.sample(Shape.of(100, DRAWS / 100), rng);
            assertThat(x.dtype()).isEqualTo(DType.I64);
            double[] counts = x.reshape(DRAWS).bincount(4).to(DType.F64).toDoubleArray();
            for (int c = 0; c < 4; c++)
                assertThat(counts[c] / DRAWS).isCloseTo(p[c], within(4 * Math.sqrt(p[c] * (1 - p[c]) / DRAWS)));
        }
        for (Bernoulli d : List.of(Bernoulli.ofProbs(numbers(0, 0.2, 1)), Bernoulli.ofLogits(numbers(-800, Math.log(0.25), 800)))) {
            double[] share = d.sample(Shape.of(DRAWS), rng).mean(Dims.of(0)).toDoubleArray();
            assertThat(share[0]).isZero();
            assertThat(share[1]).isCloseTo(0.2, within(4 * Math.sqrt(0.16 / DRAWS)));
            assertThat(share[2]).isEqualTo(1);
        }
    }

    /// Each row of a batch is drawn from its own probabilities.
    @Test
    void everyPlaceHasItsOwnDistribution() {
        var d = Categorical.ofProbs(Variable.of(Tensor.of(new double[] {0, 1, 0, 0, 0, 1}, Shape.of(2, 3))));
        assertThat(d.batchShape()).isEqualTo(Shape.of(2));
        assertThat(d.sample(Shape.of(3), rng).toLongArray()).containsExactly(1, 2, 1, 2, 1, 2);
        assertThat(d.sample(rng).toLongArray()).containsExactly(1, 2);
        assertThat(d.sample(Shape.of(0, 4), rng).shape()).isEqualTo(Shape.of(0, 4, 2));
        assertThat(new Normal(numbers(), numbers()).sample(Shape.of(3), rng).shape()).isEqualTo(Shape.of(3, 0));
        assertThat(Bernoulli.ofProbs(numbers()).sample(rng).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void theSameSeedGivesTheSameBits() {
        for (Continuous d : continuous(DType.F32)) {
            float[] first = d.sample(Shape.of(1000), new Rng(3)).toFloatArray();
            assertThat(d.sample(Shape.of(1000), new Rng(3)).toFloatArray()).isEqualTo(first);
            assertThat(d.rsample(Shape.of(1000), new Rng(3)).data().toFloatArray()).isEqualTo(first);
            assertThat(d.sample(Shape.of(1000), new Rng(4)).toFloatArray()).isNotEqualTo(first);
            assertThat(d.rsample(rng).requiresGrad()).isFalse();
        }
        var c = Categorical.ofLogits(numbers(1, 2, 3));
        assertThat(c.sample(Shape.of(50), new Rng(3)).toLongArray()).isEqualTo(c.sample(Shape.of(50), new Rng(3)).toLongArray());
    }

    /// `E[x^2] = loc^2 + scale^2`, so the gradients are `2 loc` and `2 scale`.
    @Test
    void gradientsFlowThroughDraws() {
        Variable loc = Variable.tracked(Tensor.scalar(0.7, DType.F64, Device.CPU));
        Variable scale = Variable.tracked(Tensor.scalar(1.5, DType.F64, Device.CPU));
        new Normal(loc, scale).rsample(Shape.of(DRAWS), rng).square().mean().backward();
        assertThat(loc.grad().item()).isCloseTo(1.4, within(0.1));
        assertThat(scale.grad().item()).isCloseTo(3, within(0.15));
        assertThat(new Normal(loc, scale).sample(rng)).isInstanceOf(Tensor.class);
    }

    // ---------------------------------------------------------------------------------------------------------- edges

    @Test
    void thereIsNoDensityOutside() {
        double none = Double.NEGATIVE_INFINITY;
        var u = new Uniform(numbers(1), numbers(3));
        assertThat(values(u.logProb(numbers(0.5, 1, 2, 3)))).containsExactly(none, -Math.log(2), -Math.log(2), none);
        assertThat(values(u.cdf(numbers(0.5, 1, 2, 3, 9)))).containsExactly(0, 0, 0.5, 1, 1);
        var e = new Exponential(numbers(2));
        assertThat(values(e.logProb(numbers(-1, 0, 1)))).containsExactly(none, Math.log(2), Math.log(2) - 2);
        assertThat(values(e.cdf(numbers(-1, 0, Double.POSITIVE_INFINITY)))).containsExactly(0, 0, 1);
        assertThat(values(e.logProb(numbers(Double.NaN)))).containsExactly(Double.NaN);
    }

    /// Far out, where `1 - cdf` would be lost, and at the ends.
    @Test
    void tailsKeepTheirDigits() {
        var l = new Laplace(numbers(0), numbers(1));
        assertThat(values(l.cdf(numbers(-50)))[0]).isCloseTo(0.5 * Math.exp(-50), within(1e-34));
        assertThat(values(l.icdf(numbers(0, 0.5, 1)))).containsExactly(Double.NEGATIVE_INFINITY, 0, Double.POSITIVE_INFINITY);
        var n = new Normal(numbers(0), numbers(1));
        assertThat(values(n.cdf(numbers(-20)))[0]).isCloseTo(2.7536241186062337e-89, within(1e-101));
        assertThat(values(n.icdf(numbers(0, 1)))).containsExactly(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        var b = Bernoulli.ofLogits(numbers(-60));
        assertThat(values(b.logProb(Tensor.of(1.0)))[0]).isCloseTo(-60, within(1e-12));
        assertThat(values(Bernoulli.ofProbs(numbers(1e-30)).logProb(Tensor.of(0.0)))[0]).isCloseTo(-1e-30, within(1e-42));
    }

    /// Impossible classes cost nothing and disturb no gradient.
    @Test
    void whatIsImpossibleDoesNotCount() {
        double none = Double.NEGATIVE_INFINITY;
        Variable logits = Variable.tracked(Tensor.of(0.0, 0, none));
        Variable probs = Variable.tracked(Tensor.of(2.0, 2, 0));
        for (Categorical d : List.of(Categorical.ofLogits(logits), Categorical.ofProbs(probs))) {
            assertThat(d.entropy().item()).isCloseTo(Math.log(2), within(1e-15));
            assertThat(values(d.logProb(Tensor.of(0L, 2)))).containsExactly(Math.log(0.5), none);
            var even = Categorical.ofProbs(numbers(1, 1, 2));
            assertThat(Distribution.klDivergence(d, even).item()).isCloseTo(Math.log(2), within(1e-15));
            assertThat(Distribution.klDivergence(even, d).item()).isEqualTo(Double.POSITIVE_INFINITY);
            Variable sum = d.entropy().add(Distribution.klDivergence(d, even)).add(d.logProb(Tensor.of(0L)).sum());
            for (Variable gradient : Variable.gradients(sum, List.of(logits, probs), false))
                assertThat(values(gradient)).doesNotContain(Double.NaN);
        }
        for (double p : new double[] {0, 1}) {
            var sure = Bernoulli.ofProbs(numbers(p));
            assertThat(sure.entropy().item()).isZero();
            assertThat(Distribution.klDivergence(sure, Bernoulli.ofProbs(numbers(0.5))).item()).isCloseTo(Math.log(2), within(1e-15));
            assertThat(Distribution.klDivergence(Bernoulli.ofProbs(numbers(0.5)), sure).item()).isEqualTo(Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void aDistributionIsNotFarFromItself() {
        for (Continuous d : continuous(DType.F64))
            assertThat(values(Distribution.klDivergence(d, d))).containsExactly(0, 0);
        assertThat(Distribution.klDivergence(Normal.of(0, 1, DType.F32, Device.CPU), Normal.of(0, 1, DType.F32, Device.CPU)).item())
                .isZero();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new Normal(numbers(0), numbers(0))).hasMessage("Normal: the scale must be positive (got 0.0)");
        assertThatThrownBy(() -> new Laplace(numbers(0), numbers(Double.NaN))).hasMessage("Laplace: the scale must be positive (got NaN)");
        assertThatThrownBy(() -> new Uniform(numbers(1), numbers(1)))
                .hasMessage("Uniform: the width, high - low, must be positive and finite (got 0.0)");
        assertThatThrownBy(() -> new Exponential(numbers(-1))).hasMessage("Exponential: the rate must be positive (got -1.0)");
        assertThatThrownBy(() -> new Normal(numbers(1, 2), numbers(1, 2, 3))).hasMessageContaining("(got [2], [3])");
        assertThatThrownBy(() -> new Normal(numbers(1), Variable.of(Tensor.of(1f))))
                .hasMessageStartingWith("Normal: the parameters must be of one floating type (got ");
        assertThatThrownBy(() -> Bernoulli.ofProbs(numbers(1.5))).hasMessage("Bernoulli: probabilities must be from 0 to 1 (got 1.5)");
        assertThatThrownBy(() -> Bernoulli.ofLogits(numbers(1)).logProb(Tensor.of(2.0)))
                .hasMessage("Bernoulli: a value must be 0 or 1 (got 2.0)");
        assertThatThrownBy(() -> Categorical.ofProbs(numbers(0, 0)))
                .hasMessage("Categorical: one class must be possible, so the sum of the probabilities positive (got 0.0)");
        assertThatThrownBy(() -> Categorical.ofProbs(numbers(1, -1)))
                .hasMessage("Categorical: probabilities must be finite and not negative (got -1.0)");
        assertThatThrownBy(() -> Categorical.ofLogits(Variable.of(Tensor.scalar(1, DType.F32, Device.CPU))))
                .hasMessageStartingWith("Categorical: the parameters must be [..., classes]");
        var c = Categorical.ofLogits(numbers(1, 2));
        assertThatThrownBy(() -> c.logProb(Tensor.of(2L))).hasMessage("Categorical: class numbers must be from 0 to 1 (got 2.0)");
        assertThatThrownBy(() -> c.logProb(Tensor.of(1f))).hasMessageStartingWith("Categorical: class numbers must be int64 or int32");
        assertThatThrownBy(() -> Distribution.klDivergence(c, Categorical.ofLogits(numbers(1, 2, 3))))
                .hasMessage("klDivergence: both must have as many classes (got [2], [3])");
        assertThatThrownBy(() -> Distribution.klDivergence(new Exponential(numbers(1)), new Laplace(numbers(1), numbers(1))))
                .hasMessage("klDivergence: not known for this pair (got Exponential, Laplace); take the mean of p.logProb(x) - "
                        + "q.logProb(x) over draws x of p");
    }
}
