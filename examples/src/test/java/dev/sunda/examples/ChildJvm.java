package dev.sunda.examples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Starts another Java with the classes of this one.
final class ChildJvm {
    private ChildJvm() {
    }

    /// A program that has not been started; its error output joins its output.
    ///
    /// @param options of the virtual machine
    static ProcessBuilder program(Class<?> main, List<String> options, String... args) {
        String path = Stream.of(System.getProperty("jdk.module.path"), System.getProperty("java.class.path"), testClasses())
                .filter(Objects::nonNull).collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "--add-modules", "jdk.incubator.vector"));
        command.addAll(options);
        command.addAll(List.of("-cp", path, main.getName()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("SUNDA_THREADS");
        return builder;
    }

    private static String testClasses() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    /// Runs the program to its end.
    ///
    /// @return what it printed
    static String output(ProcessBuilder program) throws IOException, InterruptedException {
        Process process = program.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes());
        int status = process.waitFor();
        if (status != 0)
            throw new AssertionError(String.join(" ", program.command()) + " ended with status " + status + ":\n" + text);
        return text;
    }
}
