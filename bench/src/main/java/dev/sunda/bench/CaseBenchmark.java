package dev.sunda.bench;

import dev.sunda.core.StepScope;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Any measure of any case under JMH; [Jmh] starts it with the measures to take.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class CaseBenchmark {
    /// Name of a case and a measure of it, as [Jmh#name] writes them.
    @Param("gemm/256:forward")
    public String call;

    private Runnable run;

    @Setup
    public void prepare() {
        run = null;
        for (Case c : Cases.ALL)
            for (Measure measure : c.measures())
                if (Jmh.name(c, measure).equals(call))
                    run = c.prepare().apply(DType.F32, Device.CPU).get(measure);
        if (run == null)
            throw new IllegalArgumentException("CaseBenchmark: there is no " + call);
    }

    /// Results are written to memory, so nothing can be left out as unused.
    @Benchmark
    public void run() {
        try (var _ = StepScope.open()) {
            run.run();
        }
    }
}
