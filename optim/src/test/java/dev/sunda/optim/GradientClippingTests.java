package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import java.util.List;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/// Expected numbers were computed with PyTorch 2.13.
class GradientClippingTests {
    private static final double INF = Double.POSITIVE_INFINITY;

    private final Parameter first = new Parameter(Tensor.of(0.0, 0.0));
    private final Parameter second = new Parameter(Tensor.of(0.0));
    private final Parameter unused = new Parameter(Tensor.of(0.0));
    private final List<Parameter> parameters = List.of(first, unused, second);

    private double clip(double maxNorm, double normType) {
        first.setGrad(Tensor.of(3.0, -4.0));
        second.setGrad(Tensor.of(12.0));
        return GradientClipping.byNorm(parameters, maxNorm, normType).item();
    }

    private void assertGradients(double... expected) {
        Trajectory.assertClose(Tensor.cat(List.of(first.grad(), second.grad()), 0).toDoubleArray(), expected);
    }

    @Test
    void byNorm() {
        assertThat(clip(2, 2)).isEqualTo(13);
        assertGradients(0.46153842603550577, -0.615384568047341, 1.846153704142023);
        assertThat(clip(2, 1)).isEqualTo(19);
        assertGradients(0.31578945706371275, -0.4210526094182837, 1.263157828254851);
        assertThat(clip(2, INF)).isEqualTo(12);
        assertGradients(0.4999999583333369, -0.6666666111111158, 1.9999998333333475);
        assertThat(clip(2, 3)).isCloseTo(12.207054953820636, Offset.offset(1e-12));
        assertGradients(0.4915190052948094, -0.6553586737264125, 1.9660760211792376);
        assertThat(unused.grad()).isNull();
    }

    @Test
    void leavesSmallGradientsAsTheyAre() {
        assertThat(clip(13.5, 2)).isEqualTo(13);
        assertGradients(3, -4, 12);
        Tensor gradient = first.grad();
        GradientClipping.byNorm(parameters, 13.5, 2);
        assertThat(first.grad()).as("a processor has nothing to do").isSameAs(gradient);
    }

    @Test
    void infiniteAndUndefinedNorms() {
        first.setGrad(Tensor.of(3, INF));
        assertThat(GradientClipping.byNorm(List.of(first), 2, 2).item()).isEqualTo(INF);
        assertThat(first.grad().toDoubleArray()).containsExactly(0, Double.NaN);
        first.setGrad(Tensor.of(3, Double.NaN));
        assertThat(GradientClipping.byNorm(List.of(first), 2, INF).item()).isNaN();
        assertThat(first.grad().toDoubleArray()).containsExactly(Double.NaN, Double.NaN);
    }

    @Test
    void ignoresFrozenParameters() {
        second.freeze();
        assertThat(clip(100, 2)).isEqualTo(5);
    }

    @Test
    void byValue() {
        first.setGrad(Tensor.of(3.0, -4.0));
        second.setGrad(Tensor.of(Double.NaN));
        GradientClipping.byValue(parameters, 3.5);
        assertThat(first.grad().toDoubleArray()).containsExactly(3, -3.5);
        assertThat(second.grad().toDoubleArray()).containsExactly(Double.NaN);
    }

    @Test
    void float32NormsAreSummedInDouble() {
        var parameter = new Parameter(Tensor.of(1f, 0f, 0f));
        parameter.setGrad(Tensor.of(1e30f, 1e30f, 0f));
        assertThat(GradientClipping.byNorm(List.of(parameter), 1, 2).item()).isCloseTo(Math.sqrt(2) * 1e30,
                Percentage.withPercentage(1e-4));
    }

    @Test
    void infiniteLimitsChangeNothing() {
        assertThat(clip(INF, 2)).isEqualTo(13);
        assertGradients(3, -4, 12);
        first.setGrad(Tensor.of(3, INF));
        assertThat(GradientClipping.byNorm(List.of(first), INF, 2).item()).isEqualTo(INF);
        GradientClipping.byValue(List.of(first), INF);
        assertThat(first.grad().toDoubleArray()).containsExactly(3, INF);
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatThrownBy(() -> GradientClipping.byNorm(parameters, Double.NaN, 2))
                .hasMessage("GradientClipping: maxNorm must be 0 or more (got NaN)");
        assertThatThrownBy(() -> GradientClipping.byNorm(parameters, -1, 2))
                .hasMessage("GradientClipping: maxNorm must be 0 or more (got -1.0)");
        assertThatThrownBy(() -> GradientClipping.byNorm(parameters, 1, -1))
                .hasMessage("GradientClipping: normType must be 0 or more (got -1.0)");
        assertThatThrownBy(() -> GradientClipping.byValue(parameters, -1))
                .hasMessage("GradientClipping: limit must be 0 or more (got -1.0)");
    }

    @Test
    void theNormOfOrderZeroCounts() {
        var parameter = new Parameter(Tensor.of(1f, 0f, 0f));
        parameter.setGrad(Tensor.of(0.5f, 0f, -3f));
        assertThat(GradientClipping.byNorm(List.of(parameter), 1, 0).item()).isEqualTo(2);
        assertThat(parameter.grad().toFloatArray()).containsExactly(new float[] {0.25f, 0f, -1.5f}, within(1e-6f));
    }

    /// The norm is on the first gradient's device; a gradient that two parameters share is scaled once for each.
    @Test
    void parametersOfAnyTypeOnAnyDevice() {
        var wide = new Parameter(Tensor.of(0.0, 0.0).to(Device.REFERENCE));
        var narrow = new Parameter(Tensor.of(0f, 0f));
        var twin = new Parameter(Tensor.of(0f, 0f));
        wide.setGrad(Tensor.of(3.0, 4.0).to(Device.REFERENCE));
        Tensor shared = Tensor.of(0f, 6f);
        narrow.setGrad(shared);
        twin.setGrad(shared);
        Tensor norm = GradientClipping.byNorm(List.of(wide, narrow, twin), 1, 2);
        assertThat(norm.device()).isEqualTo(Device.REFERENCE);
        assertThat(norm.item()).isEqualTo(Math.sqrt(25 + 36 + 36));
        assertThat(wide.grad().toDoubleArray()).containsExactly(new double[] {3 / norm.item(), 4 / norm.item()}, within(1e-6));
        assertThat(twin.grad().toFloatArray()).isEqualTo(narrow.grad().toFloatArray());
        assertThat(narrow.grad().toFloatArray()).containsExactly(new float[] {0, 6 / (float) norm.item()}, within(1e-6f));
        assertThat(shared.toFloatArray()).containsExactly(0, 6);
    }

    @Test
    void withoutGradientsTheNormIsZero() {
        assertThat(GradientClipping.byNorm(parameters, 1, 2).item()).isZero();
        GradientClipping.byValue(parameters, 1);
    }
}
