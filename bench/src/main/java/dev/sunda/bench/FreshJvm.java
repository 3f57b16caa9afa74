package dev.sunda.bench;

import dev.sunda.core.type.DType;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// One fresh Java virtual machine that has measured a case and waits for further questions, see [FreshCase].
final class FreshJvm implements AutoCloseable {
    private final Case chosen;
    private final Path log;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;
    private final Map<Measure, FreshCase.Finding> findings = new EnumMap<>(Measure.class);

    /// Returns when the case has been measured.
    FreshJvm(Case chosen, List<String> flags, int threads, boolean quick, DType dtype) throws IOException {
        this.chosen = chosen;
        log = Files.createTempFile("sunda-bench", ".log");
        process = new ProcessBuilder(command(chosen.name(), flags, threads, quick, dtype)).redirectError(log.toFile()).start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        for (int i = 0; i < chosen.measures().size(); i++) {
            var finding = FreshCase.Finding.parse(answer());
            findings.put(finding.measure(), finding);
        }
    }

    private static List<String> command(String name, List<String> flags, int threads, boolean quick, DType dtype) {
        var words = new ArrayList<String>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(flags);
        words.addAll(List.of("-XX:+PrintCompilation", "-XX:+DisplayVMOutputToStderr"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), FreshCase.class.getName()));
        words.addAll(List.of(name, Integer.toString(threads), quick ? "quick" : "normal", dtype.name()));
        return words;
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            String text = Files.readString(log, StandardCharsets.ISO_8859_1);
            throw new IOException("sunda bench: " + chosen.name() + " ended in a fresh machine:\n"
                    + text.substring(Math.max(0, text.length() - 2000)));
        }
        return line;
    }

    /// What it found at first.
    FreshCase.Finding finding(Measure measure) {
        return findings.get(measure);
    }

    /// What it finds when it measures once more.
    FreshCase.Finding again(Measure measure) throws IOException {
        questions.write(measure.name());
        questions.newLine();
        questions.flush();
        return FreshCase.Finding.parse(answer());
    }

    /// Ends the machine and returns what the compiler's log holds against it.
    List<String> end() throws IOException, InterruptedException {
        questions.close();
        process.waitFor();
        return CompilerLog.complaints(Files.readString(log, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.delete(log);
    }
}
