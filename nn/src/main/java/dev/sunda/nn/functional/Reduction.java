package dev.sunda.nn.functional;

/// What a loss makes of the losses of single elements.
public enum Reduction {
    /// Their average: the sum divided by the number of elements, unless a loss says otherwise. NaN over nothing, as in PyTorch.
    MEAN,
    /// Their sum.
    SUM,
    /// Nothing: one loss for each element.
    NONE,
    /// Their sum divided by the size of the first dimension: the mathematical mean of divergences, for [DistributionLosses#klDiv] alone.
    BATCH_MEAN
}
