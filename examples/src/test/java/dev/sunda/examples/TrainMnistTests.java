package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Rng;
import dev.sunda.examples.mnist.DigitNet;
import dev.sunda.examples.mnist.DigitSet;
import dev.sunda.examples.mnist.EpochResult;
import dev.sunda.examples.mnist.Metrics;
import dev.sunda.examples.mnist.ModelCard;
import dev.sunda.examples.mnist.Progress;
import dev.sunda.examples.mnist.RunFolder;
import dev.sunda.examples.mnist.Trainer;
import dev.sunda.examples.mnist.TrainingOptions;
import dev.sunda.nn.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The whole way on a part of real MNIST: train, save, evaluate.
class TrainMnistTests {
    private static final Pattern LAST =
            Pattern.compile("test accuracy \\d+\\.\\d\\d % \\(\\d+ of 2400\\), 74,762 parameters, \\d+\\.\\d s");

    @Test
    void learnsFromRealDigits() throws IOException {
        assertThat(TrainedRun.OUTPUT.err()).isEmpty();
        assertThat(TrainedRun.OUTPUT.status()).isZero();
        Metrics metrics = JsonMapper.shared().readValue(TrainedRun.FOLDER.resolve("metrics.json"), Metrics.class);
        assertThat(metrics.epochs()).extracting(EpochResult::epoch).containsExactly(1, 2);
        assertThat(metrics.epochs().get(1).trainLoss()).isLessThan(metrics.epochs().get(0).trainLoss()).isLessThan(0.9);
        assertThat(metrics.testAccuracy()).isGreaterThan(0.85);
        assertThat(Files.readAllLines(TrainedRun.FOLDER.resolve("metrics.csv"))).hasSize(3)
                .first().isEqualTo("epoch,train_loss,test_accuracy,seconds");
    }

    @Test
    void printsWithoutEscapeCodesWhatItDoes() {
        assertThat(TrainedRun.OUTPUT.out()).doesNotContain("\r", "\u001b")
                .contains("Run    2 epochs, batch ")
                .contains("mnist, 2400 training and 2400 test images, embedded copy (LeCun, Cortes; CC BY-SA 3.0)")
                .contains("block2.depthwise Conv2d", "multiply-adds", "12x12 pixels", "74,762", "epoch 1/2   30/120  loss ",
                        "epoch 2/2  train loss ",
                        "true \\ answer", "most confused: ");
        assertThat(TrainedRun.OUTPUT.lastLine()).matches(LAST);
    }

