package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Distances;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.Reduction;
import java.util.function.BinaryOperator;

/// Anchors that should be nearer to one input than to another, by any distance. See [MetricLosses#tripletMarginWithDistanceLoss].
///
/// @param distance of two variables
/// @param margin greater than 0
/// @param swap whether the distance of the negative from the positive counts, where it is smaller
/// @param reduction mean, sum or none
public record TripletMarginWithDistanceLoss(BinaryOperator<Variable> distance, double margin, boolean swap, Reduction reduction) {
    /// Checks the options.
    public TripletMarginWithDistanceLoss {
        Require.positive("TripletMarginWithDistanceLoss", "margin", margin);
        Require.reduction("TripletMarginWithDistanceLoss", reduction);
    }

    /// The mean with the Euclidean distance and margin 1.
    public TripletMarginWithDistanceLoss() {
        this(Distances::pairwiseDistance, 1, false, Reduction.MEAN);
    }

    /// The loss of triplets.
    public Variable forward(Variable anchor, Variable positive, Variable negative) {
        return MetricLosses.tripletMarginWithDistanceLoss(anchor, positive, negative, distance, margin, swap, reduction);
    }
}
