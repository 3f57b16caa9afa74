package dev.sunda.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.data.Dataset;
import dev.sunda.data.RandomCrop;
import dev.sunda.data.Sample;
import dev.sunda.data.TensorDataset;
import dev.sunda.examples.console.UserException;
import dev.sunda.nn.BatchNorm2d;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.Dropout;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.MaxPool2d;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An interrupted run ends with the same bits as one that was not. The network here has all kinds of state there are: weights, running
/// statistics, a random stream; the images are shifted at random.
///
/// Property `sunda.tests.device` names one more device. One that records runs the first two steps after each interruption and replays
/// the others: a run interrupted after every step or every second one has never replayed any.
class ResumeTests {
    private static final TrainingOptions OPTIONS = new TrainingOptions("mnist", 3, 8, 0.02, 7, 0);
    private static final int STEPS = 5;                              // of an epoch; the last one is smaller
    private static final Dataset<Sample> IMAGES = images();

    @TempDir
    Path folder;

    private static Dataset<Sample> images() {
        var rng = new Rng(3);
        long[] labels = new long[36];
        Arrays.setAll(labels, i -> i % 3);
        Tensor pixels = Tensor.randn(Shape.of(labels.length, 1, 8, 8), rng).add(Tensor.of(labels).to(DType.F32).reshape(-1, 1, 1, 1));
        return new TensorDataset(pixels, Tensor.of(labels));
    }

    static List<String> devices() {
        String more = System.getProperty("sunda.tests.device");
        return more == null ? List.of("cpu") : List.of("cpu", more);
    }

    private static Sequential model(Device device) {
        Sequential model = model();
        model.to(device);
        return model;
    }

    private static Sequential model() {
        var rng = new Rng(OPTIONS.seed());
        return new Sequential(new Conv2d(1, 5, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new BatchNorm2d(5), new Relu(),
                new MaxPool2d(2), new Flatten(), new Dropout(0.3, rng), new Linear(5 * 4 * 4, 3, rng));
    }

    private static Trainer trainer(Sequential model, Progress from) {
        return new Trainer(model, ResumeTests::model, OPTIONS, IMAGES, new RandomCrop(8, 8, 1), IMAGES, List.of("a", "b", "c"), from);
    }

    /// A signal that comes during step number `step`, counted from 1.
    private static Trainer.Listener after(int step, boolean[] stop) {
        return new Trainer.Listener() {
            private int steps;

            @Override
            public void stepped(int epoch, int stepOfEpoch, int stepsOfEpoch) {
                assertThat(stepsOfEpoch).isEqualTo(STEPS);
                stop[0] = ++steps == step;
            }

            @Override
            public void finished(EpochResult result) {
                assertThat(result.trainLoss()).isPositive();
            }
        };
    }

    private record End(String sha256, List<EpochResult> results) {
    }

    /// Trains, interrupted after every `every` steps; each time everything but the folder is forgotten.
    private End train(Device device, String name, int every) {
        RunFolder run = RunFolder.create(folder.resolve(name));
        Sequential model = model(device);
        Trainer trainer = trainer(model, Progress.START);
        while (true) {
            var stop = new boolean[1];
            BooleanSupplier signal = () -> stop[0];
            trainer.run(signal, after(every, stop));
            if (trainer.isDone())
                return new End(run.saveWeights(trainer.averaged()), trainer.progress().results());
            run.saveCheckpoint(OPTIONS, model, trainer);
            RunFolder.Resumed resumed = new RunFolder(folder.resolve(name)).loadCheckpoint();
            assertThat(resumed.state().options()).isEqualTo(OPTIONS);
            model = model(device);
            trainer = trainer(model, resumed.state().progress());
            resumed.restore(model, trainer);
        }
    }

    @ParameterizedTest @MethodSource("devices")
    void endsWithTheSameBitsAsARunThatWasNeverInterrupted(String name) {
        Device device = Device.parse(name);
        End whole = train(device, "whole", 1000);
        for (int every : new int[] {1, 2, 4, STEPS, 7}) {
            End interrupted = train(device, "every" + every, every);
            assertThat(interrupted.sha256()).as("interrupted every %d steps", every).isEqualTo(whole.sha256());
            for (int e = 0; e < OPTIONS.epochs(); e++) {
                assertThat(interrupted.results().get(e).trainLoss()).isEqualTo(whole.results().get(e).trainLoss());
                assertThat(interrupted.results().get(e).testAccuracy()).isEqualTo(whole.results().get(e).testAccuracy());
            }
        }
    }

    @Test
    void anotherSeedGivesOtherBits() {
        Sequential one = model();
        var other = new TrainingOptions("mnist", 3, 8, 0.02, 8, 0);
        var trainer = new Trainer(one, ResumeTests::model, other, IMAGES, new RandomCrop(8, 8, 1), IMAGES, List.of("a", "b", "c"),
                Progress.START);
        trainer.run(() -> false, after(1000, new boolean[1]));
        assertThat(RunFolder.create(folder.resolve("other")).saveWeights(trainer.averaged()))
                .isNotEqualTo(train(Device.CPU, "whole", 1000).sha256());
    }

    @Test
    void whatAKilledProcessLeftBehindDoesNoHarm() throws IOException {
        RunFolder run = RunFolder.create(folder.resolve("killed"));
        Sequential model = model();
        run.saveCheckpoint(OPTIONS, model, trainer(model, Progress.START));
        Path half = Files.write(run.path().resolve("checkpoint.safetensors.123.tmp"), new byte[100]);
        assertThat(run.loadCheckpoint().state().progress()).isEqualTo(Progress.START);
        assertThat(half).doesNotExist();
    }

    @Test
    void aDamagedCheckpointIsRefused() throws IOException {
        RunFolder run = RunFolder.create(folder.resolve("damaged"));
        Sequential model = model();
        run.saveCheckpoint(OPTIONS, model, trainer(model, Progress.START));
        Path file = run.path().resolve(RunFolder.CHECKPOINT);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(run::loadCheckpoint).isInstanceOf(UserException.class).hasMessageContaining("damaged");
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(run::loadCheckpoint).isInstanceOf(UserException.class).hasMessageContaining(RunFolder.CHECKPOINT);
    }

    @Test
    void theNextFreeFolderIsFound() throws IOException {
        assertThat(RunFolder.free(folder.resolve("mnist"))).isEqualTo(folder.resolve("mnist-1"));
        Files.createDirectory(folder.resolve("mnist-1"));
        assertThat(RunFolder.free(folder.resolve("mnist"))).isEqualTo(folder.resolve("mnist-2"));
    }
}
