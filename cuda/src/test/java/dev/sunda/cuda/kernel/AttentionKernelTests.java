package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.kernel.AttentionCheck.Mask;
import dev.sunda.cuda.kernel.AttentionCheck.Order;
import dev.sunda.nn.functional.Attentions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionKernelTests {
    @BeforeEach
    void forgetLaunches() {
        Mirrored.DRIVER.launches();
    }

    private static void ran(String kind) {
        List<String> launches = Mirrored.DRIVER.launches();
        if (kind.startsWith("narrow")) {
            assertThat(launches).containsExactly(kind.equals("narrow") ? "attention_few_wide_f32" : "attention_narrow_f32",
                    "attention_narrow_dots_f32", "attention_narrow_dkv_f32", "attention_narrow_dq_kept_f32");
            return;
        }
        assertThat(launches).hasSize(5);
        for (int i = 0; i < 5; i++)
            assertThat(launches.get(i)).contains("attention_" + List.of("", "dots_", "dq_", "dk_", "dv_").get(i), kind);
    }

    @ParameterizedTest
    @CsvSource({"HEADS_INSIDE, NONE, false, 0, 2, 3, 5, 7, 16, 8, narrow", "PACKED, NONE, true, 0, 1, 2, 70, 70, 12, 12, narrow_",
        "HEADS_OUTSIDE, NONE, true, 0, 1, 1, 130, 131, 8, 4, narrow_", "HEADS_OUTSIDE, NUMBERS, false, 0, 1, 2, 66, 75, 72, 68, wide_",
        "HEADS_INSIDE, BOOLEANS, false, 0.25, 2, 1, 65, 9, 4, 132, wide_", "HEADS_INSIDE, NUMBERS, true, 0, 1, 2, 70, 9, 68, 8, wide_",
        "HEADS_INSIDE, BOOLEANS_FOR_ALL, true, 0, 2, 2, 9, 70, 8, 8, narrow_",
        "HEADS_INSIDE, BOOLEANS, false, 0.25, 2, 1, 129, 137, 20, 64, narrow_",
        "PACKED, NUMBERS, true, 0.5, 1, 1, 200, 200, 64, 64, narrow_",
        "HEADS_OUTSIDE, NUMBERS_FOR_ALL, true, 0, 1, 2, 70, 10, 64, 4, narrow_", "PACKED, NONE, true, 0, 1, 34, 258, 258, 4, 4, narrow_",
        "ODD, NUMBERS_FOR_ALL, true, 0.5, 1, 2, 67, 66, 8, 8, any_", "HEADS_INSIDE, BOOLEANS, false, 0, 1, 2, 5, 6, 7, 130, any_",
        "PACKED, NONE, false, 1, 1, 1, 6, 6, 8, 8, narrow"})
    void floatsAgreeWithTheReference(Order order, Mask mask, boolean causal, double dropout, int batches, int heads, int queries, int keys,
            int width, int out, String kind) {
        var check = new AttentionCheck(DType.F32, order, mask, causal, dropout, batches, heads, queries, keys, width, out);
        check.forward().resultsAgree();
        check.backward().gradientsAgree();
        ran(kind);
    }

    /// Where a query sees one key alone, P is 1 whatever its score is: the gradient is not small but 0.
    @ParameterizedTest
    @ValueSource(ints = {8, 20, 64})
    void aQueryWithASingleKeyHasNoGradient(int width) {
        var rng = new Rng(width);
        var shape = Shape.of(2, 3, 70, width);
        var device = new Device("ptx", 0);
        List<Variable> inputs = Stream.generate(() -> Variable.tracked(Tensor.randn(shape, rng, DType.F32, device))).limit(3).toList();
        Variable y = Attentions.scaledDotProductAttention(inputs.get(0), inputs.get(1), inputs.get(2), null,
                Attentions.Options.DEFAULT.withCausal(true));
        Tensor dq = Gradients.gradients(List.of(y), List.of(Variable.of(Tensor.randn(shape, rng, DType.F32, device))), inputs, false)
                .getFirst().data();
        assertThat(dq.narrow(2, 0, 1).abs().max().item()).isZero();
        assertThat(dq.narrow(2, 1, 1).abs().max().item()).isGreaterThan(0.01);
    }

    /// dS is kept for some heads at a time, or computed again.
    @ParameterizedTest
    @CsvSource({"HEADS_INSIDE, NONE, false, 0, 2, 3, 70, 80, 16, 8", "PACKED, NUMBERS, true, 0.25, 1, 4, 131, 131, 12, 12",
        "HEADS_OUTSIDE, BOOLEANS, true, 0, 3, 1, 9, 70, 64, 64"})
    void gradientsOfNarrowHeadsTakeNoMoreMemoryThanTheyMay(Order order, Mask mask, boolean causal, double dropout, int batches, int heads,
            int queries, int keys, int width, int out) {
        var check = new AttentionCheck(DType.F32, order, mask, causal, dropout, batches, heads, queries, keys, width, out);
        check.forward();
        Mirrored.DRIVER.launches();
        long one = 4L * keys * 64 * Grid.ceil(queries, 64);
        check.backward(new Attention(Mirrored.GPU, 1, one)).gradientsAgree();
        assertThat(Mirrored.DRIVER.launches()).hasSize(1 + 2 * batches * heads).last().isEqualTo("attention_narrow_dq_kept_f32");
        int tiles = Math.min(Grid.ceil(queries, 64), Grid.ceil(keys, 64));
        check.backward(new Attention(Mirrored.GPU, 2 * tiles, 3 * one - 1)).gradientsAgree();
        assertThat(Mirrored.DRIVER.launches()).hasSize(1 + 2 * Grid.ceil(batches * heads, 2));
        check.backward(new Attention(Mirrored.GPU, 2 * tiles, 2 * one - 1)).gradientsAgree();
        assertThat(Mirrored.DRIVER.launches()).containsExactly("attention_narrow_dots_f32", "attention_narrow_dkv_f32",
                "attention_narrow_dq_f32");
    }

    @ParameterizedTest
    @CsvSource({"HEADS_INSIDE, NONE, true, 0, 2, 2, 34, 35, 9, 8", "ODD, BOOLEANS, false, 0.25, 1, 2, 5, 33, 8, 66",
        "HEADS_OUTSIDE, NUMBERS_FOR_ALL, true, 0, 1, 1, 40, 20, 68, 5"})
    void doublesAgreeWithTheReference(Order order, Mask mask, boolean causal, double dropout, int batches, int heads, int queries, int keys,
            int width, int out) {
        var check = new AttentionCheck(DType.F64, order, mask, causal, dropout, batches, heads, queries, keys, width, out);
        check.forward().resultsAgree();
        check.backward().gradientsAgree();
        ran("f64");
    }

    /// Several blocks share the keys of few queries.
    @ParameterizedTest
    @CsvSource({"F32, HEADS_INSIDE, NONE, false, 0, 1, 2, 1, 300, 64, 64, wide",
        "F32, HEADS_OUTSIDE, NUMBERS, false, 0, 2, 1, 7, 257, 8, 132, wide",
        "F32, ODD, BOOLEANS, false, 0.25, 1, 2, 5, 260, 9, 70, any",
        "F32, HEADS_INSIDE, BOOLEANS_FOR_ALL, true, 0, 1, 1, 8, 140, 36, 4, wide",
        "F32, HEADS_OUTSIDE, NONE, false, 0, 1, 1, 2, 200, 8, 0, any",
        "F64, HEADS_INSIDE, NUMBERS_FOR_ALL, false, 0.5, 1, 1, 3, 290, 10, 65, any"})
    void keysOfFewQueriesAreShared(DType dtype, Order order, Mask mask, boolean causal, double dropout, int batches, int heads,
            int queries, int keys, int width, int out, String kind) {
        var check = new AttentionCheck(dtype, order, mask, causal, dropout, batches, heads, queries, keys, width, out);
        check.forward().resultsAgree();
        assertThat(Mirrored.DRIVER.launches()).satisfiesExactly(
                first -> assertThat(first).contains("attention_few_" + kind), second -> assertThat(second).contains("attention_join_"));
    }

    @Test
    void chunksOfHiddenKeysAndOfNaN() {
        var check = new AttentionCheck(DType.F32, Order.HEADS_INSIDE, Mask.NUMBERS, false, 0, 1, 2, 3, 300, 8, 8);
        for (int i = 0; i < 2 * 3 * 300; i++)
            check.mask.host().heap().setDouble(i, i < 1200 ? Double.NEGATIVE_INFINITY : 200 - i % 300);
        check.q.host().heap().setDouble(8, Double.NaN);
        check.forward().resultsAgree();
    }

    @Test
    void queriesThatSeeNothingGiveZeros() {
        var check = new AttentionCheck(DType.F32, Order.HEADS_INSIDE, Mask.BOOLEANS, false, 0, 1, 1, 3, 70, 8, 8);
        for (int j = 0; j < 70; j++)
            check.mask.host().heap().setLong(Mirrored.at(check.mask.host().layout(), 70 + j), 0);
        check.forward().resultsAgree();
        assertThat(Mirrored.element(check.statistics.downloaded(), 2)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Mirrored.element(check.statistics.downloaded(), 3)).isZero();
        check.backward().gradientsAgree();
    }

    @Test
    void scoresOfAnySizeOverflowNowhere() {
        var check = new AttentionCheck(DType.F32, Order.HEADS_INSIDE, Mask.NUMBERS, false, 0, 1, 1, 3, 70, 8, 8);
        for (int i = 0; i < 3 * 70; i++)
            check.mask.host().heap().setDouble(i, i % 70 * 10 - 600);                    // the largest ones come last
        check.forward().resultsAgree();
        check.backward().gradientsAgree();
    }

    @Test
    void naNStaysInItsQueries() {
        var check = new AttentionCheck(DType.F32, Order.HEADS_INSIDE, Mask.NONE, false, 0, 1, 2, 66, 66, 8, 8);
        check.q.host().heap().setDouble(8, Double.NaN);
        check.forward().resultsAgree();
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 3, 4, 8, 8", "1, 0, 3, 4, 8, 8", "1, 2, 0, 4, 8, 8", "1, 2, 3, 0, 8, 8", "1, 2, 3, 4, 0, 8", "1, 2, 3, 4, 8, 0"})
    void anySizeMayBeZero(int batches, int heads, int queries, int keys, int width, int out) {
        var check = new AttentionCheck(DType.F32, Order.HEADS_INSIDE, Mask.NONE, false, 0, batches, heads, queries, keys, width, out);
        check.forward().resultsAgree();
        check.backward().gradientsAgree();
        Mirrored.DEVICE.synchronize();
    }

    @Test
    void theSameAttentionHasTheSameBits() {
        var check = new AttentionCheck(DType.F32, Order.PACKED, Mask.NONE, true, 0.1, 1, 2, 70, 70, 8, 8);
        check.forward().backward();
        List<float[]> first = memory(check);
        check.forward().backward();
        List<float[]> second = memory(check);
        for (int i = 0; i < first.size(); i++)
            assertThat(second.get(i)).isEqualTo(first.get(i));
    }

    @Test
    void dropoutFollowsTheShiftOfItsRandomNumbers() {
        var check = new AttentionCheck(DType.F32, Order.PACKED, Mask.NONE, false, 0.4, 1, 1, 9, 20, 8, 8);
        var key = check.spec.key();
        long word = Mirrored.GPU.shifts().address(key);
        Mirrored.GPU.shifts().set(word, 7);
        check.forward().backward();
        List<float[]> shifted = memory(check);
        Mirrored.GPU.shifts().set(word, 0);
        check.spec = new AttentionSpec(check.spec.scale(), false, 0.4, new RandomKey(key.key(), key.offset() + 7));
        check.forward().backward();
        List<float[]> later = memory(check);
        for (int i = 0; i < later.size(); i++)
            assertThat(shifted.get(i)).isEqualTo(later.get(i));
        check.resultsAgree();
    }

    private static List<float[]> memory(AttentionCheck check) {
        return Stream.of(check.out, check.statistics, check.dq, check.dk, check.dv).map(x -> x.downloaded().heap().floats()).toList();
    }
}
