package dev.sunda.nn.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;

/// Metrics of rankings and numbers, by hand.
class NumberMetricTests {
    private static double value(Metric metric, Tensor input, Tensor target) {
        metric.update(input, target);
        return metric.value();
    }

    @Test
    void rankingsOfAWellKnownExample() {
        Tensor scores = Tensor.of(0.1, 0.4, 0.35, 0.8);
        Tensor labels = Tensor.of(0L, 0, 1, 1);
        assertThat(value(new RocAuc(), scores, labels)).isEqualTo(0.75);
        assertThat(value(new AveragePrecision(), scores, labels)).isEqualTo(5.0 / 6, offset(1e-15));
    }

    @Test
    void tiesCountOneHalf() {
        Tensor scores = Tensor.of(1f, 1, 1, 0, -0.0f, 2);
        Tensor labels = Tensor.of(true, false, true, false, true, false);
        assertThat(value(new RocAuc(), scores, labels)).isEqualTo((2 * (0.5 + 1) + 0.5) / 9, offset(1e-15));
        assertThat(value(new AveragePrecision(), scores, labels)).isEqualTo(2.0 / 3 * 2.0 / 4 + 1.0 / 3 * 3.0 / 6, offset(1e-15));
    }

    @Test
    void theAreaIsTheShareOfPairsInOrder() {
        var rng = new Rng(5);
        int n = 200;
        double[] scores = new double[n];
        double[] labels = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = rng.nextInt(20);
            labels[i] = rng.nextInt(2);
        }
        var batches = new RocAuc();
        for (int from = 0; from < n; from += 50)
            batches.update(Tensor.of(scores, Shape.of(n)).narrow(0, from, 50), Tensor.of(labels, Shape.of(n)).narrow(0, from, 50));
        double won = 0;
        double pairs = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (labels[i] > labels[j]) {
                    pairs++;
                    won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
        assertThat(batches.value()).isEqualTo(won / pairs, offset(1e-14));
    }

    @Test
    void oneKindOfAnswerHasNoRanking() {
        assertThat(value(new RocAuc(), Tensor.of(0.1, 0.2), Tensor.of(1L, 1L))).isNaN();
        assertThat(value(new AveragePrecision(), Tensor.of(0.1, 0.2), Tensor.of(0L, 0L))).isNaN();
        assertThat(value(new AveragePrecision(), Tensor.of(0.1, 0.2), Tensor.of(1L, 1L))).isEqualTo(1);
    }

    @Test
    void errorsOfAWellKnownExample() {
        Tensor target = Tensor.of(3, -0.5, 2, 7);
        Tensor input = Tensor.of(2.5, 0.0, 2, 8);
        assertThat(value(new MeanSquaredError(), input, target)).isEqualTo(0.375);
        assertThat(value(new MeanAbsoluteError(), input, target)).isEqualTo(0.5);
        assertThat(value(new R2Score(), input, target)).isEqualTo(0.948608137045, offset(1e-12));
    }

    @Test
    void batchesAddUpAndResetForgets() {
        var r2 = new R2Score();
        r2.update(Tensor.of(2.5, 0.0), Tensor.of(3, -0.5));
        r2.update(Tensor.of(2.0, 8), Tensor.of(2.0, 7));
        assertThat(r2.value()).isEqualTo(0.948608137045, offset(1e-12));
        r2.reset();
        assertThat(r2.value()).isNaN();
        r2.update(Tensor.of(1.0, 2.0), Tensor.of(1.0, 1.0));
        assertThat(r2.value()).isNaN();
    }

    @Test
    void aLargeMeanCostsNoDigits() {
        Tensor target = Tensor.of(3, -0.5, 2, 7).add(1e8);
        Tensor input = Tensor.of(2.5, 0.0, 2, 8).add(1e8);
        assertThat(value(new R2Score(), input, target)).isEqualTo(0.948608137045, offset(1e-9));
    }

    @Test
    void meansWeighTheirNumbers() {
        var mean = new Mean();
        assertThat(mean.value()).isNaN();
        mean.update(1, 3);
        mean.update(5);
        assertThat(mean.value()).isEqualTo(2);
        mean.reset();
        mean.update(1e16);
        for (int i = 0; i < 1000; i++)
            mean.update(1);
        assertThat(mean.value()).isEqualTo((1e16 + 1000) / 1001, offset(0.1));
        mean.update(Double.POSITIVE_INFINITY);
        assertThat(mean.value()).isInfinite();
        assertThatThrownBy(() -> mean.update(1, -1)).hasMessage("Mean: a weight must not be negative (got -1.0)");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> new RocAuc().update(Tensor.of(0.1), Tensor.of(2L)))
                .hasMessage("RocAuc: labels must be 0 or 1 (got 2.0 as element 0)");
        assertThatThrownBy(() -> new AveragePrecision().update(Tensor.of(Double.NaN), Tensor.of(1L)))
                .hasMessage("AveragePrecision: scores must be numbers (got NaN as element 0)");
        assertThatThrownBy(() -> new R2Score().update(Tensor.of(0.1), Tensor.of(1.0, 2.0))).isInstanceOf(ShapeException.class)
                .hasMessage("R2Score: input and target must have one shape (got [1], [2])");
    }
}
