package dev.sunda.bench;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Layer;
import dev.sunda.optim.AdamW;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A whole step of [Networks#mnist] on 128 images, with cross-entropy and AdamW: about 0.9 GFLOP.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class MnistStepBenchmark {
    private Layer net;
    private AdamW optimizer;
    private Tensor images;
    private Tensor labels;

    @Setup
    public void build() {
        var rng = new Rng(1);
        net = Networks.mnist(rng);
        optimizer = new AdamW(net.parameters(), 1e-3);
        images = Tensor.randn(Shape.of(128, 1, 28, 28), rng);
        long[] classes = new long[128];
        for (int i = 0; i < classes.length; i++)
            classes[i] = rng.nextInt(10);
        labels = Tensor.of(classes);
    }

    @Benchmark
    public double trainingStep() {
        try (var _ = StepScope.open()) {
            Variable loss = crossEntropy(net.forward(images), labels);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss.item();
        }
    }

    @Benchmark
    public double inference() {
        try (var _ = StepScope.open()) {
            return GradMode.noGrad(() -> net.forward(images).data().view().heap().floats()[0]);
        }
    }
}
