package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;

import java.util.List;
import java.util.Objects;

/// Samples held in tensors whose dimension 0 counts the samples.
///
/// @param inputs  `[n, ...]`
/// @param targets `[n, ...]`, for example class numbers, I64 `[n]`
/// @param extras  `[n, ...]` each, what else belongs to the samples
public record TensorDataset(Tensor inputs, Tensor targets, List<Tensor> extras) implements Dataset<Sample> {
    public TensorDataset {
        Objects.requireNonNull(inputs, "TensorDataset: inputs is null");
        Objects.requireNonNull(targets, "TensorDataset: targets is null");
        if (inputs.shape().rank() == 0 || targets.shape().rank() == 0 || inputs.shape().size(0) != targets.shape().size(0))
            throw new IllegalArgumentException("TensorDataset: inputs and targets must have the same size in dimension 0 (got "
                    + inputs.shape() + ", " + targets.shape() + ")");
        extras = Sample.copied("TensorDataset", extras);
        for (Tensor extra : extras)
            if (extra.shape().rank() == 0 || extra.shape().size(0) != inputs.shape().size(0))
                throw new IllegalArgumentException("TensorDataset: extras must have the size of the inputs in dimension 0 (got "
                        + inputs.shape() + ", " + extra.shape() + ")");
    }

    /// Without extras.
    public TensorDataset(Tensor inputs, Tensor targets) {
        this(inputs, targets, List.of());
    }

    @Override
    public int size() {
        return inputs.shape().size(0);
    }

    @Override
    public Sample get(int index) {
        Objects.checkIndex(index, size());
        return new Sample(inputs.select(0, index), targets.select(0, index), extras.stream().map(x -> x.select(0, index)).toList());
    }

    @Override
    public Batch batch(int... indices) {
        Objects.requireNonNull(indices, "TensorDataset.batch: indices is null");
        var chosen = new long[indices.length];
        for (int i = 0; i < indices.length; i++)
            chosen[i] = Objects.checkIndex(indices[i], size());
        Tensor index = Tensor.of(chosen, Shape.of(chosen.length));
        return new Batch(inputs.indexSelect(0, index), targets.indexSelect(0, index),
                extras.stream().map(x -> x.indexSelect(0, index)).toList());
    }
}
