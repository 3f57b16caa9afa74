package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Pooling over one to three axes: overlapping, dilated, padded and partial windows, ties and NaN, all memory orders.
class PoolingProperties {
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void maximaAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(max = 40) int channels, @ForAll Order order, @ForAll Order target, @ForAll Order indices,
            @ForAll long seed) {
        var random = new Random(seed);
        var spec = spec(axes, batch, channels, random);
        View x = withTiesAndNaN(ConvolutionViews.random(spec.inputShape(), order, random), random);
        View out = ConvolutionViews.empty(DType.F32, spec.outputShape(), target);
        View index = ConvolutionViews.empty(DType.I32, spec.outputShape(), indices);
        boolean relu = random.nextBoolean();
        Pooling.maxPool(spec, x, relu, out, index);
        View expected = ConvolutionViews.like(out);
        View expectedIndex = ConvolutionViews.like(index);
        REFERENCE.maxPool(spec, x, relu, expected, expectedIndex);
        ConvolutionViews.assertSame(out, expected);
        ConvolutionViews.assertSame(index, expectedIndex);
        View values = ConvolutionViews.like(out);
        Pooling.maxPool(spec, x, relu, values, null);
        ConvolutionViews.assertSame(values, expected);

        View dy = ConvolutionViews.random(spec.outputShape(), order, random);
        View dx = ConvolutionViews.empty(DType.F32, spec.inputShape(), target);
        View expectedDx = ConvolutionViews.like(dx);
        Pooling.maxPoolScatter(spec, dy, index, dx);
        REFERENCE.maxPoolScatter(spec, dy, index, expectedDx);
        ConvolutionViews.assertClose(dx, expectedDx, 1e-5);

        View gathered = ConvolutionViews.empty(DType.F32, spec.outputShape(), target);
        Pooling.maxPoolGather(spec, x, index, gathered);
        REFERENCE.maxPoolGather(spec, x, index, expected);
        ConvolutionViews.assertSame(gathered, expected);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void meansAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(max = 40) int channels, @ForAll Order order, @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var spec = spec(axes, batch, channels, random);
        View x = ConvolutionViews.random(spec.inputShape(), order, random);
        View out = ConvolutionViews.empty(DType.F32, spec.outputShape(), target);
        View expected = ConvolutionViews.like(out);
        Pooling.avgPool(spec, x, out);
        REFERENCE.avgPool(spec, x, expected);
        ConvolutionViews.assertClose(out, expected, 1e-5);

        View dy = ConvolutionViews.random(spec.outputShape(), order, random);
        View dx = ConvolutionViews.empty(DType.F32, spec.inputShape(), target);
        View expectedDx = ConvolutionViews.like(dx);
        Pooling.avgPoolBackward(spec, dy, dx);
        REFERENCE.avgPoolBackward(spec, dy, expectedDx);
        ConvolutionViews.assertClose(dx, expectedDx, 1e-5);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 70) int channels, @ForAll long seed) {
        var random = new Random(seed);
        var spec = spec(2, 3, channels, random);
        View x = withTiesAndNaN(ConvolutionViews.random(spec.inputShape(), Order.CHANNELS_LAST, random), random);
        View dy = ConvolutionViews.random(spec.outputShape(), Order.CHANNELS_LAST, random);
        var simd = new Results(spec);
        var scalar = new Results(spec);
        simd.run(new SimdPooling(), spec, x, dy);
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarPooling(), spec, x, dy);
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
        float[] data = x.heap().floats();
        for (int i = 0; i < data.length; i++)
            data[i] = random.nextInt(20) == 0 ? Float.NaN : Math.round(data[i] * 3);
        return x;
    }

    private record Results(View largest, View values, View index, View mean, View fromLargest, View fromMean) {
        Results(PoolSpec spec) {
            this(empty(spec, true), empty(spec, true), ConvolutionViews.empty(DType.I32, spec.outputShape(), Order.CHANNELS_LAST),
                    empty(spec, true),
                    empty(spec, false), empty(spec, false));
        }

        private static View empty(PoolSpec spec, boolean output) {
            return ConvolutionViews.empty(DType.F32, output ? spec.outputShape() : spec.inputShape(), Order.CHANNELS_LAST);
        }

        void run(PoolingKernel kernel, PoolSpec spec, View x, View dy) {
            Pooling.maxPool(kernel, spec, x, false, largest, index);
            Pooling.maxPool(kernel, spec, x, true, values, null);
            Pooling.avgPool(kernel, spec, x, mean);
            Pooling.maxPoolScatter(kernel, spec, dy, index, fromLargest);
            Pooling.avgPoolBackward(kernel, spec, dy, fromMean);
        }
    }
}
