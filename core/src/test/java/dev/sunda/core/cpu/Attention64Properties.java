package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.copy;

import dev.sunda.core.op.AttentionSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Attention of F64 against the naive loops: sequences that cross the border of a block, masks of both kinds, some of which hide
/// everything, causal or not, with and without dropout.
class Attention64Properties {
    private static final DType F64 = DType.F64;

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int batch, @ForAll @IntRange(min = 1, max = 9) int heads,
            @ForAll @IntRange(min = 1, max = 90) int queries, @ForAll @IntRange(min = 1, max = 90) int keys,
            @ForAll @IntRange(min = 1, max = 40) int width, @ForAll long seed) {
        agrees(new Case(batch, heads, queries, keys, width, new RandomViews(seed)));
    }

    @Example
    void agreesOnALongSequence() {
        agrees(new Case(1, 1, 201, 600, 9, new RandomViews(1)));
        agrees(new Case(1, 2, 300, 300, 64, new RandomViews(2)));
    }

    private static void agrees(Case actual) {
        Case expected = actual.again();
        var naive = new ReferenceBackend(Device.CPU);
        actual.run(Gemm64Kernel.CHOSEN);
        naive.attention(actual.spec, actual.q, actual.k, actual.v, actual.mask, expected.out, expected.statistics);
        naive.attentionBackward(actual.spec, actual.dout, actual.q, actual.k, actual.v, actual.mask, expected.out,
                expected.statistics, expected.dq, expected.dk, expected.dv);
        assertClose(actual.out, expected.out, 0, 2e-14);
        assertClose(actual.statistics, expected.statistics, 1e-13, 1e-13);
        assertClose(actual.dq, expected.dq, 0, 2e-13);
        assertClose(actual.dk, expected.dk, 0, 2e-13);
        assertClose(actual.dv, expected.dv, 0, 2e-13);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 6) int heads, @ForAll @IntRange(min = 1, max = 150) int queries,
            @ForAll @IntRange(min = 1, max = 90) int keys, @ForAll @IntRange(min = 1, max = 40) int width, @ForAll long seed) {
        var simd = new Case(3, heads, queries, keys, width, new RandomViews(seed));
        Case scalar = simd.again();
        simd.run(new SimdGemm64());
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarGemm64());
            return null;
        });
        assertSame(scalar.out, simd.out);
        assertSame(scalar.statistics, simd.statistics);
        assertSame(scalar.dq, simd.dq);
        assertSame(scalar.dk, simd.dk);
        assertSame(scalar.dv, simd.dv);
    }

    private record Case(AttentionSpec spec, View q, View k, View v, View dout, View mask, View out, View statistics, View dq, View dk,
            View dv) {
        Case(int batch, int heads, int queries, int keys, int width, RandomViews views) {
            this(spec(views), rows(batch, heads, queries, width, views), rows(batch, heads, keys, width, views),
                    rows(batch, heads, keys, width + 3, views), rows(batch, heads, queries, width + 3, views),
                    mask(Shape.of(batch, heads, queries, keys), views), rows(batch, heads, queries, width + 3, views),
                    rows(batch, heads, queries, 2, views), rows(batch, heads, queries, width, views),
                    rows(batch, heads, keys, width, views), rows(batch, heads, keys, width + 3, views));
        }

        private static AttentionSpec spec(RandomViews views) {
            double dropout = views.below(3) == 0 ? 0.4 : 0;
            return new AttentionSpec(0.1 + views.below(100) * 0.01, views.coin(), dropout,
                    dropout == 0 ? null : new RandomKey(views.below(1000), views.below(100)));
        }

        /// Heads side by side in rows that are longer than they need to be.
        private static View rows(int batch, int heads, int rows, int width, RandomViews views) {
            View whole = views.contiguous(F64, Shape.of(batch, rows, heads, width + views.below(3)));
            return whole.as(whole.layout().slice(3, 0, width, 1).permute(0, 2, 1, 3));
        }

        private static View mask(Shape shape, RandomViews views) {
            if (views.coin())
                return null;
            if (views.coin())
                return views.source(DType.BOOL, shape);
            View mask = views.finite(F64, shape);
            for (int i = 0; i < mask.storage().numel(); i++)
                if (views.below(3) == 0)
                    mask.heap().setDouble(i, Double.NEGATIVE_INFINITY);
            return mask;
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(spec, q, k, v, dout, mask, copy(out), copy(statistics), copy(dq), copy(dk), copy(dv));
        }

        void run(Gemm64Kernel kernel) {
            Attention64.forward(kernel, spec, q, k, v, mask, out, statistics);
            Attention64.backward(kernel, spec, dout, q, k, v, mask, statistics, dq, dk, dv);
        }
    }
}
