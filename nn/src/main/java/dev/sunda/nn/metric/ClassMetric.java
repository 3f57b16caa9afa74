package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// A number that follows from a confusion matrix.
abstract sealed class ClassMetric implements Metric permits Precision, Recall, F1, MeanIou {
    private final ConfusionMatrix matrix;

    ClassMetric(int classes, long ignoreIndex) {
        matrix = new ConfusionMatrix(classes, ignoreIndex);
    }

    /// The counts so far.
    public final ConfusionMatrix matrix() {
        return matrix;
    }

    /// @param answers class indices of any shape (int64 or int32), or scores with the classes in dimension 1, the highest of which is the
    ///     answer
    /// @param target class indices, int64 or int32
    @Override
    public final void update(Tensor answers, Tensor target) {
        matrix.update(answers, target);
    }

    @Override
    public final void reset() {
        matrix.reset();
    }
}
