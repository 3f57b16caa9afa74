package dev.sunda.bench;

import dev.sunda.core.Backends;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.examples.console.ProgressBar;
import dev.sunda.examples.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;

/// `sunda bench`: the cases of the comparison with other frameworks. Exit status: 0 done, 1 a check failed, 2 wrong use.
@Command(name = "sunda bench",
        description = {
            "Measures how long Sunda takes: matrix products, convolutions, other operations, whole models; median times in milliseconds.",
            "forward: without gradients; train: forward and backward, of a model with the optimizer's step; batch 1: one sample.",
            "A GPU records the training of models once and is then asked for it as a whole; the row behind it says what that saves."},
        footer = {
            "",
            "Quote a figure with its command, the threads, and another framework's figure of the same minute on the same machine."})
public final class Bench implements Callable<Integer> {
    @Option(names = "--threads", paramLabel = "N", description = "threads that compute (default: all processors, or SUNDA_THREADS)")
    private Integer threads;
    @Option(names = "--only", paramLabel = "S", defaultValue = "", description = "cases whose name contains S, for example depthwise/")
    private String only;
    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
            description = "where to compute, for example cuda (${DEFAULT-VALUE})")
    private String deviceName;
    @Option(names = "--quick", description = "shorter, less exact")
    private boolean quick;
    @Option(names = "--float64", description = "compare float64 with float32; beside --fresh-jvms: check float64 instead of float32")
    private boolean float64;
    @ArgGroup(exclusive = true)
    private Instead instead = new Instead();
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "print this text")
    private boolean help;
    @Spec
    private CommandSpec spec;

    /// What is done instead of the one measurement.
    private static final class Instead {
        @Option(names = "--json", description = "one JSON object a line, each as soon as it is known")
        private boolean json;
        @Option(names = "--compare", arity = "2", paramLabel = "FILE",
                description = {
                    "print a Markdown table of two files of JSON lines, ours and another framework's: times, ratios, and the "
                            + "shortest times that this machine allows"})
        private List<Path> compare;
        @Option(names = "--scaling", description = "compare one thread with all of --threads")
        private boolean scaling;
        @Option(names = "--loading",
                description = {
                    "how far preparing batches of 24 MiB, with their copy to --device, hides behind training steps, by the number of "
                            + "batches prepared ahead"})
        private boolean loading;
        @Option(names = "--jmh", description = "measure under JMH, in three fresh Java virtual machines; with --quick in one")
        private boolean jmh;
        @Option(names = "--fresh-jvms", paramLabel = "N", arity = "0..1", fallbackValue = "10",
                description = {
                    "start each case in N fresh Java virtual machines (10 if N is left out), with default flags and with few compiler "
                            + "threads; fails if one stays more than 1.3 times slower than the others, vectors are boxed, "
                            + "or the compiler gave up on a method"})
        private Integer freshJvms;
    }

    /// Measures what the options ask for.
    @Override
    public Integer call() throws IOException, InterruptedException, RunnerException {
        applyThreads();
        Device device = device();
        if (float64 && (instead.json || instead.compare != null || instead.scaling || instead.loading || instead.jmh))
            throw misused("--float64 goes alone or with --fresh-jvms; leave out --json, --compare, --scaling, --loading and --jmh");
        if (instead.compare != null)
            return compare(instead.compare.getFirst(), instead.compare.getLast());
        if (instead.loading)
            return load(device);
        List<Case> cases = Cases.containing(only, device);
        if (cases.isEmpty())
            throw misused("no case has a name that contains '" + only + "'");
        if (instead.freshJvms != null)
            return checkInFreshJvms(cases) ? 0 : 1;
        if (instead.scaling)
            compareThreads(cases);
        else if (float64)
            compareTypes(cases, device);
        else if (instead.jmh)
            Jmh.run(cases, Parallel.threads(), quick);
        else
            measure(cases, device);
        return 0;
    }

    private void applyThreads() {
        if (threads == null)
            return;
        if (threads < 1 || threads > Parallel.MAX_THREADS)
            throw misused("--threads must be from 1 to " + Parallel.MAX_THREADS + " (got " + threads + ")");
        Parallel.setThreads(threads);
    }

    /// The checks of the compiler concern the processor alone.
    private Device device() {
        try {
            Device device = Device.parse(deviceName);
            if (!device.equals(Device.CPU) && (instead.scaling || instead.jmh || instead.freshJvms != null))
                throw misused("--scaling, --jmh and --fresh-jvms are about the processor; leave out --device (got " + device + ")");
            Backends.of(device);
            return device;
        } catch (DeviceException unavailable) {
            throw misused(unavailable.getMessage());
        }
    }

    private Effort effort() {
        return quick ? Effort.QUICK : Effort.NORMAL;
    }

    private void measure(List<Case> cases, Device device) {
        var table = new TextTable("case", "layout", "forward ms", "train ms", "batch 1 ms", "forward KB", "train KB", "batch 1 KB");
        Ceilings ceilings = instead.json && device.equals(Device.CPU) ? Ceilings.measure() : null;
        for (Case c : cases) {
            if (!instead.json)
                progress(c.name());
            Map<Measure, Meter.Result> results = c.measure(device, effort());
            if (instead.json)
                out().println(Line.of(c, device, Parallel.threads(), results, ceilings));
            Meter.Result forward = results.get(Measure.FORWARD);
            Meter.Result train = results.get(Measure.TRAIN);
            Meter.Result single = results.get(Measure.FORWARD_BATCH1);
            table.row(c.name(), c.layout(), milliseconds(forward), milliseconds(train), milliseconds(single), kilobytes(forward),
                    kilobytes(train), kilobytes(single));
            Meter.Result eager = results.get(Measure.TRAIN_EAGER);
            if (eager != null)
                table.row("  kernel by kernel", c.layout(), "", milliseconds(eager), "", "", kilobytes(eager), "");
            System.gc();                                             // so that the next case does not pay for this one's data
        }
        if (!instead.json)
            table.lines().forEach(out()::println);
    }

    private int compare(Path ours, Path peer) {
        try {
            Comparison.of(ours, peer).lines().forEach(out()::println);
            return 0;
        } catch (IOException | JacksonException e) {
            throw misused("--compare needs two files of JSON lines (" + e.getMessage() + ")");
        } catch (IllegalArgumentException e) {
            throw misused("--compare: " + e.getMessage());
        }
    }

    private static String milliseconds(Meter.Result result) {
        return result == null ? "" : text(result.ms());
    }

    private static String kilobytes(Meter.Result result) {
        return result == null ? "" : String.format(Locale.ROOT, "%.1f", result.bytes() / 1e3);
    }

    private static String text(double x) {
        return String.format(Locale.ROOT, "%.3f", x);
    }

    private void compareThreads(List<Case> cases) {
        int most = Parallel.threads();
        if (most < 2)
            throw misused("--scaling needs --threads 2 or more (got " + most + ")");
        var table = new TextTable("case", "measure", "1 thread ms", most + " threads ms", "times as fast");
        for (Case c : cases) {
            progress(c.name());
            Map<Measure, Runnable> calls = c.prepare().apply(DType.F32, Device.CPU);
            for (Measure measure : c.measures()) {
                Meter.Scaling found = new Meter(Device.CPU, effort()).scaling(calls.get(measure), most);
                table.row(c.name(), measure.label(), text(found.one()), text(found.many()), text(found.one() / found.many()));
            }
        }
        table.lines().forEach(out()::println);
    }

    private int load(Device device) {
        if (!only.isEmpty())
            throw misused("--loading has one network and no cases; leave out --only");
        var table = new TextTable("prepared ahead", "loading ms", "computing ms", "both ms", "both / longer");
        var loading = new Loading(device, 128, quick ? 4 : 20);
        for (int prefetch : new int[] {0, 2, 4, 8}) {
            progress(prefetch + " batches ahead");
            Loading.Result found = loading.measure(prefetch);
            table.row(String.valueOf(prefetch), text(found.loading()), text(found.computing()), text(found.both()),
                    text(found.both() / Math.max(found.loading(), found.computing())));
        }
        table.lines().forEach(out()::println);
        return 0;
    }

    private void compareTypes(List<Case> cases, Device device) {
        var table = new TextTable("case", "measure", "float32 ms", "float64 ms", "float32 / float64");
        var meter = new Meter(device, effort());
        for (Case c : cases) {
            progress(c.name());
            Map<Measure, Runnable> floats = c.prepare().apply(DType.F32, device);
            Map<Measure, Runnable> doubles = c.prepare().apply(DType.F64, device);
            for (Measure measure : c.measures()) {
                double single = meter.time(floats.get(measure)).ms();
                double twice = meter.time(doubles.get(measure)).ms();
                table.row(c.name(), measure.label(), text(single), text(twice), text(single / twice));
            }
            System.gc();
        }
        table.lines().forEach(out()::println);
    }

    private boolean checkInFreshJvms(List<Case> cases) throws IOException, InterruptedException {
        if (instead.freshJvms < 1)
            throw misused("--fresh-jvms must be at least 1 (got " + instead.freshJvms + ")");
        var check = new FreshJvms(instead.freshJvms, quick, Parallel.threads(), float64 ? DType.F64 : DType.F32);
        progress(check.plan(cases));
        check.run(cases, new ProgressBar(spec.commandLine().getErr(), ProgressBar.onTerminal()));
        check.report().forEach(out()::println);
        return check.passed();
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
