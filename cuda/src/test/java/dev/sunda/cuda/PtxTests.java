package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sunda.cuda.ptx.PtxModule;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The PTX in the jar is what the sources of the kernels say. What needs a CUDA toolkit is skipped where there is none, and looks at the
/// smallest modules alone unless `-Dsunda.ptx=all` asks for every one.
class PtxTests {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path PTX = Path.of("src/main/resources/dev/sunda/cuda/ptx");
    private static final Path SCRIPT = Path.of("build-ptx.sh");
    private static final List<String> ARCHITECTURES = List.of("sm_75", "sm_80", "sm_90", "sm_120");
    private static final int SAMPLE = 3;
    /// Kernels that may spill registers or have a stack frame, with the reason.
    private static final Map<String, String> EXCEPTIONS = Map.of();

    /// Modules for which nvcc 13.0 joins loads of shared memory differently from one run to the next; their kernels are the same.
    private static final Set<String> VARYING = Set.of("attention_backward_1", "attention_backward_2", "attention_backward_any",
            "matmul");

    private static List<String> entries(Path ptx) throws IOException {
        try (Stream<String> lines = Files.lines(ptx)) {
            return lines.filter(line -> line.contains(".entry")).toList();
        }
    }

    private static List<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length())).sorted().toList();
        }
    }

    /// The modules that are compiled here.
    private static List<String> chosen() throws IOException {
        List<String> all = names(PTX, ".ptx");
        if ("all".equals(System.getProperty("sunda.ptx")))
            return all;
        var sizes = new ArrayList<Map.Entry<Long, String>>();
        for (String name : all)
            sizes.add(Map.entry(Files.size(PTX.resolve(name + ".ptx")), name));
        return sizes.stream().sorted(Map.Entry.<Long, String>comparingByKey().thenComparing(Map.Entry.comparingByValue()))
                .limit(SAMPLE).map(Map.Entry::getValue).toList();
    }

    private static String headerLine(String name, String key) throws IOException {
        try (Stream<String> lines = Files.lines(PTX.resolve(name + ".ptx"))) {
            return lines.limit(2).filter(line -> line.startsWith("// " + key + ": ")).findFirst().map(line -> line.substring(
                    key.length() + 5)).orElse("none");
        }
    }

    @Test
    void everySourceHasItsPtx() throws IOException {
        assertThat(names(PTX, ".ptx")).isEqualTo(names(SOURCES, ".cu")).isNotEmpty();
    }

    @Test
    void ptxIsThatOfTheSources() throws IOException {
        String flags = found("(?m)^flags=\"(.*)\"$", Files.readString(SCRIPT));
        for (String name : names(PTX, ".ptx"))
            assertThat(headerLine(name, "sunda-source-sha256"))
                    .as("%s.ptx is out of date: run cuda/build-ptx.sh %s", name, name).isEqualTo(digest(name, flags));
    }

    /// As build-ptx.sh computes it: the source, its headers in the order of their names, the flags.
    private static String digest(String name, String flags) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        digest.update(Files.readAllBytes(SOURCES.resolve(name + ".cu")));
        var headers = new TreeSet<String>();
        addHeaders(name + ".cu", headers);
        for (String header : headers)
            digest.update(Files.readAllBytes(SOURCES.resolve(header)));
        digest.update((flags + "\n").getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void addHeaders(String file, TreeSet<String> headers) throws IOException {
        Matcher include = Pattern.compile("(?m)^#include \"(.*)\"$").matcher(Files.readString(SOURCES.resolve(file)));
        while (include.find())
            if (headers.add(include.group(1)))
                addHeaders(include.group(1), headers);
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    @Test
    void sameCompilerWritesTheSamePtx(@TempDir Path folder) throws Exception {
        assumeThat(isOnPath("nvcc")).as("nvcc is not on the PATH").isTrue();
        String release = found("release ([0-9.]+),", run(Map.of(), "nvcc", "--version"));
        inParallel(chosen(), name -> {
            if (!headerLine(name, "sunda-nvcc").equals(release))
                return;                                              // another release writes other instructions for the same kernel
            run(Map.of("PTX_FOLDER", folder.toAbsolutePath().toString()), "./" + SCRIPT, name);
            if (VARYING.contains(name))
                assertThat(entries(folder.resolve(name + ".ptx"))).isEqualTo(entries(PTX.resolve(name + ".ptx")));
            else
                assertThat(folder.resolve(name + ".ptx")).hasSameTextualContentAs(PTX.resolve(name + ".ptx"));
        });
    }

    @Test
    void kernelsAssembleForEveryArchitectureWithinTheirRegisters() throws Exception {
        assumeThat(isOnPath("ptxas")).as("ptxas is not on the PATH").isTrue();
        Pattern report = Pattern.compile("Function properties for (\\w+)\\s+(\\d+) bytes stack frame, (\\d+) bytes spill stores, "
                + "(\\d+) bytes spill loads");
        inParallel(chosen(), name -> {
            String text = Files.readString(PTX.resolve(name + ".ptx"));
            int least = Integer.parseInt(found("(?m)^\\.target sm_(\\d+)", text));
            boolean functionsAlone = !text.contains(".entry");           // which kernels written at run time call
            for (String architecture : ARCHITECTURES) {
                if (Integer.parseInt(architecture.substring(3)) < least)
                    continue;
                String said = run(Map.of(), "ptxas", "-v", "-arch=" + architecture, PTX.resolve(name + ".ptx").toString(), "-o",
                        new File("/dev/null").getPath());
                int kernels = 0;
                for (Matcher m = report.matcher(said); m.find(); kernels++)
                    if (!EXCEPTIONS.containsKey(m.group(1)))
                        assertThat(List.of(m.group(2), m.group(3), m.group(4))).as("stack, spill stores and loads of %s for %s", m.group(1),
                                architecture).containsOnly("0");
                assertThat(kernels > 0 || functionsAlone).as("kernels of %s for %s in%n%s", name, architecture, said).isTrue();
            }
        });
    }

    /// What the interpreter cannot read it cannot have tested.
    @Test
    void everyKernelCanBeInterpreted() throws IOException {
        int kernels = 0;
        for (String name : names(PTX, ".ptx")) {
            PtxModule module = PtxModule.parse(Files.readString(PTX.resolve(name + ".ptx")));
            for (String entry : module.entries())
                module.entry(entry).verify();
            kernels += module.entries().size();
        }
        assertThat(kernels).isGreaterThan(300);
    }

    private interface Check {
        void on(String name) throws Exception;
    }

    private static void inParallel(List<String> names, Check check) throws InterruptedException, IOException {
        try (var threads = Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()))) {
            var checks = new ArrayList<Future<?>>();
            for (String name : names)
                checks.add(threads.submit(() -> {
                    check.on(name);
                    return null;
                }));
            for (Future<?> each : checks)
                each.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof AssertionError wrong)
                throw wrong;
            throw new IOException(failed);
        }
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), said).isZero();
        return said;
    }
}
