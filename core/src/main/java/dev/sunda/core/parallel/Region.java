package dev.sunda.core.parallel;

import dev.sunda.core.parallel.Parallel.ChunkBody;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// One running loop: chunks are handed out in ascending order to whoever asks.
final class Region {
    private final int n;
    private final int chunk;
    private final int count;
    private final int helpers;
    private final ChunkBody body;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger joined = new AtomicInteger();
    private volatile boolean callerWaits;
    private Throwable failure;                                       // guarded by this, as is the next field
    private int failedChunk = Integer.MAX_VALUE;

    Region(int n, int chunk, int count, int helpers, ChunkBody body) {
        this.n = n;
        this.chunk = chunk;
        this.count = count;
        this.helpers = helpers;
        this.body = body;
    }

    /// How many threads besides the caller may take part.
    int helpers() {
        return helpers;
    }

    /// Takes part if there is still work and room; called by pool threads.
    boolean help() {
        if (next.get() >= count || joined.get() >= helpers || joined.incrementAndGet() > helpers)
            return false;
        work();
        return true;
    }

    /// Runs chunks until none is left.
    void work() {
        for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
            int finished = 1;
            try {
                body.run(index, index * chunk, Parallel.end(n, chunk, index));
            } catch (Throwable thrown) {
                finished += Math.max(0, count - next.getAndSet(count));
                fail(index, thrown);
            }
            if (done.addAndGet(finished) == count && callerWaits)
                LockSupport.unpark(caller);
        }
    }

    /// Every chunk below a failed one has been handed out already, so the smallest failing chunk of all is always among those that ran.
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
