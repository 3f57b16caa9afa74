package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Normalisation by channel with zero to two spatial axes; the number of rows crosses the border of a chunk.
class ChannelNormProperties {
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(max = 30) int batch, @ForAll @IntRange(max = 40) int channels,
            @ForAll @IntRange(max = 2) int axes, @ForAll @IntRange(max = 7) int size, @ForAll Order order,
            @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var actual = new Case(shape(batch, channels, axes, size), order, target, random);
        ChannelNorm.statistics(actual.x, actual.mean, actual.variance);
        ChannelNorm.normalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, actual.y);
        ChannelNorm.backward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, actual.dx, actual.dweight, actual.dbias);
        var expected = actual.again();
        REFERENCE.channelStatistics(actual.x, expected.mean, expected.variance);
        REFERENCE.channelNormalize(actual.x, actual.mean, actual.rstd, actual.weight, actual.bias, expected.y);
        REFERENCE.batchNormBackward(actual.dy, actual.x, actual.mean, actual.rstd, actual.weight, expected.dx, expected.dweight,
                expected.dbias);
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
            @ForAll @IntRange(min = 1, max = 7) int size, @ForAll long seed) {
        var random = new Random(seed);
        var simd = new Case(shape(batch, channels, 2, size), Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        var scalar = simd.again();
        simd.run(new SimdChannelNorm());
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarChannelNorm());
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

        void run(ChannelNormKernel kernel) {
            ChannelNorm.statistics(kernel, x, mean, variance);
            ChannelNorm.normalize(kernel, x, mean, rstd, weight, bias, y);
            ChannelNorm.backward(kernel, dy, x, mean, rstd, weight, dx, dweight, dbias);
        }
    }
}
