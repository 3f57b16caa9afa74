package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.UnaryOp;
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

/// Normalisation by channel with zero to two spatial axes, in float32 and float64; the number of rows crosses the border of a chunk.
class ChannelNormProperties {
    private static final Backend CPU = new CpuBackend();

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 30) int batch, @ForAll @IntRange(max = 40) int channels,
            @ForAll @IntRange(max = 2) int axes, @ForAll @IntRange(max = 7) int size, @ForAll Order order,
            @ForAll Order target, @ForAll boolean relu, @ForAll boolean wide, @ForAll long seed) {
        var random = new Random(seed);
        var actual = new Case(shape(batch, channels, axes, size), wide ? DType.F64 : DType.F32, order, target, random);
        CPU.channelStatistics(actual.x, actual.mean, actual.variance);
        CPU.channelNormalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, actual.y);
        actual.leaveOutTheKink();
        CPU.batchNormBackward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, actual.dx, actual.dweight,
                actual.dbias);
        var expected = actual.again();
        REFERENCE.channelStatistics(actual.x, expected.mean, expected.variance);
        REFERENCE.channelNormalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, expected.y);
        REFERENCE.batchNormBackward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, expected.dx,
                expected.dweight, expected.dbias);
        double tolerance = wide ? 1e-14 : 1e-6;
        int pixels = batch * Math.max(1, size * size);
        ConvolutionViews.assertClose(actual.mean, expected.mean, tolerance);
        ConvolutionViews.assertClose(actual.variance, expected.variance, tolerance);
        ConvolutionViews.assertClose(actual.y, expected.y, tolerance);
        ConvolutionViews.assertClose(actual.dx, expected.dx, 4 * tolerance);
        ConvolutionViews.assertClose(actual.dweight, expected.dweight, tolerance * (1 + pixels));
        ConvolutionViews.assertClose(actual.dbias, expected.dbias, tolerance * (1 + 0.1 * pixels));
    }

    /// A mean far away costs no digits beyond those the numbers themselves lack.
    @Example
    void theVarianceIsCentred() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            var actual = new Case(Shape.of(40, 9, 6, 6), dtype, Order.CHANNELS_LAST, Order.CONTIGUOUS, new Random(4));
            for (int i = 0; i < actual.x.storage().numel(); i++)
                actual.x.heap().setDouble(i, actual.x.heap().getDouble(i) + 1000);
            CPU.channelStatistics(actual.x, actual.mean, actual.variance);
            var expected = actual.again();
            REFERENCE.channelStatistics(actual.x, expected.mean, expected.variance);
            ConvolutionViews.assertClose(actual.variance, expected.variance, dtype == DType.F64 ? 1e-14 : 1e-6);
        }
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 30) int batch, @ForAll @IntRange(min = 1, max = 70) int channels,
            @ForAll @IntRange(min = 1, max = 7) int size, @ForAll boolean relu, @ForAll boolean wide,
            @ForAll long seed) {
        checkTwins(shape(batch, channels, 2, size), wide ? DType.F64 : DType.F32, relu, new Random(seed));
    }

    /// Rows of four vectors, whatever their width, have loops of their own.
    @Example
    void rowsOfFourVectorsGiveTheSameBits() {
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (int channels = 8; channels <= 128; channels *= 2) {
                checkTwins(shape(5, channels, 2, 7), dtype, false, new Random(channels));
                checkTwins(shape(5, channels, 2, 7), dtype, true, new Random(channels));
            }
    }

    private static void checkTwins(Shape shape, DType dtype, boolean relu, Random random) {
        var simd = new Case(shape, dtype, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        var scalar = simd.again();
        simd.run(true, relu);
        Parallel.withThreads(3, () -> {
            scalar.run(false, relu);
            return null;
        });
        ConvolutionViews.assertSame(simd.mean, scalar.mean);
        ConvolutionViews.assertSame(simd.variance, scalar.variance);
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        ConvolutionViews.assertSame(simd.dweight, scalar.dweight);
        ConvolutionViews.assertSame(simd.dbias, scalar.dbias);
    }

    /// With relu the loops give the bits of the norm followed by relu, forwards and backwards, NaN and infinities as well.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void reluInsideIsReluBehind(@ForAll @IntRange(min = 1, max = 30) int batch, @ForAll @IntRange(min = 1, max = 40) int channels,
            @ForAll @IntRange(min = 1, max = 7) int size, @ForAll boolean special, @ForAll boolean wide,
            @ForAll long seed) {
        var random = new Random(seed);
        var joined =
                new Case(shape(batch, channels, 2, size), wide ? DType.F64 : DType.F32, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        if (special) {
            joined.x.heap().setDouble(random.nextInt(joined.x.shape().numel()), Double.NaN);
            joined.dy.heap().setDouble(random.nextInt(joined.x.shape().numel()), Double.POSITIVE_INFINITY);
        }
        var apart = joined.again();
        joined.run(VectorPath.isSimd(), true);
        CPU.channelStatistics(joined.x, apart.mean, apart.variance);
        CPU.channelNormalize(joined.x, apart.mean, joined.rstd, joined.weight, joined.bias, false, apart.y);
        View y = ConvolutionViews.like(apart.y), passed = ConvolutionViews.like(apart.y);
        CPU.unary(UnaryOp.RELU, apart.y, y);
        CPU.unaryBackward(UnaryOp.RELU, y, joined.dy, passed);
        CPU.batchNormBackward(passed, joined.x, apart.mean, joined.rstd, joined.weight, joined.bias, false, apart.dx, apart.dweight,
                apart.dbias);
        ConvolutionViews.assertSame(joined.y, y);
        ConvolutionViews.assertSame(joined.dx, apart.dx);
        ConvolutionViews.assertSame(joined.dweight, apart.dweight);
        ConvolutionViews.assertSame(joined.dbias, apart.dbias);
    }

    private static Shape shape(int batch, int channels, int axes, int size) {
        return switch (axes) {
            case 0 -> Shape.of(batch, channels);
            case 1 -> Shape.of(batch, channels, size);
            default -> Shape.of(batch, channels, size, size);
        };
    }

    private record Case(View x, View dy, View rstd, View weight, View bias, View mean, View variance, View y, View dx, View dweight,
            View dbias) {
        Case(Shape shape, DType dtype, Order order, Order target, Random random) {
            this(ConvolutionViews.random(dtype, shape, order, random), ConvolutionViews.random(dtype, shape, order, random),
                    vector(shape, dtype, random),
                    random.nextBoolean() ? null : vector(shape, dtype, random), random.nextBoolean() ? null : vector(shape, dtype, random),
                    result(shape, dtype), result(shape, dtype), ConvolutionViews.empty(dtype, shape, target),
                    ConvolutionViews.empty(dtype, shape, target), result(shape, dtype), result(shape, dtype));
        }

        private static View vector(Shape shape, DType dtype, Random random) {
            return ConvolutionViews.random(dtype, Shape.of(shape.size(1)), Order.SLICED, random);
        }

        private static View result(Shape shape, DType dtype) {
            return ConvolutionViews.empty(dtype, Shape.of(shape.size(1)), Order.FLIPPED);
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(x, dy, rstd, weight, bias, ConvolutionViews.like(mean), ConvolutionViews.like(variance),
                    ConvolutionViews.like(y),
                    ConvolutionViews.like(dx), ConvolutionViews.like(dweight), ConvolutionViews.like(dbias));
        }

        /// No gradient arrives where rounding decides what relu lets pass.
        void leaveOutTheKink() {
            View y = ConvolutionViews.like(this.y);
            REFERENCE.channelNormalize(x, mean, rstd, weight, bias, false, y);
            double[] values = ConvolutionViews.values(y), gradient = ConvolutionViews.values(dy);
            for (int i = 0; i < values.length; i++)
                y.heap().setDouble(i, Math.abs(values[i]) < 1e-4 ? 0 : gradient[i]);
            REFERENCE.copy(y, dy);
        }

        void run(boolean simd, boolean relu) {
            if (x.dtype() == DType.F64)
                run(simd ? new SimdChannelNorm64() : new ScalarChannelNorm64(), relu);
            else
                run(simd ? new SimdChannelNorm() : new ScalarChannelNorm(), relu);
        }

        private void run(ChannelNormKernel kernel, boolean relu) {
            ChannelNorm.statistics(kernel, x, mean, variance);
            ChannelNorm.normalize(kernel, x, mean, rstd, weight, bias, relu, y);
            ChannelNorm.backward(kernel, dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
        }

        private void run(ChannelNorm64Kernel kernel, boolean relu) {
            ChannelNorm64.statistics(kernel, x, mean, variance);
            ChannelNorm64.normalize(kernel, x, mean, rstd, weight, bias, relu, y);
            ChannelNorm64.backward(kernel, dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
        }
    }
}
