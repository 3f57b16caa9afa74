package dev.sunda.bench;

import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Takes all measures of cases under JMH: in three fresh Java virtual machines each, with the spread of the times and the bytes
/// allocated by a call.
final class Jmh {
    private Jmh() {
    }

    /// Prints to standard output.
    ///
    /// @param quick one machine, shorter
    static void run(List<Case> cases, int threads, boolean quick) throws RunnerException {
        var options = new OptionsBuilder().include("CaseBenchmark").param("call", names(cases))
                .addProfiler(GCProfiler.class).jvmArgsAppend("-Dsunda.threads=" + threads);
        if (quick)
            options.forks(1).warmupIterations(3).measurementIterations(3).warmupTime(TimeValue.milliseconds(500))
                    .measurementTime(TimeValue.milliseconds(500));
        new Runner(options.build()).run();
    }

    private static String[] names(List<Case> cases) {
        return cases.stream().flatMap(c -> c.measures().stream().map(measure -> name(c, measure))).toArray(String[]::new);
    }

    /// For example `gemm/256:forward`.
    static String name(Case c, Measure measure) {
        return c.name() + ":" + measure.label();
    }
}
