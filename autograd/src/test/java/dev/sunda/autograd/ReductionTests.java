package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reductions where they are not smooth, not finite or over nothing. All expected numbers are PyTorch's.
class ReductionTests {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double[] gradient(UnaryOperator<Variable> f, String device, double... x) {
        Variable v = Variable.tracked(Tensor.of(x).to(Device.parse(device)));
        return Variable.gradients(f.apply(v).sum(), List.of(v), false).getFirst().data().toDoubleArray();
    }

    @ParameterizedTest @CsvSource({"0.5", "1", "1.5", "2", "3", "Infinity", "-Infinity", "-1"})
    void theNormOfTheZeroVectorHasTheGradientZero(double p) {
        for (String device : List.of("cpu", "reference"))
            assertThat(gradient(x -> x.norm(p, Dims.all()), device, 0, 0)).containsExactly(0, 0);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 2, 2", "1, 1, 1", "2, 0.70710678118, 0.70710678118", "3, 0.629960524947, 0.629960524947", "Infinity, 0.5, 0.5",
        "-Infinity, 0.5, 0.5", "-2, 0.353553390593, 0.353553390593"})
    void tiesShareTheGradientOfANorm(double p, double first, double second) {
        for (String device : List.of("cpu", "reference"))
            assertThat(gradient(x -> x.norm(p, Dims.all()), device, -3, 3)).containsExactly(new double[] {-first, second}, within(1e-10));
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void normsWithZerosNaNAndNothing(String device) {
        Tensor x = Tensor.of(0, NAN, -2).to(Device.parse(device));
        assertThat(x.norm(0, Dims.all()).item()).isEqualTo(2);
        assertThat(x.norm(INF, Dims.all()).item()).isNaN();
        assertThat(gradient(v -> v.norm(1, Dims.all()), device, 1, NAN)).containsExactly(1, 0);
        assertThat(gradient(v -> v.norm(INF, Dims.all()), device, 1, NAN)).containsExactly(0, 0);
        assertThat(x.narrow(0, 0, 0).norm(2, Dims.all()).item()).isZero();
        assertThat(gradient(v -> v.norm(0, Dims.all()).add(v.sum()), device, 1, 2)).containsExactly(1, 1);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void logSumExpOfInfinities(String device) {
        double[][] inputs = {{-INF, -INF}, {-INF, 1}, {INF, 1}, {NAN, 1}, {1000, 1000}};
        double[] values = {-INF, 1, INF, NAN, 1000.6931471805599};
        double[][] gradients = {{NAN, NAN}, {0, 1}, {NAN, 0}, {NAN, NAN}, {0.5, 0.5}};
        for (int i = 0; i < values.length; i++) {
            assertThat(Tensor.of(inputs[i]).to(Device.parse(device)).logSumExp(Dims.of(0)).toDoubleArray())
                    .containsExactly(values[i]);
            assertThat(gradient(x -> x.logSumExp(Dims.of(0)), device, inputs[i])).containsExactly(gradients[i], within(1e-12));
        }
        assertThat(Tensor.zeros(0, 2).to(Device.parse(device)).logSumExp(Dims.of(0)).toDoubleArray()).containsExactly(-INF, -INF);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void deviationsOfEqualAndOfSingleElements(String device) {
        assertThat(gradient(x -> x.std(Dims.all(), 1), device, 2)).containsExactly(NAN);
        assertThat(gradient(x -> x.std(Dims.of(0), 0), device, 2)).containsExactly(0);
        assertThat(gradient(x -> x.std(Dims.all(), 1), device, 0.1, 0.1, 0.1)).containsExactly(new double[3], within(0.0));
        assertThat(gradient(x -> x.var(Dims.of(0), 2), device, 1, 2)).containsExactly(-INF, INF);
        Tensor equal = Tensor.full(Shape.of(1001), 0.1, DType.F32, Device.parse(device));
        assertThat(equal.std(Dims.all(), 1).item()).isZero();
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void alongADimensionTheFirstOfEqualsIsTheExtremeAndNaNWins(String device) {
        Tensor x = Tensor.of(1, 3, 3, 0, 0).to(Device.parse(device));
        assertThat(x.max(0, false).indices().item()).isEqualTo(1);
        assertThat(x.min(0, true).indices().toLongArray()).containsExactly(3);
        assertThat(gradient(v -> v.max(0, false).values(), device, 1, 3, 3)).containsExactly(0, 1, 0);
        assertThat(gradient(Variable::max, device, 1, 3, 3)).containsExactly(0, 0.5, 0.5);
        Tensor y = Tensor.of(NAN, 1.0, NAN).to(Device.parse(device));
        assertThat(y.min(0, false).values().item()).isNaN();
        assertThat(y.min(0, false).indices().item()).isZero();
        assertThat(Tensor.of(true, false).to(Device.parse(device)).max(0, false).values().dtype()).isEqualTo(DType.BOOL);
        assertThat(Tensor.scalar(5, DType.F32, Device.parse(device)).max(-1, true).indices().shape()).isEqualTo(Shape.SCALAR);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void mediansAreTheLowerOfTwoAndShareOrPick(String device) {
        assertThat(gradient(Variable::median, device, 3, 1, 2, 2)).containsExactly(0, 0, 0.5, 0.5);
        assertThat(gradient(x -> x.median(0, false).values(), device, 3, 1, 2, 2)).containsExactly(0, 0, 1, 0);
        assertThat(gradient(Variable::median, device, 1, NAN, 0, NAN)).containsExactly(0, 0.5, 0, 0.5);
        assertThat(gradient(x -> x.median(0, false).values(), device, 1, NAN, 0, NAN)).containsExactly(0, 1, 0, 0);
        assertThat(gradient(Variable::nanMedian, device, 1, NAN, 0, NAN)).containsExactly(0, 0, 1, 0);
        Tensor none = Tensor.of(NAN, NAN).to(Device.parse(device));
        assertThat(none.nanMedian(0, false).values().item()).isNaN();
        assertThat(none.nanMedian(0, false).indices().item()).isZero();
        assertThat(none.narrow(0, 0, 0).median().item()).isNaN();
        assertThat(Tensor.of(4L, 1L, 3L).to(Device.parse(device)).median().item()).isEqualTo(3);
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void numbersThatAreNotNaN(String device) {
        Tensor x = Tensor.of(new double[] {0, NAN, 2, 4}, Shape.of(2, 2)).to(Device.parse(device));
        assertThat(x.nansum(Dims.of(0)).toDoubleArray()).containsExactly(2, 4);
        assertThat(x.nanmean(Dims.of(1)).toDoubleArray()).containsExactly(0, 3);
        assertThat(x.countNonzero(Dims.of(0)).toLongArray()).containsExactly(1, 2);
        assertThat(gradient(v -> v.nanmean(Dims.all()), device, 0, NAN, 2)).containsExactly(0.5, 0, 0.5);
        assertThat(Tensor.of(1L, 2L).to(Device.parse(device)).nansum(Dims.all()).dtype()).isEqualTo(DType.I64);
    }
}
