package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradCheckTests {
    private static final Tensor SMALL = Tensor.of(new double[] {0.5, -1, 2, 0.25, 3, -0.75}, Shape.of(2, 3));

    @Test
    void aWrongRuleIsNamedByInputElementAndBothValues() {
        assertThatThrownBy(() -> GradCheck.gradcheck(x -> x.get(0).add(wrongSquare(x.get(1))), List.of(SMALL, SMALL)))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "gradcheck: input 1 element \\[0, 0\\]: backward gives \\S+, central difference gives \\S+ "
                                + "\\(allowed difference \\S+\\)");
    }

    @Test
    void aRuleThatIsRightButNotDifferentiableFailsTheSecondOrder() {
        assertThatCode(() -> GradCheck.gradcheck(x -> halfHonestExp(x.get(0)), List.of(SMALL))).doesNotThrowAnyException();
        assertThatThrownBy(() -> GradCheck.gradgradcheck(x -> halfHonestExp(x.get(0)), List.of(SMALL))).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("gradgradcheck: input 0 element [0, 0]: backward gives");
    }

    @Test
    void largeInputsAreMovedAlongRandomDirections() {
        Tensor large = Tensor.randn(Shape.of(40, 50), new Rng(7), DType.F64, Device.CPU);
        assertThatCode(() -> GradCheck.gradgradcheck(x -> x.get(0).tanh().mean(Dims.of(1)), List.of(large))).doesNotThrowAnyException();
        assertThatThrownBy(() -> GradCheck.gradcheck(x -> wrongSquare(x.get(0)), List.of(large))).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("gradcheck: input 0 along random direction 0: backward gives");
    }

    @Test
    void aFunctionThatIgnoresAnInputHasGradientZero() {
        assertThatCode(() -> GradCheck.gradgradcheck(x -> x.get(0).square(), List.of(SMALL, SMALL))).doesNotThrowAnyException();
    }

    @Test
    void singlePrecisionIsRefused() {
        assertThatThrownBy(() -> GradCheck.gradcheck(x -> x.get(0).square(), List.of(Tensor.ones(2)))).isInstanceOf(DTypeException.class)
                .hasMessage("gradcheck: inputs must be float64 (got float32 [2]); convert with to(DType.F64)");
    }

    /// The factor 2 is missing.
    private static Variable wrongSquare(Variable x) {
        return output("wrongSquare", x.data().square(), wrt(x, dy -> dy.mul(x)));
    }

    /// The right value, but cut off from its history.
    private static Variable halfHonestExp(Variable x) {
        Tensor y = x.data().exp();
        return output("halfHonestExp", y, wrt(x, dy -> dy.mul(Variable.of(y))));
    }
}
