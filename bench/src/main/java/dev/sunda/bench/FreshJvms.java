package dev.sunda.bench;

import dev.sunda.examples.console.TextTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Runs cases in fresh Java virtual machines, because what the compiler makes of a kernel differs from one start to the next.
///
/// A machine is unlucky when its first compiler gives up on a large method or vectors are not kept in registers; such a method can stay a
/// hundred times slower until the machine ends. Each case is therefore started several times with default flags, and again with one thread
/// for each of the two compilers (the fewest that keep both; on two processors that is the default, too).
final class FreshJvms {
    private static final double LIMIT = 1.3;
    /// Vectors that are boxed in a loop make megabytes a call; a few in code that runs once a call do not matter.
    private static final double BOXED_BYTES = 100_000;
    private static final String GAVE_UP = "out of virtual registers";
    private static final Pattern SKIPPED = Pattern.compile("(\\S+::\\S+).*(COMPILE SKIPPED: " + GAVE_UP + ".*)");
    private static final List<Setting> SETTINGS =
            List.of(new Setting("default", List.of()), new Setting("few compilers", List.of("-XX:CICompilerCount=2")));

    private final int starts;
    private final boolean quick;
    private final int threads;
    private final List<String> misses = new ArrayList<>();
    private final Map<String, Integer> skipped = new TreeMap<>();
    private final TextTable table = new TextTable("case", "measure", "flags", "median ms", "slowest ms", "slowest/median", "MB a call",
            "boxed MB a call");

    private record Setting(String name, List<String> flags) {
    }

    /// @param starts machines for each case and setting
    FreshJvms(int starts, boolean quick, int threads) {
        this.starts = starts;
        this.quick = quick;
        this.threads = threads;
    }

    /// Runs one case.
    ///
    /// @param progress gets a line from time to time
    void run(Case c, Consumer<String> progress) throws IOException, InterruptedException {
        for (Setting setting : SETTINGS) {
            var found = new TreeMap<Meter.Measure, List<FreshCase.Finding>>();
            for (int i = 1; i <= starts; i++) {
                progress.accept(c.name() + ", " + setting.name + ": " + i + " of " + starts);
                for (FreshCase.Finding finding : start(c, setting))
                    found.computeIfAbsent(finding.measure(), _ -> new ArrayList<>()).add(finding);
            }
            found.forEach((measure, findings) -> judge(c.name(), setting.name, measure, findings));
        }
    }

    /// The table, and what was wrong.
    List<String> report() {
        var lines = new ArrayList<>(table.lines());
        skipped.forEach((line, times) -> lines.add(line + " (" + times + " times)"));
        misses.forEach(miss -> lines.add("failed: " + miss));
        return lines;
    }

    /// False if one start was too slow, vectors were boxed, or the compiler gave up on a method.
    boolean passed() {
        return misses.isEmpty() && skipped.isEmpty();
    }

    private void judge(String name, String setting, Meter.Measure measure, List<FreshCase.Finding> findings) {
        double[] ms = findings.stream().mapToDouble(FreshCase.Finding::ms).sorted().toArray();
        double median = ms[ms.length / 2];
        double slowest = ms[ms.length - 1];
        double bytes = findings.stream().mapToDouble(FreshCase.Finding::bytes).max().orElseThrow();
        double boxed = findings.stream().mapToDouble(FreshCase.Finding::boxedBytes).max().orElseThrow();
        table.row(name, measure.key(), setting, text(median), text(slowest), text(slowest / median), text(bytes / 1e6), text(boxed / 1e6));
        String where = name + ", " + measure.key() + ", " + setting + ": ";
        if (slowest > LIMIT * median)
            misses.add(where + "the slowest start took " + text(slowest / median) + " times the median, more than " + LIMIT);
        if (boxed > BOXED_BYTES)
            misses.add(where + "vectors are boxed, " + text(boxed / 1e6) + " MB a call");
    }

    private static String text(double x) {
        return String.format(Locale.ROOT, "%.3f", x);
    }

    private List<FreshCase.Finding> start(Case c, Setting setting) throws IOException, InterruptedException {
        Path compilations = Files.createTempFile("sunda-bench", ".log");
        try {
            var process = new ProcessBuilder(command(c, setting)).redirectError(compilations.toFile()).start();
            List<String> lines;
            try (var output = process.inputReader(StandardCharsets.UTF_8)) {
                lines = output.lines().toList();
            }
            int status = process.waitFor();
            String log = Files.readString(compilations, StandardCharsets.ISO_8859_1);
            if (status != 0)
                throw new IOException("sunda bench: " + c.name() + " ended with status " + status + " in a fresh machine:\n"
                        + log.substring(Math.max(0, log.length() - 2000)));
            log.lines().map(SKIPPED::matcher).filter(m -> m.find())
                    .forEach(m -> skipped.merge(m.group(1) + " " + m.group(2), 1, Integer::sum));
            return lines.stream().map(FreshCase.Finding::parse).toList();
        } finally {
            Files.delete(compilations);
        }
    }

    private List<String> command(Case c, Setting setting) {
        var words = new ArrayList<String>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(setting.flags);
        words.addAll(List.of("-XX:+PrintCompilation", "-XX:+DisplayVMOutputToStderr"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), FreshCase.class.getName()));
        words.addAll(List.of(c.name(), Integer.toString(threads), quick ? "quick" : "normal"));
        return words;
    }
}
