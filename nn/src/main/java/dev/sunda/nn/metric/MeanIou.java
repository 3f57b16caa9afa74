package dev.sunda.nn.metric;

/// Intersection over union of pixels or other elements, averaged over the classes that occur; [ConfusionMatrix] has the formula.
public final class MeanIou extends ClassMetric {
    /// Elements whose true class is -100 are not counted.
    ///
    /// @param classes how many there are
    public MeanIou(int classes) {
        this(classes, -100);
    }

    /// @param classes how many there are
    /// @param ignoreIndex elements whose true class equals this are not counted, for example 255 for pixels without a label
    public MeanIou(int classes, long ignoreIndex) {
        super(classes, ignoreIndex);
    }

    @Override
    public double value() {
        return matrix().meanIou();
    }
}
