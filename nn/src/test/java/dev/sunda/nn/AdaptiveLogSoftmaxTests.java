package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.OpChecks;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Softmax in clusters. Expected numbers are those of PyTorch 2.13 in float64, with the same parameters.
class AdaptiveLogSoftmaxTests {
    private static final Tensor TARGET = Tensor.of(0L, 9L, 3L, 2L, 1L, 7L);
    private final AdaptiveLogSoftmaxWithLoss layer = layer();
    private final Tensor x = numbers(48, i -> (i * 5 % 13 - 6) / 4.0).reshape(6, 8);

    private interface Numbers {
        double of(int i);
    }

    private static Tensor numbers(int count, Numbers numbers) {
        double[] values = new double[count];
        Arrays.setAll(values, numbers::of);
        return Tensor.of(values);
    }

    private static AdaptiveLogSoftmaxWithLoss layer() {
        var layer = new AdaptiveLogSoftmaxWithLoss(8, 10, List.of(2, 4, 7), 2, true, new Rng(1));
        layer.to(DType.F64);
        int number = 0;
        for (Parameter p : layer.parameters()) {
            int shift = 3 * number++;
            p.set(numbers(p.shape().numel(), i -> ((i * 7 + shift) % 11 - 5) / 8.0).reshape(p.shape()));
        }
        return layer;
    }

    @Test
    void valuesAreThoseOfPyTorch() {
        var result = layer.forward(Variable.of(x), TARGET);
        OpChecks.assertClose("output", result.output().data(), -4.046624279936832, -1.9732752123840167, -2.368068693130451,
                -4.418852352454985, -0.6795347711488147, -4.793136743597021);
        assertThat(result.loss().item()).isCloseTo(3.046582008775353, within(1e-12));
        OpChecks.assertClose("all", layer.logProb(Variable.of(x)).data().select(0, 1), -2.9389638482296796, -1.1577138482296796,
                -1.983084227849583, -2.307302977849583, -4.690750230946225, -3.5540314809462252, -2.4173127309462252, -3.0357752123840167,
                -2.5045252123840167, -1.9732752123840167);
        assertThat(layer.predict(Variable.of(x)).toLongArray()).containsExactly(7, 1, 1, 1, 1, 1);
    }

    @Test
    void gradientsAreThoseOfPyTorchAndUnusedClustersHaveNone() {
        var input = new Parameter(x);
        layer.forward(input, TARGET).output().mul(Variable.of(numbers(6, i -> i + 1))).sum().backward();
        OpChecks.assertClose("dx", input.grad().select(0, 5), 3.163277328616, -6.717415528954, 4.679230387355, 0.410339086267,
                0.636688897385, 4.173912701109, -4.16489364597, 0.131371211139);
        OpChecks.assertClose("dx", input.grad().select(0, 1), 0.273513745241, -1.406649119955, 0.025438229715, 0.210674115125,
                0.686972937783, 0.108130068224, -0.570694160071, 0.769664776292);
        var weighted = layer.namedParameters().values().stream().filter(p -> p.grad() != null)
                .mapToDouble(p -> OpChecks.dot(p.grad(), numbers(p.shape().numel(), i -> i).reshape(p.shape()))).toArray();
        OpChecks.assertClose("sums of gradients times positions", Tensor.of(weighted), 33.81547272008419, 17.733192178031352,
                -1.8432949294875982, 52.28295331256911, -4.207925166986726, 7.437298254663903);
        assertThat(layer.tail().get(1).parameters()).allMatch(p -> p.grad() == null);
    }

    @Test
    void bothDerivativesOfBothForms() {
        OpChecks.derivatives(v -> layer.forward(v.getFirst(), TARGET).output(), List.of(x));
        OpChecks.derivatives(v -> layer.forward(v.getFirst(), TARGET).loss(), List.of(x));
        OpChecks.derivatives(v -> layer.logProb(v.getFirst()), List.of(x));
    }

    @Test
    void gradientsOfParametersCanBeDifferentiated() {
        var rng = new Rng(3);
        Tensor move = Tensor.randn(x.shape(), rng, DType.F64, Device.CPU);
        for (Parameter p : layer.parameters()) {
            Variable u = Variable.of(Tensor.randn(p.shape(), rng, DType.F64, Device.CPU));
            Variable input = Variable.tracked(x);
            Variable second = Gradients.gradients(slope(p, u, input), List.of(input), false).getFirst();
            double above = slope(p, u, Variable.of(x.add(move.mul(1e-5)))).item();
            double below = slope(p, u, Variable.of(x.sub(move.mul(1e-5)))).item();
            assertThat(OpChecks.dot(second.data(), move)).isCloseTo((above - below) / 2e-5, within(1e-6));
        }
    }

