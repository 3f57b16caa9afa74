package dev.sunda.core.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// The pool threads. They are started when first needed, look for a [Region] to help with, spin briefly because loops follow
/// each other quickly in training, and then park.
final class Workers {
    /// Loops that can be helped at the same time; a caller that finds no free place does its loop alone.
    private static final int PLACES = 32;
    /// How long an idle thread looks out for more work before it parks; about the price of waking a thread up.
    private static final long SPIN_NANOS = 50_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final AtomicReferenceArray<Region> REGIONS = new AtomicReferenceArray<>(PLACES);
    private static final AtomicInteger PUBLISHED = new AtomicInteger();
    private static final ThreadLocal<Boolean> INSIDE = new ThreadLocal<>();
    private static volatile Worker[] workers = {};

    private Workers() {
    }

    /// Whether this thread is running a chunk.
    static boolean inside() {
        return INSIDE.get() != null;
    }

    /// Runs a region with the help of the pool, in the calling thread.
    static void run(Region region) {
        int place = publish(region);
        if (place >= 0)
            wake(region.helpers());
        INSIDE.set(true);
        try {
            region.work();
        } finally {
            INSIDE.remove();
            if (place >= 0)
                REGIONS.set(place, null);
        }
        region.await();
    }

    private static int publish(Region region) {
        for (int place = 0; place < PLACES; place++)
            if (REGIONS.get(place) == null && REGIONS.compareAndSet(place, null, region)) {
                PUBLISHED.incrementAndGet();
                return place;
            }
        return -1;
    }

    private static void wake(int helpers) {
        Worker[] all = workers.length < helpers ? grow(helpers) : workers;
        for (int i = 0; i < helpers; i++)
            if (all[i].parked)
                LockSupport.unpark(all[i]);
    }

    private static synchronized Worker[] grow(int size) {
        Worker[] old = workers;
        if (old.length >= size)
            return old;
        var all = new Worker[size];
        System.arraycopy(old, 0, all, 0, old.length);
        for (int i = old.length; i < size; i++) {
            all[i] = new Worker(i);
            all[i].start();
        }
        workers = all;
        return all;
    }

    /// Waits actively for a short while; tells whether `condition` came true. More threads than processors only get in each other's way.
    static boolean spin(BooleanSupplier condition) {
        if (workers.length >= PROCESSORS)
            return condition.getAsBoolean();
        long start = System.nanoTime();
        do {
            for (int i = 0; i < 64; i++) {
                if (condition.getAsBoolean())
                    return true;
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - start < SPIN_NANOS);
        return false;
    }

    private static final class Worker extends Thread {
        private volatile boolean parked;

        Worker(int number) {
            super(null, null, "sunda-compute-" + number, 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            INSIDE.set(true);
            while (true) {
                int seen = PUBLISHED.get();
                if (!helpAny() && !spin(() -> PUBLISHED.get() != seen))
                    sleep(seen);
            }
        }

        private static boolean helpAny() {
            boolean helped = false;
            for (int place = 0; place < PLACES; place++) {
                Region region = REGIONS.get(place);
                helped |= region != null && region.help();
            }
            return helped;
        }

        private void sleep(int seen) {
            parked = true;
            while (PUBLISHED.get() == seen) {
                LockSupport.park(REGIONS);
                Thread.interrupted();
            }
            parked = false;
        }
    }
}
