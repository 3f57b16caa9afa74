package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Index;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Gradients where numbers meet in one place: zeros, ties, and what is overwritten. Those with `includeSelf` are PyTorch's.
class ScatterRulesTests {
    private static final Tensor PLACES = Tensor.of(0L, 1, 2, 2, 2);
    private final Variable x = Variable.tracked(Tensor.of(2.0, 0, 3));
    private final Variable source = Variable.tracked(Tensor.of(0.0, 4, 3, 0, 0));

    private void assertGradients(ScatterReduction how, boolean self, double[] ofX, double[] ofSource) {
        Variable y = x.scatterReduce(0, PLACES, source, how, self);
        for (boolean recorded : new boolean[] {false, true}) {
            var gradients = Gradients.gradients(List.of(y), List.of(Variable.of(Tensor.of(1.0, 10, 100))), List.of(x, source), true,
                    recorded);
            assertThat(gradients.get(0).data().toDoubleArray()).containsExactly(ofX);
            assertThat(gradients.get(1).data().toDoubleArray()).containsExactly(ofSource);
        }
    }

    @Test
    void productsWithZeros() {
        assertGradients(ScatterReduction.PROD, true, new double[] {0, 40, 0}, new double[] {2, 0, 0, 0, 0});
        assertGradients(ScatterReduction.PROD, false, new double[] {0, 0, 0}, new double[] {1, 10, 0, 0, 0});
    }

    @Test
    void secondDerivativesOfProductsWithZeros() {
        GradCheck.gradgradcheck(v -> v.get(0).scatterReduce(0, PLACES, v.get(1), ScatterReduction.PROD, true),
                List.of(Tensor.of(2.0, 0, 3), Tensor.of(0.0, 4, 3, 0, 2)));
        for (boolean self : new boolean[] {false, true})
            GradCheck.gradgradcheck(v -> v.get(0).scatterReduce(0, PLACES.unsqueeze(1).expand(5, 2), v.get(1), ScatterReduction.PROD, self),
                    List.of(Tensor.of(new double[] {2, 0, 0, 3, 3, 1}, Shape.of(3, 2)),
                            Tensor.of(new double[] {0, 4, 3, 0, 0, 2, 0, 0, 5, 6}, Shape.of(5, 2))));
    }

    @Test
    void tiesShareTheGradient() {
        assertGradients(ScatterReduction.AMAX, true, new double[] {1, 0, 50}, new double[] {0, 10, 50, 0, 0});
        assertGradients(ScatterReduction.AMAX, false, new double[] {0, 0, 0}, new double[] {1, 10, 100, 0, 0});
        assertGradients(ScatterReduction.AMIN, true, new double[] {0, 10, 0}, new double[] {1, 0, 0, 50, 50});
    }

    @Test
    void meansDivideByWhatCounts() {
        assertGradients(ScatterReduction.MEAN, true, new double[] {0.5, 5, 25}, new double[] {0.5, 5, 25, 25, 25});
        assertGradients(ScatterReduction.MEAN, false, new double[] {0, 0, 0}, new double[] {1, 10, 100.0 / 3, 100.0 / 3, 100.0 / 3});
    }

    @Test
    void whatIsOverwrittenHasNoInfluence() {
        Tensor twice = Tensor.of(1L, 1);
        Variable pair = Variable.tracked(Tensor.of(5.0, 6));
        for (Variable y : List.of(x.scatter(0, twice, pair), x.indexCopy(0, twice, pair), x.put(Tensor.of(-2L, 1), pair, false),
                x.indexPut(pair, false, Index.of(1, -2)))) {
            assertThat(y.data().toDoubleArray()).containsExactly(2, 6, 3);
            var gradients = Variable.gradients(y.sum(), List.of(x, pair), false);
            assertThat(gradients.get(0).data().toDoubleArray()).containsExactly(1, 0, 1);
            assertThat(gradients.get(1).data().toDoubleArray()).containsExactly(0, 1);
        }
    }
}
