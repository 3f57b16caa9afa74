package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.UnaryOp;
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

/// Normalisation by channel with zero to two spatial axes; the number of rows crosses the border of a chunk.
class ChannelNormProperties {
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 30) int batch, @ForAll @IntRange(max = 40) int channels,
            @ForAll @IntRange(max = 2) int axes, @ForAll @IntRange(max = 7) int size, @ForAll Order order,
            @ForAll Order target, @ForAll boolean relu, @ForAll long seed) {
        var random = new Random(seed);
        var actual = new Case(shape(batch, channels, axes, size), order, target, random);
        ChannelNorm.statistics(actual.x, actual.mean, actual.variance);
        ChannelNorm.normalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, actual.y);
        actual.leaveOutTheKink();
        ChannelNorm.backward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, actual.dx, actual.dweight,
                actual.dbias);
        var expected = actual.again();
        REFERENCE.channelStatistics(actual.x, expected.mean, expected.variance);
        REFERENCE.channelNormalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, expected.y);
        REFERENCE.batchNormBackward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, relu, expected.dx,
                expected.dweight, expected.dbias);
        ConvolutionViews.assertClose(actual.mean, expected.mean, 1e-6);
        ConvolutionViews.assertClose(actual.variance, expected.variance, 1e-6);
        ConvolutionViews.assertClose(actual.y, expected.y, 1e-6);
        ConvolutionViews.assertClose(actual.dx, expected.dx, 4e-6);
        ConvolutionViews.assertClose(actual.dweight, expected.dweight, 1e-6 + 1e-6 * batch * Math.max(1, size * size));
        ConvolutionViews.assertClose(actual.dbias, expected.dbias, 1e-6 + 1e-7 * batch * Math.max(1, size * size));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 30) int batch, @ForAll @IntRange(min = 1, max = 70) int channels,
            @ForAll @IntRange(min = 1, max = 7) int size, @ForAll boolean relu, @ForAll long seed) {
        checkTwins(shape(batch, channels, 2, size), relu, new Random(seed));
    }

    /// Rows of four vectors, whatever their width, have loops of their own.
    @Example
    void rowsOfFourVectorsGiveTheSameBits() {
        for (int channels = 16; channels <= 64; channels *= 2) {
            checkTwins(shape(5, channels, 2, 7), false, new Random(channels));
            checkTwins(shape(5, channels, 2, 7), true, new Random(channels));
        }
    }

    private static void checkTwins(Shape shape, boolean relu, Random random) {
        var simd = new Case(shape, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        var scalar = simd.again();
        simd.run(new SimdChannelNorm(), relu);
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarChannelNorm(), relu);
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
            @ForAll @IntRange(min = 1, max = 7) int size, @ForAll boolean special, @ForAll long seed) {
        var random = new Random(seed);
        var joined = new Case(shape(batch, channels, 2, size), Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        if (special) {
            joined.x.heap().floats()[random.nextInt(joined.x.shape().numel())] = Float.NaN;
            joined.dy.heap().floats()[random.nextInt(joined.x.shape().numel())] = Float.POSITIVE_INFINITY;
        }
        var apart = joined.again();
        joined.run(ChannelNormKernel.ACTIVE, true);
        ChannelNorm.statistics(joined.x, apart.mean, apart.variance);
        ChannelNorm.normalize(joined.x, apart.mean, joined.rstd, joined.weight, joined.bias, false, apart.y);
        View y = ConvolutionViews.like(apart.y), passed = ConvolutionViews.like(apart.y);
        Unary.apply(UnaryOp.RELU, apart.y, y);
        Unary.backward(UnaryOp.RELU, y, joined.dy, passed);
        ChannelNorm.backward(passed, joined.x, apart.mean, joined.rstd, joined.weight, joined.bias, false, apart.dx, apart.dweight,
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
        Case(Shape shape, Order order, Order target, Random random) {
            this(ConvolutionViews.random(shape, order, random), ConvolutionViews.random(shape, order, random), vector(shape, random),
                    random.nextBoolean() ? null : vector(shape, random), random.nextBoolean() ? null : vector(shape, random),
                    result(shape), result(shape), ConvolutionViews.empty(DType.F32, shape, target),
                    ConvolutionViews.empty(DType.F32, shape, target), result(shape), result(shape));
        }

        private static View vector(Shape shape, Random random) {
            return ConvolutionViews.random(Shape.of(shape.size(1)), Order.SLICED, random);
        }

        private static View result(Shape shape) {
            return ConvolutionViews.empty(DType.F32, Shape.of(shape.size(1)), Order.FLIPPED);
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

        void run(ChannelNormKernel kernel, boolean relu) {
            ChannelNorm.statistics(kernel, x, mean, variance);
            ChannelNorm.normalize(kernel, x, mean, rstd, weight, bias, relu, y);
            ChannelNorm.backward(kernel, dy, x, mean, rstd, weight, bias, relu, dx, dweight, dbias);
        }
    }
}
