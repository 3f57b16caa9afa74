package dev.sunda.nn.metric;

/// The harmonic mean of precision and recall, averaged over the classes; [ConfusionMatrix] has the formulas.
public final class F1 extends ClassMetric {
    private final Average average;

    /// @param classes how many there are
    /// @param average how the classes become one number
    public F1(int classes, Average average) {
        super(classes);
        this.average = average;
    }

    @Override
    public double value() {
        return matrix().f1(average);
    }
}
