package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import java.util.List;
import java.util.Objects;

/// One example to learn from: an input and what the model should answer.
///
/// @param input  for example an image `[c, h, w]`
/// @param target for example a class number, an I64 scalar
/// @param extras what else belongs to it, for example a length, a mask or a second image
public record Sample(Tensor input, Tensor target, List<Tensor> extras) {
    public Sample {
        Objects.requireNonNull(input, "Sample: input is null");
        Objects.requireNonNull(target, "Sample: target is null");
        extras = copied("Sample", extras);
    }

    /// A copy of extras, checked.
    static List<Tensor> copied(String owner, List<Tensor> extras) {
        Objects.requireNonNull(extras, () -> owner + ": extras is null; use List.of() for none");
        extras.forEach(extra -> Objects.requireNonNull(extra, () -> owner + ": an extra is null"));
        return List.copyOf(extras);
    }

    /// Without extras.
    public Sample(Tensor input, Tensor target) {
        this(input, target, List.of());
    }

    /// A sample of a class; the target becomes an I64 scalar.
    public static Sample of(Tensor input, long label) {
        return new Sample(input, Tensor.of(new long[] {label}, Shape.SCALAR));
    }
}
