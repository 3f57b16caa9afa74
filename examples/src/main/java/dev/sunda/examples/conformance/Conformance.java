package dev.sunda.examples.conformance;

import dev.sunda.core.Backends;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.CaseResult.Status;
import dev.sunda.examples.console.ProgressBar;
import dev.sunda.examples.console.TextTable;
import dev.sunda.examples.console.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `sunda conformance`: runs cases with expected values through the library and writes what came out. Judging is left to whoever has the
/// expected values; the exit status says only whether the run got through. With `--report` it judges by itself, on the device and on
/// the reference backend, and the exit status is 1 when a case did not pass.
///
/// With `--dtype` the floating arguments of every case are converted before the call and its floating results back to the case's own type:
/// expected values are given in that type. Computing float64 cases in float32 shows the size of rounding errors and cannot meet their
/// tolerances.
@Command(name = "conformance", mixinStandardHelpOptions = true,
        description = "Runs test cases from JSON files through the library and writes the values that came out, for comparison.",
        footer = {"", "A case is 'ok' (values were computed), 'unsupported' (the library lacks the operation or an argument), "
                + "or 'error' (the call was refused)."})
public final class Conformance implements Callable<Integer> {
    @Option(names = "--in", required = true, arity = "1..*", paramLabel = "FILE", description = "files of cases, .json or .json.gz")
    private List<Path> in;
    @ArgGroup(multiplicity = "1")
    private Target target;

    @Option(names = "--backend", defaultValue = "cpu", paramLabel = "DEVICE",
            description = "device that computes: cpu, reference or cuda:0 (${DEFAULT-VALUE})")
    private String backend;
    @Option(names = "--dtype", paramLabel = "TYPE",
            description = "float32 or float64: convert floating arguments to it, and the results back; otherwise each case in its own type")
    private String dtype;
    @Spec
    private CommandSpec spec;

    private static final class Target {
        @Option(names = "--out", paramLabel = "FILE", description = "where the results go, .json or .json.gz")
        private Path out;
        @Option(names = "--report", paramLabel = "FILE",
                description = "judge the results on the device and on reference instead, and write a table of all operations, in Markdown")
        private Path report;
    }

    /// Runs all cases of all files, in order.
    @Override
    public Integer call() {
        if (target.report != null)
            return report();
        var runner = new CaseRunner(device(), floating());
        var results = new ArrayList<CaseResult>();
        var counts = new TreeMap<String, Map<Status, Integer>>();
        var bar = new ProgressBar(spec.commandLine().getErr(), ProgressBar.onTerminal());
        for (Path file : in) {
            List<GoldenCase> cases = GoldenFile.read(file);
            for (int i = 0; i < cases.size(); i++) {
                GoldenCase golden = cases.get(i);
                CaseResult result = runner.run(golden);
                results.add(result);
                counts.computeIfAbsent(golden.op(), _ -> new EnumMap<>(Status.class)).merge(result.status(), 1, Integer::sum);
                bar.update(file.getFileName().toString(), i + 1, cases.size(), golden::op);
            }
        }
        bar.clear();
        GoldenFile.write(target.out, results);
        summary(counts, spec.commandLine().getOut());
        return 0;
    }

    private int report() {
        var report = new Report(device());
        var bar = new ProgressBar(spec.commandLine().getErr(), ProgressBar.onTerminal());
        for (Path file : in) {
            List<GoldenCase> cases = GoldenFile.read(file);
            for (int i = 0; i < cases.size(); i++) {
                GoldenCase golden = cases.get(i);
                report.add(golden);
                bar.update(file.getFileName().toString(), i + 1, cases.size(), golden::op);
            }
        }
        bar.clear();
        try {
            Files.write(target.report, report.markdown());
        } catch (IOException e) {
            throw new UserException("cannot write " + target.report + ": " + e.getMessage(), e);
        }
        PrintWriter text = spec.commandLine().getOut();
        report.notPassed().forEach(text::println);
        text.println(report.summary());
        text.flush();
        return report.notPassed().isEmpty() ? 0 : 1;
    }

    private Device device() {
        try {
            Device device = Device.parse(backend);
            Backends.of(device);                                     // fails here, before the first case, if nothing serves it
            return device;
        } catch (IllegalArgumentException e) {
            throw new UserException("--backend: " + e.getMessage(), e);
        }
    }

    private DType floating() {
        return switch (dtype) {
            case null -> null;
            case "float32" -> DType.F32;
            case "float64" -> DType.F64;
            default -> throw new UserException("--dtype must be float32 or float64 (got " + dtype + ")");
        };
    }

    private static void summary(Map<String, Map<Status, Integer>> counts, PrintWriter out) {
        var table = new TextTable("operation", "ok", "unsupported", "error");
        var total = new EnumMap<Status, Integer>(Status.class);
        counts.forEach((op, count) -> {
            table.row(row(op, count));
            count.forEach((status, n) -> total.merge(status, n, Integer::sum));
        });
        table.row(row("total", total));
        table.lines().forEach(out::println);
        out.flush();
    }

    private static String[] row(String label, Map<Status, Integer> count) {
        return new String[] {label, text(count, Status.OK), text(count, Status.UNSUPPORTED), text(count, Status.ERROR)};
    }

    private static String text(Map<Status, Integer> count, Status status) {
        return String.valueOf(count.getOrDefault(status, 0));
    }
}
