package dev.sunda.examples;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.examples.console.UserException;
import picocli.CommandLine.Option;

/// The option that says how many threads compute.
final class Threads {
    @Option(names = "--threads", paramLabel = "N",
            description = "threads that compute; without influence on the results (default: all processors, or SUNDA_THREADS)")
    private Integer threads;

    /// Sets the number for the whole process, if it was given.
    void apply() {
        if (threads == null)
            return;
        if (threads < 1 || threads > Parallel.MAX_THREADS)
            throw new UserException("--threads must be from 1 to " + Parallel.MAX_THREADS + " (got " + threads + ")");
        Parallel.setThreads(threads);
    }
}
