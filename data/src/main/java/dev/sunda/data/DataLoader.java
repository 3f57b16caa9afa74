package dev.sunda.data;

import dev.sunda.core.Rng;
import dev.sunda.core.type.Device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// Goes through a data set in batches, epoch after epoch.
///
/// The order of the samples depends on (seed, epoch) only, the randomness of a sample's transform on (seed, epoch, index) only and, if a
/// sampler draws it several times in an epoch, on how often it came before. Prefetching changes neither. A loader holds no threads and need
/// not be closed.
///
/// ```java
/// var loader = new DataLoader(Mnist.fromDirectory(path).normalized().train(), 64, seed);
/// for (int epoch = 0; epoch < 5; epoch++)
///     for (Batch batch : loader.epoch(epoch)) { ... }
/// ```
public final class DataLoader {
    private static final long ORDER = 0;
    private static final long TRANSFORM = 1;
    private static final long REPEATED = 2;
    private static final Function<List<Sample>, Batch> STACK = Batch::of;

    private final Dataset<Sample> dataset;
    private final Options options;

    /// How a loader works.
    ///
    /// @param batchSize samples in a batch, at least 1; the last batch may be smaller
    /// @param seed      decides every order and every random transform
    /// @param sampler   which samples an epoch has, at least 1, and in which order
    /// @param dropLast  whether a last batch that is not full is left out
    /// @param prefetch  batches prepared ahead of the one in use, each on a virtual thread of its own; 0 prepares a batch when it is asked
    ///                  for, on the thread that asks
    /// @param transform applied to the input of each sample; [Transform#NONE] for none
    /// @param collate   makes a batch of samples: [Batch#of] stacks what is of one size, another function can pad. Called from several
    ///                  threads
    /// @param device    where batches end up; whoever prepares a batch ahead copies it there while the device computes
    public record Options(int batchSize, long seed, Sampler sampler, boolean dropLast, int prefetch, Transform transform,
            Function<List<Sample>, Batch> collate, Device device) {
        /// Batches prepared ahead unless something else is asked for.
        public static final int DEFAULT_PREFETCH = 2;

        public Options {
            if (batchSize < 1)
                throw new IllegalArgumentException("DataLoader: batch size must be at least 1 (got " + batchSize + ")");
            if (prefetch < 0 || prefetch > 1024)
                throw new IllegalArgumentException("DataLoader: prefetch must be from 0 to 1024 (got " + prefetch + ")");
            Objects.requireNonNull(sampler, "DataLoader: sampler is null; use Sampler.IN_ORDER or SHUFFLED");
            Objects.requireNonNull(transform, "DataLoader: transform is null; use Transform.NONE");
            Objects.requireNonNull(collate, "DataLoader: collate is null; use Batch::of");
            Objects.requireNonNull(device, "DataLoader: device is null; use Device.CPU");
        }

        /// For training: shuffled, the last batch is kept, two batches are prepared ahead, no transform.
        public static Options shuffled(int batchSize, long seed) {
            return new Options(batchSize, seed, Sampler.SHUFFLED, false, DEFAULT_PREFETCH, Transform.NONE, STACK, Device.CPU);
        }

        /// For evaluation: samples by number, the last batch is kept, two batches are prepared ahead, no transform.
        public static Options inOrder(int batchSize) {
            return new Options(batchSize, 0, Sampler.IN_ORDER, false, DEFAULT_PREFETCH, Transform.NONE, STACK, Device.CPU);
        }

        /// These options with another `sampler`.
        public Options withSampler(Sampler sampler) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }

        /// These options with another `dropLast`.
        public Options withDropLast(boolean dropLast) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }

        /// These options with another `prefetch`.
        public Options withPrefetch(int prefetch) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }

        /// These options with another `device`.
        public Options withDevice(Device device) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }

        /// These options with another `collate`.
        public Options withCollate(Function<List<Sample>, Batch> collate) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }

        /// These options with another `transform`.
        public Options withTransform(Transform transform) {
            return new Options(batchSize, seed, sampler, dropLast, prefetch, transform, collate, device);
        }
    }

    /// A loader for training, with [Options#shuffled].
    public DataLoader(Dataset<Sample> dataset, int batchSize, long seed) {
        this(dataset, Options.shuffled(batchSize, seed));
    }

    /// @param dataset must hold at least one sample
    public DataLoader(Dataset<Sample> dataset, Options options) {
        Objects.requireNonNull(dataset, "DataLoader: the data set is null");
        if (dataset.size() < 1)
            throw new IllegalArgumentException("DataLoader: the data set must not be empty (got 0 samples)");
        this.dataset = dataset;
        this.options = Objects.requireNonNull(options, "DataLoader: options is null; use Options.shuffled or inOrder");
        if (samples() < 1)
            throw new IllegalArgumentException("DataLoader: the sampler must give an epoch at least 1 sample (got " + samples() + ")");
    }

    /// Number of samples an epoch delivers.
    public int size() {
        return options.dropLast() ? batches() * options.batchSize() : samples();
    }

    /// Number of batches in an epoch.
    public int batches() {
        return options.dropLast() ? samples() / options.batchSize() : Math.ceilDiv(samples(), options.batchSize());
    }

    private int samples() {
        return options.sampler().count(dataset.size());
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
        int[] order = Objects.requireNonNull(
                options.sampler().order(dataset.size(), new Rng(options.seed()).split(ORDER).split(epoch)),
                "DataLoader: the sampler gave null for an order");
        if (order.length != samples())
            throw new DataException("DataLoader: the sampler said that an epoch has " + samples() + " samples, but it has " + order.length);
        for (int index : order)
            if (index < 0 || index >= dataset.size())
                throw new DataException("DataLoader: the sampler asks for sample " + index + " of a data set of " + dataset.size());
        return order;
    }

    /// For each place of an order how often its sample came before.
    int[] repeats(int[] order) {
        var seen = new int[dataset.size()];
        return Arrays.stream(order).map(index -> seen[index]++).toArray();
    }

    /// Makes one batch of an epoch; called from several threads.
    ///
    /// @param repeats how often each of these samples came before in this epoch
    Batch load(int epoch, int batch, int[] indices, int[] repeats) {
        try {
            return batch(epoch, indices, repeats).to(options.device());
        } catch (RuntimeException e) {
            throw new DataException("DataLoader: epoch " + epoch + ", batch " + batch + ": " + e.getMessage(), e);
        }
    }

    /// All at once if nothing is to be done with single samples, which sets that are held in memory are quick at.
    private Batch batch(int epoch, int[] indices, int[] repeats) {
        if (options.transform() == Transform.NONE && options.collate() == STACK)
            return dataset.batch(indices);
        var samples = new ArrayList<Sample>(indices.length);
        for (int i = 0; i < indices.length; i++)
            try {
                samples.add(sample(epoch, indices[i], repeats[i]));
            } catch (RuntimeException e) {
                throw new DataException("sample " + indices[i] + ": " + e.getMessage(), e);
            }
        return Objects.requireNonNull(options.collate().apply(samples), "the collate function gave null");
    }

    private Sample sample(int epoch, int index, int repeat) {
        Sample sample = dataset.get(index);
        if (options.transform() == Transform.NONE)
            return sample;
        Rng rng = repeat == 0 ? new Rng(options.seed()).split(TRANSFORM).split(epoch).split(index)
                : new Rng(options.seed()).split(REPEATED).split(epoch).split(index).split(repeat);
        return new Sample(options.transform().apply(sample.input(), rng), sample.target(), sample.extras());
    }
}