    @Test
    void printsTheHashOfTheSavedWeights() throws Exception {
        byte[] weights = Files.readAllBytes(TrainedRun.FOLDER.resolve("model.safetensors"));
        String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(weights));
        assertThat(TrainedRun.OUTPUT.out()).contains("SHA-256 of model.safetensors: " + hash);
    }

    @Test
    void describesTheModelBesideItsWeights() {
        ModelCard card = JsonMapper.shared().readValue(TrainedRun.FOLDER.resolve("model.json"), ModelCard.class);
        assertThat(card.architecture()).isEqualTo("digit-net");
        assertThat(card.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(card.parameters()).isEqualTo(74_762);
        assertThat(card.training().seed()).isEqualTo(1);
        assertThat(card.input().mean()).isEqualTo(0.1307);
        assertThat(Checkpoint.load(TrainedRun.FOLDER.resolve("model.safetensors")).tensors()).containsKeys("conv1.weight",
                "norm3.running_var");
    }

    @Test
    void evaluationFindsTheSameAccuracyOnTheSameNetwork() {
        Cli eval = Cli.run("eval", "mnist", "--model", TrainedRun.FOLDER);
        assertThat(eval.err()).isEmpty();
        assertThat(eval.status()).isZero();
        assertThat(eval.lastLine()).matches("test accuracy (8|9)\\d\\.\\d\\d % \\(\\d+ of 10000\\), 74,762 parameters, \\d+\\.\\d s");
    }

    @Test
    void startsFromTheWeightsOfAnEarlierRun(@TempDir Path folder) {
        Cli more =
                Cli.run("train", "mnist", "--limit", 100, "--epochs", 1, "--batch", 50, "--lr", 1e-6, "--model", TrainedRun.FOLDER, "--out",
                        folder.resolve("more"));
        assertThat(more.err()).isEmpty();
        assertThat(more.out()).contains("Run    1 epoch, batch 50, ");
        Metrics metrics = JsonMapper.shared().readValue(folder.resolve("more").resolve("metrics.json"), Metrics.class);
        assertThat(metrics.epochs().getFirst().trainLoss()).as("a network with random weights starts at 2.3").isLessThan(1);
    }

    private static String hashLine(Cli run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        return run.outLines().stream().filter(line -> line.startsWith("SHA-256 ")).findFirst().orElseThrow();
    }

    @Test
    void resumeEndsWithTheSameBitsAsARunThatWasNeverInterrupted(@TempDir Path folder) {
        Cli whole =
                Cli.run("train", "mnist", "--limit", 80, "--epochs", 2, "--batch", 16, "--threads", 2, "--out", folder.resolve("whole"));
        var options = new TrainingOptions("mnist", 2, 16, 0.01, 42, 80);
        RunFolder run = interrupted(options, folder.resolve("interrupted"), 7);
        Cli resumed = Cli.run("train", "mnist", "--resume", run.path());
        assertThat(resumed.out()).contains("going on at epoch 2, step 2");
        assertThat(hashLine(resumed)).isEqualTo(hashLine(whole));
        Cli again = Cli.run("train", "mnist", "--resume", run.path());
        assertThat(hashLine(again)).as("a finished run is only tested again").isEqualTo(hashLine(whole));
        assertThat(again.out()).doesNotContain("train loss");
    }

    /// A file that cannot be written stands for a disk that is full.
    @Test
    void aRunThatCouldNotBeSavedGoesOn(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("run");
        Path inTheWay = Files.createDirectories(out.resolve("metrics.csv").resolve("full"));
        Cli full = Cli.run("train", "mnist", "--limit", 80, "--epochs", 1, "--batch", 16, "--out", out);
        assertThat(full.status()).isEqualTo(1);
        assertThat(full.err()).contains("metrics.csv");
        assertThat(full.lastLine())
                .isEqualTo("the run could not be saved; with room on the disk go on with: sunda train mnist --resume " + out);
        Files.delete(inTheWay);
        Files.delete(out.resolve("metrics.csv"));
        Cli resumed = Cli.run("train", "mnist", "--resume", out);
        assertThat(hashLine(resumed))
                .isEqualTo(
                        hashLine(Cli.run("train", "mnist", "--limit", 80, "--epochs", 1, "--batch", 16, "--out", folder.resolve("whole"))));
    }

    @Test
    void aRunThatCouldSaveNothingStartsAgain(@TempDir Path folder) {
        assertThat(new RunFolder(folder).wayOn()).isEqualTo("start again, nothing has been saved in " + folder);
    }

    /// What a run leaves behind that is stopped after some steps.
    private static RunFolder interrupted(TrainingOptions options, Path folder, int steps) {
        DigitSet.Images images = DigitSet.MNIST.load(null);
        var model = DigitNet.create(10, new Rng(options.seed()));
        var test = images.test().range(0, options.limit());
        var trainer = new Trainer(model, () -> DigitNet.create(10, new Rng(0)), options, images.pixels().range(0, options.limit()),
                images.augmentation(), test,
                images.test().classNames(), Progress.START);
        int[] left = {steps};
        trainer.run(() -> left[0] == 0, new Trainer.Listener() {
            @Override
            public void stepped(int epoch, int step, int stepsOfEpoch) {
                left[0]--;
            }

            @Override
            public void finished(EpochResult result) {
                assertThat(result.epoch()).isEqualTo(1);
            }
        });
        RunFolder run = RunFolder.create(folder);
        run.saveCheckpoint(options, model, trainer);
        return run;
    }
}
