package dev.sunda.core.parallel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The pool threads. They are started when first needed, look for a [Region] to help with, keep looking for a while because loops follow
/// each other quickly in training, and then park.
final class Workers {
    /// Loops that can be helped at the same time; a caller that finds no free place does its loop alone.
    private static final int PLACES = 32;
    /// How long an idle thread looks out for more work before it parks. Waking it up again may take milliseconds on a virtual machine,
    /// whose host gives the processor of a parked thread to others.
    private static final long PATIENCE_NANOS = 5_000_000;
    /// How long of that it keeps the processor to itself; from then on it lets other threads of this machine go first.
    private static final long SELFISH_NANOS = 20_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final ThreadLocal<Boolean> INSIDE = new ThreadLocal<>();

    /// The one pool of this process.
    static final Workers POOL = new Workers(Thread::start);

    private final AtomicReferenceArray<Region> regions = new AtomicReferenceArray<>(PLACES);
    private final AtomicInteger published = new AtomicInteger();
    private final Consumer<Thread> starter;
    private volatile Worker[] workers = {};

    /// @param starter starts a thread; throws if the system has none left
    Workers(Consumer<Thread> starter) {
        this.starter = starter;
    }

    /// Whether this thread is running a chunk.
    static boolean inside() {
        return INSIDE.get() != null;
    }

    /// Runs a region with the help of the pool, in the calling thread. Threads are started before anything else happens: if that fails,
    /// nothing of the region has run or will run.
    void run(Region region) {
        Worker[] helpers = atLeast(region.helpers());
        INSIDE.set(true);
        int place = publish(region);
        try {
            if (place >= 0)
                wake(helpers, region.helpers());
            region.work(0);
        } finally {
            INSIDE.remove();
            if (place >= 0)
                regions.set(place, null);
        }
        region.await(this);
    }

    private int publish(Region region) {
        for (int place = 0; place < PLACES; place++)
            if (regions.get(place) == null && regions.compareAndSet(place, null, region)) {
                published.incrementAndGet();
                return place;
            }
        return -1;
    }

    private static void wake(Worker[] all, int count) {
        for (int i = 0; i < count; i++)
            if (all[i].parked)
                LockSupport.unpark(all[i]);
    }

    private Worker[] atLeast(int size) {
        Worker[] all = workers;
        return all.length < size ? grow(size) : all;
    }

    private synchronized Worker[] grow(int size) {
        while (workers.length < size) {
            int number = workers.length;
            Worker[] all = Arrays.copyOf(workers, number + 1);
            all[number] = new Worker(number);
            try {
                starter.accept(all[number]);
            } catch (OutOfMemoryError error) {
                throw new IllegalStateException("Parallel: the system has no compute thread number " + (number + 1) + " of " + size
                        + "; use fewer with Parallel.setThreads(" + (number + 1) + ") or -Dsunda.threads=" + (number + 1), error);
            }
            workers = all;
        }
        return workers;
    }

    /// Waits actively for a while; tells whether `condition` came true. More threads than processors only get in each other's way.
    boolean spin(BooleanSupplier condition) {
        if (workers.length >= PROCESSORS)
            return condition.getAsBoolean();
        long start = System.nanoTime();
        for (long waited = 0; waited < PATIENCE_NANOS; waited = System.nanoTime() - start) {
            for (int i = 0; i < 64; i++) {
                if (condition.getAsBoolean())
                    return true;
                Thread.onSpinWait();
            }
            if (waited > SELFISH_NANOS)
                Thread.yield();
        }
        return false;
    }

    private final class Worker extends Thread {
        private volatile boolean parked;

        Worker(int number) {
            super(null, null, "sunda-compute-" + number, 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            INSIDE.set(true);
            while (true) {
                int seen = published.get();
                if (!helpAny() && !spin(() -> published.get() != seen))
                    sleep(seen);
            }
        }

        private boolean helpAny() {
            boolean helped = false;
            for (int place = 0; place < PLACES; place++) {
                Region region = regions.get(place);
                helped |= region != null && region.help();
            }
            return helped;
        }

        private void sleep(int seen) {
            parked = true;
            while (published.get() == seen) {
                LockSupport.park(regions);
                Thread.interrupted();
            }
            parked = false;
        }
    }
}
