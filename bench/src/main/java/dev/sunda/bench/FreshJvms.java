package dev.sunda.bench;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.sunda.core.type.DType;
import dev.sunda.examples.console.ProgressBar;
import dev.sunda.examples.console.TextTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Runs cases in fresh Java virtual machines, because what the compiler makes of a kernel differs from one start to the next.
///
/// A machine is unlucky when its first compiler gives up on a large method or vectors are not kept in registers; such a method can stay a
/// hundred times slower until the machine ends. Each case is therefore started several times with default flags, and again with one thread
/// for each of the two compilers, the fewest that keep both, unless that is the default.
///
/// Each start counts with its shortest run, which other programs on the machine disturb least. One that is slower than the others is
/// a suspect: it is measured again in turn with the start in the middle, both still running. What the compiler did lasts, a disturbance
/// passes or meets both. One that has boxed vectors is measured again, too, until it boxes none or half a minute has passed; the first that
/// goes on boxing decides. For loops that the compiler had not come to yet box them for a while, a long while where a call runs through a
/// loop once, and a sample stands for all that its thread has allocated since the last one, so that a single one may weigh megabytes.
final class FreshJvms {
    private static final double LIMIT = 1.3;
    /// Times that a suspect and the start in the middle take turns.
    private static final int TURNS = 3;
    /// Vectors that are boxed in a loop make megabytes a call; a few in code that runs once a call do not matter.
    private static final double BOXED_BYTES = 100_000;
    /// A loop is compiled after some ten thousand turns, so that one of which a call of 50 ms makes a hundred needs seconds.
    private static final long BOXING_NANOS = 30_000_000_000L;
    private static final String COMPILERS = "CICompilerCount";
    private static final int FEWEST = 2;
    private static final double START_SECONDS = 1.5;

    private final int starts;
    private final boolean quick;
    private final int threads;
    private final DType dtype;
    private final List<Setting> settings;
    private final List<String> misses = new ArrayList<>();
    private final Map<String, Integer> complaints = new TreeMap<>();
    private final TextTable table = new TextTable("case", "measure", "flags", "median ms", "slowest/median", "again", "MB a call",
            "boxed MB a call");

    private record Setting(String name, List<String> flags) {
    }

    /// @param starts machines for each case and setting
    /// @param dtype floating type of the cases
    FreshJvms(int starts, boolean quick, int threads, DType dtype) {
        this.starts = starts;
        this.quick = quick;
        this.threads = threads;
        this.dtype = dtype;
        var few = new Setting("few compilers", List.of("-XX:" + COMPILERS + "=" + FEWEST));
        var plain = new Setting("default", List.of());
        settings = compilers() == FEWEST ? List.of(plain) : List.of(plain, few);
    }

    /// Compiler threads of this machine, which has default flags.
    private static int compilers() {
        var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return Integer.parseInt(bean.getVMOption(COMPILERS).getValue());
    }

    /// What will be done and about how long it takes.
    String plan(List<Case> cases) {
        Effort effort = quick ? Effort.QUICK : Effort.NORMAL;
        int measures = cases.stream().mapToInt(c -> c.measures().size()).sum();
        double seconds = cases.size() * START_SECONDS + measures * (2 * effort.warmUp() + effort.budget());
        return String.format(Locale.ROOT, "%d starts of %d cases, about %.0f minutes; compiler threads: %s", starts * settings.size(),
                cases.size(), Math.ceil(starts * settings.size() * seconds / 60),
                settings.size() > 1 ? compilers() + " and " + FEWEST : FEWEST + ", the default here and the fewest there can be");
    }

    /// Runs the cases.
    void run(List<Case> cases, ProgressBar bar) throws IOException, InterruptedException {
        int total = cases.size() * settings.size() * starts;
        int done = 0;
        for (Case c : cases)
            for (Setting setting : settings) {
                var machines = new ArrayList<FreshJvm>();
                try {
                    while (machines.size() < starts) {
                        bar.update("starts", done++, total, c::name);
                        machines.add(new FreshJvm(c, setting.flags, threads, quick, dtype));
                    }
                    for (Measure measure : c.measures())
                        judge(c.name(), setting.name, measure, machines);
                    for (FreshJvm machine : machines)
                        machine.end().forEach(line -> complaints.merge(line, 1, Integer::sum));
                } finally {
                    for (FreshJvm machine : machines)
                        machine.close();
                }
            }
        bar.clear();
    }

    /// The table, and what was wrong.
    List<String> report() {
        var lines = new ArrayList<>(table.lines());
        complaints.forEach((line, times) -> lines.add("failed: " + line + " (" + times + " starts)"));
        misses.forEach(miss -> lines.add("failed: " + miss));
        return lines;
    }

    /// False if one start was too slow, vectors were boxed, or the compiler gave up on a method.
    boolean passed() {
        return misses.isEmpty() && complaints.isEmpty();
    }

    private void judge(String name, String setting, Measure measure, List<FreshJvm> machines) throws IOException {
        var sorted = new ArrayList<>(machines);
        sorted.sort(Comparator.comparingDouble(m -> m.finding(measure).ms()));
        FreshJvm middle = sorted.get(sorted.size() / 2);
        double median = middle.finding(measure).ms();
        double worst = sorted.getLast().finding(measure).ms() / median;
        double again = 0;
        for (FreshJvm machine : sorted)
            if (machine.finding(measure).ms() > LIMIT * median)
                again = Math.max(again, again(machine, middle, measure));
        double bytes = machines.stream().mapToDouble(m -> m.finding(measure).bytes()).max().orElseThrow();
        FreshCase.Finding boxed = leastBoxed(machines.getFirst(), measure);
        for (int i = 1; i < machines.size() && boxed.boxedBytes() <= BOXED_BYTES; i++) {
            FreshCase.Finding other = leastBoxed(machines.get(i), measure);
            boxed = other.boxedBytes() > boxed.boxedBytes() ? other : boxed;
        }
        table.row(name, measure.label(), setting, text(median), text(worst), again == 0 ? "" : text(again), text(bytes / 1e6),
                text(boxed.boxedBytes() / 1e6));
        String where = name + ", " + measure.label() + ", " + setting + ": ";
        if (again > LIMIT)
            misses.add(where + "one start took " + text(again) + " times as long as the one in the middle, more than " + LIMIT);
        if (boxed.boxedBytes() > BOXED_BYTES)
            misses.add(where + "vectors are boxed, " + text(boxed.boxedBytes() / 1e6) + " MB a call, most of them in " + boxed.boxedIn());
    }

    /// The shortest run of a suspect over that of another start, measured in turn.
    private static double again(FreshJvm suspect, FreshJvm other, Measure measure) throws IOException {
        double slow = Double.POSITIVE_INFINITY;
        double normal = Double.POSITIVE_INFINITY;
        for (int turn = 0; turn < TURNS; turn++) {
            slow = Math.min(slow, suspect.again(measure).ms());
            normal = Math.min(normal, other.again(measure).ms());
        }
        return slow / normal;
    }

    /// What this machine boxes for good.
    private static FreshCase.Finding leastBoxed(FreshJvm machine, Measure measure) throws IOException {
        long begin = System.nanoTime();
        FreshCase.Finding least = machine.finding(measure);
        while (least.boxedBytes() > BOXED_BYTES && System.nanoTime() - begin < BOXING_NANOS) {
            FreshCase.Finding again = machine.again(measure);
            least = again.boxedBytes() < least.boxedBytes() ? again : least;
        }
        return least;
    }

    private static String text(double x) {
        return String.format(Locale.ROOT, "%.3f", x);
    }
}
