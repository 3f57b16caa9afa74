package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.OpChecks;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Single layers.
class LayersTests {
    private static Tensor ramp(int... sizes) {
        return OpChecks.ramp(sizes).to(DType.F32);
    }

    private static void assertClose(Tensor actual, double... expected) {
        OpChecks.assertClose("value", actual, Tensor.of(expected, actual.shape()), 1e-5);
    }

    @Test
    void linearIsMatrixTimesVectorPlusBias() {
        var layer = new Linear(3, 2, new Rng(1));
        layer.weight().set(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)));
        layer.bias().set(Tensor.of(10f, 20f));
        assertThat(layer.forward(Tensor.of(new float[] {1, 0, -1}, Shape.of(1, 3))).data().toFloatArray()).containsExactly(8, 18);
        assertThat(layer.forward(Tensor.zeros(2, 5, 3)).shape()).isEqualTo(Shape.of(2, 5, 2));
        assertThat(new Linear(3, 2, false, new Rng(1)).namedParameters().keySet()).containsExactly("weight");
        assertThatThrownBy(() -> new Linear(0, 2, new Rng(1))).hasMessage("Linear: the number of inputs must be at least 1 (got 0)");
    }

    /// So that an optimizer walks through weight and gradient alike.
    @Test
    void theGradientOfALinearWeightLiesAsTheWeight() {
        for (Shape shape : List.of(Shape.of(4, 3), Shape.of(2, 4, 3))) {
            var layer = new Linear(3, 2, new Rng(1));
            layer.forward(Tensor.ones(shape.sizes())).sum().backward();
            assertThat(layer.weight().grad().layout().isContiguous()).isTrue();
            assertThat(layer.weight().grad().toFloatArray()).containsOnly(shape.numel() / 3);
        }
    }

    @Test
    void convolutionTakesItsOptions() {
        var options =
                Conv2d.Options.DEFAULT.withStride(new Pair(2, 1)).withPadding(Padding.of(1, 2)).withDilation(new Pair(1, 2)).withGroups(2);
        var conv = new Conv2d(2, 4, new Pair(2, 3), options, new Rng(1));
        assertThat(conv.describe()).isEqualTo("Conv2d(2 -> 4, kernel 2x3, stride 2x1, padding [1, 1, 2, 2], dilation 1x2, groups 2)");
        assertThat(conv.weight().shape()).isEqualTo(Shape.of(4, 1, 2, 3));
        assertThat(conv.forward(Tensor.zeros(1, 2, 4, 5)).shape()).isEqualTo(Shape.of(1, 4, 3, 5));
        assertThat(new Conv2d(1, 1, 5, Conv2d.Options.DEFAULT.withPadding(Padding.SAME).withDilation(3).withBias(false), new Rng(1))
                .forward(Tensor.zeros(1, 7, 9)).shape()).isEqualTo(Shape.of(1, 7, 9));
    }

    @Test
    void convolutionRefusesBadOptions() {
        var rng = new Rng(1);
        assertThatThrownBy(() -> new Conv2d(3, 4, 3, Conv2d.Options.DEFAULT.withGroups(2), rng))
                .hasMessage("Conv2d: the channels must be divisible by the groups (got 3 -> 4 channels, 2 groups)");
        assertThatThrownBy(() -> new Conv2d(1, 1, 0, rng)).hasMessage("Conv2d: the kernel size must be at least 1 (got 0)");
        assertThatThrownBy(() -> new Conv2d(1, 1, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME).withStride(2), rng))
                .hasMessageContaining("padding 'same' needs stride 1 (got stride 2)");
    }

    /// Depthwise then pointwise equals one dense convolution whose kernels are the products.
    @Test
    void depthwiseSeparableIsADenseConvolutionOfRankOneKernels() {
        var options = DepthwiseSeparableConv2d.Options.DEFAULT.withPadding(2).withDilation(2).withChannelMultiplier(2).withBias(false);
        var separable = new DepthwiseSeparableConv2d(3, 5, 3, options, new Rng(1));
        var dense = new Conv2d(3, 5, 3, Conv2d.Options.DEFAULT.withPadding(2).withDilation(2).withBias(false), new Rng(1));
        Tensor depthwise = separable.depthwise().weight().data().reshape(1, 3, 2, 9);
        Tensor pointwise = separable.pointwise().weight().data().reshape(5, 3, 2, 1);
        dense.weight().set(depthwise.mul(pointwise).sum(Dims.of(2)).reshape(5, 3, 3, 3));
        Tensor x = ramp(2, 3, 6, 7);
        OpChecks.assertClose("value", separable.forward(x).data(), dense.forward(x).data(), 1e-5);
        assertThat(separable.namedParameters().keySet()).containsExactly("depthwise.weight", "pointwise.weight");
    }

    @Test
    void depthwiseSeparableTakesNormAndActivationBetween() {
        var options = DepthwiseSeparableConv2d.Options.DEFAULT.withPadding(1).withNorm(true).withActivation(true);
        var layer = new DepthwiseSeparableConv2d(3, 16, 3, options, new Rng(1));
        assertThat(layer.stateDict().keySet()).containsExactly("depthwise.weight", "norm.weight", "norm.bias", "norm.running_mean",
                "norm.running_var", "norm.num_batches_tracked", "pointwise.weight", "pointwise.bias");
        assertThat(layer.forward(Tensor.zeros(1, 3, 224, 224)).shape()).isEqualTo(Shape.of(1, 16, 224, 224));
        assertThat(layer).hasToString("""
                DepthwiseSeparableConv2d(
                  3 -> 16, kernel 3, padding 1
                  (depthwise): Conv2d(3 -> 3, kernel 3, padding 1, groups 3, no bias)
                  (norm): BatchNorm2d(3)
                  (activation): Relu()
                  (pointwise): Conv2d(3 -> 16, kernel 1)
                )""");
    }

    /// Expectations from PyTorch 2.13.
    @Test
    void batchNormLearnsRunningStatistics() {
        var norm = new BatchNorm2d(2);
        Tensor y = norm.forward(ramp(3, 2, 1, 2)).data();
        assertThat(y.shape()).isEqualTo(Shape.of(3, 2, 1, 2));
        var state = norm.stateDict();
        assertClose(state.get("running_mean"), -0.025, 0.00416666666667);
        assertClose(state.get("running_var"), 0.9725, 0.988541666667);
        assertThat(state.get("num_batches_tracked").toLongArray()).containsExactly(1);
        norm.weight().set(Tensor.of(2f, -1f));
        norm.bias().set(Tensor.of(0.5f, 0.25f));
        norm.eval();
        assertClose(norm.forward(ramp(3, 2, 1, 2)).data(), -1.984385847, 1.56473679157, 0.75707761884, -1.00302651267, 1.05771927178,
                -0.970350807409,
                -0.751583065312, 0.254190724123, -1.47736832721, 2.07175431137, 0.505634171481, 1.51140796092);
        assertThat(norm.stateDict().get("num_batches_tracked").toLongArray()).containsExactly(1);
    }

    @Test
    void batchNormWithoutTrackingUsesTheBatch() {
        var norm = new BatchNorm2d(2, new BatchNorm2d.Options(1e-5, 0.1, false, false));
        assertThat(norm.stateDict()).isEmpty();
        float[] training = norm.forward(ramp(3, 2, 1, 2)).data().toFloatArray();
        norm.eval();
        assertThat(norm.forward(ramp(3, 2, 1, 2)).data().toFloatArray()).isEqualTo(training);
    }

    @Test
    void batchNormRefusesOtherShapes() {
        var norm = new BatchNorm2d(2);
        assertThatThrownBy(() -> norm.forward(ramp(1, 3, 2, 2))).isInstanceOf(ShapeException.class)
                .hasMessage("in BatchNorm2d(2): batchNorm: the input must be [batch, 2, height, width] (got [1, 3, 2, 2])");
        assertThatThrownBy(() -> new BatchNorm2d.Options(1e-5, 2.0, true, true))
                .hasMessage("BatchNorm: momentum must be from 0 to 1 (got 2.0)");
    }

    @Test
    void poolingLayersTakeTheirOptions() {
        Tensor x = ramp(1, 2, 7, 7);
        assertThat(new MaxPool2d(2).forward(x).shape()).isEqualTo(Shape.of(1, 2, 3, 3));
        assertThat(
                new MaxPool2d(MaxPool2d.Options.of(3).withStride(2).withPadding(1).withDilation(2).withCeilMode(true)).forward(x).shape())
                .isEqualTo(Shape.of(1, 2, 3, 3));
        assertThat(new AvgPool2d(AvgPool2d.Options.of(2).withStride(1).withPadding(1).withCountIncludePad(false)).forward(x).shape())
                .isEqualTo(Shape.of(1, 2, 8, 8));
        assertThat(new AvgPool2d(AvgPool2d.Options.of(2).withCeilMode(true)).describe())
                .isEqualTo("AvgPool2d(kernel 2, stride 2, ceil mode)");
        assertThat(new GlobalAvgPool2d().forward(x).shape()).isEqualTo(Shape.of(1, 2, 1, 1));
        assertThatThrownBy(() -> new MaxPool2d(0)).hasMessage("MaxPool2d: the kernel size must be at least 1 (got 0)");
    }

    @Test
    void dropoutDropsTheStatedShareAndScalesTheRest() {
        var dropout = new Dropout(0.25, new Rng(3));
        float[] y = dropout.forward(Tensor.ones(100, 100)).data().toFloatArray();
        int dropped = 0;
        for (float value : y) {
            assertThat(value == 0 || Math.abs(value - 1 / 0.75f) < 1e-6f).isTrue();
            dropped += value == 0 ? 1 : 0;
        }
        assertThat(dropped / 10000.0).isCloseTo(0.25, within(0.02));              // 4.6 standard deviations
        assertThat(dropout.forward(Tensor.ones(100, 100)).data().toFloatArray()).isNotEqualTo(y);
        dropout.eval();
        Variable x = Variable.of(Tensor.ones(3));
        assertThat(dropout.forward(x)).isSameAs(x);
        assertThatThrownBy(() -> new Dropout(1.5, new Rng(1))).hasMessage("Dropout: the probability must be from 0 to 1 (got 1.5)");
    }

    @Test
    void sequentialTakesNames() {
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("conv", new Conv2d(1, 1, 1, new Rng(1)));
        layers.put("relu", new Relu());
        var net = new Sequential(layers);
        assertThat(net.namedLayers().keySet()).containsExactly("conv", "relu");
        assertThat(net.namedParameters().keySet()).containsExactly("conv.weight", "conv.bias");
        assertThat(new Sequential().forward(Tensor.ones(2)).data().toFloatArray()).containsExactly(1, 1);
    }
}
