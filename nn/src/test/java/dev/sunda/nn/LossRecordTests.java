package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.DistributionLosses;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.MetricLosses.TripletOptions;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;
import dev.sunda.nn.functional.SegmentationLosses;
import dev.sunda.nn.functional.SequenceLosses;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Losses as objects compute what their functions compute, with the same defaults.
class LossRecordTests {
    private final Variable a = Variable.of(ramp(2, 3));
    private final Variable b = Variable.of(ramp(2, 3).flip(0, 1));
    private final Variable p = a.sigmoid();
    private final Variable q = b.sigmoid();
    private final Tensor classes = Tensor.of(2L, 0L);
    private final Tensor signs = Tensor.of(new long[] {1, -1, 1, -1, -1, 1}, Shape.of(2, 3));
    private final Tensor pairs = Tensor.of(1L, -1L);

    private static void same(Variable actual, Variable expected) {
        assertClose("loss", actual.data(), expected.data(), 0);
    }

    @Test
    void lossesOfClasses() {
        same(new CrossEntropyLoss().forward(a, classes), Losses.crossEntropy(a, classes));
        same(new CrossEntropyLoss().forward(a, p), Losses.crossEntropy(a, p));
        same(new NllLoss().forward(a, classes), ClassificationLosses.nllLoss(a, classes));
        same(new FocalLoss().forward(a, classes), ClassificationLosses.focalLoss(a, classes));
        same(new MultiMarginLoss().forward(a, classes), ClassificationLosses.multiMarginLoss(a, classes));
        Tensor lists = Tensor.of(new long[] {1, -1, 0, 2, 0, -1}, Shape.of(2, 3));
        same(new MultilabelMarginLoss().forward(a, lists), ClassificationLosses.multilabelMarginLoss(a, lists));
    }

    @Test
    void lossesOfYesAndNo() {
        same(new BceLoss().forward(p, q), BinaryLosses.binaryCrossEntropy(p, q));
        same(new BceWithLogitsLoss().forward(a, q), BinaryLosses.binaryCrossEntropyWithLogits(a, q));
        same(new SigmoidFocalLoss().forward(a, q), BinaryLosses.sigmoidFocalLoss(a, q));
        same(new MultilabelSoftMarginLoss().forward(a, q), BinaryLosses.multilabelSoftMarginLoss(a, q));
        same(new SoftMarginLoss().forward(a, signs), BinaryLosses.softMarginLoss(a, signs));
        same(new HingeLoss().forward(a, signs), BinaryLosses.hingeLoss(a, signs));
    }

    @Test
    void lossesOfNumbersAndDistributions() {
        same(new MseLoss().forward(a, b), RegressionLosses.mseLoss(a, b));
        same(new MseLoss(Reduction.NONE).forward(a, b.data()), RegressionLosses.mseLoss(a, b, Reduction.NONE));
        same(new L1Loss().forward(a, b), RegressionLosses.l1Loss(a, b));
        same(new SmoothL1Loss().forward(a, b), RegressionLosses.smoothL1Loss(a, b));
        same(new HuberLoss().forward(a, b), RegressionLosses.huberLoss(a, b));
        same(new KlDivLoss().forward(a, q), DistributionLosses.klDiv(a, q));
        same(new PoissonNllLoss().forward(a, q), DistributionLosses.poissonNllLoss(a, q));
        same(new GaussianNllLoss().forward(a, b, q), DistributionLosses.gaussianNllLoss(a, b, q));
    }

    @Test
    void lossesThatCompare() {
        same(new HingeEmbeddingLoss().forward(p, signs), MetricLosses.hingeEmbeddingLoss(p, signs));
        same(new MarginRankingLoss().forward(a, b, signs), MetricLosses.marginRankingLoss(a, b, signs));
        same(new CosineEmbeddingLoss().forward(a, b, pairs), MetricLosses.cosineEmbeddingLoss(a, b, pairs));
        same(new ContrastiveLoss().forward(a, b, pairs), MetricLosses.contrastiveLoss(a, b, pairs));
        same(new TripletMarginLoss().forward(a, b, p), MetricLosses.tripletMarginLoss(a, b, p));
        same(new TripletMarginWithDistanceLoss().forward(a, b, p), MetricLosses.tripletMarginLoss(a, b, p));
    }

