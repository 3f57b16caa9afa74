package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Same seed, same bits: however many threads compute, however wide the vectors are, and whatever compiles the kernels.
class SameBitsTests {
    private static String expected;

    private static String hash(String option) throws IOException, InterruptedException {
        return hash(option, 3);
    }

    private static String hash(String option, int steps) throws IOException, InterruptedException {
        String output = ChildJvm.output(ChildJvm.program(SameBitsProgram.class, List.of(option), Integer.toString(steps)));
        return output.lines().filter(line -> line.startsWith("sha256 ")).findFirst().orElseThrow(() -> new AssertionError(output));
    }

    @BeforeAll
    static void trainWithOneThread() throws IOException, InterruptedException {
        expected = hash("-Dsunda.threads=1");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void anyNumberOfThreads(int threads) throws IOException, InterruptedException {
        assertThat(hash("-Dsunda.threads=" + threads)).isEqualTo(expected);
    }

    @Test
    void withoutVectorInstructions() throws IOException, InterruptedException {
        assertThat(hash("-Dsunda.simd=off")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void anyWidthOfVectors(int bytes) throws IOException, InterruptedException {
        assertThat(hash("-XX:MaxVectorSize=" + bytes)).isEqualTo(expected);
    }

    /// One step only: without a compiler vectors are a thousand times slower.
    @Test
    void interpreted() throws IOException, InterruptedException {
        assertThat(hash("-Xint", 1)).isEqualTo(hash("-Dsunda.threads=1", 1)).isNotEqualTo(expected);
    }

    @Test
    void compiledByTheFirstCompilerOnly() throws IOException, InterruptedException {
        assertThat(hash("-XX:TieredStopAtLevel=1")).isEqualTo(expected);
    }
}