    /// The derivative along `u` by a parameter.
    private Variable slope(Parameter p, Variable u, Variable input) {
        Variable y = layer.forward(input, TARGET).loss().add(layer.logProb(input).sin().sum());
        return Gradients.gradients(y, List.of(p), true).getFirst().mul(u).sum();
    }

    @Test
    void float32AndTheReferenceGiveTheSame() {
        var expected = layer.forward(Variable.of(x), TARGET).output().data();
        layer.to(DType.F32);
        var single = layer.forward(Variable.of(x.to(DType.F32)), TARGET.to(DType.I32));
        assertThat(single.output().dtype()).isEqualTo(DType.F32);
        OpChecks.assertClose("float32", single.output().data().to(DType.F64), expected, 1e-6);
        layer.to(Device.REFERENCE);
        Variable far = Variable.of(x.to(DType.F32).to(Device.REFERENCE));
        var other = layer.forward(far, TARGET.to(Device.REFERENCE));
        OpChecks.assertClose("reference", other.output().data().to(Device.CPU).to(DType.F64), expected, 1e-6);
        assertThat(layer.predict(far).to(Device.CPU).toLongArray()).containsExactly(7, 1, 1, 1, 1, 1);
    }

    @Test
    void oneRowEmptyBatchesAndAllClasses() {
        var one = layer.forward(Variable.of(x.select(0, 2)), TARGET.select(0, 2));
        assertThat(one.output().shape()).isEqualTo(Shape.of());
        assertThat(one.output().item()).isCloseTo(-2.368068693130451, within(1e-12));
        assertThat(one.loss().item()).isEqualTo(-one.output().item());
        assertThat(layer.predict(Variable.of(x.select(0, 0))).item()).isEqualTo(7);
        var none = layer.forward(Variable.of(x.narrow(0, 0, 0)), TARGET.narrow(0, 0, 0));
        assertThat(none.output().shape()).isEqualTo(Shape.of(0));
        assertThat(none.loss().item()).isNaN();
        assertThat(layer.predict(Variable.of(x.narrow(0, 0, 0))).shape()).isEqualTo(Shape.of(0));
        Tensor all = layer.forward(x).data();
        OpChecks.assertClose("probabilities", all.exp().sum(Dims.of(1)), 1, 1, 1, 1, 1, 1);
        for (long k = 0; k < 10; k++)
            OpChecks.assertClose("class " + k, layer.forward(Variable.of(x), Tensor.full(Shape.of(6), k, DType.I64, Device.CPU)).output()
                    .data(), all.select(1, (int) k), 1e-12);
    }

    @Test
    void parametersAreThoseOfPyTorch() {
        assertThat(layer.stateDict().keySet()).containsExactly("head.weight", "head.bias", "tail.0.0.weight", "tail.0.1.weight",
                "tail.1.0.weight", "tail.1.1.weight", "tail.2.0.weight", "tail.2.1.weight");
        assertThat(layer.parameters().stream().map(Variable::shape)).containsExactly(Shape.of(5, 8), Shape.of(5), Shape.of(4, 8),
                Shape.of(2, 4), Shape.of(2, 8), Shape.of(3, 2), Shape.of(1, 8), Shape.of(3, 1));
        assertThat(layer.describe()).isEqualTo("AdaptiveLogSoftmaxWithLoss(8 -> 10, cutoffs [2, 4, 7], div value 2.0)");
        var fresh = new AdaptiveLogSoftmaxWithLoss(64, 1000, List.of(100), new Rng(1));
        assertThat(fresh.namedParameters().keySet()).containsExactly("head.weight", "tail.0.0.weight", "tail.0.1.weight");
        assertThat(fresh.namedParameters().get("tail.0.1.weight").shape()).isEqualTo(Shape.of(900, 16));
        assertThat(largest(fresh, "head.weight")).isBetween(0.124, 0.125);
        assertThat(largest(fresh, "tail.0.0.weight")).isBetween(0.123, 0.125);
        assertThat(largest(fresh, "tail.0.1.weight")).isBetween(0.249, 0.25);
    }

    private static double largest(Layer layer, String name) {
        return layer.namedParameters().get(name).data().abs().amax(Dims.all()).item();
    }

