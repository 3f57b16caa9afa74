package dev.sunda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.FakeDriver;
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
import java.util.List;
import java.util.Map;
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
        FakeDriver driver = PtxProvider.driver(device.index());
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
            public void stepped(Progress progress, int steps) {
                assertThat(progress.meanLoss()).isBetween(0.1, 10.0);
            }

            @Override
            public void finished(EpochResult result) {
                assertThat(result.testAccuracy()).isBetween(0.0, 1.0);
            }
        }))).isEqualTo(5);
        assertThat(trainer.isDone()).isTrue();
    }

    private static Case network() {
        return Workloads.model("small", rng -> new Sequential(new Flatten(), new Linear(4, 3, rng)), Shape.of(4, 1, 2, 2), 3,
                p -> new Sgd(p, 0.1), 3);
    }

    @Test
    void benchmarksTrainModelsAsUsersDo() {
        for (Case c : List.of(network(), Workloads.block("part", rng -> new Linear(3, 2, rng), Shape.of(4, 3)))) {
            Map<Measure, Runnable> calls = c.prepare().apply(IDLE);
            assertThat(replays(IDLE, () -> fiveTimes(calls.get(Measure.TRAIN)))).isEqualTo(3);
            assertThat(replays(IDLE, () -> fiveTimes(calls.get(Measure.TRAIN_EAGER)))).isZero();
            assertThat(c.prepare().apply(Device.CPU)).containsOnlyKeys(c.measures());
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
