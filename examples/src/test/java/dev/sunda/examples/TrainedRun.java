package dev.sunda.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A network trained once, through the command line, for all tests that need one.
final class TrainedRun {
    static final Path FOLDER = temporary().resolve("run");
    static final Cli OUTPUT =
            Cli.run("train", "mnist", "--limit", 2400, "--epochs", 2, "--batch", 20, "--lr", 0.005, "--seed", 1, "--out", FOLDER);

    private TrainedRun() {
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target", "runs")), "trained-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
