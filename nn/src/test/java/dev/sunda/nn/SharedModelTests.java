package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.GradMode;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// One model that many threads compute with at the same time.
class SharedModelTests {
    private static final int CALLERS = 8;
    private static final int ROUNDS = 4;

    private static Layer model() {
        var rng = new Rng(3);
        var wide = DepthwiseSeparableConv2d.Options.DEFAULT.withDilation(2).withPadding(Padding.SAME).withNorm(true).withActivation(true);
        var model = new Sequential(new Conv2d(1, 17, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new BatchNorm2d(17),
                new Relu(), new MaxPool2d(2), new DepthwiseSeparableConv2d(17, 21, 3, wide, rng),
                new Conv2d(21, 19, 3, Conv2d.Options.DEFAULT.withStride(2), rng), new Relu(), new Flatten(), new Dropout(0.5, rng),
                new Linear(19 * 6 * 6, 10, rng));
        model.forward(images(0));                                    // running statistics other than those it begins with
        model.eval();
        return model;
    }

    /// Different ones for each caller, batches of different sizes.
    private static Tensor images(int caller) {
        return Tensor.randn(Shape.of(1 + caller % 3, 1, 28, 28), new Rng(100 + caller));
    }

    private static float[] result(Layer model, int caller) {
        try (var _ = StepScope.open()) {
            return GradMode.noGrad(() -> model.forward(images(caller)).data().toFloatArray());
        }
    }

    /// The results of `ROUNDS` calls.
    private static List<float[]> results(Layer model, int caller, CountDownLatch start) throws InterruptedException {
        start.countDown();
        start.await();
        var results = new ArrayList<float[]>();
        for (int round = 0; round < ROUNDS; round++)
            results.add(Parallel.withThreads(1 + (caller + round) % 3, () -> result(model, caller)));
        return results;
    }

    @Test
    void manyThreadsGetTheBitsOfASingleOne() throws InterruptedException, ExecutionException {
        var model = model();
        List<float[]> expected =
                IntStream.range(0, CALLERS).mapToObj(caller -> Parallel.withThreads(1, () -> result(model, caller))).toList();
        var start = new CountDownLatch(2 * CALLERS);
        try (ExecutorService platform = Executors.newFixedThreadPool(CALLERS);
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<List<float[]>>>();
            for (int i = 0; i < 2 * CALLERS; i++) {
                int caller = i % CALLERS;
                running.add((i < CALLERS ? platform : virtual).submit(() -> results(model, caller, start)));
            }
            for (int i = 0; i < running.size(); i++)
                for (float[] result : running.get(i).get())
                    assertThat(result).as("caller %d", i).isEqualTo(expected.get(i % CALLERS));
        }
    }
}
