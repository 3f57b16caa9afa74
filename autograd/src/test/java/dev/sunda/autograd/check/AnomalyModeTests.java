package dev.sunda.autograd.check;

import static dev.sunda.autograd.AnomalyMode.detect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.AnomalyException;
import dev.sunda.autograd.AnomalyMode.Find;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Outside the package of the engine, so that its calls count as the user's.
class AnomalyModeTests {
    private static int line() {
        return StackWalker.getInstance().walk(f -> f.skip(1).findFirst().orElseThrow().getLineNumber());
    }

    @Test
    void theFirstResultThatIsNotANumberIsNamedWithItsPlace() {
        Variable x = Variable.of(Tensor.of(4f, -1));
        int line = line() + 1;
        assertThatThrownBy(() -> detect(Find.NAN, () -> x.sqrt().mul(2))).isInstanceOf(AnomalyException.class)
                .hasMessage("sqrt: the result is NaN at 1 of 2 elements (got float32 [2]), called at AnomalyModeTests.java:" + line);
        assertThat(x.sqrt().data().toFloatArray()).as("outside the mode").containsExactly(2, Float.NaN);
    }

    @Test
    void infiniteNumbersCountOnRequest() {
        Variable x = Variable.of(Tensor.of(1.0, 0));
        assertThat(detect(Find.NAN, () -> x.reciprocal()).data().toDoubleArray()).containsExactly(1, Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> detect(Find.NOT_FINITE, () -> x.reciprocal())).isInstanceOf(AnomalyException.class)
                .hasMessageStartingWith("reciprocal: the result is not finite at 1 of 2 elements (got float64 [2]), called at ");
        assertThat(detect(Find.NOT_FINITE, () -> detect(Find.NOTHING, () -> x.reciprocal())).requiresGrad()).isFalse();
    }

    @Test
    void theFirstGradientThatIsNotANumberIsNamedWithThePlaceOfItsOperation() {
        var x = Variable.tracked(Tensor.of(1.0, 0));
        int line = line() + 3;
        for (boolean recorded : new boolean[] {false, true})
            assertThatThrownBy(() -> detect(Find.NAN, () -> {
                Variable root = x.sqrt();
                Variable loss = root.mul(x).mul(0).sum();            // finite, but 0 times infinity on the way back
                return Variable.gradients(loss, List.of(x), recorded);
            })).isInstanceOf(AnomalyException.class).hasMessage(
                    "sqrt: the gradient of input 0 is NaN at 1 of 2 elements (got float64 [2]), called at AnomalyModeTests.java:" + line);
    }

    @Test
    void whatWasWrongBeforeIsSaid() {
        var x = Variable.tracked(Tensor.of(Double.NaN, 0));
        assertThatThrownBy(() -> detect(Find.NAN, () -> x.add(1).data())).hasMessageEndingWith("; input 0 was NaN before");
        var z = new Parameter(Tensor.of(1.0));
        Variable y = z.mul(2);
        assertThatThrownBy(() -> detect(Find.NAN, () -> y.backward(Tensor.of(Double.NaN)))).hasMessage(
                "mul: the gradient of input 0 is NaN at 1 of 1 elements (got float64 [1]), called outside this mode; "
                        + "the gradient of its result was NaN before");
    }
}
