package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Index;

/// Attention against the naive loops: heads of any number and width, sequences that cross the border of a block, masks of both kinds, some
/// of which hide everything, causal or not, with and without dropout.
class AttentionProperties {
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 7) int heads,
            @ForAll @IntRange(min = 1, max = 90) int queries, @ForAll @IntRange(min = 1, max = 90) int keys,
            @ForAll @IntRange(min = 1, max = 40) int width, @ForAll long seed) {
        agrees(new Case(batch, heads, queries, keys, width, new Random(seed)));
    }

    @Example
    void agreesOnALongSequence() {
        agrees(new Case(1, 1, 331, 600, 9, new Random(1)));
        agrees(new Case(1, 2, 300, 300, 64, new Random(2)));
    }

    private static void agrees(Case actual) {
        actual.run(GemmKernel.ACTIVE);
        Case expected = actual.again();
        REFERENCE.attention(actual.spec, actual.q, actual.k, actual.v, actual.mask, expected.out, expected.statistics);
        ConvolutionViews.assertClose(actual.out, expected.out, 4e-6);
        ConvolutionViews.assertClose(actual.statistics, expected.statistics, 2e-5 * actual.k.shape().size(2));
        REFERENCE.attentionBackward(actual.spec, actual.dout, actual.q, actual.k, actual.v, actual.mask, expected.out,
                expected.statistics, expected.dq, expected.dk, expected.dv);
        ConvolutionViews.assertClose(actual.dq, expected.dq, 3e-5);
        ConvolutionViews.assertClose(actual.dk, expected.dk, 3e-5);
        ConvolutionViews.assertClose(actual.dv, expected.dv, 3e-5);
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 6) int heads, @ForAll @IntRange(min = 1, max = 150) int queries,
            @ForAll @IntRange(min = 1, max = 90) int keys, @ForAll @IntRange(min = 1, max = 40) int width, @ForAll long seed) {
        var simd = new Case(3, heads, queries, keys, width, new Random(seed));
        var scalar = simd.again();
        simd.run(new SimdGemm());
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarGemm());
            return null;
        });
        ConvolutionViews.assertSame(simd.out, scalar.out);
        ConvolutionViews.assertSame(simd.statistics, scalar.statistics);
        ConvolutionViews.assertSame(simd.dq, scalar.dq);
        ConvolutionViews.assertSame(simd.dk, scalar.dk);
        ConvolutionViews.assertSame(simd.dv, scalar.dv);
    }

    @Example
    void aQueryThatSeesNothingGivesZeros() {
        var random = new Random(3);
        var all = new Case(1, 1, 4, 5, 3, random);
        var mask = new View(HeapStorage.allocate(Device.CPU, DType.BOOL, 20), Layout.contiguous(Shape.of(1, 1, 4, 5)));
        mask.heap().setDouble(7, 1);
        var blind =
                new Case(new AttentionSpec(1, false, 0, null), all.q, all.k, all.v, all.dout, mask, all.out, all.statistics, all.dq, all.dk,
                        all.dv);
        blind.run(GemmKernel.ACTIVE);
        assertThat(ConvolutionViews.values(blind.statistics)).contains(Double.NEGATIVE_INFINITY, Index.atIndex(0));
        assertThat(Arrays.copyOf(ConvolutionViews.values(blind.out), 3)).containsOnly(0);
        assertThat(ConvolutionViews.values(blind.dq)).doesNotContain(Double.NaN).containsOnly(0);
    }

    private record Case(AttentionSpec spec, View q, View k, View v, View dout, View mask, View out, View statistics, View dq, View dk,
            View dv) {
        Case(int batch, int heads, int queries, int keys, int width, Random random) {
            this(spec(random), strided(batch, heads, queries, width, random), strided(batch, heads, keys, width, random),
                    strided(batch, heads, keys, width + 3, random), strided(batch, heads, queries, width + 3, random),
                    mask(batch, heads, queries, keys, random), result(batch, heads, queries, width + 3), result(batch, heads, queries, 2),
                    result(batch, heads, queries, width), result(batch, heads, keys, width), result(batch, heads, keys, width + 3));
        }

        private static AttentionSpec spec(Random random) {
            double dropout = random.nextInt(3) == 0 ? 0.4 : 0;
            return new AttentionSpec(0.5 + random.nextDouble(), random.nextBoolean(), dropout,
                    dropout == 0 ? null : new RandomKey(random.nextLong(), random.nextInt(100)));
        }

        /// Heads side by side in rows that are longer than they need to be.
        private static View strided(int batch, int heads, int rows, int width, Random random) {
            Shape room = Shape.of(batch, rows, heads, width + random.nextInt(3));
            View whole = ConvolutionViews.random(room, Order.CONTIGUOUS, random);
            return whole.as(whole.layout().slice(3, 0, width, 1).permute(0, 2, 1, 3));
        }

        private static View mask(int batch, int heads, int rows, int columns, Random random) {
            int kind = random.nextInt(3);
            if (kind == 0)
                return null;
            Shape shape = Shape.of(1, random.nextBoolean() ? heads : 1, rows, columns);
            View mask = kind == 1 ? new View(HeapStorage.allocate(Device.CPU, DType.BOOL, shape.numel()), Layout.contiguous(shape))
                    : ConvolutionViews.random(shape, Order.REVERSED_DIMENSIONS, random);
            for (int i = 0; i < shape.numel(); i++)
                if (kind == 1)
                    mask.heap().setDouble(i, random.nextInt(3) > 0 ? 1 : 0);
                else if (random.nextInt(4) == 0)
                    mask.heap().setDouble(i, Double.NEGATIVE_INFINITY);
            return mask.as(mask.layout().expand(Shape.of(batch, heads, rows, columns)));
        }

        private static View result(int... shape) {
            return ConvolutionViews.empty(DType.F32, Shape.of(shape), Order.CONTIGUOUS);
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(spec, q, k, v, dout, mask, ConvolutionViews.like(out), ConvolutionViews.like(statistics),
                    ConvolutionViews.like(dq),
                    ConvolutionViews.like(dk), ConvolutionViews.like(dv));
        }

        void run(GemmKernel kernel) {
            Attention.forward(kernel, spec, q, k, v, mask, out, statistics);
            Attention.backward(kernel, spec, dout, q, k, v, mask, statistics, dq, dk, dv);
        }
    }
}
