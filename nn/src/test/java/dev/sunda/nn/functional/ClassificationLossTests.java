package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.ClassificationLosses.MultiMarginOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Losses of choices: values of PyTorch 2.13, float64, and the ends of the range.
class ClassificationLossTests {
    private final Variable a = Variable.of(ramp(2, 3));
    private final Variable z = Variable.of(ramp(4, 3));
    private final Variable yes = Variable.of(Tensor.of(new double[] {1, 0, 1, 0, 0.3, 1}, Shape.of(2, 3)));
    private final Tensor signs = Tensor.of(new long[] {1, -1, 1, -1, -1, 1}, Shape.of(2, 3));
    private final Tensor weights = Tensor.of(1.0, 2.0, 0.5);
    private final Tensor target = Tensor.of(2L, 0L, 0L, 1L);

    private static double logits(double x, double t) {
        return BinaryLosses.binaryCrossEntropyWithLogits(Variable.of(Tensor.of(x)), Variable.of(Tensor.of(t))).item();
    }

    @Test
    void likelihoodsOfClassesAgreeWithPyTorch() {
        Variable log = z.logSoftmax(1);
        Tensor some = Tensor.of(2L, -100L, 0L, 1L);
        assertClose("none", ClassificationLosses.nllLoss(log, some, weights, -100, Reduction.NONE).data(), 0.716427733439, 0,
                0.407605964444, 2.81521192889);
        assertClose("mean", ClassificationLosses.nllLoss(log, some, weights, -100, Reduction.MEAN).data(), 1.12549875051);
        assertClose("images", ClassificationLosses.nllLoss(Variable.of(ramp(2, 3, 2)).logSoftmax(1),
                Tensor.of(new long[] {0, 2, 1, 1}, Shape.of(2, 2)), weights, 1, Reduction.MEAN).data(), 2.17691907196);
    }

    @Test
    void anIgnoredElementMayBeAnything() {
        Variable log = Variable.tracked(Tensor.of(new double[] {Double.NaN, 0, -1, -2}, Shape.of(2, 2)));
        Variable loss = ClassificationLosses.nllLoss(log, Tensor.of(0L, 1L), null, 0, Reduction.MEAN);
        assertThat(loss.item()).isEqualTo(2);
        assertThat(Variable.gradients(loss, List.of(log), false).getFirst().data().toDoubleArray()).containsExactly(0, 0, 0, -1);
        assertThat(ClassificationLosses.nllLoss(log, Tensor.of(0L, 0L), null, 0, Reduction.MEAN).item()).isNaN();
    }

    @Test
    void gradientsOfProbabilitiesAreTheirSurprise() {
        Variable t = Variable.tracked(ramp(2, 3).abs());
        Variable loss = Losses.crossEntropy(a, t, Losses.CrossEntropyOptions.DEFAULT.withReduction(Reduction.SUM));
        Tensor dt = Variable.gradients(loss, List.of(t), false).getFirst().data();
        assertClose("dt", dt, a.logSoftmax(1).data().neg(), 1e-12);
    }

    @Test
    void marginsOfClassesAgreeWithPyTorch() {
        MultiMarginOptions none = MultiMarginOptions.DEFAULT.withReduction(Reduction.NONE);
        assertClose("p 1", ClassificationLosses.multiMarginLoss(z, target, none).data(), 0.75, 0, 0, 0.666666666667);
        assertClose("p 2", ClassificationLosses.multiMarginLoss(z, target, none.withP(2).withMargin(0.5).withClassWeights(weights)).data(),
                0.375, 0, 0, 1.5);
        assertClose("one", ClassificationLosses.multiMarginLoss(z.select(0, 0), Tensor.of(2L).squeeze(0)).data(), 0.75);
        Tensor lists = Tensor.of(new long[] {3, 0, -1, 1, 1, 1, -1, 0}, Shape.of(2, 4));
        assertClose("several", ClassificationLosses.multilabelMarginLoss(Variable.of(ramp(2, 4)), lists, Reduction.NONE).data(), 1.1875,
                3.25);
        assertClose("one list", ClassificationLosses.multilabelMarginLoss(Variable.of(ramp(4)), lists.select(0, 0)).data(), 1.1875);
    }

    @Test
    void focalLossAgreesWithItsFormula() {
        assertClose("classes", ClassificationLosses.focalLoss(z, target, weights, 2, -100, Reduction.NONE).data(), 0.415305647348,
                0.0456777989679, 0.0456777989679, 1.60589564873);
        assertClose("gamma 0", ClassificationLosses.focalLoss(z, target, null, 0, 0, Reduction.MEAN).data(),
                Losses.crossEntropy(z, target, Losses.CrossEntropyOptions.DEFAULT.withIgnoreIndex(0)).data(), 1e-12);
        assertClose("binary", BinaryLosses.sigmoidFocalLoss(a, yes, 0.25, 2, Reduction.NONE).data(), 0.22686453818, 0.283058700645,
                0.0943529002149, 0.68059361454, 0.124125396191, 0.131105017569);
        assertClose("unweighted", BinaryLosses.sigmoidFocalLoss(a, yes, -1, 1.5, Reduction.NONE).data(), 1.02927710297, 0.478365394184,
                0.478365394184, 1.02927710297, 0.285550729304, 0.636337146253);
    }

