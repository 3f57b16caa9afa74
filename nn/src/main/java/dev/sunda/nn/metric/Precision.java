package dev.sunda.nn.metric;

/// Of what was taken for a class, the share that was, averaged over the classes; [ConfusionMatrix] has the formulas.
public final class Precision extends ClassMetric {
    private final Average average;

    /// @param classes how many there are
    /// @param average how the classes become one number
    public Precision(int classes, Average average) {
        super(classes);
        this.average = average;
    }

    @Override
    public double value() {
        return matrix().precision(average);
    }
}
