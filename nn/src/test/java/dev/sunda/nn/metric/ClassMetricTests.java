package dev.sunda.nn.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Metrics of classes, by hand: truths `0 0 0 0 1 1 2 2`, answers `0 0 1 2 1 0 2 2`.
class ClassMetricTests {
    private static final Offset<Double> CLOSE = offset(1e-15);
    private final Tensor truths = Tensor.of(0L, 0, 0, 0, 1, 1, 2, 2);
    private final Tensor answers = Tensor.of(0, 0, 1, 2, 1, 0, 2, 2);

    private ConfusionMatrix counted(int classes) {
        var matrix = new ConfusionMatrix(classes);
        matrix.update(answers.narrow(0, 0, 3), truths.narrow(0, 0, 3));
        matrix.update(answers.narrow(0, 3, 5), truths.narrow(0, 3, 5));
        return matrix;
    }

    @Test
    void everyPairIsCounted() {
        assertThat(counted(3).counts()).isDeepEqualTo(new long[][] {{2, 1, 1}, {1, 1, 0}, {0, 0, 2}});
        assertThat(counted(3).total()).isEqualTo(8);
        assertThat(counted(3).accuracy()).isEqualTo(5.0 / 8);
    }

    @Test
    void classesHaveTheirOwnNumbers() {
        ConfusionMatrix matrix = counted(3);
        assertThat(matrix.precision(0)).isEqualTo(2.0 / 3, CLOSE);
        assertThat(matrix.recall(0)).isEqualTo(0.5);
        assertThat(matrix.f1(0)).isEqualTo(4.0 / 7, CLOSE);
        assertThat(matrix.iou(2)).isEqualTo(2.0 / 3, CLOSE);
    }

    @Test
    void averagesWeighElementsOrClasses() {
        ConfusionMatrix matrix = counted(3);
        assertThat(matrix.precision(Average.MACRO)).isEqualTo((2.0 / 3 + 1.0 / 2 + 2.0 / 3) / 3, CLOSE);
        assertThat(matrix.recall(Average.WEIGHTED)).isEqualTo(5.0 / 8, CLOSE);
        assertThat(matrix.f1(Average.WEIGHTED)).isEqualTo((4 * 4.0 / 7 + 2 * 0.5 + 2 * 0.8) / 8, CLOSE);
        assertThat(matrix.precision(Average.MICRO)).isEqualTo(5.0 / 8);
        assertThat(matrix.meanIou()).isEqualTo((2.0 / 5 + 1.0 / 3 + 2.0 / 3) / 3, CLOSE);
    }

    @Test
    void classesThatNeverOccurDoNotCount() {
        assertThat(counted(5).precision(4)).isNaN();
        assertThat(counted(5).precision(Average.MACRO)).isEqualTo(counted(3).precision(Average.MACRO));
        var never = new ConfusionMatrix(2);
        never.update(Tensor.of(0L, 0L), Tensor.of(0L, 1L));
        assertThat(never.precision(1)).isZero();
        assertThat(never.recall(Average.MACRO)).isEqualTo(0.5);
        assertThat(new ConfusionMatrix(2).f1(Average.MACRO)).isNaN();
    }

    @Test
    void metricsFollowFromTheirMatrix() {
        for (Metric metric : new Metric[] {new Precision(3, Average.MACRO), new Recall(3, Average.MACRO), new F1(3, Average.MACRO),
            new MeanIou(3)}) {
            metric.update(answers, truths);
            double once = metric.value();
            metric.update(answers, truths);
            assertThat(metric.value()).isEqualTo(once);
            metric.reset();
            assertThat(metric.value()).isNaN();
        }
        var recall = new Recall(3, Average.MACRO);
        recall.update(answers, truths);
        assertThat(recall.value()).isEqualTo((0.5 + 0.5 + 1) / 3, CLOSE);
        assertThat(recall.matrix().recall(2)).isEqualTo(1);
    }

    @Test
    void scoresAnswerWithTheirHighest() {
        Tensor scores = Tensor.of(new float[] {1, 2, 2, 0, -1, 3}, Shape.of(1, 2, 3)).to(Device.REFERENCE);
        var matrix = new ConfusionMatrix(2);
        matrix.update(scores, Tensor.of(new long[] {0, 0, 1}, Shape.of(1, 3)).to(Device.REFERENCE));
        assertThat(matrix.counts()).isDeepEqualTo(new long[][] {{2, 0}, {0, 1}});
    }