    @Test
    void focalLossOfSureAnswersHasAGradient() {
        Variable x = Variable.tracked(Tensor.of(200f, -200f));
        Variable loss = BinaryLosses.sigmoidFocalLoss(x, Variable.of(Tensor.of(1f, 1f)), -1, 0.5, Reduction.SUM);
        assertThat(Variable.gradients(loss, List.of(x), false).getFirst().data().toFloatArray()).containsExactly(0, -1);
        Variable sure = Variable.tracked(Tensor.of(new float[] {200, -200}, Shape.of(1, 2)));
        loss = ClassificationLosses.focalLoss(sure, Tensor.of(0L), null, 0.5, -100, Reduction.SUM);
        assertThat(Variable.gradients(loss, List.of(sure), false).getFirst().data().toFloatArray()).containsExactly(0, 0);
    }

    @Test
    void binaryLossesAgreeWithPyTorch() {
        assertClose("probabilities", BinaryLosses.binaryCrossEntropy(a.sigmoid(), yes, weights, Reduction.NONE).data(), 1.50192908135,
                1.94815396836, 0.48703849209, 1.50192908135, 1.50187883976, 0.568435503057);
        assertClose("logits", BinaryLosses.binaryCrossEntropyWithLogits(a, yes, weights, Tensor.of(2.0, 1.0, 3.0), Reduction.NONE).data(),
                3.00385816269, 1.94815396836, 1.46111547627, 1.50192908135, 1.50187883976, 1.70530650917);
        assertClose("labels", BinaryLosses.multilabelSoftMarginLoss(a, yes, weights, Reduction.NONE).data(), 1.31237384727, 1.19074780805);
        assertClose("soft margin", BinaryLosses.softMarginLoss(a, signs, Reduction.NONE).data(), 1.50192908135, 0.97407698418,
                0.97407698418, 1.50192908135, 0.825939419879, 1.13687100611);
        assertClose("hinge", BinaryLosses.hingeLoss(a, signs, Reduction.NONE).data(), 2.25, 1.5, 1.5, 2.25, 1.25, 1.75);
    }

    @Test
    void logarithmsOfZeroAreCutOff() {
        Variable x = Variable.tracked(Tensor.of(0, 1, 1e-20));
        Variable loss = BinaryLosses.binaryCrossEntropy(x, Variable.of(Tensor.of(0, 0, 0.5)), null, Reduction.NONE);
        assertClose("loss", loss.data(), 0, 100, 23.0258509299);
        Tensor dx = Variable.gradients(loss.sum(), List.of(x), false).getFirst().data();
        assertClose("dx", dx.div(1e12), 0, 1, -0.5);
    }

    @Test
    void logitsKeepSmallLossesAndLargeOnes() {
        for (double x : new double[] {-30, -100, -700})
            assertThat(logits(x, 0)).isCloseTo(Math.exp(x), withPercentage(1e-10));
        for (float x : new float[] {-15, -30, -80})
            assertThat(BinaryLosses.binaryCrossEntropyWithLogits(Variable.of(Tensor.of(x)), Variable.of(Tensor.of(0f))).item())
                    .isCloseTo(Math.exp(x) - (x > -20 ? Math.exp(2 * x) / 2 : 0), withPercentage(1e-4));
        assertThat(logits(1e4, 1)).isZero();
        assertThat(logits(1e4, 0)).isEqualTo(1e4);
        assertThat(logits(-1e4, 1)).isEqualTo(1e4);
        assertThat(logits(1e4, 0.25)).isEqualTo(7500);
    }

    @Test
    void infiniteLogitsHaveTheSlopeOfTheirLimit() {
        Variable x = Variable.tracked(Tensor.of(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0));
        Variable loss = BinaryLosses.binaryCrossEntropyWithLogits(x, Variable.of(Tensor.of(1f, 0, 0.5f)), null, null, Reduction.SUM);
        assertThat(Variable.gradients(loss, List.of(x), false).getFirst().data().toFloatArray()).containsExactly(0, 0, 0);
    }

    @Test
    void overlapLossesAgreeWithTheirFormulas() {
        Variable p = Variable.of(Tensor.of(new double[] {0.5, 1, 0, 0.5, 0, 1}, Shape.of(1, 2, 3)));
        Variable t = Variable.of(SegmentationLosses.oneHot(p, Tensor.of(new long[] {0, 0, 1}, Shape.of(1, 3))));
        assertClose("target", t.data(), 1, 1, 0, 0, 0, 1);
        assertClose("dice", SegmentationLosses.diceLoss(p, t, 0, Reduction.NONE).data(), 1 - 3 / 3.5, 1 - 2 / 2.5);
        assertClose("jaccard", SegmentationLosses.jaccardLoss(p, t, 0, Reduction.NONE).data(), 0.25, 1 - 1 / 1.5);
        assertClose("smoothed", SegmentationLosses.jaccardLoss(p, t, 1, Reduction.SUM).data(), 1 - 2.5 / 3 + 1 - 2 / 2.5);
    }

    @Test
    void refusalsSayWhatIsWrong() {
        assertThatThrownBy(() -> ClassificationLosses.nllLoss(a, Tensor.of(0L, 3L)))
                .hasMessage(
                        "nllLoss: class indices must be below the 3 classes, or the ignored index -100 (got 3 as element 1 of int64 [2])");
        assertThatThrownBy(() -> BinaryLosses.binaryCrossEntropy(a, yes))
                .hasMessage(
                        "binaryCrossEntropy: every input must be a probability, from 0 to 1 (got -1.25 as element 0 of float64 [2, 3])");
        assertThatThrownBy(() -> BinaryLosses.hingeLoss(a, Tensor.of(0L, 1L, 1L)))
                .hasMessage("hingeLoss: labels must be 1 or -1 (got 0 as element 0 of int64 [3])");
    }
}
