package dev.sunda.examples.conformance;

import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Reduction;

/// The softmax family and losses.
final class LossOperations {
    private LossOperations() {
    }

    static void register(OperationTable table) {
        table.one("softmax", a -> a.variable("input").softmax(a.integer("dim")));
        table.one("log_softmax", a -> a.variable("input").logSoftmax(a.integer("dim")));
        table.one("cross_entropy",
                a -> Losses.crossEntropy(a.variable("input"), a.tensor("target"), new CrossEntropyOptions(a.optionalTensor("weight"),
                        a.integer("ignore_index", -100), a.number("label_smoothing", 0), reduction(a))));
    }

    private static Reduction reduction(Args a) {
        return switch (a.text("reduction", "mean")) {
            case "mean" -> Reduction.MEAN;
            case "sum" -> Reduction.SUM;
            case "none" -> Reduction.NONE;
            default -> throw new IllegalArgumentException("reduction: must be mean, sum or none (got " + a.text("reduction", "") + ")");
        };
    }
}
