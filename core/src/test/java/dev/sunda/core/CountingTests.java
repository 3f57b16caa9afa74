package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Distinct slices, modes, histograms and windows. All expected numbers are PyTorch's.
class CountingTests {
    private static final double NAN = Double.NaN;

    private static void assertUnique(Tensor.Unique unique, Tensor values, long[] inverse, long[] counts) {
        assertThat(unique.values().shape()).isEqualTo(values.shape());
        assertThat(unique.values().to(DType.F64).toDoubleArray()).isEqualTo(values.to(DType.F64).toDoubleArray());
        assertThat(unique.inverse().toLongArray()).isEqualTo(inverse);
        assertThat(unique.counts().toLongArray()).isEqualTo(counts);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void distinctSlices(String device) {
        Tensor x = Tensor.of(new double[] {1, 2, 2, 0, 1, 1, 1, 2, 2, 0, NAN, 1, 0, NAN, 1}, Shape.of(5, 3)).to(Device.parse(device));
        assertUnique(x.unique(0), Tensor.of(new double[] {0, 1, 1, 0, NAN, 1, 0, NAN, 1, 1, 2, 2}, Shape.of(4, 3)),
                new long[] {3, 0, 3, 1, 2}, new long[] {1, 1, 1, 2});
        Tensor integers = Tensor.of(new long[] {3, 1, 1, 2, 0, 0}, Shape.of(2, 3)).to(Device.parse(device));
        assertUnique(integers.unique(-1), Tensor.of(new long[] {1, 3, 0, 2}, Shape.of(2, 2)), new long[] {1, 0, 0}, new long[] {2, 1});
        Tensor runs = Tensor.of(new long[] {1, 2, 1, 2, 0, 1, 1, 2}, Shape.of(4, 2)).to(Device.parse(device));
        assertUnique(runs.uniqueConsecutive(0), Tensor.of(new long[] {1, 2, 0, 1, 1, 2}, Shape.of(3, 2)), new long[] {0, 0, 1, 2},
                new long[] {2, 1, 1});
        assertThat(Tensor.zeros(0, 3).unique(0).values().shape()).isEqualTo(Shape.of(0, 3));
        assertThatThrownBy(() -> Tensor.zeros(3, 0).unique(0)).isInstanceOf(ShapeException.class)
                .hasMessage("unique: the slices along dimension 0 are empty (got [3, 0])");
        assertThat(Tensor.of(-0.0, 0.0).unique(0).counts().toLongArray()).containsExactly(2);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void modesAndExtremes(String device) {
        Tensor x = Tensor.of(new double[] {3, 3, 2, 2, 2, 1, 2, 3, 4, 5, NAN, NAN, 1, 1, 0}, Shape.of(3, 5)).to(Device.parse(device));
        assertThat(x.mode(1, false).values().toDoubleArray()).containsExactly(2, 1, 1);
        assertThat(x.mode(1, true).indices().toLongArray()).containsExactly(4, 0, 3);
        assertThat(Tensor.of(2, 1, 2, 1, 1, 3, 2).mode(0, false).indices().toLongArray()).containsExactly(4);
        assertThat(Tensor.scalar(7, DType.F32, Device.CPU).mode(0, false).values().item()).isEqualTo(7);
        Tensor.Extremes extremes = x.narrow(0, 0, 2).aminmax(Dims.keep(1));
        assertThat(extremes.min().toDoubleArray()).containsExactly(2, 1);
        assertThat(extremes.max().shape()).isEqualTo(Shape.of(2, 1));
        assertThat(Tensor.of(1.0, NAN, 3).to(Device.parse(device)).isIn(Tensor.of(NAN, 3).to(Device.parse(device))).toBooleanArray())
                .containsExactly(false, false, true);
        assertThat(Tensor.of(5, 2).isIn(Tensor.of(new int[0], Shape.of(0))).toBooleanArray()).containsExactly(false, false);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void histograms(String device) {
        Tensor x = Tensor.of(0, 0.5, 1, 2, 2.5, 3, -1, 4, NAN).to(Device.parse(device));
        Tensor edges = Tensor.of(0.0, 1, 2, 3).to(Device.parse(device));
        assertThat(x.histogram(edges, null, false).counts().toDoubleArray()).containsExactly(2, 1, 3);
        assertThat(x.histogram(3, 0, 3, null, false).counts().toDoubleArray()).containsExactly(2, 1, 3);
        assertThat(x.histogram(edges, null, true).counts().toDoubleArray()).containsExactly(new double[] {1 / 3.0, 1 / 6.0, 0.5},
                within(1e-15));
        Tensor weight = Tensor.arange(9).to(DType.F64).to(Device.parse(device));
        assertThat(x.histogram(Tensor.of(0.0, 1, 3).to(Device.parse(device)), weight, false).counts().toDoubleArray())
                .containsExactly(1, 14);
        assertThat(Tensor.of(1.0, 2, 4).histogram(2, 0, 0, null, false).counts().toDoubleArray()).containsExactly(2, 1);
        assertThat(Tensor.of(2.0, 2).histogram(2, 0, 0, null, false).edges().toDoubleArray()).containsExactly(1.5, 2, 2.5);
        assertThat(Tensor.zeros(0).histogram(2, 0, 0, null, false).edges().toDoubleArray()).containsExactly(0, 0.5, 1);
        assertThatThrownBy(() -> x.histogram(edges.flip(0), null, false)).hasMessageContaining("ascending order");
        assertThatThrownBy(() -> x.histogram(0, 0, 1, null, false)).hasMessageContaining("at least one bin");
        assertThatThrownBy(() -> x.histogram(2, 1, 0, null, false)).hasMessageContaining("ascending");
        assertThatThrownBy(() -> x.histogram(edges, edges, false)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.to(DType.I64).histogram(edges, null, false)).isInstanceOf(DTypeException.class);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void bitsOfNumbers(String name) {
        Device device = Device.parse(name);
        assertThat(Tensor.of(-0.0, 0, -1, 1, NAN).to(device).signbit().toBooleanArray()).containsExactly(true, false, true, false, false);
        Tensor.Frexp parts = Tensor.of(0, 1, -3, 1e-310, Double.POSITIVE_INFINITY).to(device).frexp();
        assertThat(parts.mantissa().toDoubleArray()).containsExactly(new double[] {0, 0.5, -0.75, 0.5752618031559393,
            Double.POSITIVE_INFINITY}, within(1e-14));
        assertThat(parts.exponent().toIntArray()).containsExactly(0, 1, 2, -1029, 0);
        assertThat(Tensor.of(1.0, 0).to(device).nextAfter(Tensor.of(2.0, -1).to(device)).toDoubleArray())
                .containsExactly(1 + 0x1p-52, -Double.MIN_VALUE);
        assertThat(Tensor.of(1f).to(device).nextAfter(Tensor.of(2f).to(device)).toFloatArray()).containsExactly(1 + 0x1p-23f);
        assertThat(Tensor.of(12L, -8, 0, 0).to(device).gcd(Tensor.of(18L, 12, 5, 0).to(device)).toLongArray())
                .containsExactly(6, 4, 5, 0);
        assertThat(Tensor.of(4, -6, 0).to(device).lcm(Tensor.of(6, 4, 5).to(device)).toIntArray()).containsExactly(12, 12, 0);
        assertThat(Tensor.of(1L, -8, 3).to(device).bitwiseLeftShift(Tensor.of(3L, 1, 64).to(device)).toLongArray())
                .containsExactly(8, -16, 0);
        assertThat(Tensor.of(16L, -8, -1).to(device).bitwiseRightShift(Tensor.of(2L, 1, 64).to(device)).toLongArray())
                .containsExactly(4, -4, -1);
        assertThat(Tensor.of(-1.0, 0, 2, NAN).to(device).heaviside(Tensor.of(0.5).to(device)).toDoubleArray())
                .containsExactly(0, 0.5, 1, 0);
        assertThat(Tensor.of(1 / 0.0, -1 / 0.0, NAN).to(device).isNegInf().toBooleanArray()).containsExactly(false, true, false);
        assertThat(Tensor.of(1 / 0.0, -1 / 0.0, NAN).to(device).isPosInf().toBooleanArray()).containsExactly(true, false, false);
        assertThatThrownBy(() -> Tensor.of(1.0).gcd(Tensor.of(2.0))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(true).lcm(Tensor.of(true))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(1).frexp()).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(1.0).nextAfter(Tensor.of(1f))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(1.0).heaviside(Tensor.of(1))).isInstanceOf(DTypeException.class);
    }

    @Test
    void windows() {
        DType f64 = DType.F64;
        Device cpu = Device.CPU;
        assertClose(SignalWindows.bartlett(5, true, f64, cpu), 0, 0.4, 0.8, 0.8, 0.4);
        assertClose(SignalWindows.blackman(5, true, f64, cpu), 0, 0.20077014326253045, 0.8492298567374694, 0.8492298567374696,
                0.20077014326253056);
        assertClose(SignalWindows.hann(4, false, f64, cpu), 0, 0.75, 0.75, 0);
        assertClose(SignalWindows.hamming(5, true, 0.54, 0.46, f64, cpu), 0.08, 0.3978521825875242, 0.9121478174124757,
                0.912147817412476, 0.3978521825875243);
        assertClose(SignalWindows.kaiser(5, true, 12, f64, cpu), 5.2773441320097665e-05, 0.10171968770956323, 0.7929398341014605,
                0.7929398341014605, 0.10171968770956323);
        assertClose(SignalWindows.hann(1, false, f64, cpu), 1);
        assertThat(SignalWindows.hann(0, true, f64, cpu).numel()).isZero();
        assertThatThrownBy(() -> SignalWindows.hann(-1, true, f64, cpu)).hasMessageContaining("must not be negative (got -1)");
    }

    private static void assertClose(Tensor x, double... expected) {
        assertThat(x.toDoubleArray()).containsExactly(expected, within(1e-15));
    }
}
