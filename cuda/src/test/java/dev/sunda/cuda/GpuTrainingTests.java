package dev.sunda.cuda;

import static dev.sunda.nn.functional.Losses.crossEntropy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.StepGraph;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Backends;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceOutOfMemoryException;
import dev.sunda.core.type.Shape;
import dev.sunda.data.Batch;
import dev.sunda.data.DataLoader;
import dev.sunda.data.Dataset;
import dev.sunda.data.Sample;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Dropout;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Training on a real GPU: bits, memory, and copies beside the computation.
@RequiresGpu
class GpuTrainingTests {
    private static final Device GPU = Device.cuda(0);
    private static final int STEPS = 100_000;
    private static final long NOISE = 64L << 20;
    private static final int QUARTER_GIB = 1 << 26;                  // of float32

    @Test
    void lossesAreThoseOfTheCpu() {
        double[] here = losses(TrainingTests.train(GPU, 0.25, false));
        assertThat(here).containsExactly(losses(TrainingTests.train(Device.CPU, 0.25, false)), within(1e-4));
    }

    private static double[] losses(TrainingTests.Trained trained) {
        return trained.losses().stream().mapToDouble(x -> x).toArray();
    }

    @Test
    void trainingAgainAndFromARecordingGivesTheSameBits() {
        TrainingTests.Trained first = TrainingTests.train(GPU, 0.25, false);
        for (int i = 0; i < 5; i++) {
            assertThat(TrainingTests.train(GPU, 0.25, false)).isEqualTo(first);
            assertThat(TrainingTests.train(GPU, 0.25, true)).isEqualTo(first);
        }
    }

    /// Steps with and without a scope, recorded and not: what a step takes comes back.
    @Test
    void memoryStaysFlatForALongTime() {
        var model = new Sequential(new Linear(256, 256, new Rng(1)), new Dropout(0.5, new Rng(2)), new Linear(256, 64, new Rng(3)));
        model.to(GPU);
        var optimizer = new Sgd(model.parameters(), 1e-3);
        try (var graph = new StepGraph(model.parameters(), inputs -> loss(model, inputs.getFirst()))) {
            long before = 0;
            for (int i = 0; i < STEPS; i++) {
                Tensor x = Tensor.full(Shape.of(64, 256), i % 7, DType.F32, Device.CPU).to(GPU);
                if (i % 16 == 0) {                                   // left to the garbage collector
                    optimizer.zeroGrad();
                    loss(model, x);
                } else {
                    try (var _ = StepScope.open()) {
                        graph.run(x);
                    }
                }
                optimizer.step();
                if (i == STEPS / 10)
                    before = reserved();
            }
            assertThat(graph.eagerBecause()).isNull();
            assertThat(reserved() - before).as("bytes of the device that did not come back").isLessThan(NOISE);
        }
    }

    private static Tensor loss(Sequential model, Tensor x) {
        Variable loss = model.forward(x).square().mean();
        loss.backward();
        return loss.data();
    }

    /// What this process holds; others may be using the device as well. That objects of the driver come back, one by one, is what
    /// [LeakTests] sees to.
    private static long reserved() {
        return ((CudaBackend) Backends.of(GPU)).memory().usage().reserved();
    }

    @Test
    void memoryThatRunsOutIsNamedAndIsThereAgain() {
        var kept = new ArrayList<Tensor>();
        assertThatThrownBy(() -> {
            while (kept.size() < 10_000)
                kept.add(Tensor.zeros(Shape.of(4, QUARTER_GIB), DType.F32, GPU));
        }).isInstanceOf(DeviceOutOfMemoryException.class).hasMessageMatching("cuda: no memory left for a tensor of 1024.0 MiB \\(got .* "
                + "MiB free of .* MiB, .* MiB in use here; largest: 1024.0 MiB .*\\); take smaller batches, or a StepScope .*");
        assertThat(kept.getFirst().get(0, 5)).isZero();
        for (int mib : new int[] {64, 2})
            assertThatThrownBy(() -> {
                while (kept.size() < 10_000)
                    kept.add(Tensor.zeros(Shape.of(mib, 1 << 18), DType.F32, GPU));
            }).isInstanceOf(DeviceOutOfMemoryException.class);
        Tensor image = kept.getLast().flatten(0, 1).narrow(0, 0, 8 * 36).reshape(1, 8, 6, 6);
        var layer = new Conv2d(8, 8, 3, new Rng(1));
        Throwable wrong = catchThrowable(() -> {                     // kernels that have not been loaded
            layer.to(GPU);
            layer.forward(Variable.of(image)).softmax(1).data().toFloatArray();
        });
        assertThat(wrong == null || wrong instanceof DeviceOutOfMemoryException).as("%s", wrong).isTrue();
        kept.clear();
        int more = 200;                                              // several times what the device has, if nothing came back
        for (int i = 0; i < more; i++)
            assertThat(Tensor.full(Shape.of(4, QUARTER_GIB), i, DType.F32, GPU).get(3, QUARTER_GIB - 1)).isEqualTo(i);
    }

    /// Batches that a loader copies beside the computation are those that are copied before it.
    @Test
    void batchesPreparedAheadGiveTheSameBits() {
        Dataset<Sample> images = Dataset.of(IntStream.range(0, 1000).boxed().toList())
                .map(i -> Sample.of(Tensor.randn(Shape.of(3, 32, 32), new Rng(i)), i % 10));
        List<Double> ahead = epochs(images, 3);
        assertThat(ahead).isEqualTo(epochs(images, 0)).doesNotContain(Double.NaN);
    }

    private static List<Double> epochs(Dataset<Sample> images, int prefetch) {
        var model = new Sequential(new Flatten(), new Linear(3 * 32 * 32, 128, new Rng(1)), new Linear(128, 10, new Rng(2)));
        model.to(GPU);
        var optimizer = new Sgd(model.parameters(), 1e-3);
        var loader = new DataLoader(images, DataLoader.Options.shuffled(32, 4).withPrefetch(prefetch).withDevice(GPU));
        var losses = new ArrayList<Double>();
        for (int epoch = 0; epoch < 3; epoch++)
            for (Batch batch : loader.epoch(epoch))
                try (var _ = StepScope.open()) {
                    Variable loss = crossEntropy(model.forward(batch.input()), batch.target());
                    optimizer.zeroGrad();
                    loss.backward();
                    optimizer.step();
                    losses.add(loss.item());
                }
        return losses;
    }
}
