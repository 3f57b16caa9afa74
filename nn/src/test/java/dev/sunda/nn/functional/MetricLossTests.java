package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.MetricLosses.TripletOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Distances and losses that compare: values of PyTorch 2.13, float64, vectors of length 0 and margins that are just met.
class MetricLossTests {
    private final Variable a = Variable.of(ramp(2, 3));
    private final Variable b = Variable.of(ramp(2, 3).flip(0, 1).mul(0.5));
    private final Variable c = Variable.of(ramp(2, 3).flip(1));
    private final Tensor labels = Tensor.of(1L, -1L);
    private final Tensor signs = Tensor.of(new long[] {1, -1, 1, -1, -1, 1}, Shape.of(2, 3));

    private void distances(double p, double[] pairwise, double... all) {
        assertClose("pairwise " + p, Distances.pairwiseDistance(a, b, p, 1e-6, false).data(), pairwise);
        assertClose("all " + p, Distances.cdist(a, b, p).data(), all);
    }

    @Test
    void distancesAgreeWithPyTorch() {
        distances(0, new double[] {3, 3}, 3, 3, 3, 2);
        distances(0.5, new double[] {6.80399452447, 2.49417982286}, 6.80399551271, 3.43566017178, 7.84510920223, 2.49102540378);
        distances(1, new double[] {2.374999, 1.625001}, 2.375, 1.375, 3.125, 1.625);
        distances(2, new double[] {1.47372716267, 1.50520023585}, 1.47372826532, 1.03832798286, 2.13234026365, 1.50519932235);
        distances(3, new double[] {1.28995787438, 1.50029028873}, 1.28995901058, 1.00582537412, 1.9030954275, 1.50028929605);
        distances(Double.POSITIVE_INFINITY, new double[] {1.124999, 1.500001}, 1.125, 1, 1.625, 1.5);
        assertThat(Distances.pairwiseDistance(a, b, 2, 0, true).shape()).isEqualTo(Shape.of(2, 1));
    }

    @Test
    void equalVectorsHaveDistanceZeroAndNoGradient() {
        for (double p : new double[] {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
            Variable x = Variable.tracked(ramp(2, 3));
            Variable d = Distances.pairwiseDistance(x, a, p, 0, false);
            assertThat(d.data().toDoubleArray()).containsOnly(0);
            Variable dx = Variable.gradients(d.sum(), List.of(x), true).getFirst();
            assertThat(dx.data().toDoubleArray()).as("p " + p).containsOnly(0);
        }
    }

    @Test
    void distancesOfNoVectorsAreEmpty() {
        Variable none = Variable.of(Tensor.zeros(0, 3));
        assertThat(Distances.cdist(none, Variable.of(Tensor.zeros(2, 3))).shape()).isEqualTo(Shape.of(0, 2));
        Variable flat = Variable.of(Tensor.zeros(2, 0));
        assertThat(Distances.cdist(flat, flat).data().toFloatArray()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void cosinesAgreeWithPyTorch() {
        assertClose("rows", Distances.cosineSimilarity(a, b).data(), 0.205971460218, 0.205971460218);
        assertClose("columns", Distances.cosineSimilarity(a, b, 0, 1e-8).data(), 0.196116135138, 0.8, 0.196116135138);
    }

    @Test
    void shortVectorsAreNotStretchedToLengthOne() {
        Variable x = Variable.tracked(Tensor.of(new double[] {0, 0, 1e-9, 1e-9, 3, 4}, Shape.of(3, 2)));
        Variable y = Variable.tracked(Tensor.of(new double[] {1, 2, 1, 2, 0, 0}, Shape.of(3, 2)));
        Variable cos = Distances.cosineSimilarity(x, y);
        assertClose("cos", cos.data(), 0, 0.134164078650, 0);
        var gradients = Variable.gradients(cos.sum(), List.of(x, y), false);
        assertClose("dx", gradients.get(0).data().div(1e7), 4.4721359549995795, 8.944271909999159, 3.5234526569490656, 7.995588611948649, 0,
                0);
        assertClose("dy", gradients.get(1).data(), 0, 0, 0.01788854382, -0.00894427191, 6e7, 8e7);
    }

    @Test
    void comparingLossesAgreeWithPyTorch() {
        assertClose("ranking", MetricLosses.marginRankingLoss(a, b, signs, 0.5, Reduction.NONE).data(), 1.375, 0.875, 1.625, 2, 0.5, 0.625);
        assertClose("hinge", MetricLosses.hingeEmbeddingLoss(a.abs(), signs, 1, Reduction.NONE).data(), 1.25, 0.5, 0.5, 0, 0.75, 0.75);
        assertClose("cosine", MetricLosses.cosineEmbeddingLoss(a, b, labels, -0.5, Reduction.NONE).data(), 0.794028539782, 0.705971460218);
        Tensor d = Distances.cdist(a, b).data();
        double near = d.get(0, 0);
        double far = Math.max(0, 2 - d.get(1, 1));
        assertClose("contrastive", MetricLosses.contrastiveLoss(a, b, labels, 2, Reduction.NONE).data(), near * near / 2, far * far / 2);
    }

    @Test
    void tripletsAgreeWithPyTorch() {
        TripletOptions none = TripletOptions.DEFAULT.withReduction(Reduction.NONE);
        assertClose("plain", MetricLosses.tripletMarginLoss(a, b, c, none).data(), 1.41306699089, 0);
        assertClose("swap", MetricLosses.tripletMarginLoss(a, b, c, none.withMargin(2).withP(1).withSwap(true)).data(), 2.874998, 1.25);
        assertClose("cosine",
                MetricLosses.tripletMarginWithDistanceLoss(a, b, c, (x, y) -> Distances.cosineSimilarity(x, y).neg().add(1), 1,
                        false, Reduction.NONE).data(),
                1.52130126705, 0);
    }

    @Test
    void aMarginThatIsJustMetHasItsGradient() {
        Variable x = Variable.tracked(Tensor.of(1.0, 2.0));
        Variable loss = MetricLosses.marginRankingLoss(x, Variable.of(Tensor.of(1.0, 1.0)), Tensor.of(1L, 1L));
        assertThat(Variable.gradients(loss, List.of(x), false).getFirst().data().toDoubleArray()).containsExactly(-0.5, -0.0);
        Variable distance = Variable.tracked(Tensor.of(1.0, 2.0));
        loss = MetricLosses.hingeEmbeddingLoss(distance, Tensor.of(-1L, 1L), 1, Reduction.SUM);
        assertThat(Variable.gradients(loss, List.of(distance), false).getFirst().data().toDoubleArray()).containsExactly(-1, 1);
    }

    @Test
    void refusalsSayWhatIsWrong() {
        assertThatThrownBy(() -> MetricLosses.tripletMarginLoss(a, b, c, TripletOptions.DEFAULT.withMargin(0)))
                .hasMessage("tripletMarginLoss: the margin must be positive (got 0.0)");
        assertThatThrownBy(() -> MetricLosses.tripletMarginLoss(a, b.select(0, 0), c))
                .hasMessage("tripletMarginLoss: all three must have as many dimensions (got [2, 3], [3], [2, 3])");
        assertThatThrownBy(() -> Distances.cosineSimilarity(a, Variable.of(ramp(2, 4)))).hasMessageStartingWith("cosineSimilarity: ");
    }
}
