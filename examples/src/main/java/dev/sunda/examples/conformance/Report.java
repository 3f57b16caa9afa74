package dev.sunda.examples.conformance;

import dev.sunda.core.type.Device;
import dev.sunda.examples.conformance.Verdict.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// How right the library is, operation by operation, on a device and on the reference backend: a page for people, in Markdown.
final class Report {
    private static final int DEVICES = 2;

    private static final String HEADER = """
            # Agreement with PyTorch and ONNX

            Expected values are PyTorch's and, under `onnx/`, those of the ONNX project's tests. Values and gradients count; a case
            passes when all are within its tolerance: about 1e-7 in float64, 1.3e-6 times the root of the number of terms in float32.
            *Error* is the largest difference as a share of the largest expected magnitude of its tensor, over the float32 and over the
            float64 cases. *Refused* counts invalid calls, which have to end with a clear message; they are among the cases.

            | operation | cases | refused | %s: passed | float32 error | float64 error | reference: passed | float32 | float64 |
            |---|---|---|---|---|---|---|---|---|
            """;

    private final List<Device> devices;
    private final Map<String, Row> rows = new TreeMap<>();
    private final List<String> notPassed = new ArrayList<>();

    /// What is known of one operation, the numbers one for each device.
    private static final class Row {
        private int cases;
        private int refusals;
        private final int[] passed = new int[DEVICES];
        private final int[] unsupported = new int[DEVICES];
        private final double[] floats = new double[DEVICES];
        private final double[] doubles = new double[DEVICES];

        private void add(Row other) {
            cases += other.cases;
            refusals += other.refusals;
            for (int d = 0; d < passed.length; d++) {
                passed[d] += other.passed[d];
                unsupported[d] += other.unsupported[d];
                floats[d] = Math.max(floats[d], other.floats[d]);
                doubles[d] = Math.max(doubles[d], other.doubles[d]);
            }
        }
    }

    /// @param judged the device beside the reference backend
    Report(Device judged) {
        devices = List.of(judged, Device.REFERENCE);
    }

    private String name() {
        return devices.getFirst().equals(Device.CPU) ? "CPU" : devices.getFirst().toString();
    }

    /// Runs one case on both backends, in its own type.
    void add(GoldenCase golden) {
        Row row = rows.computeIfAbsent(golden.op(), _ -> new Row());
        row.cases++;
        if (golden.mustFail())
            row.refusals++;
        for (int d = 0; d < DEVICES; d++) {
            Verdict verdict = Verdict.of(golden, new CaseRunner(devices.get(d), null).run(golden));
            if (verdict.status() == Status.PASSED)
                row.passed[d]++;
            else
                notPassed.add(golden.id() + " (" + golden.op() + ", " + devices.get(d) + "): " + verdict.message());
            if (verdict.status() == Status.UNSUPPORTED)
                row.unsupported[d]++;
            double[] errors = "float32".equals(golden.dtype()) ? row.floats : row.doubles;
            errors[d] = Math.max(errors[d], verdict.error());
        }
    }

    /// Cases that are not right, each with the reason.
    List<String> notPassed() {
        return List.copyOf(notPassed);
    }

    /// Number of cases, and of those that passed on each device.
    String summary() {
        Row total = total();
        return String.format(Locale.ROOT, "%d cases: %d passed on %s, %d on the reference backend", total.cases, total.passed[0],
                (devices.getFirst().equals(Device.CPU) ? "the " : "") + name(), total.passed[1]);
    }

    /// The page.
    List<String> markdown() {
        var lines = new ArrayList<>(HEADER.formatted(name()).lines().toList());
        rows.forEach((name, row) -> lines.add(line("`" + name + "`", row)));
        lines.add(line("**all**", total()));
        return lines;
    }

    private Row total() {
        Row total = new Row();
        rows.values().forEach(total::add);
        return total;
    }

    private static String line(String name, Row row) {
        var cells = new ArrayList<>(List.of(name, row.cases, row.refusals == 0 ? "" : row.refusals));
        for (int d = 0; d < DEVICES; d++)
            cells.addAll(Arrays.asList(row.passed[d] + (row.unsupported[d] == 0 ? "" : ", unsupported " + row.unsupported[d]),
                    text(row.floats[d]), text(row.doubles[d])));
        return "| " + String.join(" | ", cells.stream().map(Object::toString).toList()) + " |";
    }

    private static String text(double error) {
        return error == 0 ? "0" : String.format(Locale.ROOT, "%.1e", error);
    }
}
