package dev.sunda.nn.metric;

/// Intersection over union of pixels or other elements, averaged over the classes that occur; [ConfusionMatrix] has the formula.
public final class MeanIou extends ClassMetric {
    /// @param classes how many there are
    public MeanIou(int classes) {
        super(classes);
    }

    @Override
    public double value() {
        return matrix().meanIou();
    }
}
