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
/// `SUNDA_THREADS`, the number of processors.
public final class Parallel {
    /// More threads than this are refused.
    public static final int MAX_THREADS = 256;

    private static final ScopedValue<Integer> SCOPED = ScopedValue.newInstance();
    private static volatile int configured;                          // 0 until somebody asks

    private Parallel() {
    }

    /// The part of a loop with number `index`: elements `from` (inclusive) to `to` (exclusive).
    @FunctionalInterface
    public interface ChunkBody {
        void run(int index, int from, int to);
    }

    /// Runs `body` for elements `0` to `n - 1`, cut into pieces of `chunk` elements, the last one possibly smaller; returns when all have
    /// run. Pieces may run at the same time and in any order.
    ///
    /// If bodies throw, pieces not yet started are dropped and, once everything has stopped, the exception of the piece
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
            int threads = Math.min(threads(), count);
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
        int n = configured;
        if (n == 0)
            configured = n = fromEnvironment();
        return n;
    }

    /// Sets the number of threads for the whole process.
    ///
    /// @param n from 1 to 256
    public static void setThreads(int n) {
        configured = check("the number of threads", Integer.toString(n));
    }

    /// Runs `task` with another number of threads for the loops this thread starts in it.
    ///
    /// @param n from 1 to 256
    public static <T> T withThreads(int n, Supplier<T> task) {
        Objects.requireNonNull(task, "Parallel.withThreads: task is null");
        return ScopedValue.where(SCOPED, check("the number of threads", Integer.toString(n))).call(task::get);
    }

    private static int fromEnvironment() {
        String property = System.getProperty("sunda.threads");
        if (property != null)
            return check("system property sunda.threads", property);
        String variable = System.getenv("SUNDA_THREADS");
        if (variable != null)
            return check("environment variable SUNDA_THREADS", variable);
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_THREADS);
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
