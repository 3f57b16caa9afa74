package dev.sunda.examples;

import dev.sunda.examples.console.UserException;
import dev.sunda.examples.course.Course;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `sunda sample NAME`: runs a sample of the course.
@Command(name = "sample", mixinStandardHelpOptions = true, description = "Runs a sample of the course; 'sunda samples' lists them.")
final class RunSample implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "name of the sample, for example dilated-convolution")
    private String name;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Course.Sample sample = Course.SAMPLES.stream().filter(s -> s.name().equals(name)).findFirst()
                .orElseThrow(() -> new UserException("there is no sample '" + name + "'; there are "
                        + Course.SAMPLES.stream().map(Course.Sample::name).collect(Collectors.joining(", "))));
        sample.program().accept(spec.commandLine().getOut());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
