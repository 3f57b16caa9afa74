package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.Initializers.Fan;
import dev.sunda.nn.Initializers.Nonlinearity;
import java.util.List;
import java.util.function.Function;
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
    void gains() {
        assertThat(Initializers.calculateGain(Nonlinearity.LINEAR, 0)).isEqualTo(1);
        assertThat(Initializers.calculateGain(Nonlinearity.SIGMOID, 0)).isEqualTo(1);
        assertThat(Initializers.calculateGain(Nonlinearity.TANH, 0)).isEqualTo(1.6666666666666667);
        assertThat(Initializers.calculateGain(Nonlinearity.RELU, 0)).isEqualTo(1.4142135623730951);
        assertThat(Initializers.calculateGain(Nonlinearity.LEAKY_RELU, 0.01)).isCloseTo(1.4141428569978354, within(1e-15));
        assertThat(Initializers.calculateGain(Nonlinearity.SELU, 0)).isEqualTo(0.75);
    }

    @Test
    void modesAndGainsInBothTypes() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            assertUniform(Initializers.kaimingUniform(WEIGHT, Fan.OUT, 2, new Rng(1), dtype), 2 * Math.sqrt(3 / 576.0));
            assertNormal(Initializers.kaimingNormal(WEIGHT, Fan.OUT, 2, new Rng(2), dtype), 2 / Math.sqrt(576));
            assertUniform(Initializers.xavierUniform(WEIGHT, 3, new Rng(3), dtype), 3 * Math.sqrt(6 / 864.0));
            assertNormal(Initializers.xavierNormal(WEIGHT, 3, new Rng(4), dtype), 3 * Math.sqrt(2 / 864.0));
            assertThat(Initializers.normal(WEIGHT, 0, 1, new Rng(5), dtype).dtype()).isEqualTo(dtype);
        }
        Tensor fine = Initializers.uniform(Shape.of(100), 0, 1, new Rng(6), DType.F64);
        assertThat(fine.toDoubleArray()).isNotEqualTo(fine.to(DType.F32).toDoubleArray());
    }

    @Test
    void truncatedNormalStaysBetweenItsBounds() {
        Tensor x = Initializers.truncNormal(WEIGHT, 1, 2, -1, 2, new Rng(1), DType.F64);
        assertThat(x.amin(Dims.all()).item()).isBetween(-1.0, -0.999);
        assertThat(x.amax(Dims.all()).item()).isBetween(1.999, 2.0);
        assertThat(x.mean().item()).isCloseTo(0.58865, within(0.02));       // 1 - 2 * (phi(0.5) - phi(1)) / (Phi(0.5) - Phi(-1))
        assertThat(Initializers.truncNormal(WEIGHT, 0, 1, -2, 2, new Rng(1), DType.F32).var(Dims.all(), 1).item())
                .isCloseTo(0.7737, within(0.02));
        assertThat(Initializers.truncNormal(Shape.of(5), 0, 1, 7, 7, new Rng(1), DType.F64).toDoubleArray()).containsOnly(7);
    }

    @Test
    void orthogonalMatrices() {
        for (Shape shape : List.of(Shape.of(70, 40), Shape.of(40, 70), Shape.of(50, 50), Shape.of(6, 2, 3), Shape.of(2, 6, 3))) {
            for (DType dtype : List.of(DType.F32, DType.F64)) {
                Tensor w = Initializers.orthogonal(shape, 2, new Rng(3), dtype);
                assertThat(w.shape()).isEqualTo(shape);
                Tensor m = w.to(DType.F64).reshape(shape.size(0), shape.numel() / shape.size(0));
                Tensor gram = m.size(0) > m.size(1) ? m.mT().matmul(m) : m.matmul(m.mT());
                Tensor identity = Initializers.eye(gram.shape(), DType.F64);
                assertThat(gram.div(4).sub(identity).abs().amax(Dims.all()).item()).isLessThan(dtype == DType.F64 ? 1e-14 : 1e-6);
            }
        }
        assertThat(Initializers.orthogonal(Shape.of(0, 3), 1, new Rng(3), DType.F32).numel()).isZero();
        assertThat(Initializers.orthogonal(Shape.of(3, 0), 1, new Rng(3), DType.F32).numel()).isZero();
    }

    @Test
    void sparseColumns() {
        Tensor w = Initializers.sparse(Shape.of(20, 30), 0.33, 0.1, new Rng(4), DType.F64);
        for (int column = 0; column < 30; column++)
            assertThat(w.select(1, column).eq(0).to(DType.F64).sum().item()).isEqualTo(7);
        assertThat(Math.sqrt(w.square().sum().item() / (13 * 30))).isCloseTo(0.1, within(0.01));
        assertThat(w.select(1, 0).toDoubleArray()).isNotEqualTo(w.select(1, 1).toDoubleArray());
    }

    @Test
    void identities() {
        assertThat(Initializers.eye(Shape.of(2, 3), DType.F32).toFloatArray()).containsExactly(1, 0, 0, 0, 1, 0);
        assertThat(Initializers.dirac(Shape.of(2, 2, 3), 1, DType.F64).toDoubleArray())
                .containsExactly(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
        assertThat(Initializers.dirac(Shape.of(4, 1, 1, 2), 2, DType.F64).toDoubleArray()).containsExactly(0, 1, 0, 0, 0, 1, 0, 0);
        assertThat(Initializers.dirac(Shape.of(0, 1, 2), 1, DType.F64).numel()).isZero();
        assertThat(Initializers.constant(Shape.of(2), 3, DType.F64).toDoubleArray()).containsExactly(3, 3);
    }

    @Test
    void sameSeedSameBits() {
        Shape shape = Shape.of(9, 7);
        List<Function<Rng, Tensor>> all = List.of(r -> Initializers.truncNormal(shape, 0, 1, -2, 2, r, DType.F64),
                r -> Initializers.orthogonal(shape, 1, r, DType.F64), r -> Initializers.sparse(shape, 0.2, 1, r, DType.F64));
        for (Function<Rng, Tensor> make : all) {
            assertThat(make.apply(new Rng(8)).toDoubleArray()).isEqualTo(make.apply(new Rng(8)).toDoubleArray());
            assertThat(make.apply(new Rng(8)).toDoubleArray()).isNotEqualTo(make.apply(new Rng(9)).toDoubleArray());
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        var rng = new Rng(1);
        assertThatThrownBy(() -> Initializers.truncNormal(Shape.of(2), 0, 0, -2, 2, rng, DType.F32))
                .hasMessage("truncNormal: the standard deviation must be positive (got 0.0)");
        assertThatThrownBy(() -> Initializers.truncNormal(Shape.of(2), 0, 1, 2, -2, rng, DType.F32))
                .hasMessage("truncNormal: low must not be above high (got 2.0, -2.0)");
        assertThatThrownBy(() -> Initializers.orthogonal(Shape.of(2), 1, rng, DType.F32)).isInstanceOf(ShapeException.class)
                .hasMessage("orthogonal: a weight needs at least two dimensions, [out, in, ...] (got [2])");
        assertThatThrownBy(() -> Initializers.sparse(Shape.of(2, 2, 2), 0.1, 1, rng, DType.F32)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Initializers.sparse(Shape.of(2, 2), 1.1, 1, rng, DType.F32))
                .hasMessage("sparse: sparsity must be between 0 and 1 (got 1.1)");
        assertThatThrownBy(() -> Initializers.dirac(Shape.of(4, 1, 1), 3, DType.F32))
                .hasMessage("dirac: the number of groups must divide the outputs (got 3 groups, [4, 1, 1])");
        assertThatThrownBy(() -> Initializers.eye(Shape.of(2, 2, 2), DType.F32)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Initializers.normal(Shape.of(2), 0, 1, rng, DType.I64)).isInstanceOf(DTypeException.class)
                .hasMessage("normal: parameters need a floating type (got int64)");
    }

    @Test
    void refusesWhatHasNoFan() {
        assertThatThrownBy(() -> Initializers.xavierUniform(Shape.of(3), new Rng(1))).isInstanceOf(ShapeException.class)
                .hasMessage("Initializers: a weight needs at least two dimensions, [out, in, ...] (got [3])");
    }
}
