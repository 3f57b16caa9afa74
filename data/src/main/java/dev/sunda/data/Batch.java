package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Several samples as two tensors; dimension 0 of both counts the samples.
///
/// @param input  `[n, ...]`, for example images `[n, c, h, w]`
/// @param target `[n, ...]`, for example class numbers, I64 `[n]`
public record Batch(Tensor input, Tensor target) {
    public Batch {
        Objects.requireNonNull(input, "Batch: input is null");
        Objects.requireNonNull(target, "Batch: target is null");
        if (input.shape().rank() == 0 || target.shape().rank() == 0 || input.shape().size(0) != target.shape().size(0))
            throw new IllegalArgumentException("Batch: input and target must have the same size in dimension 0 (got "
                    + input.shape() + ", " + target.shape() + ")");
    }

    /// Number of samples.
    public int size() {
        return input.shape().size(0);
    }

    /// The same batch on another device; itself if it is there.
    public Batch to(Device device) {
        return new Batch(input.to(device), target.to(device));
    }

    /// Stacks samples along a new dimension 0.
    ///
    /// @throws DataException if there is none, or shapes or dtypes differ
    public static Batch of(List<Sample> samples) {
        if (samples.isEmpty())
            throw new DataException("Batch: there is nothing to stack (got no samples)");
        var inputs = new ArrayList<Tensor>(samples.size());
        var targets = new ArrayList<Tensor>(samples.size());
        Sample first = samples.getFirst();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            checkAlike("input", i, sample.input(), first.input());
            checkAlike("target", i, sample.target(), first.target());
            inputs.add(sample.input());
            targets.add(sample.target());
        }
        return new Batch(Tensor.stack(inputs, 0), Tensor.stack(targets, 0));
    }

    private static void checkAlike(String what, int position, Tensor tensor, Tensor first) {
        if (!tensor.shape().equals(first.shape()) || tensor.dtype() != first.dtype())
            throw new DataException("Batch: the " + what + " at position " + position
                    + " differs in shape or dtype from the first one (got "
                    + tensor.dtype() + " " + tensor.shape() + ", " + first.dtype() + " " + first.shape()
                    + "); crop, pad or resize to one size first");
    }
}
