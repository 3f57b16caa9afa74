package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.QuantileInterpolation;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Scans and sorting with ties, NaN, zeros and nothing. All expected numbers are PyTorch's.
class SelectionTests {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    /// Of `sum((i + 1) * f(x)[i])`.
    private static double[] gradient(UnaryOperator<Variable> f, String device, double... x) {
        Variable v = Variable.tracked(Tensor.of(x).to(Device.parse(device)));
        Variable y = f.apply(v);
        Tensor upstream = Tensor.arange(1, y.shape().numel() + 1, 1).to(DType.F64).to(Device.parse(device)).reshape(y.shape());
        return Variable.gradients(y.mul(Variable.of(upstream)).sum(), List.of(v), false).getFirst().data().toDoubleArray();
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void theLatestOfEqualsIsTheRunningExtremeAndNaNStays(String device) {
        Tensor x = Tensor.of(1, 3, 3, NAN, 2, NAN, 5).to(Device.parse(device));
        assertThat(x.cumMax(0).values().toDoubleArray()).containsExactly(1, 3, 3, NAN, NAN, NAN, NAN);
        assertThat(x.cumMax(0).indices().toLongArray()).containsExactly(0, 1, 2, 3, 3, 5, 5);
        assertThat(x.cumMin(0).indices().toLongArray()).containsExactly(0, 0, 0, 3, 3, 5, 5);
        assertThat(gradient(v -> v.cumMax(0).values(), device, 1, 3, 3, 2, 2, 0, 0)).containsExactly(1, 2, 25, 0, 0, 0, 0);
        assertThat(gradient(v -> v.cumMin(0).values(), device, 1, 3, 3, 2, 2, 0, 0)).containsExactly(15, 0, 0, 0, 0, 6, 7);
        assertThat(Tensor.of(true, false).to(Device.parse(device)).cumMax(0).values().toBooleanArray()).containsExactly(true, true);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void runningProductsPassZeros(String device) {
        assertThat(gradient(v -> v.cumprod(0), device, 2, 0, 3, 4)).containsExactly(1, 118, 0, 0);
        assertThat(gradient(v -> v.cumprod(0), device, 2, 0, 0, 4)).containsExactly(1, 4, 0, 0);
        assertThat(Tensor.of(2, 3).to(Device.parse(device)).cumprod(0).dtype()).isEqualTo(DType.I64);
        assertThat(Tensor.of(true, true).to(Device.parse(device)).cumsum(0).toLongArray()).containsExactly(1, 2);
        assertThat(Tensor.zeros(2, 0).to(Device.parse(device)).cumsum(1).shape()).isEqualTo(Shape.of(2, 0));
        assertThat(gradient(v -> v.reshape().cumsum(0).add(v.reshape().cumprod(-1)), device, 3)).containsExactly(2);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void runningLogarithmsOfInfinities(String device) {
        double[] x = {-INF, -INF, 1, 2, -INF, 3};
        assertThat(Tensor.of(x).to(Device.parse(device)).logCumSumExp(0).toDoubleArray())
                .containsExactly(new double[] {-INF, -INF, 1, 2.313261687518223, 2.313261687518223, 3.4076059644443806}, within(1e-12));
        assertThat(gradient(v -> v.logCumSumExp(0), device, x)).containsExactly(
                new double[] {NAN, NAN, 5.960656231352237, 8.047898033998829, 0, 3.9914457346489303}, within(1e-12));
        assertThat(Tensor.of(INF, 1).to(Device.parse(device)).logCumSumExp(0).toDoubleArray()).containsExactly(INF, INF);
        assertThat(gradient(v -> v.logCumSumExp(0), device, 900, 1000)).containsExactly(new double[] {1, 2}, within(1e-12));
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void sortingIsStableWithNaNLargest(String device) {
        Tensor x = Tensor.of(1, NAN, 2, INF, 0.0, -0.0, 1).to(Device.parse(device));
        assertThat(x.argsort(0, false).toLongArray()).containsExactly(4, 5, 0, 6, 2, 3, 1);
        assertThat(x.argsort(0, true).toLongArray()).containsExactly(1, 3, 2, 0, 6, 4, 5);
        assertThat(x.topK(2, 0, true).values().toDoubleArray()).containsExactly(NAN, INF);
        assertThat(x.kthValue(7, 0, false).indices().item()).isEqualTo(1);
        assertThat(Tensor.scalar(2, DType.F32, Device.parse(device)).sort(0, true).indices().item()).isZero();
        assertThat(x.topK(0, -1, true).values().shape()).isEqualTo(Shape.of(0));
        assertThat(gradient(v -> v.sort(0, true).values(), device, 1, 3, 2)).containsExactly(3, 1, 2);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void distinctValues(String device) {
        Tensor.Unique unique = Tensor.of(3, NAN, 1, NAN, 1, -0.0, 0).to(Device.parse(device)).unique();
        assertThat(unique.values().toDoubleArray()).containsExactly(-0.0, 1, 3, NAN, NAN);
        assertThat(unique.inverse().toLongArray()).containsExactly(2, 3, 1, 4, 1, 0, 0);
        assertThat(unique.counts().toLongArray()).containsExactly(2, 2, 1, 1, 1);
        Tensor.Unique runs = Tensor.of(1L, 1, 2, 2, 3, 1, 1).to(Device.parse(device)).uniqueConsecutive();
        assertThat(runs.values().toLongArray()).containsExactly(1, 2, 3, 1);
        assertThat(runs.inverse().toLongArray()).containsExactly(0, 0, 1, 1, 2, 3, 3);
        assertThat(runs.counts().toLongArray()).containsExactly(2, 2, 1, 2);
        Tensor.Unique matrix = Tensor.of(new int[] {3, 1, 1, 3}, Shape.of(2, 2)).to(Device.parse(device)).unique();
        assertThat(matrix.inverse().shape()).isEqualTo(Shape.of(2, 2));
        assertThat(Tensor.zeros(0).to(Device.parse(device)).unique().counts().shape()).isEqualTo(Shape.of(0));
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void countsAndHistograms(String device) {
        Tensor x = Tensor.of(1L, 1, 3).to(Device.parse(device));
        assertThat(x.bincount(0).toLongArray()).containsExactly(0, 2, 0, 1);
        assertThat(x.narrow(0, 0, 0).bincount(2).toLongArray()).containsExactly(0, 0);
        assertThat(x.bincount(Tensor.of(0.5, 1, 2).to(Device.parse(device)), 5).toDoubleArray()).containsExactly(0, 1.5, 0, 2, 0);
        Tensor y = Tensor.of(3f, 1f, 2f).to(Device.parse(device));
        assertThat(y.histc(3, 0, 0).toFloatArray()).containsExactly(1, 1, 1);
        assertThat(y.histc(3, 0, 2).toFloatArray()).containsExactly(0, 1, 1);
        assertThat(Tensor.of(5f, 5f).to(Device.parse(device)).histc(4, 0, 0).toFloatArray()).containsExactly(0, 0, 2, 0);
        assertThat(Tensor.of(1.0, NAN).to(Device.parse(device)).histc(2, 0, 2).toFloatArray()).containsExactly(0, 1);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void placesInSortedRows(String device) {
        Tensor sorted = Tensor.of(1.0, 3, 5).to(Device.parse(device));
        Tensor x = Tensor.of(0, 1, 2, 5, 6, NAN).to(Device.parse(device));
        assertThat(sorted.searchSorted(x, false).toLongArray()).containsExactly(0, 0, 1, 2, 3, 3);
        assertThat(x.bucketize(sorted, true).toLongArray()).containsExactly(0, 1, 1, 3, 3, 3);
        Tensor rows = Tensor.of(new int[] {1, 2, 3, 4}, Shape.of(2, 2)).to(Device.parse(device));
        assertThat(rows.searchSorted(Tensor.of(new int[] {2, 2}, Shape.of(2, 1)).to(Device.parse(device)), false).toLongArray())
                .containsExactly(1, 0);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void quantilesBetweenElements(String device) {
        double[] q = {0, 0.3, 0.5, 0.75};
        double[][] expected = {{1, 1.9, 2.5, 3.25}, {1, 1, 2, 3}, {1, 2, 3, 4}, {1, 1.5, 2.5, 3.5}, {1, 2, 3, 3}};
        Variable x = Variable.of(Tensor.of(4.0, 1, 2, 3).to(Device.parse(device)));
        for (QuantileInterpolation how : QuantileInterpolation.values())
            assertThat(x.quantile(q, 0, false, how).data().toDoubleArray()).containsExactly(expected[how.ordinal()], within(1e-12));
        assertThat(gradient(v -> v.quantile(0.75), device, 4, 1, 2, 3)).containsExactly(0.25, 0, 0, 0.75);
        assertThat(gradient(v -> v.quantile(new double[] {0.1, 0.5, 1}, 0, false, QuantileInterpolation.LINEAR), device, 1, NAN, 0, NAN))
                .containsExactly(0, 0, 0, 6);
        assertThat(gradient(v -> v.nanQuantile(new double[] {0.5}, 0, false, QuantileInterpolation.LINEAR), device, 1, NAN, 0, NAN))
                .containsExactly(0.5, 0, 0.5, 0);
        Variable matrix = Variable.of(Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)).to(Device.parse(device)));
        assertThat(matrix.quantile(new double[] {0, 1}, 1, false, QuantileInterpolation.LINEAR).data().toDoubleArray()).containsExactly(1,
                4, 3, 6);
        assertThat(matrix.quantile(new double[] {0, 1}, 1, true, QuantileInterpolation.LINEAR).shape()).isEqualTo(Shape.of(2, 2, 1));
        assertThat(matrix.sum().quantile(new double[] {0.5}, 0, false, QuantileInterpolation.LINEAR).data().toDoubleArray())
                .containsExactly(21);
    }
}
