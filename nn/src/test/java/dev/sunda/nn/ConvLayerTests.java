package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.OpChecks;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The convolution layers of all numbers of axes.
class ConvLayerTests {
    private static final double[] CAUSAL = {
        -2.1875, 0, -2.125, 0.375, -1.0625, 1.25, -1.375, 2, -1.4375, -0.3125, -1.125, -1, 0.8125, 1.8125, -1.8125,
        3.3125, -0.75, -2.25, -0.125, -2.4375, 1.25, -0.625, 1.875, -0.9375, -0.3125, 0.9375, -0.75, -0.625, 1.4375,
        2.0625, -1.5625, 3.5625};
    private static final double[] SEQUENCE = {
        -1.25, -0.625, -1.125, -0.625, -1.875, -1.625, -0.5625, -0.375, -1.25, -2.5625, -1.25, 0.5, 1.125, 0.4375,
        1.125, -0.3125, 0.4375, 1, 1.6875, 0.5, -0.5, 0.5, -0.5, -0.125, -0.1875, -1.875, -0.625, 0.0625, -0.375,
        -1.125, -0.5, 1.125, -0.5, 1.25, 1.1875, 0.9375, -0.5625, 1.1875, -1.0625, 1.4375, 1.1875, 1.25, 3.4375, 1.25};
    private static final double[] IMAGE = {
        -2.6875, -0.875, 0.4375, -1.375, -2.375, -0.375, -1.5625, -1.5625, -1.375, -0.625, -0.6875, -0.9375, -0.5625,
        -1.625, -2.625, -2.625, -1.625, -0.5625, -0.9375, -0.6875, -0.8125, 0.625, 3.0625, 0.125, 0.125, -0.875, 0.625,
        -0.3125, 0.8125, 0.8125, 0.0625, 0.8125, 1.1875, 0.125, 0.125, 1.5625, 0.8125, -0.875, 0.8125, 2.0625, 1.0625,
        -0.625, 0.1875, -1.125, -0.125, -2.75, -0.625, 2.3125, -0.4375, -1.1875, 0.125, -0.875, -3.25, -0.875, 0.125,
        -0.4375, -0.1875, 0.1875, -0.875, -1.375};
    private final Rng rng = new Rng(1);

    private static Tensor ramp(int... sizes) {
        return OpChecks.ramp(sizes).to(DType.F32);
    }

    private static void fill(ConvNd layer) {
        layer.weight().set(ramp(layer.weight().shape().sizes()).flip(0));
        layer.bias().set(ramp(layer.bias().shape().sizes()));
    }

    private static void assertClose(Tensor actual, double... expected) {
        OpChecks.assertClose("value", actual, Tensor.of(expected, actual.shape()), 1e-5);
    }

