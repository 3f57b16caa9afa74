package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.BinaryLosses;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.Distances;
import dev.sunda.nn.functional.DistributionLosses;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.MetricLosses.TripletOptions;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.RegressionLosses;
import dev.sunda.nn.functional.SequenceLosses;

/// The softmax family and losses.
final class LossOperations {
    private LossOperations() {
    }

    static void register(OperationTable table) {
        table.one("softmax", a -> a.variable("input").softmax(a.integer("dim")));
        table.one("log_softmax", a -> a.variable("input").logSoftmax(a.integer("dim")));
        classes(table);
        differences(table);
        probabilities(table);
        vectors(table);
        sequences(table);
    }

    private static void classes(OperationTable table) {
        table.one("cross_entropy", a -> Losses.crossEntropy(a.variable("input"), a.variable("target"), new CrossEntropyOptions(
                a.optionalTensor("weight"), a.integer("ignore_index", -100), a.number("label_smoothing", 0), reduction(a))));
        table.one("nll_loss", a -> ClassificationLosses.nllLoss(a.variable("input"), a.tensor("target"), a.optionalTensor("weight"),
                a.integer("ignore_index", -100), reduction(a)));
    }

    private static void differences(OperationTable table) {
        table.one("mse_loss", a -> RegressionLosses.mseLoss(a.variable("input"), a.variable("target"), reduction(a)));
        table.one("l1_loss", a -> RegressionLosses.l1Loss(a.variable("input"), a.variable("target"), reduction(a)));
        table.one("smooth_l1_loss",
                a -> RegressionLosses.smoothL1Loss(a.variable("input"), a.variable("target"), a.number("beta", 1), reduction(a)));
        table.one("huber_loss",
                a -> RegressionLosses.huberLoss(a.variable("input"), a.variable("target"), a.number("delta", 1), reduction(a)));
    }

    private static void probabilities(OperationTable table) {
        table.one("binary_cross_entropy", a -> BinaryLosses.binaryCrossEntropy(a.variable("input"), a.variable("target"),
                a.optionalTensor("weight"), reduction(a)));
        table.one("binary_cross_entropy_with_logits", a -> BinaryLosses.binaryCrossEntropyWithLogits(a.variable("input"),
                a.variable("target"), a.optionalTensor("weight"), a.optionalTensor("pos_weight"), reduction(a)));
        table.one("kl_div", a -> DistributionLosses.klDiv(a.variable("input"), a.variable("target"), a.flag("log_target", false),
                reduction(a)));
    }

    private static void vectors(OperationTable table) {
        table.one("cosine_similarity", a -> Distances.cosineSimilarity(a.variable("x1"), a.variable("x2"), a.integer("dim", 1),
                a.number("eps", 1e-8)));
        table.one("triplet_margin_loss", a -> MetricLosses.tripletMarginLoss(a.variable("anchor"), a.variable("positive"),
                a.variable("negative"), new TripletOptions(a.number("margin", 1), a.number("p", 2), a.number("eps", 1e-6),
                        a.flag("swap", false), reduction(a))));
    }

    private static void sequences(OperationTable table) {
        table.one("ctc_loss", a -> ctc(a, a.variable("log_probs")));
        table.one("ctc_loss_from_logits", a -> ctc(a, a.variable("logits").logSoftmax(-1)));
    }

    private static Variable ctc(Args a, Variable logProbs) {
        return SequenceLosses.ctcLoss(logProbs, a.tensor("targets"), a.integers("input_lengths"), a.integers("target_lengths"),
                a.integer("blank", 0), reduction(a), a.flag("zero_infinity", false));
    }

    private static Reduction reduction(Args a) {
        return switch (a.text("reduction", "mean")) {
            case "mean" -> Reduction.MEAN;
            case "sum" -> Reduction.SUM;
            case "none" -> Reduction.NONE;
            case "batchmean" -> Reduction.BATCH_MEAN;
            default -> throw new IllegalArgumentException("reduction: must be mean, sum or none (got " + a.text("reduction", "") + ")");
        };
    }
}
