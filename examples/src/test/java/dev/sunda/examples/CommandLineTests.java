package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Backends;
import dev.sunda.core.spi.BackendProvider.Unavailable;
import dev.sunda.examples.course.Course;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Help, lists, and what happens when a command is used wrongly: one line on standard error, exit status 2.
class CommandLineTests {
    @TempDir
    Path folder;

    private static void isMisuse(Cli run, String... words) {
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).contains(words).doesNotContain("Exception");
        assertThat(run.out()).isEmpty();
        assertThat(run.status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "train --help", "train mnist --help", "eval --help", "eval mnist --help", "predict --help",
        "samples --help",
        "sample --help", "doctor --help"})
    void everyCommandExplainsItself(String words) {
        Cli run = Cli.run((Object[]) words.split(" "));
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("Usage: sunda").contains("--debug", "-h, --help");
    }

    @Test
    void withoutACommandItPrintsItsHelp() {
        assertThat(Cli.run().out()).contains("Usage: sunda", "train", "eval", "predict", "samples", "doctor", "Examples:");
    }

    @Test
    void doctorNamesJavaThreadsAndEveryDevice() {
        Cli run = Cli.run("doctor");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("java ", System.getProperty("java.version"), "threads ", "memory ", "device cpu ",
                "device reference ",
                "device cuda ", "modules of kernels");
    }

    @Test
    void deviceThatIsNotThereIsMisuse() throws IOException {
        Path cases = Files.writeString(folder.resolve("cases.json"), "[]");
        isMisuse(Cli.run("train", "mnist", "--device", "gpu"), "gpu: no backend serves this device, known are cpu, cuda, reference; write");
        for (Backends.Status status : Backends.all())
            if (status.kind().equals("cuda") && status.probe() instanceof Unavailable(String reason)) {
                isMisuse(Cli.run("train", "mnist", "--device", "cuda"), "cuda:0: not available: " + reason);
                isMisuse(Cli.run("conformance", "--in", cases, "--out", folder.resolve("out.json"), "--backend", "cuda"),
                        "--backend: cuda:0: not available: " + reason);
            }
    }

    @Test
    void samplesListsEverySampleOfTheCourse() {
        assertThat(Cli.run("samples").outLines()).hasSameSizeAs(Course.SAMPLES).anyMatch(line -> line.startsWith("dilated-convolution "));
    }

    @Test
    void wrongWordsAreMisuse() {
        isMisuse(Cli.run("tran"), "sunda: ", "tran", "see 'sunda --help'");
        isMisuse(Cli.run("train"), "sunda train: ", "Missing required subcommand");
        isMisuse(Cli.run("train", "mnist", "--epoch", "1"), "sunda train mnist: ", "--epoch");
        isMisuse(Cli.run("train", "mnist", "--epochs", "many"), "--epochs", "many");
        isMisuse(Cli.run("eval", "mnist"), "--model");
        isMisuse(Cli.run("predict", "--model", "x"), "IMAGE");
        isMisuse(Cli.run("sample", "nothing"), "there is no sample 'nothing'", "dilated-convolution");
    }

    @Test
    void optionsOutOfRangeAreMisuse() {
        isMisuse(Cli.run("train", "mnist", "--epochs", 0), "--epochs must be from 1 to 10000 (got 0)");
        isMisuse(Cli.run("train", "mnist", "--batch", 0), "--batch must be from 1 to 60000 (got 0)");
        isMisuse(Cli.run("train", "mnist", "--lr", "NaN"), "--lr must be above 0 and at most 10 (got NaN)");
        isMisuse(Cli.run("train", "mnist", "--limit", 0), "--limit must be at least 1 (got 0)");
        isMisuse(Cli.run("train", "mnist", "--threads", 0), "--threads must be from 1 to 256 (got 0)");
        isMisuse(Cli.run("train", "mnist", "--dataset", "cats"), "there is no data set 'cats'; there are mnist, fashion-mnist");
        isMisuse(Cli.run("train", "mnist", "--resume", folder, "--lr", 0.1), "leave out --lr");
    }

    @Test
    void missingFilesAreMisuse() {
        isMisuse(Cli.run("train", "mnist", "--data", folder.resolve("none")), "there is no directory");
        isMisuse(Cli.run("train", "mnist", "--data", folder), "train-images-idx3-ubyte");
        isMisuse(Cli.run("train", "mnist", "--resume", folder), "there is no checkpoint");
        isMisuse(Cli.run("eval", "mnist", "--model", folder), "there is no trained network in", "model.json is missing");
        isMisuse(Cli.run("predict", "--model", TrainedRun.FOLDER, folder.resolve("no.png")), "there is no file");
    }

    @Test
    void aFileIsNoFolderForARun() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        isMisuse(Cli.run("train", "mnist", "--out", file), "cannot be made: " + file + " is a file; choose another one with --out");
    }

    /// The list of commands shows the first line of each, which must be a sentence by itself.
    @Test
    void everyCommandIsIntroducedByASentence() {
        for (var command : new CommandLine(new Sunda()).getSubcommands().values())
            assertThat(command.getCommandSpec().usageMessage().description()[0]).as(command.getCommandName()).endsWith(".");
    }

    @Test
    void aFolderWithARunIsNotOverwritten() {
        isMisuse(Cli.run("train", "mnist", "--out", TrainedRun.FOLDER), "already holds a run", "--resume");
    }

    @Test
    void unreadableModelsAreMisuse() throws IOException {
        Files.writeString(folder.resolve("model.json"), "{");
        Files.writeString(folder.resolve("model.safetensors"), "nothing");
        isMisuse(Cli.run("eval", "mnist", "--model", folder), "cannot be read");
        Files.copy(TrainedRun.FOLDER.resolve("model.json"), Files.createDirectory(folder.resolve("b")).resolve("model.json"));
        Files.writeString(folder.resolve("b").resolve("model.safetensors"), "nothing");
        isMisuse(Cli.run("eval", "mnist", "--model", folder.resolve("b")), "model.safetensors, byte ");
        Files.writeString(folder.resolve("b").resolve("model.json"),
                Files.readString(folder.resolve("b").resolve("model.json")).replace("digit-net", "x"));
        isMisuse(Cli.run("eval", "mnist", "--model", folder.resolve("b")), "the architecture 'x' is not known");
    }

    @Test
    void unreadableImagesAreMisuse() throws IOException {
        Path file = Files.writeString(folder.resolve("three.png"), "three");
        isMisuse(Cli.run("predict", "--model", TrainedRun.FOLDER, file), "three.png: not an image of a known format");
    }

    @Test
    void debugPrintsTheStackTrace() {
        Cli run = Cli.run("eval", "mnist", "--debug", "--model", folder);
        assertThat(run.err()).contains("there is no trained network", "\tat dev.sunda.examples");
        assertThat(run.status()).isEqualTo(2);
    }
}
