package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.type.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Starts small programs, because the choice falls once in a process.
class VectorPathTests {
    private static String run(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        var paths = new ArrayList<String>();
        for (Class<?> type : List.of(CpuBackend.class, VectorPathTests.class))
            paths.add(Path.of(java.net.URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString());
        command.addAll(List.of("-cp", String.join(java.io.File.pathSeparator, paths), Probe.class.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /// Prints the description and a hash of the bits of many kernels for each type.
    static final class Probe {
        private Probe() {
        }

        public static void main(String[] args) {
            System.out.println(new CpuBackend().description());
            for (DType dtype : List.of(DType.F32, DType.F64))
                System.out.println("bits " + dtype + " " + KernelHash.compute(dtype));
        }
    }

    private static String bits(String output) {
        List<String> bits = output.lines().filter(line -> line.startsWith("bits ")).toList();
        assertThat(bits).as(output).hasSize(2);
        return String.join("\n", bits);
    }

    private static long lines(String output) {
        return output.lines().filter(line -> line.contains("CPU kernels: ")).count();
    }

    @Test
    void theBitsAreTheSameOnEveryPath() throws IOException, InterruptedException {
        String vectors = "--add-modules=jdk.incubator.vector";
        String simd = run(vectors);
        String absent = run();
        String off = run(vectors, "-Dsunda.simd=off");
        assertThat(simd).containsPattern("CPU kernels: SIMD, (4|8|16) float lanes");
        assertThat(absent).contains("CPU kernels: scalar, because module jdk.incubator.vector is absent; "
                + "start Java with --add-modules jdk.incubator.vector").contains("WARNING");
        assertThat(off).contains("CPU kernels: scalar, because sunda.simd=off");
        assertThat(lines(simd)).as("printed by the program alone").isOne();
        assertThat(lines(absent)).as("printed and logged").isEqualTo(2);
        assertThat(lines(off)).as("printed by the program alone").isOne();
        assertThat(bits(absent)).isEqualTo(bits(simd));
        assertThat(bits(off)).isEqualTo(bits(simd));
        assertThat(bits(run(vectors, "-XX:MaxVectorSize=16", "-Dsunda.threads=3"))).isEqualTo(bits(simd));
        assertThat(bits(run(vectors, "-XX:MaxVectorSize=32", "-Dsunda.threads=1"))).isEqualTo(bits(simd));
        assertThat(bits(run("-Xint", "-Dsunda.threads=7"))).isEqualTo(bits(simd));
    }
}
