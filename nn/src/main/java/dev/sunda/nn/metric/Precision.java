package dev.sunda.nn.metric;

import java.util.Objects;

/// Of what was taken for a class, the share that was, averaged over the classes; [ConfusionMatrix] has the formulas.
public final class Precision extends ClassMetric {
    private final Average average;

    /// Elements whose true class is -100 are not counted.
    ///
    /// @param classes how many there are
    /// @param average how the classes become one number
    public Precision(int classes, Average average) {
        this(classes, average, -100);
    }

    /// @param classes how many there are
    /// @param average how the classes become one number
    /// @param ignoreIndex elements whose true class equals this are not counted
    public Precision(int classes, Average average, long ignoreIndex) {
        Objects.requireNonNull(average, "Precision: average is null; use Average.MICRO, MACRO or WEIGHTED");
        super(classes, ignoreIndex);
        this.average = average;
    }

    @Override
    public double value() {
        return matrix().precision(average);
    }
}