    @Test
    void clustersWithoutFeaturesAreUniform() {
        var layer = new AdaptiveLogSoftmaxWithLoss(8, 7, List.of(1, 4), new Rng(1));
        assertThat(layer.tail().get(1).parameters().stream().map(Variable::shape)).containsExactly(Shape.of(0, 8), Shape.of(3, 0));
        layer.to(DType.F64);
        Variable y = layer.logProb(Variable.of(x));
        OpChecks.assertClose("cluster", y.data().narrow(1, 4, 1), y.data().narrow(1, 6, 1), 0);
        layer.forward(Variable.of(x), Tensor.of(0L, 1L, 4L, 5L, 6L, 3L)).loss().backward();
        assertThat(layer.tail().get(1).parameters().getFirst().grad().shape()).isEqualTo(Shape.of(0, 8));
        assertThat(layer.head().weight().grad().abs().sum().item()).isPositive();
    }

    @Test
    void stepsDownTheGradientLowerTheLoss() {
        double first = layer.forward(Variable.of(x), TARGET).loss().item();
        for (int step = 0; step < 300; step++) {
            layer.zeroGrad();
            layer.forward(Variable.of(x), TARGET).loss().backward();
            for (Parameter p : layer.parameters())
                if (p.grad() != null)
                    p.set(p.data().sub(p.grad().mul(0.1)));
        }
        assertThat(layer.forward(Variable.of(x), TARGET).loss().item()).isLessThan(first / 5);
        assertThat(layer.predict(Variable.of(x)).toLongArray()).containsExactly(TARGET.toLongArray());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Variable rows = Variable.of(x);
        String in = "in AdaptiveLogSoftmaxWithLoss(8 -> 10, cutoffs [2, 4, 7], div value 2.0): adaptiveLogSoftmax: ";
        assertThatThrownBy(() -> layer.forward(rows, Tensor.of(0L, 1L))).isInstanceOf(ShapeException.class)
                .hasMessage(in + "an input of this shape needs class indices of shape [6] (got [6, 8], [2])");
        assertThatThrownBy(() -> layer.forward(rows, Tensor.of(1L).squeeze(0))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> layer.forward(rows, TARGET.unsqueeze(0))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> layer.forward(Variable.of(x.select(0, 0)), TARGET)).isInstanceOf(ShapeException.class)
                .hasMessage(in + "an input of this shape needs class indices of shape [] (got [8], [6])");
        assertThatThrownBy(() -> layer.forward(rows.narrow(1, 0, 4), TARGET)).isInstanceOf(ShapeException.class)
                .hasMessage(in + "the input must be [batch, 8] or [8] (got [6, 4])");
        assertThatThrownBy(() -> layer.logProb(rows.unsqueeze(0))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> layer.predict(rows.narrow(1, 0, 4))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> layer.forward(rows, Tensor.of(0L, 1L, 2L, 3L, 4L, 10L)))
                .isInstanceOf(ShapeException.class).hasMessage(in + "class indices must be from 0 to 9 (got 10 in row 5)");
        assertThatThrownBy(() -> layer.forward(rows, Tensor.of(0L, -1L, 2L, 3L, 4L, 1L)))
                .hasMessage(in + "class indices must be from 0 to 9 (got -1 in row 1)");
        assertThatThrownBy(() -> layer.forward(rows, TARGET.to(DType.F64))).isInstanceOf(DTypeException.class)
                .hasMessageEndingWith("convert with to(DType.I64)");
        assertThatThrownBy(() -> layer.forward(Variable.of(x.to(DType.F32)), TARGET)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> layer.forward(rows, TARGET.to(Device.REFERENCE))).hasMessageContaining("reference");
    }

    @Test
    void cutoffsAndSizesAreChecked() {
        for (var cutoffs : List.of(List.<Integer>of(), List.of(4), List.of(3, 2), List.of(2, 2), List.of(0, 2), List.of(-1)))
            assertThatThrownBy(() -> new AdaptiveLogSoftmaxWithLoss(8, 4, cutoffs, new Rng(1))).hasMessage(
                    "AdaptiveLogSoftmaxWithLoss: the cutoffs must be at least one number, ascending, from 1 to 3 for 4 classes (got "
                            + cutoffs + ")");
        assertThatThrownBy(() -> new AdaptiveLogSoftmaxWithLoss(0, 4, List.of(2), new Rng(1)))
                .hasMessage("AdaptiveLogSoftmaxWithLoss: the number of inputs must be at least 1 (got 0)");
        for (double value : new double[] {0, -4, Double.NaN})
            assertThatThrownBy(() -> new AdaptiveLogSoftmaxWithLoss(8, 4, List.of(2), value, false, new Rng(1)))
                    .hasMessage("AdaptiveLogSoftmaxWithLoss: the divValue must be positive (got " + value + ")");
    }
}
