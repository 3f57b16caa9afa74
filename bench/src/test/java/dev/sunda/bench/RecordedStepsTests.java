package dev.sunda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.WatchedDriver;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.data.TensorDataset;
import dev.sunda.data.Transform;
import dev.sunda.examples.mnist.EpochResult;
import dev.sunda.examples.mnist.Progress;
import dev.sunda.examples.mnist.Trainer;
import dev.sunda.examples.mnist.TrainingOptions;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// A device that can record steps is asked for them as a whole, in training and in benchmarks. Device `ptx` has the backend for GPUs and a
/// driver made for tests, which counts what it is asked for; number 0 executes the kernels, number 2 none.
class RecordedStepsTests {
    private static final Device PTX = new Device("ptx", 0);
    private static final Device IDLE = new Device("ptx", 2);

    /// How often a whole recording is asked for.
    private static int replays(Device device, Runnable work) {
        WatchedDriver driver = PtxProvider.driver(device.index());
        int before = driver.calls("cuGraphLaunch");
        work.run();
        assertThat(driver.failure()).isNull();
        return driver.calls("cuGraphLaunch") - before;
    }

    /// Three epochs of two batches of 4 and one of 2: the first two steps of each size are run, the other four and one replayed.
    @Test
    void trainingReplaysItsSteps() {
        Tensor images = Tensor.randn(Shape.of(10, 1, 2, 2), new Rng(1));
        var set = new TensorDataset(images, Tensor.of(new long[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}));
        Supplier<Sequential> network = () -> new Sequential(new Flatten(), new Linear(4, 3, new Rng(2)));
        Sequential model = network.get();
        model.to(PTX);
        var options = new TrainingOptions("mnist", 3, 4, 0.01, 1, 0);
        var trainer = new Trainer(model, network, options, set, Transform.NONE, set, List.of("a", "b", "c"), Progress.START);
        assertThat(replays(PTX, () -> trainer.run(() -> false, new Trainer.Listener() {
            @Override
            public void stepped(int epoch, int step, int steps) {
                assertThat(trainer.progress().meanLoss()).isBetween(0.1, 10.0);
            }

            @Override
            public void finished(EpochResult result) {
                assertThat(result.testAccuracy()).isBetween(0.0, 1.0);
            }
        }))).isEqualTo(5);
        assertThat(trainer.isDone()).isTrue();
    }

    private static final int MANY = 20;

    /// @param losses of the steps together, and what they have made of the weights
    /// @param reads how often the program has waited for a result
    private record Run(double losses, List<Float> weights, int reads) {
    }

    /// The first steps of a long epoch, after which it is stopped.
    ///
    /// @param all whether the loss is asked for after each of them
    private static Run steps(boolean all) {
        var set = new TensorDataset(Tensor.randn(Shape.of(MANY + 10, 4), new Rng(1)), Tensor.of(new long[MANY + 10]));
        var model = new Sequential(new Linear(4, 3, new Rng(2)));
        model.to(PTX);
        var trainer = new Trainer(model, RecordedStepsTests::single, new TrainingOptions("mnist", 1, 1, 0.01, 1, 0), set, Transform.NONE,
                set, List.of("a", "b", "c"), Progress.START);
        var done = new int[1];
        int before = copies();
        Tensor.zeros(1).to(PTX).item();
        int each = copies() - before;                                // a result, and what kernels have found wrong
        before = copies();
        trainer.run(() -> done[0] == MANY, new Listening(step -> {
            done[0] = step;
            if (all)
                assertThat(trainer.progress().step()).isEqualTo(step);
        }));
        int reads = (copies() - before) / each;
        Progress progress = trainer.progress();
        assertThat(progress.step()).isEqualTo(MANY);
        assertThat(progress.images()).isEqualTo(MANY);
        assertThat(progress.seconds()).isPositive();
        assertThat(copies()).as("nothing is left to be read").isEqualTo(before + reads * each);
        var weights = new ArrayList<Float>();
        for (float w : model.parameters().getFirst().data().toFloatArray())
            weights.add(w);
        return new Run(progress.lossSum(), weights, reads);
    }

    private static Sequential single() {
        return new Sequential(new Linear(4, 3, new Rng(2)));
    }

    private static int copies() {
        return PtxProvider.driver(0).calls("cuMemcpyDtoHAsync_v2");
    }