    /// Expectations from PyTorch 2.13.
    @Test
    void layersComputeWhatTheirOptionsSay() {
        var causal = new Conv1d(4, 4, 3,
                Conv1d.Options.DEFAULT.withStride(2).withDilation(2).withGroups(2).withPadding(Padding.CAUSAL), rng);
        fill(causal);
        assertClose(causal.forward(ramp(2, 4, 7)).data(), CAUSAL);
        var sequence = new ConvTranspose1d(4, 4, 3, Conv1d.Options.DEFAULT.withStride(3).withPadding(1).withDilation(2).withGroups(2), 2,
                rng);
        fill(sequence);
        assertClose(sequence.forward(ramp(1, 4, 3)).data(), SEQUENCE);
        var image = new ConvTranspose2d(2, 3, new Pair(3, 2), Conv2d.Options.DEFAULT.withStride(new Pair(2, 1))
                .withPadding(Padding.of(1, 0)).withDilation(new Pair(1, 2)), new Pair(1, 0), rng);
        fill(image);
        assertClose(image.forward(ramp(1, 2, 2, 3)).data(), IMAGE);
    }
    @Test
    void shapesAndDescriptions() {
        var volume = new Conv3d(2, 4, new Triple(1, 3, 3),
                Conv3d.Options.DEFAULT.withStride(new Triple(1, 2, 2)).withPadding(Padding.of(0, 1, 1)).withGroups(2).withBias(false), rng);
        assertThat(volume.describe())
                .isEqualTo("Conv3d(2 -> 4, kernel 1x3x3, stride 1x2x2, padding [0, 0, 1, 1, 1, 1], groups 2, no bias)");
        assertThat(volume.weight().shape()).isEqualTo(Shape.of(4, 1, 1, 3, 3));
        assertThat(volume.bias()).isNull();
        assertThat(volume.forward(Tensor.zeros(3, 2, 5, 6, 6)).shape()).isEqualTo(Shape.of(3, 4, 5, 3, 3));
        assertThat(volume.forward(Tensor.zeros(2, 5, 6, 6)).shape()).isEqualTo(Shape.of(4, 5, 3, 3));
        var causal = new Conv1d(8, 8, 2, Conv1d.Options.DEFAULT.withDilation(16).withPadding(Padding.CAUSAL), rng);
        assertThat(causal.describe()).isEqualTo("Conv1d(8 -> 8, kernel 2, padding causal, dilation 16)");
        assertThat(causal.forward(Tensor.zeros(2, 8, 5)).shape()).isEqualTo(Shape.of(2, 8, 5));
        var up = new ConvTranspose3d(6, 4, new Triple(1, 3, 3), Conv3d.Options.DEFAULT.withStride(new Triple(1, 2, 2)).withPadding(
                Padding.of(0, 1, 1)).withGroups(2), new Triple(0, 1, 1), rng);
        assertThat(up.describe()).isEqualTo("ConvTranspose3d(6 -> 4, kernel 1x3x3, stride 1x2x2, padding [0, 0, 1, 1, 1, 1], groups 2, "
                + "output padding 0x1x1)");
        assertThat(up.weight().shape()).isEqualTo(Shape.of(6, 2, 1, 3, 3));
        assertThat(up.bias().shape()).isEqualTo(Shape.of(4));
        assertThat(up.forward(Tensor.zeros(1, 6, 2, 3, 4)).shape()).isEqualTo(Shape.of(1, 4, 2, 6, 8));
        assertThat(new ConvTranspose2d(3, 5, 2, rng).forward(Tensor.zeros(3, 4, 4)).shape()).isEqualTo(Shape.of(5, 5, 5));
        assertThat(up.namedParameters().keySet()).containsExactly("weight", "bias");
    }

    /// What a convolution makes smaller, its transpose with the same options makes as large again.
    @Test
    void transposedUndoesTheSize() {
        var options = Conv1d.Options.DEFAULT.withStride(3).withPadding(Padding.ends(2, 1)).withDilation(2);
        for (int length = 5; length < 12; length++) {
            Shape small = new Conv1d(1, 1, 4, options, rng).forward(Tensor.zeros(1, 1, length)).shape();
            int rest = (length + 3 - 7) % 3;                         // what the stride leaves over
            assertThat(new ConvTranspose1d(1, 1, 4, options, rest, rng).forward(Tensor.zeros(small.sizes())).shape())
                    .isEqualTo(Shape.of(1, 1, length));
        }
    }

    /// PyTorch's bound is `1 / sqrt(weight.size(1) * kernel)` for all of them, also for the transposed ones.
    @Test
    void startsLikePyTorch() {
        for (ConvNd layer : List.of(new Conv1d(20, 500, 5, rng), new Conv3d(4, 500, new Triple(1, 5, 5), Conv3d.Options.DEFAULT, rng),
                new ConvTranspose1d(500, 40, 5, Conv1d.Options.DEFAULT.withGroups(2), rng), new ConvTranspose2d(48, 400, new Pair(1, 1),
                        Conv2d.Options.DEFAULT.withGroups(4), new Pair(0, 0), rng))) {
            double largest = layer.weight().data().abs().amax(Dims.all()).item();
            assertThat(largest).isCloseTo(0.1, within(0.001)).isLessThanOrEqualTo(0.1 + 1e-7);
            double bias = layer.bias().data().abs().amax(Dims.all()).item();
            assertThat(bias).isCloseTo(0.1, within(0.02)).isLessThanOrEqualTo(0.1 + 1e-7);
            assertThat(layer.weight().data().mean().item()).isCloseTo(0, within(0.005));
        }
    }

