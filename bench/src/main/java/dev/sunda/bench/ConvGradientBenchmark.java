package dev.sunda.bench;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.ConvKernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
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

/// The two gradients of a convolution each by itself, which no case shows: float32, channels-last operands as they occur inside a network.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ConvGradientBenchmark {
    /// Batch, input channels, image side, output channels, kernel, dilation, groups; padding keeps the size.
    @Param({"64,64,28,64,3,2,64", "16,64,56,64,3,1,1", "64,64,28,128,1,1,1", "128,1,28,32,3,1,1"})
    public String layer;

    private ConvSpec spec;
    private Tensor x;
    private Tensor weight;
    private Tensor dy;

    @Setup
    public void fill() {
        String[] v = layer.split(",");
        int[] s = new int[v.length];
        for (int i = 0; i < s.length; i++)
            s[i] = Integer.parseInt(v[i]);
        var rng = new Rng(1);
        weight = Tensor.randn(Shape.of(s[3], s[1] / s[6], s[4], s[4]), rng);
        x = Tensor.randn(Shape.of(s[0], s[1], s[2], s[2]), rng).channelsLast();
        spec = ConvSpec.of("conv2d", x.shape(), weight.shape(), new int[] {1, 1}, Padding.SAME, new int[] {s[5], s[5]}, s[6]);
        dy = Tensor.randn(spec.outputShape(), rng).channelsLast();
    }

    @Benchmark
    public float inputGradient() {
        try (var _ = StepScope.open()) {
            return ConvKernels.convInput(spec, dy, weight).view().heap().floats()[0];
        }
    }

    @Benchmark
    public float weightGradient() {
        try (var _ = StepScope.open()) {
            return ConvKernels.convWeight(spec, x, dy).view().heap().floats()[0];
        }
    }
}
