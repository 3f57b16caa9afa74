package dev.sunda.examples;

import dev.sunda.examples.course.Course;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `sunda samples`: the samples of the course.
@Command(name = "samples", mixinStandardHelpOptions = true, description = "Lists the samples of the course; 'sunda sample NAME' runs one.")
final class Samples implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        int width = Course.SAMPLES.stream().mapToInt(sample -> sample.name().length()).max().orElse(0);
        for (Course.Sample sample : Course.SAMPLES)
            out.println(sample.name() + " ".repeat(width - sample.name().length() + 2) + sample.title());
        return 0;
    }
}