    @Test
    void refusesBadOptions() {
        assertThatThrownBy(() -> new Conv1d(3, 4, 3, Conv1d.Options.DEFAULT.withGroups(2), rng))
                .hasMessage("Conv1d: the channels must be divisible by the groups (got 3 -> 4 channels, 2 groups)");
        assertThatThrownBy(() -> new Conv1d(3, 4, 3, Conv1d.Options.DEFAULT.withGroups(0), rng))
                .hasMessage("Conv1d: the number of groups must be at least 1 (got 0)");
        assertThatThrownBy(() -> new Conv3d(1, 1, new Triple(3, 0, 3), Conv3d.Options.DEFAULT, rng))
                .hasMessage("Conv3d: the kernel size must be at least 1 (got 0)");
        assertThatThrownBy(() -> new Conv1d(1, 1, 3, Conv1d.Options.DEFAULT.withPadding(Padding.of(1, 1)), rng))
                .hasMessage("Conv1d: the padding must be one number, or numbers for 1 axis (got [1, 1, 1, 1])");
        assertThatThrownBy(() -> new Conv3d(1, 1, 3, Conv3d.Options.DEFAULT.withStride(new Triple(1, 2, 1)).withPadding(Padding.SAME), rng))
                .hasMessage("Conv3d: padding 'same' needs stride 1 (got stride 1x2x1); give the padding as a number instead");
        assertThatThrownBy(() -> new ConvTranspose2d(1, 1, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng))
                .hasMessage("ConvTranspose2d: the padding must be given as numbers (got same)");
        assertThatThrownBy(() -> new ConvTranspose1d(1, 1, 3, Conv1d.Options.DEFAULT.withStride(2), 2, rng))
                .hasMessage("ConvTranspose1d: the output padding must be from 0 to below the stride or dilation (got 2, stride 2)");
    }

    @Test
    void errorsNameTheLayer() {
        var net = new Sequential(new Relu(), new ConvTranspose2d(8, 4, 2, Conv2d.Options.DEFAULT.withStride(2), rng));
        assertThatThrownBy(() -> net.forward(Tensor.zeros(1, 6, 3, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in 1 ConvTranspose2d(8 -> 4, kernel 2, stride 2): convTranspose2d: input has 6 channels but weight expects 8 "
                        + "(got [1, 6, 3, 3], [8, 4, 2, 2])");
        assertThatThrownBy(() -> new Conv1d(8, 4, 2, rng).forward(Tensor.zeros(1, 8, 3, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in Conv1d(8 -> 4, kernel 2): conv1d: the input must be [batch, channels, length], 3 dimensions "
                        + "(got [1, 8, 3, 3])");
    }

    /// Down, up and through: gradients of a small model of all kinds.
    @Test
    void gradientsOfAModel() {
        var net = new Sequential(
                new Conv1d(2, 3, 2, Conv1d.Options.DEFAULT.withPadding(Padding.CAUSAL).withDilation(2), rng),
                new Conv1d(3, 4, 3, Conv1d.Options.DEFAULT.withStride(2), rng),
                new ConvTranspose1d(4, 2, 2, Conv1d.Options.DEFAULT.withStride(2).withGroups(2), 1, rng));
        net.to(DType.F64);
        OpChecks.derivatives(v -> net.forward(v.getFirst().tanh()), List.of(Tensor.randn(Shape.of(2, 2, 7), rng, DType.F64, Device.CPU)));
    }
}