    private record Listening(IntConsumer to) implements Trainer.Listener {
        @Override
        public void stepped(int epoch, int step, int steps) {
            to.accept(step);
        }

        @Override
        public void finished(EpochResult result) {
            throw new AssertionError("the epoch is longer");
        }
    }

    /// Whoever does not ask waits after 16 steps and at the end.
    @Test
    void lossesAreReadManyAtOnce() {
        Run seldom = steps(false), always = steps(true);
        assertThat(seldom.reads()).isEqualTo(2);
        assertThat(always.reads()).isEqualTo(MANY);
        assertThat(seldom.losses()).isEqualTo(always.losses());
        assertThat(seldom.weights()).isEqualTo(always.weights());
    }

    /// The step is the one a CPU names, which looks at every loss at once; a GPU goes on for less than 16 more.
    @Test
    void aLossThatIsNoNumberEndsTheRunAndNamesItsStep() {
        float[] pixels = new float[MANY];
        pixels[7] = Float.NaN;
        var set = new TensorDataset(Tensor.of(pixels, Shape.of(MANY, 1)), Tensor.of(new long[MANY]));
        var messages = new ArrayList<String>();
        for (Device device : List.of(Device.CPU, PTX)) {
            var model = new Sequential(new Linear(1, 3, new Rng(2)));
            model.to(device);
            var trainer = new Trainer(model, RecordedStepsTests::single, new TrainingOptions("mnist", 1, 1, 0.01, 1, 0), set,
                    Transform.NONE, set, List.of("a", "b", "c"), Progress.START);
            var last = new int[1];
            assertThatThrownBy(() -> trainer.run(() -> false, new Listening(step -> last[0] = step)))
                    .isInstanceOfSatisfying(IllegalStateException.class, e -> messages.add(e.getMessage()));
            int wrong = trainer.progress().step() + 1;
            assertThat(messages.getLast()).startsWith("the loss is no longer a number at epoch 1, step " + wrong + ";");
            assertThat(last[0]).isBetween(wrong - 1, wrong - 1 + (device.equals(PTX) ? 15 : 0));
        }
        assertThat(messages.getFirst()).isEqualTo(messages.getLast());
    }

    private static Case network() {
        return Workloads.model("small", rng -> new Sequential(new Flatten(), new Linear(4, 3, rng)), Shape.of(4, 1, 2, 2), 3,
                p -> new Sgd(p, 0.1), 3);
    }

    @Test
    void benchmarksTrainModelsAsUsersDo() {
        for (Case c : List.of(network(), Workloads.block("part", rng -> new Linear(3, 2, rng), Shape.of(4, 3)))) {
            Map<Measure, Runnable> calls = c.prepare().apply(DType.F32, IDLE);
            assertThat(replays(IDLE, () -> fiveTimes(calls.get(Measure.TRAIN)))).isEqualTo(3);
            assertThat(replays(IDLE, () -> fiveTimes(calls.get(Measure.TRAIN_EAGER)))).isZero();
            assertThat(c.prepare().apply(DType.F32, Device.CPU)).containsOnlyKeys(c.measures());
        }
    }

    private static void fiveTimes(Runnable step) {
        for (int i = 0; i < 5; i++)
            try (var _ = StepScope.open()) {
                step.run();
            }
    }

    @Test
    void bothTimesAreTold() {
        Map<Measure, Meter.Result> results = network().measure(IDLE, new Effort(0, 0));
        assertThat(results.keySet()).containsExactly(Measure.TRAIN, Measure.FORWARD, Measure.FORWARD_BATCH1, Measure.TRAIN_EAGER);
        var line = JsonMapper.shared().readTree(Line.of(network(), IDLE, 1, results, null));
        assertThat(line.get("train_ms").asDouble()).isPositive();
        assertThat(line.get("train_eager_ms").asDouble()).isPositive();
    }

    @Test
    void whatCannotBeRecordedIsNotMeasured() {
        var step = new RecordedStep(List.of(), inputs -> Tensor.full(Shape.SCALAR, inputs.getFirst().item(), DType.F32, IDLE),
                Tensor.zeros(1).to(IDLE));
        step.run();
        step.run();
        assertThatThrownBy(step::run).isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("bench: the step was to be recorded but cannot be: cuda: a result was read while");
    }
}
