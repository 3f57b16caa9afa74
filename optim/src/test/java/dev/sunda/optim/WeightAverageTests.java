package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightAverageTests {
    private static final double[] VALUES = {3, -1, 4, 1.5, 9};

    /// The averages of [#VALUES] after each of them.
    private static List<Double> averages(WeightAverage.Share share, DType dtype) {
        var average = new WeightAverage(share);
        var all = new ArrayList<Double>();
        for (double value : VALUES) {
            average.update(Map.of("w", Tensor.of(new double[] {value}).to(dtype)));
            all.add(average.weights().get("w").item());
        }
        return all;
    }

    @ParameterizedTest @EnumSource(names = {"F32", "F64"})
    void exponentialSharesAreThoseOfPyTorch(DType dtype) {
        // torch.optim.swa_utils.get_ema_multi_avg_fn(0.75): average.lerp_(value, 0.25)
        assertThat(averages(WeightAverage.exponential(0.75), dtype)).containsExactly(3.0, 2.0, 2.5, 2.25, 3.9375);
    }

    @Test
    void equalSharesGiveTheMean() {
        List<Double> averages = averages(WeightAverage.equal(), DType.F64);
        double sum = 0;
        for (int i = 0; i < VALUES.length; i++)
            assertThat(averages.get(i)).isCloseTo((sum += VALUES[i]) / (i + 1), within(1e-14));
    }

    @Test
    void risingSharesForgetTheBeginningFast() {
        List<Double> averages = averages(WeightAverage.risingExponential(0.999), DType.F64);
        assertThat(averages.get(1)).isCloseTo(3 + 9.0 / 11 * (-1 - 3), within(1e-14));
        assertThat(WeightAverage.risingExponential(0.9).of(1_000)).isCloseTo(0.1, within(1e-15));
        assertThat(WeightAverage.risingExponential(0.9).of(10)).isCloseTo(9.0 / 20, within(1e-15));
    }

    @Test
    void wholeNumbersAreTakenOver() {
        var average = new WeightAverage(WeightAverage.equal());
        average.update(Map.of("batches", Tensor.of(new long[] {5})));
        average.update(Map.of("batches", Tensor.of(new long[] {8})));
        assertThat(average.weights().get("batches").toLongArray()).containsExactly(8);
    }

    @Test
    void survivesStepScopesAndLeavesTheWeightsAlone() {
        var average = new WeightAverage(WeightAverage.exponential(0.5));
        Tensor weights = Tensor.of(new double[] {1, 2});
        average.update(Map.of("w", weights));
        try (var _ = StepScope.open()) {
            average.update(Map.of("w", Tensor.of(new double[] {3, 6})));
            Tensor.zeros(weights.shape(), DType.F64, weights.device()).add(7);
        }
        assertThat(average.weights().get("w").toDoubleArray()).containsExactly(2, 4);
        assertThat(weights.toDoubleArray()).containsExactly(1, 2);
    }

    @Test
    void goesOnWithTheSameBitsAfterRestoring() {
        var whole = new WeightAverage(WeightAverage.risingExponential(0.9));
        var restored = new WeightAverage(WeightAverage.risingExponential(0.9));
        for (int i = 0; i < 10; i++) {
            var next = new WeightAverage(WeightAverage.risingExponential(0.9));
            next.loadStateDict(restored.stateDict());
            restored = next;
            Map<String, Tensor> state = Map.of("w", Tensor.of(new double[] {Math.sin(i), i}).to(DType.F32), "n", Tensor.of(new long[] {i}));
            whole.update(state);
            restored.update(state);
        }
        assertThat(restored.updates()).isEqualTo(10);
        for (String name : List.of("w", "n"))
            assertThat(restored.weights().get(name).toDoubleArray()).isEqualTo(whole.weights().get(name).toDoubleArray());
    }

    /// A file is read to the CPU, and the network it belongs to may be elsewhere.
    @Test
    void aSavedStateGoesOnWhereTheWeightsAre() {
        var average = new WeightAverage(WeightAverage.equal());
        average.update(Map.of("w", Tensor.of(new double[] {1})));
        var restored = new WeightAverage(WeightAverage.equal());
        restored.loadStateDict(average.stateDict());
        Map<String, Tensor> elsewhere = Map.of("w", Tensor.of(new double[] {4}).to(Device.REFERENCE));
        assertThatThrownBy(() -> average.update(elsewhere)).hasMessageContaining("must keep its shape, type and device");
        restored.update(elsewhere);
        assertThat(restored.weights().get("w").device()).isEqualTo(Device.REFERENCE);
        assertThat(restored.weights().get("w").item()).isEqualTo(2.5);
        assertThatThrownBy(() -> restored.update(Map.of("w", Tensor.of(new double[] {1}))))
                .hasMessageContaining("must keep its shape, type and device");
    }

    @Test
    void savedStateDoesNotChangeLater() {
        var average = new WeightAverage(WeightAverage.equal());
        average.update(Map.of("w", Tensor.of(new double[] {1})));
        Map<String, Tensor> saved = average.stateDict();
        average.update(Map.of("w", Tensor.of(new double[] {2})));
        assertThat(saved.get("average.w").item()).isEqualTo(1);
        assertThat(saved.get("updates").item()).isEqualTo(1);
    }

    @Test
    void otherWeightsAreRefusedAndChangeNothing() {
        var average = new WeightAverage(WeightAverage.equal());
        assertThatThrownBy(average::weights).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no average before the first update");
        average.update(Map.of("a", Tensor.of(new double[] {1}), "b", Tensor.of(new double[] {1})));
        assertThatThrownBy(() -> average.update(Map.of("a", Tensor.of(new double[] {5})))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("same names").hasMessageContaining("one average for each network");
        Map<String, Tensor> shape = Map.of("a", Tensor.of(new double[] {5}), "b", Tensor.of(new double[] {5, 6}));
        assertThatThrownBy(() -> average.update(shape)).hasMessageContaining("b must keep its shape");
        Map<String, Tensor> type = Map.of("a", Tensor.of(new double[] {5}), "b", Tensor.of(new double[] {5}).to(DType.F32));
        assertThatThrownBy(() -> average.update(type)).hasMessageContaining("b must keep its shape, type");
        assertThat(average.updates()).isEqualTo(1);
        assertThat(average.weights().get("a").item()).isEqualTo(1);
    }

    @Test
    void foreignStateIsRefusedAndChangesNothing() {
        var average = new WeightAverage(WeightAverage.equal());
        average.update(Map.of("a", Tensor.of(new double[] {1})));
        Tensor one = average.stateDict().get("updates");
        for (Map<String, Tensor> wrong : List.of(Map.<String, Tensor>of(), Map.of("updates", one), Map.of("updates", one, "average.a",
                one, "x", one), Map.of("updates", Tensor.of(new double[] {1}), "average.a", one)))
            assertThatThrownBy(() -> average.loadStateDict(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("WeightAverage: the saved state");
        assertThat(average.weights().get("a").item()).isEqualTo(1);
    }

    @Test
    void decaysOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> WeightAverage.exponential(1)).hasMessage(
                "WeightAverage.exponential: decay must be at least 0 and less than 1 (got 1.0)");
        assertThatThrownBy(() -> WeightAverage.risingExponential(-0.1)).hasMessageContaining("decay must be at least 0");
    }
}
