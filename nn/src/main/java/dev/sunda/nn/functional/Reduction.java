package dev.sunda.nn.functional;

/// What a loss makes of the losses of single elements.
public enum Reduction {
    /// Their average.
    MEAN,
    /// Their sum.
    SUM,
    /// Nothing: one loss for each element.
    NONE
}
