package dev.sunda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.Conv2d;
import dev.sunda.nn.ConvTranspose2d;
import dev.sunda.nn.Flatten;
import dev.sunda.nn.Linear;
import dev.sunda.nn.Relu;
import dev.sunda.nn.Sequential;
import dev.sunda.optim.Sgd;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class BenchTests {
    private static final Effort HARDLY_ANY = new Effort(0, 0);
    private static final AtomicReference<Object> SINK = new AtomicReference<>();

    @Test
    void casesAreThoseOfTheOtherFramework() throws IOException {
        var names = Pattern.compile("^ *\\w+\\(\"(\\w+/[^\"]+)\"", Pattern.MULTILINE).matcher(Files.readString(Path.of("peers/pytorch.py")))
                .results().map(found -> found.group(1)).toList();
        assertThat(Cases.containing("", Device.cuda(0))).extracting(Case::name).containsExactlyElementsOf(names);
        assertThat(Cases.containing("", Device.CPU)).isEqualTo(Cases.ALL);
    }

    @Test
    void aCasePrintsOneLineOfJson() {
        var out = new StringWriter();
        var err = new StringWriter();
        int status = run(out, err, "--quick", "--json", "--only", "gemm/256");
        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        var line = JsonMapper.shared().readTree(out.toString());
        assertThat(line.propertyNames()).containsExactly("case", "layout", "threads", "device", "forward_ms", "forward_bytes",
                "forward_floor_ms");
        assertThat(line.get("case").asString()).isEqualTo("gemm/256");
        assertThat(line.get("device").asString()).isEqualTo("cpu");
        assertThat(line.get("forward_ms").asDouble()).isPositive();
        assertThat(line.get("forward_floor_ms").asDouble()).isPositive();
    }

    @Test
    void bytesAreThoseOfAllThreads() {
        int threads = Parallel.threads();
        Parallel.setThreads(2);
        try {
            Runnable call = () -> Parallel.forChunks(64, 1, (_, _, _) -> SINK.set(new byte[100_000]));
            assertThat(new Meter(Device.CPU, HARDLY_ANY).time(call).bytes()).isBetween(64 * 100_000.0, 64 * 110_000.0);
        } finally {
            Parallel.setThreads(threads);
        }
    }

    @Test
    void scalingComparesOneThreadWithMore() {
        int threads = Parallel.threads();
        try {
            var out = new StringWriter();
            var err = new StringWriter();
            assertThat(run(out, err, "--quick", "--scaling", "--threads", "2", "--only", "gemm/256")).as(err.toString()).isZero();
            assertThat(out.toString().lines()).hasSize(2).first().asString().contains("1 thread ms", "2 threads ms");
            assertThat(Parallel.threads()).isEqualTo(2);
        } finally {
            Parallel.setThreads(threads);
        }
    }

    @Test
    void float64IsComparedWithFloat32() {
        var out = new StringWriter();
        var err = new StringWriter();
        assertThat(run(out, err, "--quick", "--float64", "--only", "op/sum")).as(err.toString()).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).contains("float32 ms", "float64 ms");
        assertThat(lines.subList(1, 3)).allMatch(line -> line.startsWith("op/sum"));
    }

    @Test
    void loadingIsMeasuredAloneAndBesideTraining() {
        Loading.Result found = new Loading(Device.CPU, 2, 2).measure(2);
        assertThat(found.loading()).isPositive();
        assertThat(found.computing()).isPositive();
        assertThat(found.both()).isPositive();
    }

    @Test
    void jmhFindsItsCase() {
        var benchmark = new CaseBenchmark();
        benchmark.call = Jmh.name(Cases.ALL.getFirst(), Measure.FORWARD);
        benchmark.prepare();
        benchmark.run();
        benchmark.call = "gemm/256:train";
        assertThatThrownBy(benchmark::prepare).hasMessageContaining("gemm/256:train");
    }

    @Test
    void theCompilersLogNamesMethodsItGaveUpOn() {
        String fine = "   1207  832       3       dev.sunda.core.cpu.SimdGemm::rows (123 bytes)\n"
                + "   1300  833       4       dev.sunda.core.cpu.SimdGemm::rows (123 bytes)   made not entrant: uncommon trap\n";
        assertThat(CompilerLog.complaints(fine)).isEmpty();
        String gaveUp = "COMPILE SKIPPED: out of virtual registers in linear scan (retry at different tier)";
        assertThat(CompilerLog.complaints(fine + "   1400  834       3       a.B::c (9 bytes)   " + gaveUp))
                .containsExactly("a.B::c " + gaveUp);
        assertThat(CompilerLog.complaints(fine.repeat(10))).singleElement().asString()
                .startsWith("dev.sunda.core.cpu.SimdGemm::rows was optimised and thrown away");
    }

    @Test
    void wrongUseIsOneLineAndStatusTwo() {
        for (List<String> options : List.of(List.of("--only", "no such case"), List.of("--threads", "0"), List.of("--fresh"),
                List.of("--json", "--jmh"), List.of("--compare", "no", "such"), List.of("--float64", "--json"),
                List.of("--float64", "--scaling"), List.of("--float64", "--loading"), List.of("--loading", "--only", "gemm"))) {
            var out = new StringWriter();
            var err = new StringWriter();
            assertThat(run(out, err, options.toArray(String[]::new))).isEqualTo(2);
            assertThat(err.toString().lines()).singleElement().asString().startsWith("sunda bench: ").endsWith("see 'sunda bench --help'");
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void convolutionsAreMeasuredForwardAndWithGradients() {
        Case c = Workloads.conv2d("small", 2, 4, 5, 6, 3, Conv2d.Options.DEFAULT.withPadding(2).withDilation(2).withGroups(2));
        assertThat(c.measure(Device.CPU, HARDLY_ANY).keySet()).containsExactly(Measure.FORWARD, Measure.TRAIN);
    }

    @Test
    void operationsAreMeasuredForwardAndWithGradients() {
        Case c = Workloads.unary("small", Variable::tanh, Shape.of(3, 5), 2, 5);
        assertThat(c.measure(Device.CPU, HARDLY_ANY).keySet()).containsExactly(Measure.FORWARD, Measure.TRAIN);
    }

    @Test
    void modelsAreMeasuredInTrainingAndInference() {
        Case c = Workloads.model("small", rng -> new Sequential(new Conv2d(1, 2, 3, rng), new Flatten(), new Linear(2 * 4 * 4, 3, rng)),
                Shape.of(4, 1, 6, 6), 3, p -> new Sgd(p, 0.1), 3);
        assertThat(c.measure(Device.CPU, HARDLY_ANY).keySet()).containsExactly(Measure.TRAIN, Measure.FORWARD, Measure.FORWARD_BATCH1);
    }

    @Test
    void findingsOfAFreshMachineSurviveTheirLine() {
        var finding = new FreshCase.Finding(Measure.TRAIN, 1.25, 3e6, 2e5, "dev.sunda.core.cpu.SimdGemm.tile");
        assertThat(FreshCase.Finding.parse(finding.toString())).isEqualTo(finding);
    }

    @Test
    void aComparisonIsATableInMarkdown(@TempDir Path directory) throws IOException {
        Path ours = directory.resolve("ours");
        Path peer = directory.resolve("peer");
        Files.writeString(ours, """
                {"case":"a/1","layout":"-","threads":2,"forward_ms":2.0,"forward_floor_ms":1.0,"train_ms":8.0,"train_floor_ms":2.0}
                {"case":"m","layout":"engine","threads":2,"forward_batch1_ms":0.5}
                """);
        Files.writeString(peer, """
                a warning
                {"case":"a/1","layout":"contiguous","forward_ms":5.0,"train_ms":6.0}
                {"case":"a/1","layout":"channels_last","forward_ms":3.0,"train_ms":7.0}
                {"case":"m","layout":"-","forward_batch1_ms":1.0,"train_ms":1.0}
                """);
        var out = new StringWriter();
        var err = new StringWriter();
        assertThat(run(out, err, "--compare", ours.toString(), peer.toString())).as(err.toString()).isZero();
        assertThat(out.toString().lines().skip(2)).containsExactly(
                "| `a/1` | 2.00, 8.00 | 3.00, 6.00 | **1.50**, 0.75 | 1.00 (50 %), 2.00 (25 %) |",
                "| `m, one sample` | 0.500 | 1.00 | **2.00** | - |",
                "",
                "Missing: m:train.",
                "Geometric mean 1.31 over 3 measures, behind in 1.",
                "If each of 2 measures with a floor took exactly that long, it would be 3.00.");
    }

    @Test
    void aComparisonOfNothingIsWrongUse(@TempDir Path directory) throws IOException {
        Path ours = Files.writeString(directory.resolve("ours"), """
                {"case":"a/1","forward_ms":2.0,"forward_floor_ms":1.0}
                """);
        Path unlike = Files.writeString(directory.resolve("unlike"), """
                {"case":"b","forward_ms":2.0}
                {"case":"a/1","train_ms":2.0,"forward_floor_ms":1.0}
                """);
        Path useless = Files.writeString(directory.resolve("useless"), """
                {"threads":2}
                {"case":"a/1","forward_ms":"fast"}
                a/1 2.0
                """);
        assertThat(misused(ours, useless)).contains(useless + " has no line with a \"case\" and a time; write it with --json");
        assertThat(misused(useless, ours)).contains(useless + " has no line");
        assertThat(misused(ours, unlike))
                .contains(ours + " and " + unlike + " have no measure of a case in common (got a/1 and b, a/1)");
    }

    private static String misused(Path ours, Path peer) {
        var out = new StringWriter();
        var err = new StringWriter();
        assertThat(run(out, err, "--compare", ours.toString(), peer.toString())).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        return err.toString();
    }

    @Test
    void everyMeasureHasAFloor() {
        var ceilings = new Ceilings(100e9, 40e9);
        for (Case c : Cases.ALL)
            assertThat(c.work().get()).as(c.name()).containsOnlyKeys(c.measures())
                    .allSatisfy((measure, work) -> assertThat(work.ms(ceilings)).as(measure.label()).isBetween(0.001, 100.0));
    }

    /// By hand: 6 channels of 5 by 5 in 2 images, each the sum of 2 channels and 9 taps; input 200 numbers, result 300, parameters 114.
    @Test
    void workOfAConvolutionIsCounted() {
        var layer = new Conv2d(4, 6, 3, Conv2d.Options.DEFAULT.withPadding(2).withDilation(2).withGroups(2), new Rng(1));
        LayerWork work = LayerWork.ofLayer(layer, Tensor.zeros(2, 4, 5, 5));
        assertThat(work.forward()).isEqualTo(Work.of(300 * 18, 200 + 300 + 114));
        assertThat(work.train()).isEqualTo(Work.of(3 * 300 * 18, 3 * 200 + 2 * 300 + 3 * 114));
        var transposed = new ConvTranspose2d(4, 6, 3, Conv2d.Options.DEFAULT.withGroups(2), new Rng(1));
        assertThat(LayerWork.ofLayer(transposed, Tensor.zeros(2, 4, 5, 5)).forward().steps().getFirst().multiplyAdds()).isEqualTo(200 * 27);
    }

    @Test
    void workOfANetworkIsThatOfItsProducts() {
        var network = new Sequential(new Conv2d(1, 2, 3, new Rng(1)), new Relu(), new Flatten(), new Linear(2 * 4 * 4, 3, new Rng(2)));
        LayerWork work = LayerWork.ofNetwork(network, Tensor.zeros(4, 1, 6, 6));
        Work forward = Work.of(128 * 9, 144 + 128 + 20).then(Work.of(4 * 96, 128 + 12 + 99));
        assertThat(work.forward()).isEqualTo(forward);
        assertThat(work.train())
                .isEqualTo(Work.of(2 * 128 * 9, 2 * 144 + 2 * 128 + 3 * 20).then(Work.of(3 * 4 * 96, 3 * 128 + 2 * 12 + 3 * 99)));
        assertThat(forward.ms(new Ceilings(1e6, 1e9))).isCloseTo(1.152 + 0.384, within(1e-9));
    }

    private static int run(StringWriter out, StringWriter err, String... options) {
        return Bench.run(new PrintWriter(out, true), new PrintWriter(err, true), options);
    }
}
