package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.OpChecks;
import dev.sunda.nn.functional.Reduction;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/// Expected numbers are those of PyTorch 2.13 in float64, with the same parameters.
class LinearCrossEntropyLossTests {
    private final Tensor x = numbers(i -> (i * 5 % 13 - 6) / 4.0, 2, 3);

    private static Tensor numbers(IntToDoubleFunction number, int... sizes) {
        double[] values = new double[Arrays.stream(sizes).reduce(1, (a, b) -> a * b)];
        Arrays.setAll(values, number);
        return Tensor.of(values).reshape(sizes);
    }

    private static LinearCrossEntropyLoss plain(Reduction reduction) {
        var loss = new LinearCrossEntropyLoss(3, 4, List.of(), false, CrossEntropyOptions.DEFAULT.withReduction(reduction), new Rng(1));
        loss.to(DType.F64);
        loss.linear().weight().set(numbers(i -> (i * 7 % 11 - 5) / 8.0, 4, 3));
        return loss;
    }

    @Test
    void severalElementsOfARowWithBiasAndSmoothing() {
        var loss = new LinearCrossEntropyLoss(3, 4, List.of(2), true, CrossEntropyOptions.DEFAULT.withLabelSmoothing(0.1), new Rng(1));
        loss.to(DType.F64);
        loss.linear().weight().set(numbers(i -> (i * 7 % 11 - 5) / 8.0, 8, 3));
        loss.linear().bias().set(numbers(i -> (i * 5 % 7 - 3) / 4.0, 8));
        Variable input = Variable.tracked(x);
        Variable result = loss.forward(input, Tensor.of(0L, 3L, 2L, -100L).reshape(2, 2));
        assertThat(result.item()).isCloseTo(1.2596330271530447, within(1e-14));
        var gradients = Gradients.gradients(result, List.of(input, loss.linear().weight(), loss.linear().bias()), false);
        OpChecks.assertClose("dx", gradients.get(0).data(), 0.28172697888382225, -0.06658028601699675, 0.20792997444766445,
                -0.036190678076746405, 0.0009148959467454622, -0.04628244800003102);
        OpChecks.assertClose("dweight", gradients.get(1).data().narrow(0, 0, 2), 0.3529856896928993, 0.07007506162260195,
                -0.21283556644769536, -0.05067778829181385, -0.008446298048635642, 0.03378519219454257);
        OpChecks.assertClose("dbias", gradients.get(2).data(), -0.22632850245623784, 0.03378519219454257, 0.016868176447172707,
                0.010356649074242896, 0.08008991727754697, 0.18042880218370286, 0.12937040873151823, -0.22457064345248826);
        assertThat(loss.stateDict().keySet()).containsExactly("linear.weight", "linear.bias");
    }

    @Test
    void classesOrProbabilitiesForRowsOrASingleOne() {
        var loss = plain(Reduction.NONE);
        OpChecks.assertClose("rows", loss.forward(Variable.of(x), Tensor.of(1L, 3L)).data(), 2.3481542784453056, 2.1452457558482174);
        assertThat(loss.forward(Variable.of(x.select(0, 0)), Tensor.of(2L).reshape()).item()).isCloseTo(2.2544042784453056, within(1e-14));
        OpChecks.assertClose("probabilities", loss.forward(Variable.of(x), numbers(i -> i / 28.0, 2, 4)).data(), 0.47639020252399406,
                1.3953716653093138);
    }

    @Test
    void refusesWhatDoesNotFit() {
        var loss = new LinearCrossEntropyLoss(3, 4, new Rng(1));
        assertThatThrownBy(() -> loss.forward(Variable.of(Tensor.zeros(2, 5)), Tensor.of(1L, 3L))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("linearCrossEntropy: the weight must be [classes, ..., features] with the features of the input (got "
                        + "[2, 5], [4, 3])");
        assertThatThrownBy(() -> new LinearCrossEntropyLoss(3, 0, new Rng(1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("number of classes");
        assertThatThrownBy(() -> new LinearCrossEntropyLoss(3, 4, List.of(), false,
                CrossEntropyOptions.DEFAULT.withClassWeights(Tensor.ones(3)), new Rng(1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LinearCrossEntropyLoss: the class weights must be [4] (got [3])");
    }
}
