package dev.sunda.examples.conformance;

import dev.sunda.core.Backends;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.CaseResult.Status;
import dev.sunda.examples.console.ProgressBar;
import dev.sunda.examples.console.TextTable;
import dev.sunda.examples.console.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `sunda conformance`: runs cases with expected values through the library and writes what came out. Judging is left to whoever has the
/// expected values; the exit status says only whether the run got through.
@Command(name = "conformance", mixinStandardHelpOptions = true,
        description = "Runs test cases from JSON files through the library and writes the values that came out, for comparison.",
        footer = {"", "A case is 'ok' (values were computed), 'unsupported' (the library lacks the operation or an argument),",
                "or 'error' (the call was refused)."})
public final class Conformance implements Callable<Integer> {
    @Option(names = "--in", required = true, arity = "1..*", paramLabel = "FILE", description = "files of cases, .json or .json.gz")
    private List<Path> in;
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "where the results go, .json or .json.gz")
    private Path out;
    @Option(names = "--backend", defaultValue = "cpu", paramLabel = "DEVICE",
            description = "device that computes: cpu, reference or cuda:0 (${DEFAULT-VALUE})")
    private String backend;
    @Option(names = "--dtype", paramLabel = "TYPE",
            description = "float32 or float64: convert floating arguments to it, and the results back; otherwise each case in its own type")
    private String dtype;
    @Spec
    private CommandSpec spec;

    /// Status counts of each operation.
    private final Map<String, EnumMap<Status, Integer>> counts = new TreeMap<>();

    @Override
    public Integer call() {
        var runner = new CaseRunner(device(), floating());
        JsonMapper json = new JsonMapper();
        ObjectNode results = json.createObjectNode();
        var list = results.putArray("results");
        var bar = new ProgressBar(spec.commandLine().getErr(), ProgressBar.onTerminal());
        for (Path file : in) {
            List<GoldenCase> cases = read(json, file);
            for (int i = 0; i < cases.size(); i++) {
                CaseResult result = runner.run(cases.get(i));
                counts.computeIfAbsent(cases.get(i).op(), _ -> new EnumMap<>(Status.class)).merge(result.status(), 1, Integer::sum);
                list.add(result.toJson());
                bar.update(file.getFileName().toString(), i + 1, cases.size(), cases.get(i).op());
            }
        }
        bar.clear();
        write(json, results);
        summary();
        return 0;
    }

    private Device device() {
        try {
            Device device = Device.parse(backend);
            Backends.of(device);
            return device;
        } catch (IllegalArgumentException e) {
            throw new UserException("--backend: " + e.getMessage(), e);
        }
    }

    private DType floating() {
        if (dtype == null)
            return null;
        return switch (dtype) {
            case "float32" -> DType.F32;
            case "float64" -> DType.F64;
            default -> throw new UserException("--dtype must be float32 or float64 (got " + dtype + ")");
        };
    }

    private static List<GoldenCase> read(JsonMapper json, Path file) {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
                InputStream text = isCompressed(file) ? new GZIPInputStream(bytes) : bytes) {
            JsonNode root = json.readTree(text);
            if (root.path("format").asInt(0) != 1 || !root.path("cases").isArray())
                throw new UserException(file + " holds no cases of format 1");
            var cases = new ArrayList<GoldenCase>();
            root.get("cases").forEach(node -> cases.add(GoldenCase.of(node)));
            return cases;
        } catch (IOException | JacksonException e) {
            throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void write(JsonMapper json, ObjectNode results) {
        try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(out));
                OutputStream text = isCompressed(out) ? new GZIPOutputStream(bytes) : bytes) {
            json.writeValue(text, results);
        } catch (IOException | JacksonException e) {
            throw new UserException("cannot write " + out + ": " + e.getMessage(), e);
        }
    }

    private static boolean isCompressed(Path file) {
        return file.toString().endsWith(".gz");
    }

    private void summary() {
        var table = new TextTable("operation", "ok", "unsupported", "error");
        var total = new EnumMap<Status, Integer>(Status.class);
        counts.forEach((op, count) -> {
            table.row(row(op, count));
            count.forEach((status, n) -> total.merge(status, n, Integer::sum));
        });
        table.row(row("total", total));
        table.lines().forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    private static String[] row(String label, Map<Status, Integer> count) {
        return new String[] {label, text(count, Status.OK), text(count, Status.UNSUPPORTED), text(count, Status.ERROR)};
    }

    private static String text(Map<Status, Integer> count, Status status) {
        return String.valueOf(count.getOrDefault(status, 0));
    }
}
