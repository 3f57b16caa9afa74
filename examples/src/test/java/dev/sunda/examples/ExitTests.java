package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A process in which nobody says that the computing is over.
class ExitTests {
    @Test
    void aProgramThatHasComputedEndsByItself() throws IOException, InterruptedException {
        Process process = ChildJvm.program(ExitProgram.class, List.of()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.exitValue()).as(output).isZero();
            assertThat(output).contains("threads of the pool: 2").doesNotContain("kept alive by");
        } finally {
            process.destroyForcibly();
        }
    }
}
