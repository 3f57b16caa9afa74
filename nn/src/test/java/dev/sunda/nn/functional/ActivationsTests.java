package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Test;

/// Values and slopes as PyTorch computes them, at kinks, in the tails and far out.
class ActivationsTests {
    private static final double[] AT = {-1e4, -50, -3, -0.5, 0, 0.5, 3, 1e4};
    private static final Map<String, UnaryOperator<Variable>> FUNCTIONS = Map.ofEntries(
            Map.entry("elu", x -> Activations.elu(x, 0.5)), Map.entry("selu", Activations::selu),
            Map.entry("celu", x -> Activations.celu(x, 2)), Map.entry("hardtanh", x -> Activations.hardtanh(x, -1, 1)),
            Map.entry("relu6", Activations::relu6), Map.entry("softplus", x -> Activations.softplus(x, 1, 20)),
            Map.entry("softshrink", x -> Activations.softshrink(x, 0.5)), Map.entry("hardshrink", x -> Activations.hardshrink(x, 0.5)),
            Map.entry("threshold", x -> Activations.threshold(x, 0.5, 7)), Map.entry("hardsigmoid", Activations::hardsigmoid),
            Map.entry("hardswish", Activations::hardswish), Map.entry("silu", Activations::silu), Map.entry("mish", Activations::mish),
            Map.entry("softsign", Activations::softsign), Map.entry("logSigmoid", Activations::logSigmoid),
            Map.entry("tanhshrink", Activations::tanhshrink), Map.entry("leakyRelu", x -> Activations.leakyRelu(x, 0.01)));

