package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.MetricLosses;
import dev.sunda.nn.functional.MetricLosses.TripletOptions;

/// Anchors that should be nearer to one vector than to another. See [MetricLosses#tripletMarginLoss].
///
/// @param options margin, norm, eps, swap and reduction
public record TripletMarginLoss(TripletOptions options) {
    /// Checks the options.
    public TripletMarginLoss {
        Require.positive("TripletMarginLoss", "margin", options.margin());
        Require.notNegative("TripletMarginLoss", "p", options.p());
        Require.notNegative("TripletMarginLoss", "eps", options.eps());
        Require.reduction("TripletMarginLoss", options.reduction());
    }

    /// With the default options.
    public TripletMarginLoss() {
        this(TripletOptions.DEFAULT);
    }

    /// The loss of triplets.
    public Variable forward(Variable anchor, Variable positive, Variable negative) {
        return MetricLosses.tripletMarginLoss(anchor, positive, negative, options);
    }
}
