package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Layer normalisation of rows, and without a mean root-mean-square normalisation, in every memory order, in float32 and float64; the
/// number of rows crosses the border of a chunk, the longest rows that of a block.
class LayerNormProperties {
    private static final double EPS = 0.1;
    private static final Backend CPU = new CpuBackend();

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 50) int rows, @ForAll @IntRange(min = 2, max = 80) int n, @ForAll Order order,
            @ForAll Order target, @ForAll boolean wide, @ForAll long seed) {
        agrees(rows, n, order, target, wide ? DType.F64 : DType.F32, seed);
    }

    @Example
    void agreesWithTheNaiveLoopsOnLongRowsAndMany() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            agrees(3, 9001, Order.CONTIGUOUS, Order.SLICED, dtype, 1);
            agrees(2500, 5, Order.FLIPPED, Order.CONTIGUOUS, dtype, 2);
        }
    }

    private static void agrees(int rows, int n, Order order, Order target, DType dtype, long seed) {
        var actual = new Case(rows, n, dtype, order, target, new Random(seed));
        double unit = dtype == DType.F64 ? 1e-14 : 1e-6;
        CPU.layerNorm(actual.x, actual.weight, actual.bias, EPS, actual.mean, actual.rstd, actual.y);
        var expected = actual.again();
        REFERENCE.layerNorm(actual.x, actual.weight, actual.bias, EPS, expected.mean, expected.rstd, expected.y);
        if (actual.mean != null)
            ConvolutionViews.assertClose(actual.mean, expected.mean, unit);
        ConvolutionViews.assertClose(actual.rstd, expected.rstd, 4 * unit);
        ConvolutionViews.assertClose(actual.y, expected.y, 10 * unit);
        CPU.layerNormBackward(actual.dy, actual.x, expected.mean, expected.rstd, actual.weight, actual.dx, actual.dweight, actual.dbias);
        REFERENCE.layerNormBackward(actual.dy, actual.x, expected.mean, expected.rstd, actual.weight, expected.dx, expected.dweight,
                expected.dbias);
        ConvolutionViews.assertClose(actual.dx, expected.dx, 40 * unit);
        if (actual.dweight != null) {
            ConvolutionViews.assertClose(actual.dweight, expected.dweight, unit * (10 + rows));
            ConvolutionViews.assertClose(actual.dbias, expected.dbias, unit * (1 + 0.1 * rows));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 70) int rows, @ForAll @IntRange(min = 1, max = 200) int n,
            @ForAll boolean wide, @ForAll long seed) {
        sameBits(rows, n, wide ? DType.F64 : DType.F32, seed);
    }

    @Example
    void twinsGiveTheSameBitsOnLongRows() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (long seed = 0; seed < 4; seed++)
                sameBits(20, 9001, dtype, seed);
    }

    private static void sameBits(int rows, int n, DType dtype, long seed) {
        var simd = new Case(rows, n, dtype, Order.CONTIGUOUS, Order.CONTIGUOUS, new Random(seed));
        var scalar = simd.again();
        simd.run(true);
        Parallel.withThreads(3, () -> {
            scalar.run(false);
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
        Case(int rows, int n, DType dtype, Order order, Order target, Random random) {
            this(Shape.of(rows, n), dtype, order, target, random, random.nextInt(4) > 0);
        }

        private Case(Shape shape, DType dtype, Order order, Order target, Random random, boolean parameters) {
            this(ConvolutionViews.random(dtype, shape, order, random), ConvolutionViews.random(dtype, shape, order, random),
                    vector(shape, dtype, random), vector(shape, dtype, random),
                    random.nextInt(3) == 0 ? null : result(shape.size(0), dtype), result(shape.size(0), dtype),
                    ConvolutionViews.empty(dtype, shape, target), ConvolutionViews.empty(dtype, shape, target),
                    parameters ? result(shape.size(1), dtype) : null, parameters ? result(shape.size(1), dtype) : null);
        }

        private static View vector(Shape shape, DType dtype, Random random) {
            return random.nextBoolean() ? null : ConvolutionViews.random(dtype, Shape.of(shape.size(1)), Order.SLICED, random);
        }

        private static View result(int n, DType dtype) {
            return ConvolutionViews.empty(dtype, Shape.of(n), Order.FLIPPED);
        }

        private static View like(View view) {
            return view == null ? null : ConvolutionViews.like(view);
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(x, dy, weight, bias, like(mean), like(rstd), like(y), like(dx), like(dweight), like(dbias));
        }

        void run(boolean vectors) {
            if (x.dtype() == DType.F64) {
                LayerNorm64Kernel kernel = vectors ? new SimdLayerNorm64() : new ScalarLayerNorm64();
                LayerNorm64.forward(kernel, x, weight, bias, EPS, mean, rstd, y);
                LayerNorm64.backward(kernel, dy, x, mean, rstd, weight, dx, dweight, dbias);
            } else {
                LayerNormKernel kernel = vectors ? new SimdLayerNorm() : new ScalarLayerNorm();
                LayerNorm.forward(kernel, x, weight, bias, EPS, mean, rstd, y);
                LayerNorm.backward(kernel, dy, x, mean, rstd, weight, dx, dweight, dbias);
            }
        }
    }
}
