package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.RotaryEmbedding;
import dev.sunda.nn.SinusoidalPositions;
import org.junit.jupiter.api.Test;

class PositionsTests {
    @Test
    void wavesAreThoseOfTheFormula() {
        assertClose("waves", Positions.sinusoidal(2, 5, 10000, 1, DType.F64, Device.CPU), Math.sin(1), Math.cos(1),
                Math.sin(Math.pow(10000, -0.4)), Math.cos(Math.pow(10000, -0.4)), Math.sin(Math.pow(10000, -0.8)), Math.sin(2),
                Math.cos(2), Math.sin(2 * Math.pow(10000, -0.4)), Math.cos(2 * Math.pow(10000, -0.4)), Math.sin(2 * Math.pow(10000, -0.8)));
        var layer = new SinusoidalPositions(4);
        Tensor zeros = Tensor.zeros(3, 2, 4);
        assertThat(layer.forward(Variable.of(zeros), 5).data().select(0, 2).toFloatArray())
                .isEqualTo(Positions.sinusoidal(2, 4, 10000, 5, DType.F32, Device.CPU).toFloatArray());
    }

    @Test
    void pairsAreTurned() {
        Variable x = Variable.of(Tensor.of(new double[] {1, 2, 3, 4, 9}, Shape.of(1, 5)));
        var angles = Positions.angles(1, 4, 16, 2, DType.F64, Device.CPU);
        double c = Math.cos(2);
        double s = Math.sin(2);
        double cc = Math.cos(0.5);
        double ss = Math.sin(0.5);
        assertClose("halves", Positions.rotary(x, angles, false).data(), c - 3 * s, 2 * cc - 4 * ss, 3 * c + s, 4 * cc + 2 * ss, 9);
        assertClose("neighbours", Positions.rotary(x, angles, true).data(), c - 2 * s, 2 * c + s, 3 * cc - 4 * ss, 4 * cc + 3 * ss, 9);
    }

    /// The product of a turned query and a turned key depends on their distance alone.
    @Test
    void scoresDependOnDistances() {
        var rng = new Rng(2);
        Tensor q = Tensor.randn(Shape.of(1, 8), rng, DType.F64, Device.CPU);
        Tensor k = Tensor.randn(Shape.of(1, 8), rng, DType.F64, Device.CPU);
        var layer = new RotaryEmbedding(8);
        Tensor near = layer.forward(Variable.of(q), 7).mul(layer.forward(Variable.of(k), 4)).sum(Dims.all()).data();
        Tensor far = layer.forward(Variable.of(q), 103).mul(layer.forward(Variable.of(k), 100)).sum(Dims.all()).data();
        assertClose("score", far, near, 1e-12);
        assertThatThrownBy(() -> layer.forward(Variable.of(q), -1)).hasMessage("rotary: the offset must not be negative (got -1)");
        assertThat(new RotaryEmbedding(6, 5e5, true).describe()).isEqualTo("RotaryEmbedding(6, base 500000.0, interleaved)");
    }

    @Test
    void biasesGrowWithTheDistance() {
        assertClose("three heads", Positions.alibi(3, 2, 3, DType.F64, Device.CPU), -1 / 16.0, 0, 1 / 16.0, -2 / 16.0, -1 / 16.0, 0,
                -1 / 256.0, 0, 1 / 256.0, -2 / 256.0, -1 / 256.0, 0, -1 / 4.0, 0, 1 / 4.0, -2 / 4.0, -1 / 4.0, 0);
        assertThatThrownBy(() -> Positions.alibi(0, 2, 3, DType.F32, Device.CPU)).isInstanceOf(IllegalArgumentException.class);
    }
}
