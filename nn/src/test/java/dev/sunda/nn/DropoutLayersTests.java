package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Dropouts.Depth;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/// Layers that drop.
class DropoutLayersTests {
    private final Rng rng = new Rng(11);

    /// Each channel is dropped as a whole or doubled as a whole, and both happen.
    private static void dropsParts(Layer layer, Tensor x, int dims) {
        Tensor y = layer.forward(x).data().reshape(Shape.of(x.shape().numel() / last(x, dims), last(x, dims)));
        Tensor first = y.narrow(1, 0, 1);
        assertThat(y.sub(first).abs().amax(Dims.all()).item()).as(layer.describe()).isZero();
        assertThat(first.toFloatArray()).as(layer.describe()).contains(0, 2).containsOnly(0, 2);
    }

    private static int last(Tensor x, int dims) {
        int size = 1;
        for (int d = dims; d < x.rank(); d++)
            size *= x.size(d);
        return size;
    }

    @Test
    void channelsAndSamplesAreDroppedAsAWhole() {
        dropsParts(new Dropout1d(0.5, rng), Tensor.ones(5, 6, 7), 2);
        dropsParts(new Dropout1d(0.5, rng), Tensor.ones(30, 7), 1);
        dropsParts(new Dropout2d(0.5, rng), Tensor.ones(5, 6, 3, 2), 2);
        dropsParts(new Dropout3d(0.5, rng), Tensor.ones(30, 2, 3, 2), 1);
        dropsParts(new StochasticDepth(0.5, rng), Tensor.ones(30, 2, 3), 1);
        float[] whole = new StochasticDepth(0.5, Depth.BATCH, rng).forward(Tensor.ones(9, 2)).data().toFloatArray();
        assertThat(whole).containsOnly(whole[0]);
    }

    /// The mean and the variance of standard normal numbers stay, and what is dropped takes the value PyTorch 2.13 gives it.
    @Test
    void alphaDropoutKeepsMeanAndVariance() {
        Tensor x = Tensor.randn(Shape.of(200, 200), rng, DType.F64, Device.CPU);
        Tensor y = new AlphaDropout(0.3, rng).forward(x).data();
        assertThat(y.mean().item()).isCloseTo(0, within(0.03));
        assertThat(y.var(Dims.all(), 1).item()).isCloseTo(1, within(0.03));
        double a = 1 / Math.sqrt((1.7580993408473766 * 1.7580993408473766 * 0.3 + 1) * 0.7);
        Tensor zeros = new AlphaDropout(0.3, rng).forward(Tensor.zeros(Shape.of(99), DType.F64, Device.CPU)).data();
        for (double value : zeros.toDoubleArray())
            assertThat(value < 0 ? value : -value * 0.7 / 0.3).isCloseTo(-1.7580993408473766 * a * 0.7, within(1e-12));
        Tensor channels = new FeatureAlphaDropout(0.5, rng).forward(Tensor.ones(8, 8, 3)).data();
        assertThat(channels.sub(channels.narrow(2, 0, 1)).abs().amax(Dims.all()).item()).isZero();
    }

    @Test
    void theExtremesDropNothingOrAll() {
        List<BiFunction<Double, Rng, Layer>> layers = List.of(Dropout::new, Dropout1d::new, Dropout2d::new, Dropout3d::new,
                AlphaDropout::new, FeatureAlphaDropout::new, StochasticDepth::new);
        Variable x = Variable.of(Tensor.ones(2, 3, 4, 5));
        for (var make : layers) {
            Layer none = make.apply(0.0, rng);
            Variable input = none instanceof Dropout1d ? x.flatten(2, 3) : x;
            assertThat(none.forward(input)).isSameAs(input);
            Layer all = make.apply(1.0, rng);
            assertThat(all.forward(input).data().toFloatArray()).as(all.describe()).containsOnly(0);
            all.eval();
            assertThat(all.forward(input)).isSameAs(input);
            assertThat(all.stateDict()).isEmpty();
            assertThatThrownBy(() -> make.apply(1.5, rng)).hasMessageEndingWith(": the probability must be from 0 to 1 (got 1.5)");
        }
    }

    /// Which random numbers a layer has used is saved by their position.
    @Test
    void positionsInTheStreamCanBeSaved() {
        for (Layer layer : List.of(new Dropout2d(0.5, rng), new FeatureAlphaDropout(0.5, rng), new StochasticDepth(0.5, rng))) {
            Tensor x = Tensor.ones(20, 3, 2, 2);
            layer.forward(x);
            long position = layer.randomStates().get("rng").position();
            assertThat(position).isEqualTo(layer instanceof StochasticDepth ? 20 : 60);
            float[] second = layer.forward(x).data().toFloatArray();
            layer.randomStates().get("rng").seek(position);
            assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(second);
        }
    }

    @Test
    void shapesAreChecked() {
        assertThatThrownBy(() -> new Dropout2d(0.5, rng).forward(Tensor.ones(2, 3))).isInstanceOf(ShapeException.class).hasMessage(
                "in Dropout2d(p 0.5): dropout2d: the input must have channels and 2 spatial dimensions, "
                        + "with or without a batch (got [2, 3])");
        assertThatThrownBy(() -> new FeatureAlphaDropout(0.5, rng).forward(Tensor.ones(2))).isInstanceOf(ShapeException.class);
        assertThat(new StochasticDepth(0.25, Depth.BATCH, rng).describe()).isEqualTo("StochasticDepth(p 0.25, whole batches)");
    }
}
