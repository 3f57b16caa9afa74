package dev.sunda.bench;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.examples.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `sunda bench`: the cases of the comparison with other frameworks. Exit status: 0 done, 1 a check failed, 2 wrong use.
@Command(name = "sunda bench",
        description = {
            "Measures how long Sunda takes: matrix products, convolutions, other operations, whole models; median times in milliseconds.",
            "forward: without recording; train: forward and backward, of a model with the optimizer's step; batch 1: one sample."},
        footer = {
            "",
            "Quote a figure with its command, the threads, and another framework's figure of the same minute on the same machine."})
public final class Bench implements Callable<Integer> {
    @Option(names = "--threads", paramLabel = "N", description = "threads that compute (default: all processors, or SUNDA_THREADS)")
    private Integer threads;
    @Option(names = "--only", paramLabel = "S", defaultValue = "", description = "cases whose name contains S, for example depthwise/")
    private String only;
    @Option(names = "--quick", description = "shorter, less exact")
    private boolean quick;
    @Option(names = "--json", description = "one JSON object a line, each as soon as it is known")
    private boolean json;
    @Option(names = "--fresh-jvms", paramLabel = "N", arity = "0..1", fallbackValue = "10",
            description = {
                "start each case in N fresh Java virtual machines (10 if N is left out), with default flags and with few compiler threads; "
                        + "fails if one is more than 1.3 times slower than the median, vectors are boxed, "
                        + "or the compiler gave up on a method"})
    private Integer freshJvms;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "print this text")
    private boolean help;
    @Spec
    private CommandSpec spec;

    /// Measures what the options ask for.
    @Override
    public Integer call() throws IOException, InterruptedException {
        applyThreads();
        List<Case> cases = Cases.containing(only);
        if (cases.isEmpty())
            throw misused("no case has a name that contains '" + only + "'");
        List<Case> existing = cases.stream().filter(c -> !c.isMissing()).toList();
        boolean passed = true;
        if (freshJvms == null)
            measure(existing);
        else
            passed = checkInFreshJvms(existing);
        reportMissing(cases);
        return passed ? 0 : 1;
    }

    private void applyThreads() {
        if (threads == null)
            return;
        if (threads < 1 || threads > Parallel.MAX_THREADS)
            throw misused("--threads must be from 1 to " + Parallel.MAX_THREADS + " (got " + threads + ")");
        Parallel.setThreads(threads);
    }

    private Effort effort() {
        return quick ? Effort.QUICK : Effort.NORMAL;
    }

    private void measure(List<Case> cases) {
        var table = new TextTable("case", "layout", "forward ms", "train ms", "batch 1 ms");
        for (Case c : cases) {
            if (!json)
                progress(c.name());
            Map<Meter.Measure, Meter.Result> results = c.measure(effort());
            if (json)
                out().println(Line.of(c, Parallel.threads(), results));
            table.row(c.name(), c.layout(), milliseconds(results.get(Meter.Measure.FORWARD)),
                    milliseconds(results.get(Meter.Measure.TRAIN)), milliseconds(results.get(Meter.Measure.FORWARD_BATCH1)));
            System.gc();                                             // so that the next case does not pay for this one's data
        }
        if (!json && !cases.isEmpty())
            table.lines().forEach(out()::println);
    }

    private static String milliseconds(Meter.Result result) {
        return result == null ? "" : String.format(Locale.ROOT, "%.3f", result.ms());
    }

    private boolean checkInFreshJvms(List<Case> cases) throws IOException, InterruptedException {
        if (freshJvms < 1)
            throw misused("--fresh-jvms must be at least 1 (got " + freshJvms + ")");
        if (json)
            throw misused("--json and --fresh-jvms do not go together; leave one of them out");
        var check = new FreshJvms(freshJvms, quick, Parallel.threads());
        for (Case c : cases)
            check.run(c, this::progress);
        check.report().forEach(out()::println);
        return check.passed();
    }

    private void reportMissing(List<Case> cases) {
        cases.stream().filter(Case::isMissing).forEach(c -> progress("missing: " + c.name() + ", because there is no " + c.lacks()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void progress(String line) {
        spec.commandLine().getErr().println(line);
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Runs the command.
    ///
    /// @param args the words after `sunda`, the first of them `bench`
    public static void main(String[] args) {
        String[] options = Arrays.copyOfRange(args, Math.min(1, args.length), args.length);
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), options));
    }

    /// Runs the command with other outputs and returns its exit status.
    static int run(PrintWriter out, PrintWriter err, String... options) {
        return new CommandLine(new Bench()).setOut(out).setErr(err)
                .setParameterExceptionHandler((e, _) -> {
                    err.println("sunda bench: " + e.getMessage() + "; see 'sunda bench --help'");
                    return CommandLine.ExitCode.USAGE;
                }).execute(options);
    }
}
