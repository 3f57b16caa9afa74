package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs of README.md are extracted and run as they stand.
class ReadmeTests {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MNIST =
            List.of("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
                    "t10k-labels-idx1-ubyte.gz");

    @TempDir
    private Path folder;

    @Test
    void theTrainingProgramLearnsDigits() throws Exception {
        Files.createDirectory(folder.resolve("mnist"));
        for (String name : MNIST)
            try (var in = ReadmeTests.class.getResourceAsStream("/dev/sunda/examples/mnist/" + name)) {
                Files.copy(in, folder.resolve("mnist").resolve(name));
            }
        String last = run(programs("README.md").get(0)).getLast();
        assertThat(last).startsWith("accuracy 0.9");
        assertThat(Double.parseDouble(last.substring("accuracy ".length()))).isGreaterThan(0.97);
    }

    @Test
    void theOperationOfOnesOwnPassesBothChecks() throws Exception {
        assertThat(run(programs("README.md").get(1))).last().isEqualTo("both derivatives agree");
    }

    @Test
    void theProgramForThoseWhoComeFromPyTorchRuns() throws Exception {
        assertThat(run(programs("docs/pytorch.md").getFirst())).last().isEqualTo("not loaded: [head.weight, head.bias]");
    }

    /// A module that handed on java.desktop would bring a second List and a second Shape.
    @Test
    void importingTheModulesLeavesCommonNamesUnambiguous() throws Exception {
        assertThat(run("""
                import module dev.sunda.nn;
                import module dev.sunda.optim;
                import module dev.sunda.data;

                void main() {
                    List<Shape> shapes = List.of(Shape.of(2, 3));
                    IO.println(shapes);
                }
                """)).last().isEqualTo("[[2, 3]]");
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        for (String name : List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")) {
            var links = Pattern.compile("]\\(([^)#:]+)\\)").matcher(Files.readString(ROOT.resolve(name)));
            assertThat(links.results().map(link -> link.group(1)).filter(link -> !Files.exists(ROOT.resolve(link)))).as(name).isEmpty();
        }
    }

    @Test
    void continuousIntegrationRunsTheTestCommandOfTheReadmeAndNothingElse() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("```\nmvn verify\n```");
        assertThat(Files.readAllLines(ROOT.resolve(".ci/run")).stream().filter(line -> line.startsWith("mvn")))
                .containsExactly("mvn verify");
    }

    private static List<String> programs(String page) throws IOException {
        var blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(ROOT.resolve(page)));
        var programs = blocks.results().map((MatchResult block) -> block.group(1)).toList();
        assertThat(programs).as("java blocks of " + page).hasSize(page.equals("README.md") ? 2 : 1);
        return programs;
    }

    /// Starts a program with the compiled modules on the module path; returns its lines.
    private List<String> run(String program) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Program.java"), program);
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-p", modulePath(), "--add-modules",
                        "jdk.incubator.vector,dev.sunda.nn,dev.sunda.optim,dev.sunda.data", source.toString()));
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }

    private static String modulePath() {
        String entries = System.getProperty("jdk.module.path") + File.pathSeparator + System.getProperty("java.class.path");
        return String.join(File.pathSeparator, Stream.of(entries.split(File.pathSeparator))
                .filter(entry -> Pattern.compile("/(core|autograd|nn|optim|data)/target/|sunda-|jackson").matcher(entry.replace('\\', '/'))
                        .find())
                .filter(entry -> !entry.contains("test-classes")).distinct().toList());
    }
}
