package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.examples.mnist.Progress;
import dev.sunda.examples.mnist.RunFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Real signals to a real process.
@EnabledOnOs(OS.LINUX)
class InterruptTests {
    private static final long SIGINT_BIT = 1L << 1;

    @TempDir
    Path folder;

    /// A process whose parent ignores Ctrl-C, as in some build servers, ignores it too; then another polite signal has to do.
    private static String politeSignal() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("SigIgn:")).findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & SIGINT_BIT) == 0 ? "-INT" : "-TERM";
    }

    private Process start() throws IOException {
        return ChildJvm.program(Sunda.class, List.of(), "train", "mnist", "--limit", "64", "--batch", "8", "--epochs", "10000", "--out",
                folder.resolve("run").toString()).start();
    }

    private static void kill(String signal, Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor()).isZero();
    }

    private static void readUntil(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            if (line.startsWith(start))
                return;
        throw new AssertionError("there was no line that starts with: " + start);
    }

    private Progress saved() {
        return new RunFolder(folder.resolve("run")).loadCheckpoint().state().progress();
    }

    @Test
    void ctrlCEndsAfterTheStepWithACheckpoint() throws Exception {
        Process process = start();
        try (BufferedReader lines = process.inputReader()) {
            readUntil(lines, "epoch 1/10000  train loss");
            kill(politeSignal(), process);
            readUntil(lines, "stopped at epoch ");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isGreaterThan(128);
            assertThat(saved().results()).isNotEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aKilledRunLeavesAUsableCheckpoint() throws Exception {
        Process process = start();
        try (BufferedReader lines = process.inputReader()) {
            readUntil(lines, "epoch 2/10000  train loss");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(saved().results()).isNotEmpty();
    }
}
