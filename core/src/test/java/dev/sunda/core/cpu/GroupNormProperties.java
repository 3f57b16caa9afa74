package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Group normalisation in every memory order, in float32 and float64; the largest images cross the border of a piece.
class GroupNormProperties {
    private static final double EPS = 0.1;

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 5) int batch, @ForAll @IntRange(min = 1, max = 5) int groups,
            @ForAll @IntRange(max = 7) int width, @ForAll @IntRange(max = 3) int axes, @ForAll @IntRange(max = 6) int size,
            @ForAll Order order, @ForAll Order target, @ForAll boolean wide, @ForAll long seed) {
        agrees(shape(batch, groups * width, axes, size), groups, wide ? DType.F64 : DType.F32, order, target, seed);
    }

    @Example
    void agreesWithTheNaiveLoopsOnLargeImages() {
        agrees(Shape.of(2, 6, 33, 31), 3, DType.F32, Order.CHANNELS_LAST, Order.CONTIGUOUS, 1);
        agrees(Shape.of(3, 150, 29, 23), 75, DType.F32, Order.CONTIGUOUS, Order.CHANNELS_LAST, 2);
        agrees(Shape.of(3, 6, 33, 31), 6, DType.F64, Order.CONTIGUOUS, Order.CONTIGUOUS, 3);
        agrees(Shape.of(9, 150, 29, 23), 75, DType.F64, Order.CHANNELS_LAST, Order.CONTIGUOUS, 4);
    }

    /// A mean far away costs no digits beyond those the numbers themselves lack.
    @Example
    void theVarianceIsCentred() {
        theVarianceIsCentred(DType.F32, 1000, 1e-6);
        theVarianceIsCentred(DType.F64, 1e6, 1e-14);
    }

    private static void theVarianceIsCentred(DType dtype, double distance, double tolerance) {
        var call = new Case(Shape.of(2, 4, 20, 20), 2, dtype, Order.CHANNELS_LAST, Order.CONTIGUOUS, new Random(4));
        for (int i = 0; i < call.x.heap().numel(); i++)
            call.x.heap().setDouble(i, call.x.heap().getDouble(i) + distance);
        new CpuBackend().groupNorm(call.x, null, null, EPS, call.mean, call.variance, call.y);
        var expected = call.again();
        REFERENCE.groupNorm(call.x, null, null, EPS, expected.mean, expected.variance, expected.y);
        ConvolutionViews.assertClose(call.variance, expected.variance, tolerance);
    }

    private static void agrees(Shape shape, int groups, DType dtype, Order order, Order target, long seed) {
        var actual = new Case(shape, groups, dtype, order, target, new Random(seed));
        var expected = actual.again();
        Backend cpu = new CpuBackend();
        cpu.groupNorm(actual.x, actual.weight, actual.bias, EPS, actual.mean, actual.variance, actual.y);
        REFERENCE.groupNorm(actual.x, actual.weight, actual.bias, EPS, expected.mean, expected.variance, expected.y);
        double tolerance = dtype == DType.F64 ? 1e-14 : 1e-6;
        ConvolutionViews.assertClose(actual.mean, expected.mean, tolerance);
        ConvolutionViews.assertClose(actual.variance, expected.variance, tolerance);
        ConvolutionViews.assertClose(actual.y, expected.y, 4 * tolerance);
        cpu.groupNormBackward(actual.dy, actual.x, expected.mean, expected.variance, actual.weight, actual.dx, actual.dweight,
                actual.dbias);
        REFERENCE.groupNormBackward(actual.dy, actual.x, expected.mean, expected.variance, actual.weight, expected.dx, expected.dweight,
                expected.dbias);
        int summands = shape.numel() / Math.max(1, shape.size(1));
        ConvolutionViews.assertClose(actual.dx, expected.dx, 4 * tolerance);
        ConvolutionViews.assertClose(actual.dweight, expected.dweight, tolerance * (1 + summands));
        ConvolutionViews.assertClose(actual.dbias, expected.dbias, tolerance * (1 + summands));
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 9) int batch, @ForAll @IntRange(min = 1, max = 5) int groups,
            @ForAll @IntRange(min = 1, max = 14) int width, @ForAll @IntRange(min = 1, max = 25) int size, @ForAll boolean wide,
            @ForAll long seed) {
        var simd = new Case(shape(batch, groups * width, 2, size), groups, wide ? DType.F64 : DType.F32, Order.CONTIGUOUS,
                Order.CHANNELS_LAST, new Random(seed));
        var scalar = simd.again();
        simd.run(true);
        Parallel.withThreads(3, () -> {
            scalar.run(false);
            return null;
        });
        ConvolutionViews.assertSame(simd.mean, scalar.mean);
        ConvolutionViews.assertSame(simd.variance, scalar.variance);
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        ConvolutionViews.assertSame(simd.dweight, scalar.dweight);
        ConvolutionViews.assertSame(simd.dbias, scalar.dbias);
    }

    private static Shape shape(int batch, int channels, int axes, int size) {
        int[] sizes = new int[axes + 2];
        Arrays.fill(sizes, size);
        sizes[0] = batch;
        sizes[1] = channels;
        return Shape.of(sizes);
    }

    private record Case(View x, View dy, View weight, View bias, View mean, View variance, View y, View dx, View dweight, View dbias) {
        Case(Shape shape, int groups, DType dtype, Order order, Order target, Random random) {
            this(random(shape, dtype, order, random), random(shape, dtype, order, random), vector(shape, dtype, random),
                    vector(shape, dtype, random), ConvolutionViews.empty(dtype, Shape.of(shape.size(0), groups), Order.FLIPPED),
                    ConvolutionViews.empty(dtype, Shape.of(shape.size(0), groups), Order.SLICED),
                    ConvolutionViews.empty(dtype, shape, target), ConvolutionViews.empty(dtype, shape, target),
                    ConvolutionViews.empty(dtype, Shape.of(shape.size(1)), Order.FLIPPED),
                    ConvolutionViews.empty(dtype, Shape.of(shape.size(1)), Order.SLICED));
        }

        private static View random(Shape shape, DType dtype, Order order, Random random) {
            View numbers = ConvolutionViews.random(shape, order, random);
            View view = ConvolutionViews.empty(dtype, shape, order);
            REFERENCE.copy(numbers, view);
            return view;
        }

        private static View vector(Shape shape, DType dtype, Random random) {
            return random.nextBoolean() ? null : random(Shape.of(shape.size(1)), dtype, Order.SLICED, random);
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(x, dy, weight, bias, ConvolutionViews.like(mean), ConvolutionViews.like(variance), ConvolutionViews.like(y),
                    ConvolutionViews.like(dx), ConvolutionViews.like(dweight), ConvolutionViews.like(dbias));
        }

        /// The variance also stands in the place of its inverse root.
        void run(boolean simd) {
            if (x.dtype() == DType.F64)
                run(simd ? new SimdChannelNorm64() : new ScalarChannelNorm64());
            else
                run(simd ? new SimdChannelNorm() : new ScalarChannelNorm());
        }

        private void run(ChannelNorm64Kernel kernel) {
            GroupNorm64.forward(kernel, x, weight, bias, EPS, mean, variance, y);
            GroupNorm64.backward(kernel, dy, x, mean, variance, weight, dx, dweight, dbias);
        }

        private void run(ChannelNormKernel kernel) {
            GroupNorm.forward(kernel, x, weight, bias, EPS, mean, variance, y);
            GroupNorm.backward(kernel, dy, x, mean, variance, weight, dx, dweight, dbias);
        }
    }
}
