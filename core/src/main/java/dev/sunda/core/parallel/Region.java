package dev.sunda.core.parallel;

import dev.sunda.core.parallel.Parallel.ChunkBody;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/// One running loop. Each thread begins with a range of neighbouring chunks and, when it is through, helps with the others: so memory is
/// read and written from end to end, and the caller, and with two threads the other one too, meets in the next loop over the same data what
/// it has in its own caches.
final class Region {
    /// Cursors lie on different lines of the cache, and behind that of the array's length.
    private static final int APART = 16;

    private final int n;
    private final int chunk;
    private final int count;
    private final int threads;
    private final ChunkBody body;
    private final Thread caller = Thread.currentThread();
    private final AtomicIntegerArray cursors;                        // the next chunk of each range
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger joined = new AtomicInteger();
    private volatile boolean callerWaits;
    private volatile int failedChunk = Integer.MAX_VALUE;            // written guarded by this, as is the next field
    private Throwable failure;

    Region(int n, int chunk, int count, int helpers, ChunkBody body) {
        this.n = n;
        this.chunk = chunk;
        this.count = count;
        this.threads = helpers + 1;
        this.body = body;
        cursors = new AtomicIntegerArray((threads + 1) * APART);
        for (int range = 0; range < threads; range++)
            cursors.setPlain(cursor(range), first(range));
    }

    private static int cursor(int range) {
        return (range + 1) * APART;
    }

    private int first(int range) {
        return (int) ((long) count * range / threads);
    }

    /// How many threads besides the caller may take part.
    int helpers() {
        return threads - 1;
    }

    /// Takes part if there is still work and room; called by pool threads.
    boolean help() {
        if (done.get() >= count || joined.get() >= helpers())
            return false;
        int number = joined.incrementAndGet();
        if (number > helpers())
            return false;
        work(number);
        return true;
    }

    /// Runs chunks until none is left.
    ///
    /// @param own the range to begin with; the caller's is 0
    void work(int own) {
        for (int i = 0; i < threads; i++) {
            int range = (own + i) % threads;
            for (int index = take(range); index >= 0; index = take(range))
                run(index);
        }
    }

    /// The next chunk of a range, or -1. Once a chunk has failed, those behind it are dropped, the whole rest of a range at a time; those
    /// before it run, so that the smallest failing one of all is always among those that ran.
    private int take(int range) {
        int end = first(range + 1);
        while (true) {
            int index = cursors.get(cursor(range));
            if (index >= end)
                return -1;
            boolean dropped = index > failedChunk;
            if (cursors.compareAndSet(cursor(range), index, dropped ? end : index + 1)) {
                if (!dropped)
                    return index;
                finish(end - index);
                return -1;
            }
        }
    }

    private void run(int index) {
        try {
            body.run(index, index * chunk, Parallel.end(n, chunk, index));
        } catch (Throwable thrown) {
            fail(index, thrown);
        }
        finish(1);
    }

    private void finish(int chunks) {
        if (done.addAndGet(chunks) == count && callerWaits)
            LockSupport.unpark(caller);
    }

    private synchronized void fail(int index, Throwable thrown) {
        if (index < failedChunk) {
            failedChunk = index;
            failure = thrown;
        }
    }

    /// Waits until every chunk has run or was dropped; then throws what a body threw. An interrupt is kept for later.
    ///
    /// @param pool whose threads help
    void await(Workers pool) {
        if (!pool.spin(() -> done.get() >= count)) {
            callerWaits = true;
            boolean interrupted = false;
            while (done.get() < count) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted)
                caller.interrupt();
        }
        switch (failed()) {
            case null -> {
            }
            case RuntimeException thrown -> throw thrown;
            case Error thrown -> throw thrown;
            case Throwable thrown -> throw new IllegalStateException("Parallel: a loop body threw a checked exception", thrown);
        }
    }

    private synchronized Throwable failed() {
        return failure;
    }
}
