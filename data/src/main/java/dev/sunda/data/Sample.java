package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import java.util.Objects;

/// One example to learn from: an input and what the model should answer.
///
/// @param input  for example an image `[c, h, w]`
/// @param target for example a class number, an I64 scalar
public record Sample(Tensor input, Tensor target) {
    public Sample {
        Objects.requireNonNull(input, "Sample: input is null");
        Objects.requireNonNull(target, "Sample: target is null");
    }

    /// A sample of a class; the target becomes an I64 scalar.
    public static Sample of(Tensor input, long label) {
        return new Sample(input, Tensor.of(new long[] {label}, Shape.SCALAR));
    }
}
