package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Pooling over one to three axes, in float32 and float64: overlapping, dilated, padded and partial windows, ties and NaN, all memory
/// orders.
class PoolingProperties {
    private static final Backend CPU = new CpuBackend();

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void maximaAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(max = 40) int channels, @ForAll Order order, @ForAll Order target, @ForAll Order indices,
            @ForAll boolean wide, @ForAll long seed) {
        var random = new Random(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        double tolerance = wide ? 1e-14 : 1e-5;
        var spec = spec(axes, batch, channels, random);
        View x = withTiesAndNaN(ConvolutionViews.random(dtype, spec.inputShape(), order, random), random);
        View out = ConvolutionViews.empty(dtype, spec.outputShape(), target);
        View index = ConvolutionViews.empty(DType.I32, spec.outputShape(), indices);
        boolean relu = random.nextBoolean();
        CPU.maxPool(spec, x, relu, out, index);
        View expected = ConvolutionViews.like(out);
        View expectedIndex = ConvolutionViews.like(index);
        REFERENCE.maxPool(spec, x, relu, expected, expectedIndex);
        ConvolutionViews.assertSame(out, expected);
        ConvolutionViews.assertSame(index, expectedIndex);
        View values = ConvolutionViews.like(out);
        CPU.maxPool(spec, x, relu, values, null);
        ConvolutionViews.assertSame(values, expected);

        View dy = ConvolutionViews.random(dtype, spec.outputShape(), order, random);
        View dx = ConvolutionViews.empty(dtype, spec.inputShape(), target);
        View expectedDx = ConvolutionViews.like(dx);
        CPU.maxPoolScatter(spec, dy, index, dx);
        REFERENCE.maxPoolScatter(spec, dy, index, expectedDx);
        ConvolutionViews.assertClose(dx, expectedDx, tolerance);

        View gathered = ConvolutionViews.empty(dtype, spec.outputShape(), target);
        CPU.maxPoolGather(spec, x, index, gathered);
        REFERENCE.maxPoolGather(spec, x, index, expected);
        ConvolutionViews.assertSame(gathered, expected);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void meansAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(max = 40) int channels, @ForAll Order order, @ForAll Order target, @ForAll boolean wide,
            @ForAll long seed) {
        var random = new Random(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        double tolerance = wide ? 1e-14 : 1e-5;
        var spec = spec(axes, batch, channels, random);
        View x = ConvolutionViews.random(dtype, spec.inputShape(), order, random);
        View out = ConvolutionViews.empty(dtype, spec.outputShape(), target);
        View expected = ConvolutionViews.like(out);
        CPU.avgPool(spec, x, out);
        REFERENCE.avgPool(spec, x, expected);
        ConvolutionViews.assertClose(out, expected, tolerance);

        View dy = ConvolutionViews.random(dtype, spec.outputShape(), order, random);
        View dx = ConvolutionViews.empty(dtype, spec.inputShape(), target);
        View expectedDx = ConvolutionViews.like(dx);
        CPU.avgPoolBackward(spec, dy, dx);
        REFERENCE.avgPoolBackward(spec, dy, expectedDx);
        ConvolutionViews.assertClose(dx, expectedDx, tolerance);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 70) int channels, @ForAll boolean wide, @ForAll long seed) {
        var random = new Random(seed);
        checkTwins(spec(2, 3, channels, random), wide ? DType.F64 : DType.F32, random);
    }

    /// Windows of four pixels, with channels that fill vectors of any width, have loops of their own.
    @Example
    void windowsOfFourPixelsGiveTheSameBits() {
        int[] two = {2, 2}, three = {3, 3}, one = {1, 1}, none = {0, 0};
        for (DType dtype : List.of(DType.F32, DType.F64))
            for (int channels = 16; channels <= 48; channels += 16) {
                Shape shape = Shape.of(3, channels, 7, 9);
                checkTwins(PoolSpec.of("pool", shape, two, two, none, one, false, false), dtype, new Random(channels));
                checkTwins(PoolSpec.of("pool", shape, two, three, none, one, true, false), dtype, new Random(channels));
                checkTwins(PoolSpec.of("pool", shape, two, one, one, two, false, false), dtype, new Random(channels));
            }
    }

    private static void checkTwins(PoolSpec spec, DType dtype, Random random) {
        View x = withTiesAndNaN(ConvolutionViews.random(dtype, spec.inputShape(), Order.CHANNELS_LAST, random), random);
        View dy = ConvolutionViews.random(dtype, spec.outputShape(), Order.CHANNELS_LAST, random);
        var simd = new Results(spec, dtype);
        var scalar = new Results(spec, dtype);
        simd.run(true, spec, x, dy);
        Parallel.withThreads(3, () -> {
            scalar.run(false, spec, x, dy);
            return null;
        });
        ConvolutionViews.assertSame(simd.largest, scalar.largest);
        ConvolutionViews.assertSame(simd.values, scalar.values);
        ConvolutionViews.assertSame(simd.index, scalar.index);
        ConvolutionViews.assertSame(simd.mean, scalar.mean);
        ConvolutionViews.assertSame(simd.fromLargest, scalar.fromLargest);
        ConvolutionViews.assertSame(simd.fromMean, scalar.fromMean);
    }

    private static PoolSpec spec(int axes, int batch, int channels, Random random) {
        var windows = new ArrayList<Window>();
        while (windows.size() < axes) {
            int in = random.nextInt(10);
            int kernel = 1 + random.nextInt(4);
            int stride = 1 + random.nextInt(4);
            int dilation = 1 + random.nextInt(2);
            int pad = random.nextInt((int) Window.span(kernel, dilation) / 2 + 1);
            var window = random.nextBoolean() ? Window.sliding(in, kernel, stride, dilation, pad, pad)
                    : Window.slidingCeil(in, kernel, stride, dilation, pad, pad);
            if (window.out() > 0)
                windows.add(window);
        }
        return new PoolSpec(batch, channels, windows, random.nextBoolean());
    }

    private static View withTiesAndNaN(View x, Random random) {
        for (int i = 0; i < x.storage().numel(); i++)
            x.heap().setDouble(i, random.nextInt(20) == 0 ? Double.NaN : Math.round(x.heap().getDouble(i) * 3));
        return x;
    }

    private record Results(View largest, View values, View index, View mean, View fromLargest, View fromMean) {
        Results(PoolSpec spec, DType dtype) {
            this(empty(dtype, spec.outputShape()), empty(dtype, spec.outputShape()), empty(DType.I32, spec.outputShape()),
                    empty(dtype, spec.outputShape()), empty(dtype, spec.inputShape()), empty(dtype, spec.inputShape()));
        }

        private static View empty(DType dtype, Shape shape) {
            return ConvolutionViews.empty(dtype, shape, Order.CHANNELS_LAST);
        }

        void run(boolean simd, PoolSpec spec, View x, View dy) {
            if (x.dtype() == DType.F64)
                run(simd ? new SimdPooling64() : new ScalarPooling64(), spec, x, dy);
            else
                run(simd ? new SimdPooling() : new ScalarPooling(), spec, x, dy);
        }

        private void run(PoolingKernel kernel, PoolSpec spec, View x, View dy) {
            Pooling.maxPool(kernel, spec, x, false, largest, index);
            Pooling.maxPool(kernel, spec, x, true, values, null);
            Pooling.avgPool(kernel, spec, x, mean);
            Pooling.maxPoolScatter(kernel, spec, dy, index, fromLargest);
            Pooling.avgPoolBackward(kernel, spec, dy, fromMean);
        }

        private void run(Pooling64Kernel kernel, PoolSpec spec, View x, View dy) {
            Pooling64.maxPool(kernel, spec, x, false, largest, index);
            Pooling64.maxPool(kernel, spec, x, true, values, null);
            Pooling64.avgPool(kernel, spec, x, mean);
            Pooling64.maxPoolScatter(kernel, spec, dy, index, fromLargest);
            Pooling64.avgPoolBackward(kernel, spec, dy, fromMean);
        }
    }
}