    @Test
    void accuracyLooksAtTheHighestScores() {
        Tensor scores = Tensor.of(new double[] {3, 2, 1, 1, 1, 1, 0, 0, 5, 9, 9, 9}, Shape.of(4, 3));
        Tensor truth = Tensor.of(1L, 0L, 1L, -100L);
        double[] expected = {1.0 / 3, 2.0 / 3, 1};
        for (int k = 1; k <= 3; k++) {
            var accuracy = new Accuracy(k, -100);
            accuracy.update(scores, truth);
            assertThat(accuracy.count()).isEqualTo(3);
            assertThat(accuracy.value()).as("top " + k).isEqualTo(expected[k - 1], CLOSE);
        }
    }

    @Test
    void equalScoresAreWonByTheFirstClass() {
        var accuracy = new Accuracy();
        accuracy.update(Tensor.of(new double[] {1, 1, 0.0, -0.0}, Shape.of(2, 2)), Tensor.of(1L, 0L));
        assertThat(accuracy.value()).isEqualTo(0.5);
        accuracy.reset();
        assertThat(accuracy.value()).isNaN();
    }

    @Test
    void perplexityOfGuessesIsTheNumberOfClasses() {
        var perplexity = new Perplexity();
        perplexity.update(Tensor.zeros(2, 4, 3), Tensor.of(new long[] {0, 1, -100, 3, 3, 3}, Shape.of(2, 3)));
        assertThat(perplexity.value()).isEqualTo(4, offset(1e-12));
        perplexity.update(Tensor.of(new float[] {1000, 0, 0, 0}, Shape.of(1, 4)), Tensor.of(0L));
        assertThat(perplexity.value()).isEqualTo(Math.pow(4, 5.0 / 6), offset(1e-12));
    }

    @Test
    void refusesWhatDoesNotFit() {
        var matrix = new ConfusionMatrix(2);
        assertThatThrownBy(() -> matrix.update(Tensor.of(0L, 2L), Tensor.of(0L, 1L)))
                .hasMessage("ConfusionMatrix: class indices must be below the 2 classes (got 2 as element 1)");
        assertThatThrownBy(() -> matrix.update(Tensor.of(0L), Tensor.of(0L, 1L))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> matrix.update(Tensor.of(0L), Tensor.of(0.0))).isInstanceOf(DTypeException.class);
        assertThat(matrix.total()).isZero();
        assertThatThrownBy(() -> new Accuracy().update(Tensor.zeros(2, 3), Tensor.of(0L, 3L)))
                .hasMessage("Accuracy: class indices must be below the 3 classes (got 3 as element 1)");
        assertThatThrownBy(() -> new Accuracy().update(Tensor.zeros(3), Tensor.of(0L))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> new Accuracy(0, -100)).hasMessage("Accuracy: k must be at least 1 (got 0)");
    }

    @Test
    void elementsWithoutATruthAreNotCounted() {
        Tensor some = Tensor.of(0L, 255, 1, 2);
        Tensor said = Tensor.of(0L, 2, 0, 2);
        var matrix = new ConfusionMatrix(3, 255);
        matrix.update(said, some);
        assertThat(matrix.counts()).isDeepEqualTo(new long[][] {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}});
        for (Metric metric : List.of(new MeanIou(3, 255), new F1(3, Average.MACRO, 255), new Precision(3, Average.MACRO, 255),
                new Recall(3, Average.MACRO, 255))) {
            metric.update(said, some);
            double all = metric.value();
            metric.reset();
            metric.update(Tensor.of(0L, 0, 2), Tensor.of(0L, 1, 2));
            assertThat(metric.value()).as(metric.getClass().getSimpleName()).isEqualTo(all);
        }
        var usual = new F1(3, Average.MACRO);
        usual.update(said, Tensor.of(0L, -100, 1, 2));
        assertThat(usual.matrix().total()).isEqualTo(3);
        assertThatThrownBy(() -> matrix.update(said, Tensor.of(0L, -100, 1, 2))).hasMessageContaining("got -100 as element 1");
        assertThatThrownBy(() -> matrix.update(Tensor.of(0L, 255, 1, 2), some)).as("an answer must be a class")
                .hasMessageContaining("got 255 as element 1");
        assertThat(matrix.total()).isEqualTo(3);
    }

    @Test
    void classesThatAreNotThereAreNamed() {
        var matrix = new ConfusionMatrix(3);
        for (int c : new int[] {-1, 3}) {
            String message = "ConfusionMatrix: classes are numbered from 0 to 2 (got " + c + ")";
            assertThatThrownBy(() -> matrix.precision(c)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
            assertThatThrownBy(() -> matrix.recall(c)).hasMessage(message);
            assertThatThrownBy(() -> matrix.f1(c)).hasMessage(message);
            assertThatThrownBy(() -> matrix.iou(c)).hasMessage(message);
        }
    }
}
