package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every operation on a real GPU. `-Dsunda.cuda.sizes` takes fewer sizes, and `-Dsunda.cuda.part=I/N` every N-th operation: where a checker
/// makes every launch slow, several processes share them.
@RequiresGpu
class GpuTests {
    private static final Device GPU = Device.cuda(0);
    private static final List<List<Integer>> SIZES = List.of(List.of(2, 3, 2, 4), List.of(1, 1, 1, 1), List.of(4, 2, 3, 1),
            List.of(3, 4, 4, 2)).subList(0, Integer.getInteger("sunda.cuda.sizes", 4));
    private static final String[] PART = System.getProperty("sunda.cuda.part", "0/1").split("/");

    @Test
    void deviceOpensAndSaysWhatItIs() {
        assertThat(Backends.of(GPU).description()).contains("compute capability", "driver CUDA");
    }

    @Test
    void arraysComeBackAsTheyWent() {
        int numel = 5_000_001;                                       // several pieces of pinned memory and a rest
        float[] numbers = new float[numel];
        for (int i = 0; i < numel; i++)
            numbers[i] = i * 0.37f;
        assertThat(Tensor.of(numbers, Shape.of(numel)).to(GPU).toFloatArray()).isEqualTo(numbers);
    }

    /// In a process of its own, because only a new one can use the device again.
    @Test
    void aDeviceThatIsLostSaysSoAndEndsNothing() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
                "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                LostDevice.class.getName()).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().filter(line -> !line.startsWith("WARNING")).toList();
        assertThat(process.waitFor()).as(lines.toString()).isZero();
        assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(line).contains("CUDA_ERROR_ILLEGAL_ADDRESS", "fill_b32"));
        assertThat(lines.getFirst()).isEqualTo(lines.getLast());
    }

    @TestFactory
    Stream<DynamicTest> everyOperationMatchesTheReference() {
        List<OpCase> cases = EveryOperation.CASES;
        return IntStream.range(0, cases.size()).filter(i -> i % Integer.parseInt(PART[1]) == Integer.parseInt(PART[0]))
                .mapToObj(i -> DynamicTest.dynamicTest(cases.get(i).name(), () -> {
                    for (int j = 0; j < SIZES.size(); j++)
                        EveryOperation.check(i, SIZES.get(j), 100L * i + j, GPU);
                    OpCheck.refusals(cases.get(i), GPU);
                }));
    }
}
