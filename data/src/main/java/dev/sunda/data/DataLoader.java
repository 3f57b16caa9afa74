package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Goes through a data set in batches, epoch after epoch.
///
/// The order of the samples depends on (seed, epoch) only, the randomness of a sample's transform on (seed, epoch, index) only. Prefetching
/// changes neither. A loader holds no threads and need not be closed.
///
/// ```java
/// var loader = new DataLoader(Mnist.fromDirectory(path).normalized().train(), 64, seed);
/// for (int epoch = 0; epoch < 5; epoch++)
///     for (Batch batch : loader.epoch(epoch)) { ... }
/// ```
public final class DataLoader {
    private static final long ORDER = 0;
    private static final long TRANSFORM = 1;

    private final Dataset<Sample> dataset;
    private final Options options;

    /// How a loader works.
    ///
    /// @param batchSize samples in a batch, at least 1; the last batch may be smaller
    /// @param seed      decides every order and every random transform
    /// @param shuffle   whether each epoch has an order of its own; otherwise samples come by number
    /// @param dropLast  whether a last batch that is not full is left out
    /// @param prefetch  batches prepared ahead of the one in use, each on a virtual thread of its own; 0 prepares a batch when it is asked
    ///                  for, on the thread that asks
    /// @param transform applied to the input of each sample; [Transform#NONE] for none
    /// @param device    where batches end up; whoever prepares a batch ahead copies it there while the device computes
    public record Options(int batchSize, long seed, boolean shuffle, boolean dropLast, int prefetch, Transform transform, Device device) {
        /// Batches prepared ahead unless something else is asked for.
        public static final int DEFAULT_PREFETCH = 2;

        public Options {
            if (batchSize < 1)
                throw new IllegalArgumentException("DataLoader: batch size must be at least 1 (got " + batchSize + ")");
            if (prefetch < 0 || prefetch > 1024)
                throw new IllegalArgumentException("DataLoader: prefetch must be from 0 to 1024 (got " + prefetch + ")");
            Objects.requireNonNull(transform, "DataLoader: transform is null; use Transform.NONE");
            Objects.requireNonNull(device, "DataLoader: device is null; use Device.CPU");
        }

        /// For training: shuffled, the last batch is kept, two batches are prepared ahead, no transform.
        public static Options shuffled(int batchSize, long seed) {
            return new Options(batchSize, seed, true, false, DEFAULT_PREFETCH, Transform.NONE, Device.CPU);
        }

        /// For evaluation: samples by number, the last batch is kept, two batches are prepared ahead, no transform.
        public static Options inOrder(int batchSize) {
            return new Options(batchSize, 0, false, false, DEFAULT_PREFETCH, Transform.NONE, Device.CPU);
        }

        /// These options with another `dropLast`.
        public Options withDropLast(boolean dropLast) {
            return new Options(batchSize, seed, shuffle, dropLast, prefetch, transform, device);
        }

        /// These options with another `prefetch`.
        public Options withPrefetch(int prefetch) {
            return new Options(batchSize, seed, shuffle, dropLast, prefetch, transform, device);
        }

        /// These options with another `device`.
        public Options withDevice(Device device) {
            return new Options(batchSize, seed, shuffle, dropLast, prefetch, transform, device);
        }

        /// These options with another `transform`.
        public Options withTransform(Transform transform) {
            return new Options(batchSize, seed, shuffle, dropLast, prefetch, transform, device);
        }
    }

    /// A loader for training, with [Options#shuffled].
    public DataLoader(Dataset<Sample> dataset, int batchSize, long seed) {
        this(dataset, Options.shuffled(batchSize, seed));
    }

    /// @param dataset must hold at least one sample
    public DataLoader(Dataset<Sample> dataset, Options options) {
        if (dataset.size() < 1)
            throw new IllegalArgumentException("DataLoader: the data set must not be empty (got 0 samples)");
        this.dataset = dataset;
        this.options = options;
    }

    /// Number of samples an epoch delivers.
    public int size() {
        return options.dropLast() ? batches() * options.batchSize() : dataset.size();
    }

    /// Number of batches in an epoch.
    public int batches() {
        return options.dropLast() ? dataset.size() / options.batchSize() : Math.ceilDiv(dataset.size(), options.batchSize());
    }

    /// How this loader works.
    public Options options() {
        return options;
    }

    /// All batches of an epoch.
    ///
    /// @param epoch from 0
    public Epoch epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /// The batches of an epoch from `firstBatch` on, for training that was interrupted. They are the same as in a whole epoch; the ones
    /// before are not computed.
    ///
    /// @param epoch      from 0
    /// @param firstBatch from 0 to [#batches]; the latter gives none
    public Epoch epoch(int epoch, int firstBatch) {
        if (epoch < 0)
            throw new IllegalArgumentException("DataLoader.epoch: epoch must not be negative (got " + epoch + ")");
        if (firstBatch < 0 || firstBatch > batches())
            throw new IllegalArgumentException("DataLoader.epoch: first batch must be from 0 to " + batches() + " (got " + firstBatch
                    + ")");
        return new Epoch(this, epoch, firstBatch, order(epoch));
    }

    private int[] order(int epoch) {
        if (options.shuffle())
            return new Rng(options.seed()).split(ORDER).split(epoch).permutation(dataset.size());
        var order = new int[dataset.size()];
        Arrays.setAll(order, i -> i);
        return order;
    }

    /// Makes one batch of an epoch; called from several threads.
    Batch load(int epoch, int batch, int[] indices) {
        try {
            return transform(epoch, indices, dataset.batch(indices)).to(options.device());
        } catch (RuntimeException e) {
            throw new DataException("DataLoader: epoch " + epoch + ", batch " + batch + ": " + e.getMessage(), e);
        }
    }

    private Batch transform(int epoch, int[] indices, Batch batch) {
        if (options.transform() == Transform.NONE)
            return batch;
        Rng ofEpoch = new Rng(options.seed()).split(TRANSFORM).split(epoch);
        List<Tensor> inputs = new ArrayList<>(indices.length);
        for (int i = 0; i < indices.length; i++)
            try {
                inputs.add(options.transform().apply(batch.input().select(0, i), ofEpoch.split(indices[i])));
            } catch (RuntimeException e) {
                throw new DataException("sample " + indices[i] + ": " + e.getMessage(), e);
            }
        return new Batch(Tensor.stack(inputs, 0), batch.target());
    }
}
