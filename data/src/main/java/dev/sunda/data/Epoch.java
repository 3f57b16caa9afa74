package dev.sunda.data;

import java.util.Arrays;

/// The batches of one epoch of a [DataLoader], in order. Each call of [#iterator] goes through them anew.
public final class Epoch implements Iterable<Batch> {
    private final DataLoader loader;
    private final int epoch;
    private final int firstBatch;
    private final int[] order;
    private final int[] repeats;

    Epoch(DataLoader loader, int epoch, int firstBatch, int[] order) {
        this.loader = loader;
        this.epoch = epoch;
        this.firstBatch = firstBatch;
        this.order = order;
        repeats = loader.repeats(order);
    }

    /// Number of this epoch, from 0.
    public int number() {
        return epoch;
    }

    /// Number of the first batch that is delivered, from 0.
    public int firstBatch() {
        return firstBatch;
    }

    /// Numbers of the samples in batch `batch`, counted from the start of the whole epoch.
    public int[] indices(int batch) {
        if (batch < 0 || batch >= loader.batches())
            throw new IllegalArgumentException("Epoch.indices: batch must be from 0 to " + (loader.batches() - 1) + " (got " + batch + ")");
        return part(order, batch);
    }

    private int[] part(int[] all, int batch) {
        int size = loader.options().batchSize();
        int from = batch * size;
        return Arrays.copyOfRange(all, from, Math.min(all.length - from, size) + from);
    }

    /// Starts to prepare batches. Leaving a loop early is fine: at most `prefetch` batches have been prepared in vain, and their threads
    /// end by themselves. Closing the iterator stops them at once.
    @Override
    public BatchIterator iterator() {
        return new BatchIterator(batch -> loader.load(epoch, batch, part(order, batch), part(repeats, batch)), firstBatch, loader.batches(),
                loader.options().prefetch());
    }
}