    // @formatter:off
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "elu; -0.5 -0.5 -0.475106466 -0.19673467 0 0.5 3 10000; 0 9.64374924e-23 0.0248935342 0.30326533 0.5 1 1 1",
        "selu; -1.75809934 -1.75809934 -1.67056873 -0.691758188 0 0.525350494 3.15210296 10507.0099;"
            + "0 3.39093384e-22 0.0875306121 1.06634115 1.75809934 1.05070099 1.05070099 1.05070099",
        "celu; -2 -2 -1.55373968 -0.442398434 0 0.5 3 10000; 0 1.38879439e-11 0.22313016 0.778800783 1 1 1 1",
        "hardtanh; -1 -1 -1 -0.5 0 0.5 1 1; 0 0 0 1 1 1 0 0",
        "relu6; 0 0 0 0 0 0.5 3 6; 0 0 0 0 0 1 1 0",
        "softplus; 0 1.92874985e-22 0.0485873516 0.474076984 0.693147181 0.974076984 3.04858735 10000;"
            + "0 1.92874985e-22 0.0474258732 0.377540669 0.5 0.622459331 0.952574127 1",
        "softshrink; -9999.5 -49.5 -2.5 0 0 0 2.5 9999.5; 1 1 1 0 0 0 1 1",
        "hardshrink; -10000 -50 -3 0 0 0 3 10000; 1 1 1 0 0 0 1 1",
        "threshold; 7 7 7 7 7 7 3 10000; 0 0 0 0 0 0 1 1",
        "hardsigmoid; 0 0 0 0.416666667 0.5 0.583333333 1 1; 0 0 0 0.166666667 0.166666667 0.166666667 0 0",
        "hardswish; 0 0 0 -0.208333333 0 0.291666667 3 10000; 0 0 0 0.333333333 0.5 0.666666667 1 1",
        "silu; 0 -9.64374924e-21 -0.14227762 -0.188770334 0 0.311229666 2.85772238 10000;"
            + "0 -9.45087426e-21 -0.088104106 0.260038813 0.5 0.739961187 1.08810411 1",
        "mish; 0 -9.64374924e-21 -0.145647461 -0.220743775 0 0.375245211 2.986535 10000;"
            + "0 -9.45087426e-21 -0.0933931145 0.289510678 0.6 0.886424375 1.02110691 1",
        "softsign; -0.99990001 -0.980392157 -0.75 -0.333333333 0 0.333333333 0.75 0.99990001;"
            + "9.9980003e-09 0.000384467512 0.0625 0.444444444 1 0.444444444 0.0625 9.9980003e-09",
        "logSigmoid; -10000 -50 -3.04858735 -0.974076984 -0.693147181 -0.474076984 -0.0485873516 0;"
            + "1 1 0.952574127 0.622459331 0.5 0.377540669 0.0474258732 0",
        "tanhshrink; -9999 -49 -2.00494525 -0.0378828427 0 0.0378828427 2.00494525 9999;"
            + "1 1 0.990133963 0.213552267 0 0.213552267 0.990133963 1",
        "leakyRelu; -100 -0.5 -0.03 -0.005 0 0.5 3 10000; 0.01 0.01 0.01 0.01 0.01 1 1 1"})
    // @formatter:on
    void valuesAndSlopes(String name, String values, String slopes) {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
                Variable x = Variable.tracked(Tensor.of(AT).to(dtype).to(device));
                Variable y = FUNCTIONS.get(name).apply(x);
                double relative = dtype == DType.F64 ? 6e-9 : 1e-6;
                check(name, y.data(), numbers(values), relative);
                check(name + " slope", Variable.gradients(y.sum(), List.of(x), false).getFirst().data(), numbers(slopes), relative);
            }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.trim().split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static void check(String what, Tensor actual, double[] expected, double relative) {
        double[] got = actual.toDoubleArray();
        for (int i = 0; i < got.length; i++)
            assertThat(Math.abs(got[i] - expected[i])).as(what + " of " + actual.dtype() + " at " + AT[i] + ": " + got[i])
                    .isLessThanOrEqualTo(relative * Math.abs(expected[i]) + Float.MIN_VALUE);
    }

    @Test
    void notANumberPassesThrough() {
        Tensor nan = Tensor.of(Double.NaN);
        FUNCTIONS.forEach((name, function) -> assertThat(function.apply(Variable.of(nan)).item()).as(name).isNaN());
    }

    @Test
    void emptyTensorsStayEmpty() {
        Variable x = Variable.tracked(Tensor.zeros(Shape.of(2, 0), DType.F32, Device.CPU));
        FUNCTIONS.forEach((name, function) -> {
            Variable y = function.apply(x);
            assertThat(y.shape()).as(name).isEqualTo(x.shape());
            assertThat(Variable.gradients(y.sum(), List.of(x), false).getFirst().shape()).as(name).isEqualTo(x.shape());
        });
        assertThat(Activations.prelu(x, Variable.of(Tensor.zeros(0))).shape()).isEqualTo(x.shape());
        assertThat(Activations.glu(x, 0).shape()).isEqualTo(Shape.of(1, 0));
    }

    @Test
    void integersStayIntegersBetweenWholeBounds() {
        Variable x = Variable.of(Tensor.of(-3L, 0, 7));
        assertThat(Activations.relu6(x).data().toLongArray()).containsExactly(0, 0, 6);
        assertThat(Activations.relu6(x).dtype()).isEqualTo(DType.I64);
        assertThat(Activations.threshold(x, 1, 2).data().toLongArray()).containsExactly(2, 2, 7);
        assertThat(Activations.threshold(x, 1, 2).dtype()).isEqualTo(DType.I64);
    }

    @Test
    void preluAsPyTorchComputesIt() {
        Variable x = Variable.tracked(Tensor.of(new double[] {1, -2, 0, -1, Double.POSITIVE_INFINITY, -4}, Shape.of(2, 3)));
        Variable w = Variable.tracked(Tensor.of(0.5, 0.25, -1));
        Variable y = Activations.prelu(x, w);
        assertThat(y.data().toDoubleArray()).containsExactly(1, -0.5, -0.0, -0.5, Double.POSITIVE_INFINITY, 4);
        var gradients = Gradients.gradients(List.of(y), List.of(Variable.of(Tensor.ones(y.shape(), DType.F64, Device.CPU))), List.of(x, w),
                false);
        assertThat(gradients.get(0).data().toDoubleArray()).containsExactly(1, 0.25, -1, 0.5, 1, -1);
        assertThat(gradients.get(1).data().toDoubleArray()).containsExactly(-1, -2, -4);
    }

    @Test
    void gluAndSoftminAsPyTorchComputesThem() {
        Variable x = Variable.of(Tensor.of(1.0, -2, 0.5, 3));
        assertThat(Activations.glu(x, -1).data().allClose(Tensor.of(0.6224593312018546, -1.9051482536448667))).isTrue();
        Tensor softmin = Activations.softmin(Variable.of(Tensor.of(1.0, 2, 4)), 0).data();
        assertThat(softmin.allClose(Tensor.of(0.7053845126982412, 0.25949646034241913, 0.03511902695933973))).isTrue();
    }

    @Test
    void integersArePromotedWherePyTorchDoesSo() {
        assertThat(Activations.softsign(Variable.of(Tensor.of(-3L, 1))).data().toFloatArray()).containsExactly(-0.75f, 0.5f);
        assertThat(Activations.tanhshrink(Variable.of(Tensor.of(0L))).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void gumbelSamplesFollowTheProbabilities() {
        Variable logits = Variable.tracked(Tensor.of(0, Math.log(3)).expand(Shape.of(4000, 2)).contiguous());
        Variable hard = Activations.gumbelSoftmax(logits, 0.5, true, -1, new RandomKey(8, 0));
        assertThat(hard.data().eq(0).logicalOr(hard.data().eq(1)).toBooleanArray()).doesNotContain(false);
        assertThat(hard.data().sum(Dims.of(1)).toDoubleArray()).containsOnly(1);
        assertThat(hard.data().select(1, 1).mean().item()).isBetween(0.73, 0.77);
        Variable soft = Activations.gumbelSoftmax(logits, 0.5, false, -1, new RandomKey(8, 0));
        Variable weights = Variable.of(Tensor.of(1.0, -2));
        double[] expected = Variable.gradients(soft.mul(weights).sum(), List.of(logits), false).getFirst().data().toDoubleArray();
        double[] through = Variable.gradients(hard.mul(weights).sum(), List.of(logits), false).getFirst().data().toDoubleArray();
        assertThat(through).isEqualTo(expected);
        assertThat(Activations.gumbelSoftmax(Variable.of(Tensor.zeros(0, 3)), 1, true, 1, new RandomKey(8, 0)).shape())
                .isEqualTo(Shape.of(0, 3));
    }

    @Test
    void randomSlopesLieBetweenTheBoundsAndFollowTheKey() {
        Variable x = Variable.of(Tensor.full(Shape.of(1000), -1, DType.F32, Device.CPU));
        Tensor slopes = Activations.rrelu(x, 0.1, 0.3, new RandomKey(5, 0)).data().neg();
        assertThat(slopes.ge(0.1).logicalAnd(slopes.lt(0.3)).toBooleanArray()).doesNotContain(false);
        assertThat(slopes.mean().item()).isBetween(0.19, 0.21);
        Tensor again = Activations.rrelu(x, 0.1, 0.3, new RandomKey(5, 0)).data().neg();
        assertThat(again.toFloatArray()).isEqualTo(slopes.toFloatArray());
        assertThat(Activations.rrelu(x.neg(), 0.1, 0.3, new RandomKey(5, 0)).data().toFloatArray()).containsOnly(1);
    }
}
