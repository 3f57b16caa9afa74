package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;

import java.util.Arrays;
import java.util.Objects;

/// Which samples make up an epoch of a [DataLoader], and in which order.
///
/// A sampler is given a random stream of its own for each epoch, which depends on (seed, epoch) only. Take all randomness from it, and an
/// interrupted run goes on with the same samples.
@FunctionalInterface
public interface Sampler {
    /// Every sample once, by number.
    Sampler IN_ORDER = (size, _) -> {
        var order = new int[size];
        Arrays.setAll(order, i -> i);
        return order;
    };

    /// Every sample once, in random order.
    Sampler SHUFFLED = (size, rng) -> rng.permutation(size);

    /// The numbers of the samples of an epoch; a number may occur several times or not at all.
    ///
    /// @param size number of samples in the data set
    /// @param rng  random stream of this epoch
    /// @return [#count] numbers from 0 to `size - 1`
    int[] order(int size, Rng rng);

    /// How many samples an epoch has, at least 1 and the same for all epochs: all of the data set, unless it is overridden.
    ///
    /// @param size number of samples in the data set
    default int count(int size) {
        return size;
    }

    /// Draws samples in proportion to weights, for example the inverse frequency of their class, so that rare classes are seen as often as
    /// others.
    ///
    /// ```java
    /// Tensor each = labels.bincount(classes).to(DType.F64).reciprocal().indexSelect(0, labels);
    /// var options = DataLoader.Options.shuffled(64, seed).withSampler(Sampler.weighted(each, labels.size(0), true));
    /// ```
    ///
    /// @param weights     `[n]`, one for each sample of the data set: finite, 0 or more, not all 0; need not add up to 1
    /// @param count       samples in an epoch, at least 1
    /// @param replacement whether a sample can be drawn again; otherwise as many weights must be above 0
    static Sampler weighted(Tensor weights, int count, boolean replacement) {
        Objects.requireNonNull(weights, "Sampler.weighted: weights is null");
        if (weights.rank() != 1)
            throw new ShapeException("Sampler.weighted", "needs one weight for each sample, [n]", weights.shape());
        if (count < 1)
            throw new IllegalArgumentException("Sampler.weighted: an epoch must have at least 1 sample (got " + count + ")");
        Tensor.multinomial(weights, count, replacement, new Rng(0));             // refuses weights that cannot be drawn from
        Tensor own = weights.copy();
        return new Sampler() {
            @Override
            public int[] order(int size, Rng rng) {
                if (size != own.size(0))
                    throw new ShapeException("Sampler.weighted", "the data set has " + size + " samples, which need as many weights",
                            own.shape());
                return Tensor.multinomial(own, count, replacement, rng).toIntArray();
            }

            @Override
            public int count(int size) {
                return count;
            }
        };
    }
}
