package dev.sunda.examples;

import dev.sunda.examples.conformance.Conformance;
import dev.sunda.examples.console.UserException;
import dev.sunda.examples.console.Version;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The `sunda` command line. Exit status: 0 done, 1 failed, 2 wrong use.
///
/// Wrong use and failures end with one line on standard error; `--debug` adds the stack trace.
@Command(name = "sunda", mixinStandardHelpOptions = true, versionProvider = Sunda.Versions.class,
        description = "Deep learning in Java: trains networks, looks at them, and shows how they work.",
        subcommands = {Train.class, Eval.class, Predict.class, Samples.class, RunSample.class, Doctor.class, Conformance.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  sunda train mnist --epochs 1                 learns to read digits",
            "  sunda eval mnist --model runs/mnist-1        counts its mistakes",
            "  sunda predict --model runs/mnist-1 my.png    reads a drawing of yours",
            "  sunda samples                                lists the samples of the course",
            "  sunda sample dilated-convolution             runs one of them",
            "  sunda doctor                                 says what this machine offers",
            "  sunda bench --quick                          measures this machine's speed",
            "",
            "'sunda COMMAND --help' explains a command."})
public final class Sunda implements Callable<Integer> {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "print the stack trace of an error")
    private boolean debug;
    @Spec
    private CommandSpec spec;

    /// Prints how to use the command line.
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return 0;
    }

    /// Runs one command.
    ///
    /// @param args the words after `sunda`
    public static void main(String[] args) {
        var err = new PrintWriter(System.err, true);
        int status = CommandLine.ExitCode.SOFTWARE;
        try {
            status = run(new PrintWriter(System.out, true), err, args);
        } catch (OutOfMemoryError e) {
            err.println("sunda: " + e.getMessage() + "; give Java more memory, for example with SUNDA_JAVA_OPTS=-Xmx8g");
        }
        System.exit(status);
    }

    /// Runs one command with other outputs and returns its exit status.
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        var sunda = new Sunda();
        CommandLine line = new CommandLine(sunda).setOut(out).setErr(err);
        line.setParameterExceptionHandler((e, _) -> sunda.misused(e));
        line.setExecutionExceptionHandler((e, command, _) -> sunda.failed(e, command));
        return line.execute(args);
    }

    private int misused(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        report(command.getErr(), name + ": " + oneLine(e.getMessage()) + "; see '" + name + " --help'", e);
        return CommandLine.ExitCode.USAGE;
    }

    private int failed(Exception e, CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        boolean misused = e instanceof UserException;
        String message =
                misused ? e.getMessage() : e.getMessage() == null ? e.toString() : e.getClass().getSimpleName() + ": " + e.getMessage();
        report(command.getErr(), name + ": " + oneLine(message) + (misused || debug ? "" : " (--debug prints more)"), e);
        return misused ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private void report(PrintWriter err, String line, Exception e) {
        err.println(line);
        if (debug)
            e.printStackTrace(err);
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /// For `--version`.
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sunda " + Version.sunda() + ", Java " + Version.java()};
        }
    }
}
