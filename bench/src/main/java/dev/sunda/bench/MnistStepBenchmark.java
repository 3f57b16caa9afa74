package dev.sunda.bench;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
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

/// A whole step on 128 images of 28x28: stem convolution to 32 channels, two depthwise-separable blocks with dilation 2 to 64 and 128
/// channels, two max pools, linear head; cross-entropy and AdamW. About 0.3 GFLOP forward, 0.9 GFLOP a training step.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class MnistStepBenchmark {
    private Sequential net;
    private AdamW optimizer;
    private Tensor images;
    private Tensor labels;

    @Setup public void build() {
        var rng = new Rng(1);
        var dilated = Conv2d.Options.DEFAULT.withPadding(2).withDilation(2);
        net = new Sequential(new Conv2d(1, 32, 3, Conv2d.Options.DEFAULT.withPadding(1), rng), new Relu(), new MaxPool2d(2),
                new Conv2d(32, 32, 3, dilated.withGroups(32), rng), new Conv2d(32, 64, 1, rng), new Relu(), new MaxPool2d(2),
                new Conv2d(64, 64, 3, dilated.withGroups(64), rng), new Conv2d(64, 128, 1, rng), new Relu(), new Flatten(),
                new Linear(6272, 10, rng));
        optimizer = new AdamW(net.parameters(), 1e-3);
        images = Tensor.randn(Shape.of(128, 1, 28, 28), rng);
        long[] classes = new long[128];
        for (int i = 0; i < classes.length; i++)
            classes[i] = rng.nextInt(10);
        labels = Tensor.of(classes);
    }

    @Benchmark public double trainingStep() {
        try (var _ = StepScope.open()) {
            Variable loss = crossEntropy(net.forward(images), labels);
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
            return loss.item();
        }
    }

    @Benchmark public double inference() {
        try (var _ = StepScope.open()) {
            return GradMode.noGrad(() -> net.forward(images).data().view().heap().floats()[0]);
        }
    }
}
