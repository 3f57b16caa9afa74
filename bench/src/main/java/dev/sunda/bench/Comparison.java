package dev.sunda.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Sunda beside another framework as a table in Markdown, from the JSON lines of both: what each measure takes, their ratio (above 1, in
/// bold, where Sunda is faster), the shortest time that the machine allows ([Work], [Ceilings]) and the share of it that is reached.
final class Comparison {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String MS = "_ms";
    private static final String FLOOR = "_floor" + MS;

    private final Map<String, Map<String, Double>> ours;
    private final Map<String, Map<String, Double>> peer;
    private final List<Double> ratios = new ArrayList<>();
    /// The same if each measure took its floor.
    private final List<Double> most = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    private Comparison(Map<String, Map<String, Double>> ours, Map<String, Map<String, Double>> peer) {
        this.ours = ours;
        this.peer = peer;
    }

    /// Reads both files. Of a case that was measured in several memory formats the fastest time counts.
    ///
    /// @throws IllegalArgumentException if a file holds no time, or they have no measure of a case in common
    static Comparison of(Path ours, Path peer) throws IOException {
        var comparison = new Comparison(read(ours), read(peer));
        if (comparison.ours.entrySet().stream().noneMatch(entry -> comparison.peer.getOrDefault(entry.getKey(), Map.of()).keySet().stream()
                .anyMatch(measure -> !measure.endsWith(FLOOR) && entry.getValue().containsKey(measure))))
            throw new IllegalArgumentException(ours + " and " + peer + " have no measure of a case in common (got "
                    + String.join(", ", comparison.ours.keySet()) + " and " + String.join(", ", comparison.peer.keySet()) + ")");
        return comparison;
    }

    private static Map<String, Map<String, Double>> read(Path file) throws IOException {
        var cases = new LinkedHashMap<String, Map<String, Double>>();
        for (String line : Files.readAllLines(file))
            if (line.startsWith("{")) {
                JsonNode fields = JSON.readTree(line);
                if (fields.path("case").isString())
                    fields.properties().stream().filter(field -> field.getKey().endsWith(MS) && field.getValue().isNumber())
                            .forEach(field -> cases.computeIfAbsent(fields.get("case").asString(), _ -> new LinkedHashMap<>())
                                    .merge(field.getKey(), field.getValue().asDouble(), Math::min));
            }
        if (cases.isEmpty())
            throw new IllegalArgumentException(file + " has no line with a \"case\" and a time; write it with --json");
        return cases;
    }

    /// The table, what is missing, the geometric mean of all ratios, and what it would be at the floors.
    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("| case | Sunda ms: forward, train | peer ms: forward, train | peer / Sunda: forward, train | floor ms, share reached |");
        lines.add("|---|---|---|---|---|");
        peer.forEach((name, times) -> {
            addRow(lines, name, name, times, Measure.FORWARD, Measure.TRAIN);
            addRow(lines, name, name + ", one sample", times, Measure.FORWARD_BATCH1);
        });
        lines.add("");
        if (!missing.isEmpty())
            lines.add("Missing: " + String.join(", ", missing) + ".");
        lines.add(String.format(Locale.ROOT, "Geometric mean %.2f over %d measures, behind in %d.", mean(ratios), ratios.size(),
                ratios.stream().filter(ratio -> ratio < 1).count()));
        if (!most.isEmpty())
            lines.add(
                    String.format(Locale.ROOT, "If each of %d measures with a floor took exactly that long, it would be %.2f.", most.size(),
                            mean(most)));
        return lines;
    }

    private static double mean(List<Double> numbers) {
        return Math.exp(numbers.stream().mapToDouble(Math::log).average().orElse(0));
    }

    private void addRow(List<String> lines, String name, String title, Map<String, Double> times, Measure... measures) {
        Map<String, Double> own = ours.getOrDefault(name, Map.of());
        var measured = new ArrayList<String>();
        for (Measure measure : measures)
            if (own.containsKey(measure.label() + MS) && times.containsKey(measure.label() + MS))
                measured.add(measure.label());
            else if (times.containsKey(measure.label() + MS))
                missing.add(name + ":" + measure.label());
        if (measured.isEmpty())
            return;
        measured.forEach(m -> ratios.add(times.get(m + MS) / own.get(m + MS)));
        measured.stream().filter(m -> own.containsKey(m + FLOOR)).forEach(m -> most.add(times.get(m + MS) / own.get(m + FLOOR)));
        lines.add("| " + Arrays.stream(new String[] {
            "`" + title + "`",
            cell(measured, m -> text(own.get(m + MS))),
            cell(measured, m -> text(times.get(m + MS))),
            cell(measured, m -> ratio(times.get(m + MS) / own.get(m + MS))),
            cell(measured, m -> own.containsKey(m + FLOOR)
                    ? text(own.get(m + FLOOR)) + " (" + Math.round(100 * own.get(m + FLOOR) / own.get(m + MS)) + " %)"
                    : "-")})
                .collect(Collectors.joining(" | ")) + " |");
    }

    private static String cell(List<String> measured, Function<String, String> text) {
        return measured.stream().map(text).collect(Collectors.joining(", "));
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, ratio >= 1 ? "**%.2f**" : "%.2f", ratio);
    }

    /// Three digits.
    private static String text(double ms) {
        int digits = ms >= 100 ? 0 : ms >= 10 ? 1 : ms >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + digits + "f", ms);
    }
}