    @Test
    void lossesOfSequencesAndPixels() {
        Variable log = Variable.of(ramp(4, 1, 3)).logSoftmax(-1);
        int[] steps = {4};
        int[] labels = {2};
        same(new CtcLoss().forward(log, Tensor.of(1L, 2L), steps, labels), SequenceLosses.ctcLoss(log, Tensor.of(1L, 2L), steps, labels));
        Variable image = p.unsqueeze(0);
        same(new DiceLoss().forward(image, q.unsqueeze(0)), SegmentationLosses.diceLoss(image, q.unsqueeze(0)));
        same(new JaccardLoss().forward(image, q.unsqueeze(0)), SegmentationLosses.jaccardLoss(image, q.unsqueeze(0)));
    }

    @Test
    void lossesPrintTheirOptions() {
        assertThat(new HuberLoss(0.5, Reduction.SUM)).hasToString("HuberLoss[delta=0.5, reduction=SUM]");
    }

    @Test
    void gradientsReachTheParameters() {
        var layer = new Linear(3, 3, new Rng(1));
        for (Loss loss : new Loss[] {new CrossEntropyLoss(), new FocalLoss(), new MultiMarginLoss()}) {
            layer.zeroGrad();
            loss.forward(layer.forward(Tensor.randn(Shape.of(2, 3), new Rng(2))), classes).backward();
            assertThat(layer.weight().grad().abs().sum().item()).isPositive();
        }
    }

    /// When the loss is made, not when it is first called.
    @Test
    void optionsThatMakeNoSenseAreRefusedAtOnce() {
        refused(() -> new HuberLoss(0, Reduction.MEAN), "HuberLoss: the delta must be positive (got 0.0)");
        refused(() -> new SmoothL1Loss(-1, Reduction.MEAN), "SmoothL1Loss: the beta must not be negative (got -1.0)");
        refused(() -> new GaussianNllLoss(true, 0, Reduction.SUM), "GaussianNllLoss: the eps must be positive (got 0.0)");
        refused(() -> new ContrastiveLoss(-1, Reduction.SUM), "ContrastiveLoss: the margin must be positive (got -1.0)");
        refused(() -> new TripletMarginLoss(new TripletOptions(-1, 2, 1e-6, false, Reduction.MEAN)),
                "TripletMarginLoss: the margin must be positive (got -1.0)");
        refused(() -> new TripletMarginLoss(new TripletOptions(1, -2, 1e-6, false, Reduction.MEAN)),
                "TripletMarginLoss: the p must not be negative (got -2.0)");
        refused(() -> new CrossEntropyLoss(CrossEntropyOptions.DEFAULT.withLabelSmoothing(1.5)),
                "CrossEntropyLoss: the label smoothing must be from 0.0 to 1.0 (got 1.5)");
        refused(() -> new FocalLoss(null, Double.NaN, -100, Reduction.MEAN), "FocalLoss: the gamma must not be negative (got NaN)");
        refused(() -> new SigmoidFocalLoss(2, 2, Reduction.MEAN), "SigmoidFocalLoss: the alpha must be at most 1.0 (got 2.0)");
        refused(() -> new DiceLoss(-1, Reduction.MEAN), "DiceLoss: the smoothing must not be negative (got -1.0)");
        refused(() -> new CtcLoss(-1, Reduction.MEAN, false), "CtcLoss: the blank must be at least 0 (got -1)");
        refused(() -> new MseLoss(null), "MseLoss: the reduction must be MEAN, SUM or NONE (got null)");
        refused(() -> new L1Loss(Reduction.BATCH_MEAN), "L1Loss: the reduction must be MEAN, SUM or NONE (got BATCH_MEAN)");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
