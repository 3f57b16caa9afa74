package dev.sunda.bench;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
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

/// Matrix products `[m, k] x [k, n]`, float32: `2 * m * n * k` operations each.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class MatmulBenchmark {
    @Param({"256,256,256", "1024,1024,1024", "128,10,6272", "25088,64,32"})
    public String size;

    private Tensor x;
    private Tensor y;

    @Setup
    public void fill() {
        String[] sizes = size.split(",");
        int m = Integer.parseInt(sizes[0]);
        int n = Integer.parseInt(sizes[1]);
        int k = Integer.parseInt(sizes[2]);
        var rng = new Rng(1);
        x = Tensor.randn(Shape.of(m, k), rng);
        y = Tensor.randn(Shape.of(k, n), rng);
    }

    @Benchmark
    public float product() {
        try (var _ = StepScope.open()) {
            return x.matmul(y).view().heap().floats()[0];
        }
    }
}
