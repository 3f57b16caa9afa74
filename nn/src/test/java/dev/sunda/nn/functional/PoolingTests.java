package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expectations from PyTorch 2.13, float64.
class PoolingTests {
    private static final int[] ONE = {1, 1};
    private static final int[] TWO = {2, 2};
    private static final int[] THREE = {3, 3};

    @Test
    void maximaAndTheirGradientAgreeWithPyTorch() {
        Variable x = Variable.tracked(ramp(1, 1, 5, 5));
        Variable y = Poolings.maxPool2d(x, THREE, TWO, ONE, ONE, true);
        assertClose("y", y.data(), 1, 1.25, 1.25, 1, 1, 1.25, 0.75, 1, 0.5);
        var dx = Gradients.gradients(List.of(y), List.of(Variable.of(ramp(1, 1, 3, 3))), List.of(x), false).getFirst();
        assertClose("dx", dx.data(), 0, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, 0, 0, 0, 0, -0.75, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0);
    }

    @Test
    void dilatedMaximaInCeilModeAgreeWithPyTorch() {
        Variable y = Poolings.maxPool2d(Variable.of(ramp(1, 1, 6, 5)), TWO, TWO, ONE, TWO, true);
        assertThat(y.shape().sizes()).containsExactly(1, 1, 4, 3);
        assertClose("y", y.data(), 1, 1, -1, 1, 1, 0, 0.25, 1, 1, 0.25, 1, 1);
    }

    @Test
    void averagesAgreeWithPyTorch() {
        Variable x = Variable.of(ramp(1, 1, 4, 4));
        assertClose("counted", Poolings.avgPool2d(x, THREE, TWO, ONE, true, true).data(), -0.138888888889, 0.166666666667, 0.208333333333,
                -0.0833333333333, 0.0555555555556, -0.166666666667, 0, 0.166666666667, 0.0625);
        assertClose("not counted", Poolings.avgPool2d(x, THREE, TWO, ONE, true, false).data(), -0.3125, 0.25, 0.625, -0.125,
                0.0555555555556,
                -0.333333333333, 0, 0.333333333333, 0.25);
    }

    @Test
    void tellsWhereTheMaximaWere() {
        var spec = PoolSpec.of("maxPool2d", ramp(1, 1, 2, 4).shape(), TWO, TWO, new int[] {0, 0}, ONE, false, false);
        var pooled = Poolings.maxPool2d(Variable.of(Tensor.of(new double[] {1, 5, 2, 2, 3, 4, 2, 2}, spec.inputShape())), spec);
        assertThat(pooled.values().data().toDoubleArray()).containsExactly(5, 2);
        assertThat(pooled.index().toIntArray()).containsExactly(1, 2);
    }

    @Test
    void takesASingleImage() {
        Variable x = Variable.tracked(ramp(2, 4, 4));
        Variable max = Poolings.maxPool2d(x, TWO, TWO, new int[] {0, 0}, ONE, false);
        Variable mean = Poolings.avgPool2d(x, TWO, TWO, new int[] {0, 0}, false, true);
        assertThat(max.shape().sizes()).containsExactly(2, 2, 2);
        assertThat(mean.shape().sizes()).containsExactly(2, 2, 2);
        assertThat(Poolings.globalAvgPool2d(x).shape().sizes()).containsExactly(2, 1, 1);
        assertThat(Variable.gradients(max.add(mean).sum(), List.of(x), false).getFirst().shape()).isEqualTo(x.shape());
    }

    @Test
    void refusesAWindowThatDoesNotFit() {
        Variable x = Variable.of(Tensor.zeros(1, 1, 2, 5));
        assertThatThrownBy(() -> Poolings.maxPool2d(x, THREE, ONE, new int[] {0, 0}, ONE, false)).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("maxPool2d: a window that spans 3 pixels does not fit into 2");
        assertThatThrownBy(() -> Poolings.avgPool2d(x, TWO, ONE, TWO, false, true)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("avgPool2d: padding must be at most half the window, 1 (got 2)");
    }
}
