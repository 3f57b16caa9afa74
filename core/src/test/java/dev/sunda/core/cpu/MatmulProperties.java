package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Sizes run over the borders of a register tile for every vector width; `k` over the border of a block.
class MatmulProperties {
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(min = 0, max = 40) int m,
            @ForAll @IntRange(min = 0, max = 900) int k, @ForAll @IntRange(min = 0, max = 70) int n, @ForAll Order left,
            @ForAll Order right,
            @ForAll Order result, @ForAll long seed) {
        var random = new Random(seed);
        View x = ConvolutionViews.random(Shape.of(batch, m, k), left, random);
        View y = ConvolutionViews.random(Shape.of(batch, k, n), right, random);
        View bias = random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(n), Order.SLICED, random);
        View out = ConvolutionViews.empty(DType.F32, Shape.of(batch, m, n), result);
        View expected = ConvolutionViews.like(out);
        Matmul.matmul(x, y, bias, out);
        REFERENCE.matmul(x, y, bias, expected);
        ConvolutionViews.assertClose(out, expected, 1e-6 + 1e-7 * k);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 130) int m,
            @ForAll @IntRange(min = 1, max = 900) int k,
            @ForAll @IntRange(min = 1, max = 130) int n, @ForAll Order left, @ForAll Order right, @ForAll long seed) {
        var random = new Random(seed);
        View x = ConvolutionViews.random(Shape.of(1, m, k), left, random);
        View y = ConvolutionViews.random(Shape.of(1, k, n), right, random);
        View bias = ConvolutionViews.random(Shape.of(n), Order.CONTIGUOUS, random);
        View simd = ConvolutionViews.empty(DType.F32, Shape.of(1, m, n), Order.CONTIGUOUS);
        View scalar = ConvolutionViews.like(simd);
        Matmul.matmul(new SimdGemm(), x, y, bias, simd);
        Parallel.withThreads(3, () -> {
            Matmul.matmul(new ScalarGemm(), x, y, bias, scalar);
            return null;
        });
        ConvolutionViews.assertSame(simd, scalar);
    }

    /// Enough rows and columns for several blocks of either side, with groups of tiles that are loaded together.
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void productsOfManyBlocksAgree(@ForAll @IntRange(min = 1, max = 700) int m, @ForAll @IntRange(min = 1, max = 300) int k,
            @ForAll @IntRange(min = 1, max = 600) int n, @ForAll Order left, @ForAll Order right, @ForAll long seed) {
        agree(m, k, n, left, right, seed);
    }

    /// Right sides so long that their panels are packed piece by piece.
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void productsOfManyTermsAgree(@ForAll @IntRange(min = 1, max = 30) int m, @ForAll @IntRange(min = 1000, max = 4000) int k,
            @ForAll @IntRange(min = 1, max = 70) int n, @ForAll Order left, @ForAll Order right, @ForAll long seed) {
        agree(m, k, n, left, right, seed);
    }

    /// Results that are fetched before they are computed: the last panel is whole, narrow, or neither, and the last row ends the array.
    @Example
    void largeResultsOfFewTermsAgree() {
        for (int n : new int[] {128, 133, 157})
            agree(2100, 9, n, Order.CONTIGUOUS, Order.CONTIGUOUS, n);
    }

    private static void agree(int m, int k, int n, Order left, Order right, long seed) {
        var random = new Random(seed);
        View x = ConvolutionViews.random(Shape.of(1, m, k), left, random);
        View y = ConvolutionViews.random(Shape.of(1, k, n), right, random);
        View simd = ConvolutionViews.empty(DType.F32, Shape.of(1, m, n), Order.CONTIGUOUS);
        View scalar = ConvolutionViews.like(simd);
        View expected = ConvolutionViews.like(simd);
        Matmul.matmul(new SimdGemm(), x, y, null, simd);
        Matmul.matmul(new ScalarGemm(), x, y, null, scalar);
        REFERENCE.matmul(x, y, null, expected);
        ConvolutionViews.assertSame(simd, scalar);
        ConvolutionViews.assertClose(simd, expected, 1e-6 + 1e-7 * k);
    }

    /// Sides of few and of many rows, whatever had been announced.
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void preparedRightSidesChangeNoBit(@ForAll @IntRange(min = 0, max = 70) int m, @ForAll @IntRange(min = 0, max = 600) int k,
            @ForAll @IntRange(min = 0, max = 130) int n, @ForAll Order left, @ForAll Order right, @ForAll Order result,
            @ForAll long seed) {
        var random = new Random(seed);
        View y = ConvolutionViews.random(Shape.of(1, k, n), right, random);
        GemmKernel kernel = random.nextBoolean() ? new SimdGemm() : new ScalarGemm();
        var side = Matmul.rightSide(kernel, y, random.nextInt(70));
        for (int step = 0; step < 3; step++) {
            View x = ConvolutionViews.random(Shape.of(1, m, k), left, random);
            View bias = random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(n), Order.SLICED, random);
            View out = ConvolutionViews.empty(DType.F32, Shape.of(1, m, n), result);
            View expected = ConvolutionViews.like(out);
            side.multiply(x, bias, out);
            Matmul.matmul(x, y, bias, expected);
            ConvolutionViews.assertSame(out, expected);
        }
    }

    /// So many matrices that each belongs to one thread.
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void productsOfManyMatricesAgree(@ForAll @IntRange(min = 16, max = 20) int batch, @ForAll @IntRange(min = 60, max = 100) int m,
            @ForAll @IntRange(min = 70, max = 300) int k, @ForAll @IntRange(min = 65, max = 90) int n, @ForAll Order left,
            @ForAll Order right, @ForAll Order result, @ForAll long seed) {
        var random = new Random(seed);
        View x = ConvolutionViews.random(Shape.of(batch, m, k), left, random);
        View y = ConvolutionViews.random(Shape.of(batch, k, n), right, random);
        View bias = random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(n), Order.SLICED, random);
        View simd = ConvolutionViews.empty(DType.F32, Shape.of(batch, m, n), result);
        View scalar = ConvolutionViews.like(simd);
        View expected = ConvolutionViews.like(simd);
        Parallel.withThreads(3, () -> {
            Matmul.matmul(new SimdGemm(), x, y, bias, simd);
            return null;
        });
        Matmul.matmul(new ScalarGemm(), x, y, bias, scalar);
        REFERENCE.matmul(x, y, bias, expected);
        ConvolutionViews.assertSame(simd, scalar);
        ConvolutionViews.assertClose(simd, expected, 1e-6 + 1e-7 * k);
    }
}
