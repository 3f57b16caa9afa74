package dev.sunda.nn.metric;

import java.util.Objects;

/// Of what was of a class, the share that was recognised, averaged over the classes; [ConfusionMatrix] has the formulas.
public final class Recall extends ClassMetric {
    private final Average average;

    /// Elements whose true class is -100 are not counted.
    ///
    /// @param classes how many there are
    /// @param average how the classes become one number
    public Recall(int classes, Average average) {
        this(classes, average, -100);
    }

    /// @param classes how many there are
    /// @param average how the classes become one number
    /// @param ignoreIndex elements whose true class equals this are not counted
    public Recall(int classes, Average average, long ignoreIndex) {
        Objects.requireNonNull(average, "Recall: average is null; use Average.MICRO, MACRO or WEIGHTED");
        super(classes, ignoreIndex);
        this.average = average;
    }

    @Override
    public double value() {
        return matrix().recall(average);
    }
}
