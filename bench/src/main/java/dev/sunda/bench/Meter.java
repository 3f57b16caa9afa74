package dev.sunda.bench;

import com.sun.management.ThreadMXBean;
import dev.sunda.core.StepScope;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Measures calls: each is repeated until it has become as fast as it gets, then the median of further runs counts.
///
/// Every run has a [StepScope] of its own, as a training step should. Warming up lasts at least [Effort#warmUp] seconds, because the
/// compiler of the Java virtual machine needs time, and up to three times as long while the runs still become faster. Then as many runs are
/// measured as fit into [Effort#budget], at least 7 and at most 200.
final class Meter {
    /// Warming up is divided into this many parts, which are compared with each other.
    private static final int PARTS = 3;
    /// A part counts as faster than the ones before it when its fastest run took less than this share of theirs.
    private static final double FASTER = 0.97;
    private static final double NANOS = 1e9;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Effort effort;
    private final Map<Measure, Result> results = new LinkedHashMap<>();

    /// What of a case is measured.
    enum Measure {
        /// Without recording.
        FORWARD("forward_ms"),
        /// Forward and backward; of a whole model also the step of the optimizer.
        TRAIN("train_ms"),
        /// Inference on a single sample.
        FORWARD_BATCH1("forward_batch1_ms");

        private final String key;

        Measure(String key) {
            this.key = key;
        }

        /// The name in JSON lines.
        String key() {
            return key;
        }
    }

    /// @param ms median of the runs in milliseconds
    /// @param bytes of Java's heap allocated in a run, by all threads, on average
    /// @param runs how many were measured
    /// @param from when measuring began
    /// @param to when it ended
    record Result(double ms, double bytes, int runs, Instant from, Instant to) {
    }

    Meter(Effort effort) {
        this.effort = effort;
    }

    /// Measures one call, which may run hundreds of times.
    void time(Measure measure, Runnable call) {
        warmUp(call);
        double once = Math.max(run(call), 1e-6);
        double[] seconds = new double[(int) Math.clamp(effort.budget() / once, 7, 200)];
        Instant from = Instant.now();
        long before = THREADS.getTotalThreadAllocatedBytes();
        for (int i = 0; i < seconds.length; i++)
            seconds[i] = run(call);
        long bytes = THREADS.getTotalThreadAllocatedBytes() - before;
        Instant to = Instant.now();
        Arrays.sort(seconds);
        double median = seconds[seconds.length / 2];
        results.put(measure, new Result(median * 1e3, (double) bytes / seconds.length, seconds.length, from, to));
    }

    /// What was measured so far, in that order.
    Map<Measure, Result> results() {
        return results;
    }

    private void warmUp(Runnable call) {
        double fastest = Double.POSITIVE_INFINITY;
        for (int part = 0; part < PARTS * PARTS; part++) {
            double now = fastest(call, effort.warmUp() / PARTS);
            if (part >= PARTS - 1 && now > FASTER * fastest)
                return;
            fastest = Math.min(fastest, now);
        }
    }

    /// The fastest of at least two runs that together take at least some seconds.
    private static double fastest(Runnable call, double seconds) {
        double fastest = run(call);
        double total = fastest;
        do {
            double now = run(call);
            total += now;
            fastest = Math.min(fastest, now);
        } while (total < seconds);
        return fastest;
    }

    private static double run(Runnable call) {
        long start = System.nanoTime();
        try (var _ = StepScope.open()) {
            call.run();
        }
        return (System.nanoTime() - start) / NANOS;
    }
}
