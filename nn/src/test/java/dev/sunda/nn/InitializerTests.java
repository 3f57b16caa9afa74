package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;

class InitializerTests {
    private static final Shape WEIGHT = Shape.of(64, 32, 3, 3);      // fan in 288, fan out 576, 18,432 numbers

    private static void assertUniform(Tensor x, double bound) {
        assertThat(x.amax(Dims.all()).item()).isLessThan(bound).isGreaterThan(0.99 * bound);
        assertThat(x.amin(Dims.all()).item()).isGreaterThanOrEqualTo(-bound - 1e-6).isLessThan(-0.99 * bound);
        assertThat(x.mean().item()).isCloseTo(0, within(0.025 * bound));
        assertThat(x.var(Dims.all(), 1).item()).isCloseTo(bound * bound / 3, within(0.03 * bound * bound));
    }

    private static void assertNormal(Tensor x, double std) {
        assertThat(x.mean().item()).isCloseTo(0, within(0.04 * std));
        assertThat(Math.sqrt(x.var(Dims.all(), 1).item())).isCloseTo(std, within(0.03 * std));
        assertThat(x.amax(Dims.all()).item()).isGreaterThan(3 * std);
    }

    @Test
    void spreadFollowsTheFans() {
        assertThat(Initializers.fanIn(WEIGHT)).isEqualTo(288);
        assertThat(Initializers.fanOut(WEIGHT)).isEqualTo(576);
        assertUniform(Initializers.kaimingUniform(WEIGHT, 0, new Rng(1)), Math.sqrt(6 / 288.0));
        assertUniform(Initializers.xavierUniform(WEIGHT, new Rng(2)), Math.sqrt(6 / 864.0));
        assertNormal(Initializers.kaimingNormal(WEIGHT, 0, new Rng(3)), Math.sqrt(2 / 288.0));
        assertNormal(Initializers.xavierNormal(WEIGHT, new Rng(4)), Math.sqrt(2 / 864.0));
        assertNormal(Initializers.normal(WEIGHT, 0, 3, new Rng(5)), 3);
    }

    @Test
    void layersStartLikePyTorchs() {
        var conv = new Conv2d(32, 64, 3, new Rng(1));
        assertUniform(conv.weight().data(), 1 / Math.sqrt(288));
        assertThat(conv.bias().data().abs().amax(Dims.all()).item()).isLessThan(1 / Math.sqrt(288)).isGreaterThan(0.8 / Math.sqrt(288));
        var linear = new Linear(100, 200, new Rng(1));
        assertUniform(linear.weight().data(), 0.1);
        assertThat(linear.bias().data().abs().amax(Dims.all()).item()).isLessThan(0.1).isGreaterThan(0.08);
        var depthwise = new DepthwiseSeparableConv2d(256, 1, 3, DepthwiseSeparableConv2d.Options.DEFAULT, new Rng(1)).depthwise();
        assertThat(depthwise.weight().data().abs().amax(Dims.all()).item()).isLessThanOrEqualTo(1 / 3.0 + 1e-6).isGreaterThan(0.32);
    }

    @Test
    void constants() {
        assertThat(Initializers.zeros(Shape.of(2)).toFloatArray()).containsExactly(0, 0);
        assertThat(Initializers.ones(Shape.of(2)).toFloatArray()).containsExactly(1, 1);
    }

    @Test
    void refusesWhatHasNoFan() {
        assertThatThrownBy(() -> Initializers.xavierUniform(Shape.of(3), new Rng(1))).isInstanceOf(ShapeException.class)
                .hasMessage("Initializers: a weight needs at least two dimensions, [out, in, ...] (got [3])");
    }
}
