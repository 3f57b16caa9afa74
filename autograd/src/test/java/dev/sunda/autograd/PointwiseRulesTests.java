package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/// Gradients as PyTorch computes them where the generic checks do not look: at ties, NaN, infinities and zeros.
class PointwiseRulesTests {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] A = {0, 0, 1, -3, INF, -INF, NAN, 2, 5.5};
    private static final double[] B = {0, 1, 0, 2, INF, -INF, 1, NAN, -2};

    private static void check(BinaryOperator<Variable> operation, double[] da, double[] db) {
        Variable a = Variable.tracked(Tensor.of(A));
        Variable b = Variable.tracked(Tensor.of(B));
        var gradients = Variable.gradients(operation.apply(a, b).sum(), List.of(a, b), false);
        assertThat(gradients.get(0).data().allClose(Tensor.of(da), 1e-14, 0, true)).as("first " + gradients.get(0)).isTrue();
        assertThat(gradients.get(1).data().allClose(Tensor.of(db), 1e-14, 0, true)).as("second " + gradients.get(1)).isTrue();
    }

    private static double[] numbers(double... values) {
        return values;
    }

    @Test
    void ofTheGreaterAndTheSmaller() {
        check(Variable::maximum, numbers(0.5, 0, 1, 0, 0.5, 0.5, 1, 1, 1), numbers(0.5, 1, 0, 1, 0.5, 0.5, 1, 1, 0));
        check(Variable::minimum, numbers(0.5, 1, 0, 1, 0.5, 0.5, 1, 1, 0), numbers(0.5, 0, 1, 0, 0.5, 0.5, 1, 1, 1));
        check(Variable::fmax, numbers(1, 0, 1, 0, 1, 1, 0, 1, 1), numbers(0, 1, 0, 1, 0, 0, 1, 0, 0));
    }

    @Test
    void ofAngleAndLength() {
        check(Variable::atan2, numbers(0, 1, 0, 2.0 / 13, NAN, NAN, NAN, NAN, -2 / 34.25), numbers(0, 0, -1, 3.0 / 13, NAN, NAN, NAN, NAN,
                -5.5 / 34.25));
        check(Variable::hypot, numbers(NAN, 0, 1, -0.8320502943378437, NAN, NAN, NAN, NAN, 0.939793423488437),
                numbers(NAN, 1, 0, 0.5547001962252291, NAN, NAN, NAN, NAN, -0.3417430630867044));
    }

    @Test
    void ofLogarithms() {
        check(Variable::logaddexp, numbers(0.5, 0.2689414213699951, 0.7310585786300049, 0.0066928509242848554, NAN, NAN, NAN, NAN,
                0.9994472213630764),
                numbers(0.5, 0.7310585786300049, 0.2689414213699951, 0.9933071490757153, NAN, NAN, NAN, NAN,
                        0.0005527786369235996));
        check(Variable::logaddexp2, numbers(0.5, 1.0 / 3, 2.0 / 3, 1.0 / 33, NAN, NAN, NAN, NAN, 0.994506078188917),
                numbers(0.5, 2.0 / 3, 1.0 / 3, 32.0 / 33, NAN, NAN, NAN, NAN, 0.005493921811082984));
        check(Variable::xlogy, numbers(0, 0, -INF, 0.6931471805599453, INF, NAN, 0, NAN, NAN),
                numbers(NAN, 0, INF, -1.5, NAN, NAN, NAN, NAN, -2.75));
    }

    @Test
    void ofRemainders() {
        check(Variable::fmod, numbers(1, 1, 1, 1, 1, 1, 1, 1, 1), numbers(NAN, 0, -INF, 1, NAN, NAN, NAN, NAN, 2));
        check(Variable::remainder, numbers(1, 1, 1, 1, 1, 1, 1, 1, 1), numbers(NAN, 0, -INF, 2, NAN, NAN, NAN, NAN, 3));
        check(Variable::copysign, numbers(0, 0, 1, -1, NAN, NAN, NAN, 1, -1), numbers(0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void ofBounds() {
        Variable x = Variable.tracked(Tensor.of(1, 2, 3, NAN, 0.0));
        Variable min = Variable.tracked(Tensor.of(1, 3, 0, 0.0, 2));
        Variable max = Variable.tracked(Tensor.of(2, 1, 2, 1.0, 1));
        Variable y = x.clamp(min, max);
        assertThat(y.data().toDoubleArray()).containsExactly(1, 1, 2, NAN, 1);
        var gradients = Variable.gradients(y.sum(), List.of(x, min, max), false);
        assertThat(gradients.get(0).data().toDoubleArray()).containsExactly(1, 0, 0, 0, 0);
        assertThat(gradients.get(1).data().toDoubleArray()).containsOnly(0);
        assertThat(gradients.get(2).data().toDoubleArray()).containsExactly(0, 1, 1, 0, 1);
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            Variable z = Variable.tracked(Tensor.of(-1, -0.5, 1, 1.5, NAN).to(dtype));
            assertThat(Variable.gradients(z.clamp(-1, 1).sum(), List.of(z), false).getFirst().data().toDoubleArray()).containsExactly(1, 1,
                    1, 0, 0);
        }
    }

    @Test
    void ofLogitAndReplacedNumbers() {
        Variable x = Variable.tracked(Tensor.of(0, 0.5, 1, 2, NAN));
        assertThat(Variable.gradients(x.logit().sum(), List.of(x), false).getFirst().data().toDoubleArray()).containsExactly(INF, 4, INF,
                NAN, NAN);
        assertThat(Variable.gradients(x.logit(0.1).sum(), List.of(x), false).getFirst().data().toDoubleArray()).containsExactly(0, 4, 0, 0,
                0);
        Variable z = Variable.tracked(Tensor.of(INF, -2, NAN));
        assertThat(Variable.gradients(z.nanToNum().sum(), List.of(z), false).getFirst().data().toDoubleArray()).containsExactly(0, 1, 0);
    }
}
