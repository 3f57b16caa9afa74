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

/// Layer normalisation of rows, and without a mean root-mean-square normalisation, in every memory order; the number of rows crosses the
/// border of a chunk, the longest rows that of a block.
class LayerNormProperties {
    private static final double EPS = 0.1;

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 50) int rows, @ForAll @IntRange(min = 2, max = 80) int n, @ForAll Order order,
            @ForAll Order target, @ForAll long seed) {
        agrees(rows, n, order, target, seed);
    }

    @Example
    void agreesWithTheNaiveLoopsOnLongRowsAndMany() {
        agrees(3, 9001, Order.CONTIGUOUS, Order.SLICED, 1);
        agrees(2500, 5, Order.FLIPPED, Order.CONTIGUOUS, 2);
    }

    private static void agrees(int rows, int n, Order order, Order target, long seed) {
        var actual = new Case(rows, n, order, target, new Random(seed));
        LayerNorm.forward(actual.x, actual.weight, actual.bias, EPS, actual.mean, actual.rstd, actual.y);
        var expected = actual.again();
        REFERENCE.layerNorm(actual.x, actual.weight, actual.bias, EPS, expected.mean, expected.rstd, expected.y);
        if (actual.mean != null)
            ConvolutionViews.assertClose(actual.mean, expected.mean, 1e-6);
        ConvolutionViews.assertClose(actual.rstd, expected.rstd, 4e-6);
        ConvolutionViews.assertClose(actual.y, expected.y, 1e-5);
        LayerNorm.backward(actual.dy, actual.x, expected.mean, expected.rstd, actual.weight, actual.dx, actual.dweight, actual.dbias);
        REFERENCE.layerNormBackward(actual.dy, actual.x, expected.mean, expected.rstd, actual.weight, expected.dx, expected.dweight,
                expected.dbias);
        ConvolutionViews.assertClose(actual.dx, expected.dx, 4e-5);
        if (actual.dweight != null) {
            ConvolutionViews.assertClose(actual.dweight, expected.dweight, 1e-5 + 1e-6 * rows);
            ConvolutionViews.assertClose(actual.dbias, expected.dbias, 1e-6 + 1e-7 * rows);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 70) int rows, @ForAll @IntRange(min = 1, max = 200) int n,
            @ForAll long seed) {
        sameBits(rows, n, seed);
    }

    @Example
    void twinsGiveTheSameBitsOnLongRows() {
        for (long seed = 0; seed < 4; seed++)
            sameBits(20, 9001, seed);
    }

    private static void sameBits(int rows, int n, long seed) {
        var simd = new Case(rows, n, Order.CONTIGUOUS, Order.CONTIGUOUS, new Random(seed));
        var scalar = simd.again();
        simd.run(new SimdLayerNorm());
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarLayerNorm());
            return null;
        });
        if (simd.mean != null)
            ConvolutionViews.assertSame(simd.mean, scalar.mean);
        ConvolutionViews.assertSame(simd.rstd, scalar.rstd);
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        if (simd.dweight != null) {
            ConvolutionViews.assertSame(simd.dweight, scalar.dweight);
            ConvolutionViews.assertSame(simd.dbias, scalar.dbias);
        }
    }

    private record Case(View x, View dy, View weight, View bias, View mean, View rstd, View y, View dx, View dweight, View dbias) {
        Case(int rows, int n, Order order, Order target, Random random) {
            this(Shape.of(rows, n), order, target, random, random.nextInt(4) > 0);
        }

        private Case(Shape shape, Order order, Order target, Random random, boolean parameters) {
            this(ConvolutionViews.random(shape, order, random), ConvolutionViews.random(shape, order, random), vector(shape, random),
                    vector(shape, random), random.nextInt(3) == 0 ? null : result(shape.size(0)), result(shape.size(0)),
                    ConvolutionViews.empty(DType.F32, shape, target),
                    ConvolutionViews.empty(DType.F32, shape, target), parameters ? result(shape.size(1)) : null,
                    parameters ? result(shape.size(1)) : null);
        }

        private static View vector(Shape shape, Random random) {
            return random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(shape.size(1)), Order.SLICED, random);
        }

        private static View result(int n) {
            return ConvolutionViews.empty(DType.F32, Shape.of(n), Order.FLIPPED);
        }

        private static View like(View view) {
            return view == null ? null : ConvolutionViews.like(view);
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(x, dy, weight, bias, like(mean), like(rstd), like(y), like(dx), like(dweight), like(dbias));
        }

        void run(LayerNormKernel kernel) {
            LayerNorm.forward(kernel, x, weight, bias, EPS, mean, rstd, y);
            LayerNorm.backward(kernel, dy, x, mean, rstd, weight, dx, dweight, dbias);
        }
    }
}
