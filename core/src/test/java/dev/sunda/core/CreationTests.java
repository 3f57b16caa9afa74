package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CreationTests {
    private static final Device CPU = Device.CPU;

    @Test
    void rowsOfNumbers() {
        assertThat(Tensor.linspace(0, 1, 5, DType.F32, CPU).toFloatArray()).containsExactly(0, 0.25f, 0.5f, 0.75f, 1);
        assertThat(Tensor.linspace(3, 9, 1, DType.F64, CPU).toDoubleArray()).containsExactly(3);
        assertThat(Tensor.linspace(0.1, 0.7, 4, DType.F64, CPU).toDoubleArray()).as("ends exactly").endsWith(0.7).startsWith(0.1);
        assertThat(Tensor.linspace(0, 1, 0, DType.F32, CPU).numel()).isZero();
        assertThat(Tensor.logspace(0, 3, 4, 10, DType.F32, CPU).toFloatArray()).containsExactly(1, 10, 100, 1000);
        assertThat(Tensor.arange(0, 1, 0.3, DType.F32, CPU).toFloatArray()).containsExactly(0, 0.3f, 0.6f, 0.9f);
        assertThat(Tensor.arange(1, 0, -0.25, DType.F64, CPU).toDoubleArray()).containsExactly(1, 0.75, 0.5, 0.25);
        assertThat(Tensor.arange(2.0, 2.0, 1.0, DType.F64, CPU).numel()).isZero();
        for (double[] wrong : new double[][] {{0, 1, 0}, {0, 1, -1}, {0, Double.NaN, 1}, {0, Double.POSITIVE_INFINITY, 1}})
            assertThatThrownBy(() -> Tensor.arange(wrong[0], wrong[1], wrong[2], DType.F32, CPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("arange: the step must lead from the start to the end (got ");
        assertThatThrownBy(() -> Tensor.linspace(0, 1, -1, DType.F32, CPU)).isInstanceOf(ShapeException.class);
    }

    @Test
    void matricesAndTheirTriangles() {
        assertThat(Tensor.eye(2, 3, DType.I64, Device.REFERENCE).toLongArray()).containsExactly(1, 0, 0, 0, 1, 0);
        assertThat(Tensor.eye(0, 3, DType.F32, CPU).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(Tensor.trilIndices(3, 4, -1).toLongArray()).containsExactly(1, 2, 2, 0, 0, 1);
        assertThat(Tensor.triuIndices(2, 3, 1).toLongArray()).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(Tensor.triuIndices(2, 3, Integer.MAX_VALUE).shape()).isEqualTo(Shape.of(2, 0));
        assertThatThrownBy(() -> Tensor.trilIndices(-1, 2, 0)).isInstanceOf(ShapeException.class);
    }

    @Test
    void likeAnotherTensor() {
        Tensor x = Tensor.ones(Shape.of(2, 3, 4), DType.F64, Device.REFERENCE).channelsLast();
        for (Tensor y : List.of(Tensor.zerosLike(x), Tensor.onesLike(x), Tensor.fullLike(x, 3), Tensor.emptyLike(x)))
            assertThat(y.describe() + y.device()).isEqualTo(x.describe() + x.device());
        assertThat(Tensor.fullLike(x, 3).sum().item()).isEqualTo(72);
        assertThat(Tensor.emptyLike(x).layout().isChannelsLast()).isTrue();
    }

    @Test
    void arraysOfArrays() {
        Tensor x = Tensor.ofNested(new float[][][] {{{1, 2}}, {{3, 4}}, {{5, 6}}});
        assertThat(x.describe()).isEqualTo("float32 [3, 1, 2]");
        assertThat(x.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Tensor.ofNested(new long[][] {{7}}).dtype()).isEqualTo(DType.I64);
        assertThat(Tensor.ofNested(new boolean[] {true}).dtype()).isEqualTo(DType.BOOL);
        assertThat(Tensor.ofNested(new double[2][0]).shape()).isEqualTo(Shape.of(2, 0));
        assertThatThrownBy(() -> Tensor.ofNested(new int[][] {{1, 2}, {3}})).isInstanceOf(ShapeException.class)
                .hasMessage("ofNested: all arrays of one depth must be equally long, dimension 1 (got [2, 2])");
        assertThatThrownBy(() -> Tensor.ofNested(new double[][] {{1}, null})).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.ofNested("text")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.ofNested(new Object[] {new float[] {1}})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.ofNested(null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void randomIntegersFillTheirRangeEvenly() {
        Tensor x = Tensor.randint(-2, 3, Shape.of(5000), new Rng(7), DType.I64, CPU);
        long[] counts = new long[5];
        for (long i : x.toLongArray())
            counts[(int) i + 2]++;
        assertThat(Arrays.stream(counts)).allMatch(n -> n > 880 && n < 1120);
        assertThat(Tensor.randint(-2, 3, Shape.of(5000), new Rng(7), DType.I64, Device.REFERENCE).toLongArray()).isEqualTo(x.toLongArray());
        Tensor wide = Tensor.randint(Long.MIN_VALUE, Long.MAX_VALUE, Shape.of(99), new Rng(1), DType.I64, CPU);
        assertThat(wide.lt(0).to(DType.I64).sum().item()).isBetween(30.0, 70.0);
        assertThatThrownBy(() -> Tensor.randint(3, 3, Shape.of(1), new Rng(1), DType.I64, CPU))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void permutationsHaveEveryNumberOnce() {
        long[] order = Tensor.randperm(100, new Rng(3), CPU).toLongArray();
        assertThat(order).isNotEqualTo(Tensor.arange(100).toLongArray());
        Arrays.sort(order);
        assertThat(order).isEqualTo(Tensor.arange(100).toLongArray());
        assertThatThrownBy(() -> Tensor.randperm(-1, new Rng(3), CPU)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void coinsFallAsOftenAsTheyShould() {
        Tensor p = Tensor.of(0f, 0.25f, 1).expand(4000, 3);
        Tensor heads = Tensor.bernoulli(p, new Rng(5));
        float[] shares = heads.mean(Dims.of(0)).toFloatArray();
        assertThat(shares[0]).isZero();
        assertThat(shares[1]).isCloseTo(0.25f, Offset.offset(0.03f));
        assertThat(shares[2]).isEqualTo(1);
        assertThat(Tensor.bernoulli(p.to(Device.REFERENCE), new Rng(5)).toFloatArray()).isEqualTo(heads.toFloatArray());
        assertThatThrownBy(() -> Tensor.bernoulli(Tensor.of(1.5f), new Rng(5))).isInstanceOf(ShapeException.class)
                .hasMessage("bernoulli: probabilities must be from 0 to 1, one is 1.5 (got [1])");
        assertThatThrownBy(() -> Tensor.bernoulli(Tensor.of(1), new Rng(5))).isInstanceOf(DTypeException.class);
    }

    @Test
    void drawsFollowTheWeights() {
        Tensor weights = Tensor.of(0.0, 1, 0, 3);
        long[] drawn = Tensor.multinomial(weights, 4000, true, new Rng(1)).toLongArray();
        assertThat(Arrays.stream(drawn).distinct().sorted().toArray()).containsExactly(1, 3);
        assertThat(Arrays.stream(drawn).filter(i -> i == 3).count()).isBetween(2900L, 3100L);
        int first = 0;
        for (int seed = 0; seed < 2000; seed++) {
            long[] both = Tensor.multinomial(weights, 2, false, new Rng(seed)).toLongArray();
            assertThat(both[0] + both[1]).isEqualTo(4);
            first += both[0] == 3 ? 1 : 0;
        }
        assertThat(first).as("of 2000, three quarters").isBetween(1430, 1570);
        assertThat(Tensor.multinomial(weights.expand(3, 4), 2, false, new Rng(1)).shape()).isEqualTo(Shape.of(3, 2));
    }

    @Test
    void drawsThatCannotBeMadeAreRefused() {
        var rng = new Rng(1);
        assertThatThrownBy(() -> Tensor.multinomial(Tensor.of(0f, 1), 2, false, rng)).isInstanceOf(ShapeException.class)
                .hasMessage("multinomial: a row has 1 weights above 0, too few for 2 draws (got [2])");
        assertThatThrownBy(() -> Tensor.multinomial(Tensor.of(0f, 0), 1, true, rng)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.multinomial(Tensor.of(-1f, 2), 1, true, rng)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.multinomial(Tensor.of(1f), 0, true, rng)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.multinomial(Tensor.zeros(1, 1, 1), 1, true, rng)).isInstanceOf(ShapeException.class);
        assertThat(rng.position()).as("nothing drawn").isZero();
    }
}
