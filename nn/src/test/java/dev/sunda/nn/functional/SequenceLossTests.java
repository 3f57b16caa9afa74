package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Connectionist temporal classification: values of PyTorch 2.13, float64, and sequences at the edge of what fits.
class SequenceLossTests {
    private final Variable logits = Variable.tracked(ramp(5, 3, 4));
    private final Tensor targets = Tensor.of(new long[] {1, 2, 2, 3, 1, 0, 0, 0, 0}, Shape.of(3, 3));
    private final int[] inputs = {5, 4, 3};
    private final int[] counts = {3, 2, 0};

    private Variable loss(Reduction reduction) {
        return SequenceLosses.ctcLoss(logits.logSoftmax(-1), targets, inputs, counts, 0, reduction, false);
    }

    private static Variable impossible(Variable logProbs, boolean zeroInfinity) {
        return SequenceLosses.ctcLoss(logProbs, Tensor.of(1L, 1L, 1L).to(logProbs.device()), new int[] {3}, new int[] {3}, 0,
                Reduction.NONE, zeroInfinity);
    }

    @Test
    void lossesAgreeWithPyTorch() {
        assertClose("none", loss(Reduction.NONE).data(), 4.23168099894, 3.76171715485, 4.54219146604);
        assertClose("mean", loss(Reduction.MEAN).data(), 2.61120345882);
        assertClose("sum", loss(Reduction.SUM).data(), 12.5355896198);
    }

    @Test
    void gradientsOfLogitsAgreeWithPyTorchAndEndWithTheSequence() {
        Tensor dz = Variable.gradients(loss(Reduction.SUM), List.of(logits), false).getFirst().data();
        assertClose("dz", dz.select(1, 1).reshape(20), 0.1068682025, 0.0862821366495, 0.496519414455, -0.689669753605, -7.0074740721e-05,
                -0.127666149798, 0.219369068034, -0.091632843495, -0.128963150405, -0.198178314369, 0.0593051549356, 0.267836309838,
                -0.509809933137, -0.169368766038, 0.496519414455, 0.18265928472, 0, 0, 0, 0);
    }

    @Test
    void labelsMayStandOneAfterTheOther() {
        Tensor joined = Tensor.of(1, 2, 2, 0, 1);
        assertClose("joined", SequenceLosses.ctcLoss(logits.logSoftmax(-1), joined, inputs, counts, 3, Reduction.NONE, false).data(),
                4.42870139164, 3.83974329439, 5.29219146604);
    }

    @Test
    void aSingleSequenceNeedsNoBatch() {
        Variable one = Variable.of(logits.data().select(1, 0)).logSoftmax(-1);
        assertClose("single", SequenceLosses.ctcLoss(one, Tensor.of(1L, 2L, 2L), new int[] {5}, new int[] {3}).data(), 1.41056033298);
    }

    @Test
    void labelsThatDoNotFitHaveAnInfiniteLossOrNone() {
        for (Device device : List.of(Device.CPU, Device.REFERENCE))
            for (boolean again : new boolean[] {false, true}) {
                Variable z = Variable.tracked(Tensor.zeros(Shape.of(3, 1, 3), DType.F64, device));
                Variable loss = impossible(z.logSoftmax(-1), false).sum();
                assertThat(loss.item()).isEqualTo(Double.POSITIVE_INFINITY);
                assertThat(Variable.gradients(loss, List.of(z), again).getFirst().data().toDoubleArray()).containsOnly(Double.NaN);
                loss = impossible(z.logSoftmax(-1), true).sum();
                assertThat(loss.item()).isZero();
                assertThat(Variable.gradients(loss, List.of(z), again).getFirst().data().abs().toDoubleArray()).containsOnly(0);
            }
    }

    @Test
    void aSequenceOfNoStepsHasNoLabels() {
        Variable log = Variable.tracked(Tensor.zeros(2, 2, 3));
        Variable loss = SequenceLosses.ctcLoss(log, Tensor.of(new long[] {1, 1}, Shape.of(2, 1)), new int[] {0, 0}, new int[] {0, 1}, 0,
                Reduction.NONE, false);
        assertThat(loss.data().toFloatArray()).containsExactly(0, Float.POSITIVE_INFINITY);
    }

    @Test
    void impossibleClassesAreNoTrouble() {
        Variable log = Variable.tracked(Tensor.of(new double[] {0, Double.NEGATIVE_INFINITY, -1, -1, 0, 0}, Shape.of(3, 1, 2)));
        for (boolean again : new boolean[] {false, true}) {
            Variable loss = SequenceLosses.ctcLoss(log, Tensor.of(1L), new int[] {3}, new int[] {1}, 0, Reduction.SUM, false);
            double[] dx = Variable.gradients(loss, List.of(log), again).getFirst().data().toDoubleArray();
            assertThat(dx).as("recorded " + again).doesNotContain(Double.NaN);
            assertThat(dx[0]).isCloseTo(-1, withPercentage(1e-10));
            assertThat(dx[1] == 0).isTrue();
        }
    }

    @Test
    void longSequencesKeepTheirDigitsForAnyNumberOfThreads() {
        var rng = new Rng(3);
        Tensor log = Variable.of(Tensor.randn(Shape.of(200, 3, 20), rng).mul(30)).logSoftmax(-1).data();
        long[] labels = new long[3 * 60];
        Arrays.setAll(labels, i -> 1 + rng.nextInt(19));
        Tensor target = Tensor.of(labels, Shape.of(3, 60));
        int[] steps = {200, 150, 199};
        int[] sizes = {60, 20, 0};
        float[] fast = Parallel.withThreads(2, () -> losses(log, target, steps, sizes));
        assertThat(fast).isEqualTo(Parallel.withThreads(1, () -> losses(log, target, steps, sizes)));
        float[] exact = losses(log.to(Device.REFERENCE), target.to(Device.REFERENCE), steps, sizes);
        for (int n = 0; n < 3; n++)
            assertThat(fast[n]).isCloseTo(exact[n], withPercentage(1e-5));
    }

    private static float[] losses(Tensor log, Tensor target, int[] steps, int[] sizes) {
        return SequenceLosses.ctcLoss(Variable.of(log), target, steps, sizes, 0, Reduction.NONE, false).data().toFloatArray();
    }

    @Test
    void refusalsSayWhatIsWrong() {
        assertThatThrownBy(() -> SequenceLosses.ctcLoss(logits, targets, new int[] {6, 4, 3}, counts))
                .hasMessage("ctcLoss: every input length must be from 0 to 5 (got 6 for sequence 0)");
        assertThatThrownBy(() -> SequenceLosses.ctcLoss(logits, targets, inputs, new int[] {3, 3, 0}))
                .hasMessage("ctcLoss: labels must be below the 4 classes and not the blank 0 (got 0 in sequence 1)");
    }
}
