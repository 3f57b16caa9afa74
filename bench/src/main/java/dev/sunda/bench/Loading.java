package dev.sunda.bench;

import static dev.sunda.nn.functional.Losses.crossEntropy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Backends;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.data.Batch;
import dev.sunda.data.DataLoader;
import dev.sunda.data.Dataset;
import dev.sunda.data.Sample;
import dev.sunda.nn.AdaptiveAvgPool2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.Optimizer;
import dev.sunda.optim.Sgd;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// How far the preparation of batches, with their copy to the device, hides behind training steps: float32 samples `[3, 128, 128]`, stacked
/// one by one, train a network of three convolutions.
final class Loading {
    private static final int DIFFERENT = 64;
    private static final int ROUNDS = 5;
    private static final Conv2d.Options HALVING = Conv2d.Options.DEFAULT.withPadding(1).withStride(2);

    private final Device device;
    private final int batchSize;
    private final int batches;
    private final Dataset<Sample> samples;
    private final Sequential net;
    private final Optimizer optimizer;

    /// Milliseconds for a batch.
    ///
    /// @param loading the batches of an epoch used for nothing
    /// @param computing as many training steps with one batch that is there already
    /// @param both training steps with the batches of an epoch
    record Result(double loading, double computing, double both) {
    }

    /// @param batches in an epoch
    Loading(Device device, int batchSize, int batches) {
        this.device = device;
        this.batchSize = batchSize;
        this.batches = batches;
        List<Sample> different = IntStream.range(0, DIFFERENT)
                .mapToObj(i -> Sample.of(Tensor.randn(Shape.of(3, 128, 128), new Rng(i)), i % 10)).toList();
        samples = Dataset.of(IntStream.range(0, batchSize * batches).boxed().toList()).map(i -> different.get(i % DIFFERENT));
        var rng = new Rng(1);
        net = new Sequential(new Conv2d(3, 64, 3, HALVING, rng), new Relu(), new Conv2d(64, 128, 3, HALVING, rng), new Relu(),
                new Conv2d(128, 256, 3, HALVING, rng), new Relu(), new AdaptiveAvgPool2d(1), new Flatten(), new Linear(256, 10, rng));
        net.to(device);
        optimizer = new Sgd(net.parameters(), 1e-3);
    }

    /// Medians of five epochs of each kind in turn, after one that does not count.
    ///
    /// @param prefetch batches prepared ahead
    Result measure(int prefetch) {
        var loader = new DataLoader(samples, DataLoader.Options.inOrder(batchSize).withPrefetch(prefetch).withDevice(device));
        Batch present = loader.epoch(0).iterator().next();
        var loading = new double[ROUNDS];
        var computing = new double[ROUNDS];
        var both = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            double alone = milliseconds(loader.epoch(0), _ -> {
            });
            double steps = milliseconds(Collections.nCopies(batches, present), this::step);
            double together = milliseconds(loader.epoch(0), this::step);
            if (round < 0)
                continue;
            loading[round] = alone;
            computing[round] = steps;
            both[round] = together;
        }
        return new Result(median(loading), median(computing), median(both));
    }

    private double milliseconds(Iterable<Batch> all, Consumer<Batch> use) {
        long start = System.nanoTime();
        all.forEach(use);
        Backends.of(device).synchronize();
        return (System.nanoTime() - start) / 1e6 / batches;
    }

    private void step(Batch batch) {
        try (var _ = StepScope.open()) {
            Variable loss = crossEntropy(net.forward(batch.input()), batch.target());
            optimizer.zeroGrad();
            loss.backward();
            optimizer.step();
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
