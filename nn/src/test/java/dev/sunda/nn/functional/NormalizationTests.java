package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expectations from PyTorch 2.13, float64.
class NormalizationTests {
    private final Variable x = Variable.tracked(ramp(3, 2, 1, 2));
    private final Variable weight = Variable.tracked(Tensor.of(2.0, -1.0));
    private final Variable bias = Variable.tracked(Tensor.of(0.5, 0.25));

    @Test
    void trainingAgreesWithPyTorch() {
        var result = Normalizations.batchNorm(x, weight, bias, 1e-5);
        assertClose("y", result.y().data(), -2.0730487895, 2.42978659213, 0.880588351946, -1.1566970928, 1.78652439475, -0.786524394751,
                -0.865656314981, 0.298506796304, -1.42978659213, 3.0730487895, 0.589547574125, 1.75371068541);
        var gradients = Gradients.gradients(List.of(result.y()), List.of(Variable.of(ramp(3, 2, 1, 2))), List.of(x, weight, bias), false);
        assertClose("dx", gradients.get(0).data(), -4.25876888572e-05, 3.19407666429e-05, 8.54621101423e-06, -1.90646245702e-05,
                2.12938444286e-05, -2.12938444286e-05, -1.51202194867e-05, 6.57400847249e-07, -3.19407666429e-05, 4.25876888572e-05,
                4.60180593074e-06, 2.03794262647e-05);
        assertClose("dweight", gradients.get(1).data(), 4.66365093097, 5.15384710725);
        assertClose("dbias", gradients.get(2).data(), -1.5, 0.25);
        assertClose("mean", result.mean(), -0.25, 0.0416666666667);
    }

    @Test
    void evaluationAgreesWithPyTorch() {
        Tensor mean = Tensor.of(-0.025, 0.025 / 6);
        Tensor variance = Tensor.of(0.9725, 0.9885416666666667);
        assertClose("y", Normalizations.batchNorm(x, mean, variance, weight, bias, 1e-5).data(), -1.984385847, 1.56473679157, 0.75707761884,
                -1.00302651267, 1.05771927178, -0.970350807409, -0.751583065312, 0.254190724123, -1.47736832721, 2.07175431137,
                0.505634171481,
                1.51140796092);
    }

    @Test
    void refusesAChannelOfOneValue() {
        assertThatThrownBy(() -> Normalizations.batchNorm(Variable.of(ramp(1, 3)), null, null, 1e-5)).isInstanceOf(ShapeException.class)
                .hasMessage("batchNorm: statistics need at least two values a channel; train on larger batches or use eval() (got [1, 3])");
    }

    @Test
    void refusesBadOptionsAndShapes() {
        assertThatThrownBy(() -> Normalizations.batchNorm(x, null, null, 0)).hasMessage("batchNorm: eps must be positive (got 0.0)");
        assertThatThrownBy(() -> Normalizations.batchNorm(Variable.of(ramp(3)), null, null, 1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Normalizations.batchNorm(x, Variable.of(ramp(3)), null, 1)).isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 channels");
    }

    @Test
    void theGradientInEvaluationUsesTheStatisticsOfItsOwnForwardPass() {
        Tensor image = Tensor.of(new double[] {1, 2, 3, 4}, Shape.of(2, 2));
        Tensor mean = Tensor.of(0.5, 1.0);
        Variable y = Normalizations.batchNorm(Variable.of(image), mean, Tensor.of(1.0, 4.0), weight, null, 1e-12);
        mean.copyFrom(Tensor.of(100.0, 100.0));                      // a later batch moves the running mean
        assertClose("dweight", Variable.gradients(y.sum(), List.of(weight), false).getFirst().data(), 0.5 + 2.5, 0.5 + 1.5);
    }

    @Test
    void anEmptyBatchTeachesNothing() {
        var result = Normalizations.batchNorm(Variable.of(ramp(0, 2, 3)), weight, bias, 1e-5);
        assertThat(result.y().shape()).isEqualTo(Shape.of(0, 2, 3));
        var gradients = Variable.gradients(result.y().sum(), List.of(weight, bias), false);
        assertThat(gradients.get(0).data().toDoubleArray()).containsExactly(0, 0);
        assertThat(gradients.get(1).data().toDoubleArray()).containsExactly(0, 0);
        var running = new RunningStatistics(Tensor.of(1.0, 2.0), Tensor.of(3.0, 4.0));
        assertThat(result.follow(running, 0.5)).isSameAs(running);
    }

    @Test
    void runningStatisticsFollowTheUnbiasedVariance() {
        var result = Normalizations.batchNorm(x, null, null, 1e-5);
        var running = result.follow(new RunningStatistics(Tensor.of(0.0, 0.0), Tensor.of(1.0, 1.0)), 0.1);
        assertClose("mean", running.mean(), -0.025, 0.025 / 6);
        assertClose("variance", running.variance(), 0.9725, 0.9885416666666667);
        assertThatThrownBy(() -> new RunningStatistics(Tensor.of(0.0), null))
                .hasMessage("batchNorm: running mean and variance are needed, both of them; the variance is missing (got null)");
        assertThatThrownBy(() -> result.follow(new RunningStatistics(Tensor.of(0.0), Tensor.of(1.0)), 0.1))
                .isInstanceOf(ShapeException.class).hasMessageContaining("must have the 2 channels");
    }
}
