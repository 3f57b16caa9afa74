package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// A number that says how good answers are, gathered batch by batch.
///
/// ```java
/// var accuracy = new Accuracy();
/// for (Batch batch : loader.epoch(0))
///     accuracy.update(model.forward(batch.input()).data(), batch.target());
/// System.out.println(accuracy.value());
/// ```
///
/// The value is that of all elements together, however they were cut into batches, and NaN where it is not defined, as before the first
/// update. Sums and counts are kept in double precision on the host. Not for use by several threads at once.
public interface Metric {
    /// Counts one batch.
    ///
    /// @param input answers or scores
    /// @param target what is true
    /// @throws dev.sunda.core.type.ShapeException if the shapes do not fit; nothing is counted then
    void update(Tensor input, Tensor target);

    /// The value of all batches since the last reset.
    double value();

    /// Forgets all batches.
    void reset();
}
