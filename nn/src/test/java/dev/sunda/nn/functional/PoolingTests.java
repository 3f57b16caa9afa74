package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
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
        var pooled = Poolings.maxPool(Variable.of(Tensor.of(new double[] {1, 5, 2, 2, 3, 4, 2, 2}, spec.inputShape())), spec);
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
                .hasMessage("avgPool2d: padding must be at most half the kernel, 1 (got 2)");
    }

    @Test
    void otherNumbersOfAxesAgreeWithPyTorch() {
        assertClose("max 1d", Poolings.maxPool1d(Variable.of(ramp(1, 2, 7)), 3, 2, 1, 1, true).data(), 0.5, 1.25, 1.25, 1, 0, 0.75, 0.5,
                0.5);
        assertClose("mean 1d", Poolings.avgPool1d(Variable.of(ramp(1, 2, 7)), 3, 2, 1, true, false).data(), -0.375, 0.416666666667, 0.25,
                0.125, -0.5, -0.166666666667, -0.333333333333, 0);
        int[] twos = {2, 2, 2};
        assertClose("max 3d", Poolings.maxPool3d(Variable.of(ramp(1, 1, 3, 3, 3)), twos, new int[] {1, 1, 1}, new int[3],
                new int[] {1, 2, 1}, false).data(), 1, 1, 1.25, 1.25);
        assertClose("mean 3d", Poolings.avgPool3d(Variable.of(ramp(1, 1, 3, 3, 3)), twos, twos, new int[] {1, 1, 1}, true, true).data(),
                -0.15625, 0, 0.28125, -0.1875, 0.09375, -0.21875, 0, 0.21875);
    }

    @Test
    void aDivisorOfOnesOwnCountsNothing() {
        assertClose("y", Poolings.avgPool2dByDivisor(Variable.of(ramp(1, 1, 4, 4)), THREE, TWO, ONE, true, -2).data(), 0.625, -0.75, -0.625,
                0.375, -0.25, 0.5, 0, -0.5, -0.125);
    }

    @Test
    void powerAveragesAgreeWithPyTorch() {
        assertClose("partial windows", Poolings.lpPool2d(Variable.of(ramp(1, 1, 4, 5)), 2, new int[] {2, 3}, TWO, true).data(),
                1.903943276466, 1.854049621774, 1.870828693387, 2.015564437075);
        Variable x = Variable.of(Tensor.of(new double[] {-1, -2, 1, 3}, Shape.of(1, 4)));
        assertClose("negative sum", Poolings.lpPool1d(x, 3, 2, 2, false).data(), Double.NaN, 3.0365889718756622);
        assertClose("infinite", Poolings.lpPool1d(x, Double.POSITIVE_INFINITY, 2, 2, false).data(), 2, 3);
    }

    @Test
    void aWindowOfZerosHasNoPowerGradient() {
        Variable x = Variable.tracked(Tensor.of(new double[] {0, 0, -3, 0}, Shape.of(1, 4)));
        var dx = Variable.gradients(Poolings.lpPool1d(x, 2, 2, 2, false).sum(), List.of(x), false).getFirst();
        assertClose("dx", dx.data(), 0, 0, -1, 0);
    }

    @Test
    void adaptivePoolingAgreesWithPyTorch() {
        Variable x = Variable.of(ramp(1, 1, 5, 4));
        assertClose("mean", AdaptivePoolings.adaptiveAvgPool2d(x, 3, null).data(), -0.5, -0.125, 0.25, 0.625, -0.083333333333333,
                -0.16666666666667, 0.66666666666667, -0.33333333333333, -0.125, 0.25, 0.625, -0.375);
        var max = AdaptivePoolings.adaptiveMaxPool2dWithIndices(x, 3);
        assertClose("max", max.values().data(), 0.5, 1, 1.25, 0.75, 1.25, 1.25, 1, 1.25, 1.25);
        assertThat(max.index().toIntArray()).containsExactly(1, 6, 3, 9, 14, 14, 17, 14, 14);
        assertThat(AdaptivePoolings.adaptiveMaxPool2d(x, 0, 2).shape()).isEqualTo(Shape.of(1, 1, 0, 2));
        assertThat(AdaptivePoolings.adaptiveAvgPool2d(x, 2, 0).shape()).isEqualTo(Shape.of(1, 1, 2, 0));
    }

    @Test
    void theLastOfSeveralNanCounts() {
        Variable x = Variable.of(Tensor.of(new double[] {1, Double.NaN, Double.NaN, 2}, Shape.of(1, 4)));
        for (Variable y : List.of(x, x.to(DType.F32), x.to(Device.REFERENCE))) {
            assertThat(Poolings.maxPool1dWithIndices(y, 4, 4, 0, 1, false).index().toIntArray()).containsExactly(2);
            assertThat(AdaptivePoolings.adaptiveMaxPool1dWithIndices(y, 3).index().toIntArray()).containsExactly(1, 2, 2);
        }
    }

    @Test
    void unpoolingPutsMaximaBack() {
        var pooled = Poolings.maxPool2dWithIndices(Variable.of(ramp(1, 1, 4, 4)), TWO, TWO, new int[2], ONE, false);
        assertClose("y", Poolings.maxUnpool2d(pooled.values(), pooled.index(), TWO, TWO, new int[2]).data(), 0, 0.5, 0, 1.25, 0, 0, 0, 0, 0,
                0.75, 0, 0, 0, 0, 1.25, 0);
        Variable x = Variable.tracked(Tensor.of(new double[] {1, 2}, Shape.of(1, 2)));
        Variable y = Poolings.maxUnpool1d(x, Tensor.of(new int[] {1, 1}, Shape.of(1, 2)), 2, 2, 0);
        assertThat(y.data().toDoubleArray()).containsExactly(0, 2, 0, 0);
        assertThat(Variable.gradients(y.sum(), List.of(x), false).getFirst().data().toDoubleArray()).containsExactly(0, 1);
    }

    @Test
    void onlyTheBatchMayBeEmpty() {
        Variable none = Variable.of(Tensor.zeros(0, 2, 4, 4));
        assertThat(Poolings.maxPool2d(none, TWO, TWO, new int[2], ONE, false).shape()).isEqualTo(Shape.of(0, 2, 2, 2));
        assertThat(Poolings.avgPool2d(none, TWO, TWO, new int[2], false, true).shape()).isEqualTo(Shape.of(0, 2, 2, 2));
        assertThat(AdaptivePoolings.adaptiveMaxPool2d(none, 3).shape()).isEqualTo(Shape.of(0, 2, 3, 3));
        assertThatThrownBy(() -> Poolings.maxPool2d(Variable.of(Tensor.zeros(1, 0, 4, 4)), TWO, TWO, new int[2], ONE, false))
                .hasMessageStartingWith("maxPool2d: only the batch may be empty, dimension 1 has size 0");
    }
}
