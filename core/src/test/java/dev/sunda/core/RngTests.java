package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RngTests {

    @Test
    void theSameSeedGivesTheSameBitsOnEveryDevice() {
        for (var dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor cpu = Tensor.randn(Shape.of(1001), new Rng(7), dtype, Device.CPU);
            Tensor reference = Tensor.randn(Shape.of(1001), new Rng(7), dtype, Device.REFERENCE);
            assertThat(cpu.toDoubleArray()).isEqualTo(reference.toDoubleArray());
            assertThat(Tensor.rand(Shape.of(1001), new Rng(7), dtype, Device.CPU).toDoubleArray())
                    .isEqualTo(Tensor.rand(Shape.of(1001), new Rng(7), dtype, Device.REFERENCE).toDoubleArray());
        }
    }

    /// Pinned, because saved seeds must mean the same numbers in every later version. The numbers were computed outside of Java, from
    /// the formulas of [dev.sunda.core.op.RandomKey].
    @Test
    void theBitsOfASeedArePinned() {
        var rng = new Rng(42);
        assertThat(new long[] {rng.nextLong(), rng.nextLong(), rng.split(3).nextLong()})
                .containsExactly(-324829964063367182L, -7081692482764218209L, -182553678728141377L);
    }

    @Test
    void drawingInPiecesGivesTheSameNumbers() {
        var rng = new Rng(5);
        Tensor pieces = Tensor.cat(List.of(Tensor.rand(Shape.of(7), rng), Tensor.rand(Shape.of(13), rng)), 0);
        assertThat(pieces.toFloatArray()).isEqualTo(Tensor.rand(Shape.of(20), new Rng(5)).toFloatArray());
    }

    @Test
    void seekContinuesAStream() {
        var rng = new Rng(5);
        rng.take(11);
        long expected = rng.nextLong();
        var other = new Rng(5);
        other.seek(11);
        assertThat(other.nextLong()).isEqualTo(expected);
        assertThat(other.position()).isEqualTo(12);
    }

    @Test
    void momentsAreThoseOfTheDistribution() {
        Tensor normal = Tensor.randn(Shape.of(200_000), new Rng(1), DType.F64, Device.CPU);
        assertThat(normal.mean().item()).isCloseTo(0, within(0.01));
        assertThat(normal.var(Dims.all(), 1).item()).isCloseTo(1, within(0.02));
        assertThat(normal.pow(4).mean().item()).isCloseTo(3, within(0.1));
        Tensor uniform = Tensor.rand(Shape.of(200_000), new Rng(2));
        assertThat(uniform.mean().item()).isCloseTo(0.5, within(0.005));
        assertThat(uniform.amin(Dims.all()).item()).isBetween(0.0, 1e-3);
        assertThat(uniform.amax(Dims.all()).item()).isBetween(0.999, Math.nextDown(1.0));
    }

    @Test
    void streamsDoNotResembleEachOther() {
        var rng = new Rng(9);
        Tensor a = Tensor.randn(Shape.of(100_000), rng.split(0), DType.F64, Device.CPU);
        Tensor b = Tensor.randn(Shape.of(100_000), rng.split(1), DType.F64, Device.CPU);
        Tensor c = Tensor.randn(Shape.of(100_000), new Rng(10), DType.F64, Device.CPU);
        assertThat(a.mul(b).mean().item()).isCloseTo(0, within(0.02));
        assertThat(a.mul(c).mean().item()).isCloseTo(0, within(0.02));
    }

    @Test
    void permutationsHoldEveryNumberOnceAndDiffer() {
        int[] order = new Rng(3).permutation(1000);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < 1000; i++)
            assertThat(sorted[i]).isEqualTo(i);
        assertThat(order).isNotEqualTo(new Rng(4).permutation(1000)).isEqualTo(new Rng(3).permutation(1000));
    }

    @Test
    void everyResultOfABoundIsEquallyLikely() {
        var rng = new Rng(6);
        int[] counts = new int[6];
        for (int i = 0; i < 60_000; i++)
            counts[rng.nextInt(6)]++;
        for (int count : counts)
            assertThat(count).isBetween(9_600, 10_400);
        assertThatThrownBy(() -> rng.nextInt(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Rng: the bound must be at least 1 (got 0)");
    }
}
