package dev.sunda.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.sunda.core.Backends;
import dev.sunda.core.StepScope;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.type.Device;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;

/// Measures calls: each is repeated until it has become as fast as it gets, then the median of further runs counts.
///
/// Every run has a [StepScope] of its own, as a training step should. Warming up lasts until for [Effort#warmUp] seconds runs have not
/// become faster and the compiler of the Java virtual machine has had next to nothing to do, but at most twenty times as long: a training
/// step has hundreds of methods, for seconds each of them may be the next to be compiled, and a large one takes a second. Then as many runs
/// are measured as fit into [Effort#budget], at least 7.
final class Meter {
    /// Seconds of warming up are divided into this many parts, which are compared with each other.
    private static final int PARTS = 3;
    private static final int MOST_PARTS = 20 * PARTS;
    private static final int MOST_RUNS = 100_000;
    /// A part counts as faster than the ones before it when its fastest run took less than this share of theirs.
    private static final double FASTER = 0.97;
    /// A part in which the virtual machine's own threads, the compiler's above all, used more than this share of a processor is not the
    /// end.
    private static final double BUSY = 0.1;
    /// Times that the numbers of threads take turns.
    private static final int TURNS = 6;
    private static final double NANOS = 1e9;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /// A sample of a device that works behind the caller's back lasts at least this many seconds: waiting for it takes a while itself.
    private static final double SAMPLE = 2e-3;

    private final Backend backend;
    private final Effort effort;

    /// @param ms median of the runs in milliseconds
    /// @param fastest the shortest of them in milliseconds
    /// @param bytes of Java's heap allocated in a run after warming up, by all threads of the process, on average
    /// @param runs how many were measured
    /// @param from when measuring began
    /// @param to when it ended
    record Result(double ms, double fastest, double bytes, int runs, Instant from, Instant to) {
    }

    /// @param one median with one thread in milliseconds
    /// @param many median with more threads in milliseconds
    record Scaling(double one, double many) {
    }

    /// @param device what the calls compute on
    Meter(Device device, Effort effort) {
        this.backend = Backends.of(device);
        this.effort = effort;
    }

    /// Measures one call, which may run hundreds of times.
    Result time(Runnable call) {
        warmUp(call);
        return again(call);
    }

    /// Measures a call that has been measured before.
    Result again(Runnable call) {
        int calls = backend.device().equals(Device.CPU) ? 1 : (int) Math.clamp(SAMPLE / run(call), 1, 1000);
        double[] seconds = new double[runs(run(call, calls), effort.budget(), 7)];
        Instant from = Instant.now();
        long before = THREADS.getTotalThreadAllocatedBytes();
        for (int i = 0; i < seconds.length; i++)
            seconds[i] = run(call, calls) / calls;
        long bytes = (THREADS.getTotalThreadAllocatedBytes() - before) / calls;
        Instant to = Instant.now();
        Arrays.sort(seconds);
        return new Result(median(seconds) * 1e3, seconds[0] * 1e3, (double) bytes / seconds.length, seconds.length, from, to);
    }

    /// Measures one call with one thread and with `threads` of them in turn, so that what else happens on the machine meets both;
    /// afterwards the process has `threads`.
    Scaling scaling(Runnable call, int threads) {
        Parallel.setThreads(threads);
        warmUp(call);
        int runs = runs(run(call), effort.budget() / TURNS, 3);
        double[] one = new double[TURNS * runs];
        double[] many = new double[TURNS * runs];
        for (int turn = 0; turn < TURNS; turn++) {
            runs(call, 1, one, turn * runs, runs);
            runs(call, threads, many, turn * runs, runs);
        }
        Arrays.sort(one);
        Arrays.sort(many);
        return new Scaling(median(one) * 1e3, median(many) * 1e3);
    }

    /// The first run after a change does not count: it may have to wake a thread.
    private void runs(Runnable call, int threads, double[] seconds, int from, int count) {
        Parallel.setThreads(threads);
        run(call);
        for (int i = 0; i < count; i++)
            seconds[from + i] = run(call);
    }

    private static int runs(double once, double seconds, int least) {
        return (int) Math.clamp(seconds / Math.max(once, 1e-6), least, MOST_RUNS);
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private void warmUp(Runnable call) {
        double fastest = Double.POSITIVE_INFINITY;
        int steady = 0;
        for (int part = 0; part < MOST_PARTS && steady < PARTS; part++) {
            double before = machineSeconds();
            long start = System.nanoTime();
            double now = fastest(call, effort.warmUp() / PARTS);
            boolean busy = machineSeconds() - before > BUSY * (System.nanoTime() - start) / NANOS;
            steady = busy || now < FASTER * fastest ? 0 : steady + 1;
            fastest = Math.min(fastest, now);
        }
    }

    /// Processor time of the threads that compile, collect garbage and so on: that of the process without its Java threads.
    private static double machineSeconds() {
        long nanos = SYSTEM.getProcessCpuTime();
        for (long time : THREADS.getThreadCpuTime(THREADS.getAllThreadIds()))
            nanos -= Math.max(0, time);                              // -1 for a thread that has just ended
        return nanos / NANOS;
    }

    /// The fastest of at least two runs that together take at least some seconds.
    private double fastest(Runnable call, double seconds) {
        double fastest = run(call);
        double total = fastest;
        do {
            double now = run(call);
            total += now;
            fastest = Math.min(fastest, now);
        } while (total < seconds);
        return fastest;
    }

    /// Seconds that one run takes, in a scope of its own.
    private double run(Runnable call) {
        return run(call, 1);
    }

    private double run(Runnable call, int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++)
            try (var _ = StepScope.open()) {
                call.run();
            }
        backend.synchronize();
        return (System.nanoTime() - start) / NANOS;
    }
}
