package dev.sunda.nn.metric;

/// Of what was of a class, the share that was recognised, averaged over the classes; [ConfusionMatrix] has the formulas.
public final class Recall extends ClassMetric {
    private final Average average;

    /// @param classes how many there are
    /// @param average how the classes become one number
    public Recall(int classes, Average average) {
        super(classes);
        this.average = average;
    }

    @Override
    public double value() {
        return matrix().recall(average);
    }
}
