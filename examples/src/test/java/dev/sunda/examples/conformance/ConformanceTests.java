package dev.sunda.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.examples.console.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConformanceTests {
    private static final String TWO_CASES = """
            {"format": 1, "cases": [
              {"id": "a/0", "op": "relu", "args": {"input": {"dtype": "float32", "shape": [2], "data": "AACAPwAAAMA="}}},
              {"id": "b/0", "op": "frobnicate", "args": {}}]}""";

    @TempDir
    Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object... words) {
        String[] args = new String[words.length];
        for (int i = 0; i < args.length; i++)
            args[i] = words[i].toString();
        return new CommandLine(new Conformance()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    }

    @Test
    void runsFilesAndWritesResults() throws IOException {
        Path in = Files.writeString(folder.resolve("in.json"), TWO_CASES);
        Path results = folder.resolve("out.json.gz");
        assertThat(run("--in", in, "--out", results, "--backend", "reference")).as(err.toString()).isZero();
        var list = GoldenFile.tree(results).get("results");
        assertThat(list.size()).isEqualTo(2);
        assertThat(JsonTensors.read(list.get(0).get("outputs").get(0)).toFloatArray()).containsExactly(1, 0);
        assertThat(list.get(1).get("message").asString()).isEqualTo("operation frobnicate");
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly("operation ok unsupported error", "frobnicate 0 1 0", "relu 1 0 0", "total 1 1 0");
    }

    @Test
    void reportsHowManyCasesAreRight() throws IOException {
        Path in = Files.writeString(folder.resolve("in.json"), TWO_CASES.replace("\"args\": {\"input\"",
                "\"outputs\": [{\"dtype\": \"float32\", \"shape\": [2], \"data\": \"AACAPwAAAAA=\"}], \"args\": {\"input\""));
        Path report = folder.resolve("report.md");
        assertThat(run("--in", in, "--report", report)).as(err.toString()).isEqualTo(1);
        assertThat(out.toString().lines()).containsExactly("b/0 (frobnicate, cpu): operation frobnicate",
                "b/0 (frobnicate, reference): operation frobnicate", "2 cases: 1 passed on the CPU, 1 on the reference backend");
        assertThat(report).content().contains("| `frobnicate` | 1 |  | 0, unsupported 1 | 0 | 0 | 0, unsupported 1 | 0 | 0 |",
                "| **all** | 2 |  | 1, unsupported 1 |", "| CPU: passed |");
        out.getBuffer().setLength(0);
        assertThat(run("--in", in, "--report", report, "--backend", "reference")).as(err.toString()).isEqualTo(1);
        assertThat(out.toString().lines()).contains("2 cases: 1 passed on reference, 1 on the reference backend");
        assertThat(report).content().contains("| reference: passed |");
    }

    @Test
    void saysWhatIsWrongWithOptions() throws IOException {
        Path in = Files.writeString(folder.resolve("in.json"), TWO_CASES);
        Path results = folder.resolve("out.json");
        assertThat(run("--in", in, "--out", results, "--backend", "abacus")).isNotZero();
        assertThat(run("--in", in, "--out", results, "--dtype", "int8")).isNotZero();
        assertThat(err.toString()).contains("--backend: abacus: no backend serves this device",
                "--dtype must be float32 or float64 (got int8)");
        assertThat(results).doesNotExist();
    }

    @Test
    void refusesFilesThatHoldNoCases() throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"), "{\"format\": 2}");
        Path broken = Files.writeString(folder.resolve("broken.json"), "{");
        assertThatThrownBy(() -> GoldenFile.read(other)).isInstanceOf(UserException.class)
                .hasMessageContaining("holds no cases of format 1");
        assertThatThrownBy(() -> GoldenFile.read(broken)).isInstanceOf(UserException.class).hasMessageStartingWith("cannot read");
        assertThatThrownBy(() -> GoldenFile.read(folder.resolve("none.json"))).isInstanceOf(UserException.class)
                .hasMessage("there is no file " + folder.resolve("none.json"));
    }
}
