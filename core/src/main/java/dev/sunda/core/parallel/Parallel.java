package dev.sunda.core.parallel;

import java.util.Objects;
import java.util.function.Supplier;

/// Splits loops over the compute threads of this process.
///
/// Chunk borders depend on the size of the loop only and a body sees the number of its chunk, so a kernel that combines partial
/// results in chunk order gives the same bits for every number of threads. The caller takes part in the work; a loop inside a
/// loop and a loop of one chunk run inline, with the same borders. Any number of threads may call at the same time. The
/// threads are daemons: they never keep the process alive.
///
/// The number of threads is, in this order: [#withThreads], [#setThreads], the system property `sunda.threads`, the environment variable
/// `SUNDA_THREADS`, the number of processors. While that last one holds, loops leave one processor to the compiler of the virtual machine
/// for the first 1.3 seconds: it is what a program waits for then, and threads in loops that are not compiled yet gain little.
public final class Parallel {
    /// More threads than this are refused.
    public static final int MAX_THREADS = 256;

    private static final ScopedValue<Integer> SCOPED = ScopedValue.newInstance();
    private static final long START = System.nanoTime();
    /// How long the compiler has most to do. Training of a small network is at full speed 0.3 s earlier with 1 to 1.6 s than without.
    private static final long COMPILING_NANOS = 1_300_000_000;
    private static volatile Setting setting;                         // null until somebody asks

    private Parallel() {
    }

    /// @param chosen false if the number is that of the processors because nobody said anything else
    private record Setting(int threads, boolean chosen) {
    }

    /// The part of a loop with number `index`: elements `from` (inclusive) to `to` (exclusive).
    @FunctionalInterface
    public interface ChunkBody {
        void run(int index, int from, int to);
    }

    /// Runs `body` for elements `0` to `n - 1`, cut into pieces of `chunk` elements, the last one possibly smaller; returns when all have
    /// run. Pieces may run at the same time and in any order.
    ///
    /// If bodies throw, later pieces not yet started are dropped and, once everything has stopped, the exception of the piece
    /// with the smallest number is thrown here; that choice does not depend on the threads either.
    ///
    /// @param n number of elements, 0 or more
    /// @param chunk elements of a piece, at least 1
    public static void forChunks(int n, int chunk, ChunkBody body) {
        Objects.requireNonNull(body, "Parallel.forChunks: body is null");
        if (n < 0 || chunk < 1)
            throw new IllegalArgumentException("Parallel: sizes must be n >= 0 and chunk >= 1 (got n " + n + ", chunk " + chunk + ")");
        int count = Math.ceilDiv(n, chunk);
        if (count > 1 && !Workers.inside()) {
            int threads = Math.min(computing(), count);
            if (threads > 1) {
                Workers.POOL.run(new Region(n, chunk, count, threads - 1, body));
                return;
            }
        }
        for (int index = 0; index < count; index++)
            body.run(index, index * chunk, end(n, chunk, index));
    }

    static int end(int n, int chunk, int index) {
        return (int) Math.min((long) index * chunk + chunk, n);
    }

    /// How many threads a loop started here may use, the caller included.
    public static int threads() {
        if (SCOPED.isBound())
            return SCOPED.get();
        return setting().threads;
    }

    private static Setting setting() {
        Setting now = setting;
        if (now == null)
            setting = now = fromEnvironment();
        return now;
    }

    private static int computing() {
        if (SCOPED.isBound())
            return SCOPED.get();
        Setting now = setting();
        return now.chosen ? now.threads : beside(now.threads, System.nanoTime() - START);
    }

    /// How many of `threads` compute while the compiler needs a processor, `nanos` after the start.
    static int beside(int threads, long nanos) {
        return nanos < COMPILING_NANOS ? Math.max(1, threads - 1) : threads;
    }

    /// Sets the number of threads for the whole process.
    ///
    /// @param n from 1 to 256
    public static void setThreads(int n) {
        setting = new Setting(check("the number of threads", Integer.toString(n)), true);
    }

    /// Runs `task` with another number of threads for the loops this thread starts in it.
    ///
    /// @param n from 1 to 256
    public static <T> T withThreads(int n, Supplier<T> task) {
        Objects.requireNonNull(task, "Parallel.withThreads: task is null");
        return ScopedValue.where(SCOPED, check("the number of threads", Integer.toString(n))).call(task::get);
    }

    private static Setting fromEnvironment() {
        String property = System.getProperty("sunda.threads");
        if (property != null)
            return new Setting(check("system property sunda.threads", property), true);
        String variable = System.getenv("SUNDA_THREADS");
        if (variable != null)
            return new Setting(check("environment variable SUNDA_THREADS", variable), true);
        return new Setting(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_THREADS), false);
    }

    static int check(String what, String text) {
        String digits = text.strip();
        int n = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
        if (n < 1 || n > MAX_THREADS)
            throw new IllegalArgumentException(
                    "Parallel: " + what + " must be a whole number from 1 to " + MAX_THREADS + " (got " + text + ")");
        return n;
    }
}
