package dev.sunda.data;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Several samples as tensors; dimension 0 of each counts the samples.
///
/// @param input  `[n, ...]`, for example images `[n, c, h, w]`
/// @param target `[n, ...]`, for example class numbers, I64 `[n]`
/// @param extras `[n, ...]` each, in the order of [Sample#extras]
public record Batch(Tensor input, Tensor target, List<Tensor> extras) {
    public Batch {
        Objects.requireNonNull(input, "Batch: input is null");
        Objects.requireNonNull(target, "Batch: target is null");
        if (input.shape().rank() == 0 || target.shape().rank() == 0 || input.shape().size(0) != target.shape().size(0))
            throw new IllegalArgumentException("Batch: input and target must have the same size in dimension 0 (got "
                    + input.shape() + ", " + target.shape() + ")");
        extras = Sample.copied("Batch", extras);
        for (Tensor extra : extras)
            if (extra.shape().rank() == 0 || extra.shape().size(0) != input.shape().size(0))
                throw new IllegalArgumentException("Batch: extras must have the size of the input in dimension 0 (got " + input.shape()
                        + ", " + extra.shape() + ")");
    }

    /// Without extras.
    public Batch(Tensor input, Tensor target) {
        this(input, target, List.of());
    }

    /// Number of samples.
    public int size() {
        return input.shape().size(0);
    }

    /// The same batch on another device; itself if it is there.
    public Batch to(Device device) {
        return new Batch(input.to(device), target.to(device), extras.stream().map(x -> x.to(device)).toList());
    }

    /// Stacks samples along a new dimension 0.
    ///
    /// @throws DataException if there is none, or shapes or dtypes differ
    public static Batch of(List<Sample> samples) {
        Objects.requireNonNull(samples, "Batch.of: samples is null");
        samples.forEach(sample -> Objects.requireNonNull(sample, "Batch.of: a sample is null"));
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
        return new Batch(Tensor.stack(inputs, 0), Tensor.stack(targets, 0), extras(samples));
    }

    private static List<Tensor> extras(List<Sample> samples) {
        List<Tensor> first = samples.getFirst().extras();
        for (int i = 0; i < samples.size(); i++)
            checkCount(i, samples.get(i).extras(), first);
        var stacked = new ArrayList<Tensor>(first.size());
        for (int k = 0; k < first.size(); k++) {
            var all = new ArrayList<Tensor>(samples.size());
            for (int i = 0; i < samples.size(); i++) {
                Tensor extra = samples.get(i).extras().get(k);
                checkAlike("extra " + k, i, extra, first.get(k));
                all.add(extra);
            }
            stacked.add(Tensor.stack(all, 0));
        }
        return stacked;
    }

    private static void checkCount(int position, List<Tensor> extras, List<Tensor> first) {
        if (extras.size() != first.size())
            throw new DataException("Batch: the sample at position " + position + " has another number of extras than the first one (got "
                    + extras.size() + ", " + first.size() + ")");
    }

    private static void checkAlike(String what, int position, Tensor tensor, Tensor first) {
        if (!tensor.shape().equals(first.shape()) || tensor.dtype() != first.dtype())
            throw new DataException("Batch: the " + what + " at position " + position
                    + " differs in shape or dtype from the first one (got "
                    + tensor.dtype() + " " + tensor.shape() + ", " + first.dtype() + " " + first.shape()
                    + "); crop or resize with a transform, or pad with a collate function of your own");
    }
}
