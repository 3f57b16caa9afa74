package dev.sunda.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;

/// Hands out batches in order while the next ones are being prepared. For use by one thread.
///
/// Each batch is prepared by a virtual thread that does nothing else and waits for nobody, so there is nothing to leak when the iterator
/// is dropped half-way.
public final class BatchIterator implements Iterator<Batch>, AutoCloseable {
    private final IntFunction<Batch> load;
    private final int end;
    private final int prefetch;
    private final ArrayDeque<FutureTask<Batch>> running = new ArrayDeque<>();
    private int started;
    private int next;
    private boolean closed;

    BatchIterator(IntFunction<Batch> load, int first, int end, int prefetch) {
        this.load = load;
        this.end = end;
        this.prefetch = prefetch;
        this.started = first;
        this.next = first;
        prepare();
    }

    @Override
    public boolean hasNext() {
        return !closed && next < end;
    }

    /// The next batch; waits until it is ready.
    ///
    /// @throws DataException          if it could not be made: the message names epoch, batch and, where known, the sample. The iterator is
    ///                                closed then, and also when the waiting thread is interrupted
    /// @throws NoSuchElementException if there is none, or the iterator was closed
    @Override
    public Batch next() {
        if (!hasNext())
            throw new NoSuchElementException("DataLoader: there are no more batches in this epoch");
        boolean done = false;
        try {
            Batch batch = prefetch == 0 ? load.apply(next) : await(running.remove());
            next++;
            prepare();
            done = true;
            return batch;
        } finally {
            if (!done)
                close();
        }
    }

    private void prepare() {
        for (; prefetch > 0 && started < end && running.size() < prefetch; started++) {
            int batch = started;
            var task = new FutureTask<>(() -> load.apply(batch));
            running.add(task);
            Thread.ofVirtual().name("sunda-data-batch-" + batch).start(task);
        }
    }

    private static Batch await(FutureTask<Batch> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new DataException("DataLoader: interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case DataException cause -> throw new DataException(cause.getMessage(), cause);    // both stack traces: here and there
                case Error cause -> throw cause;
                default -> throw new DataException("DataLoader: " + e.getCause(), e.getCause());
            }
        }
    }

    /// Stops what is still being prepared. Closing twice does no harm.
    @Override
    public void close() {
        closed = true;
        running.forEach(task -> task.cancel(true));
        running.clear();
    }
}
