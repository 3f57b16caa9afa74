package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.Finish;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// A convolution that finishes its results itself gives the bits of a convolution and a normalisation one after the other.
class FinishingProperties {
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void denseAndGrouped(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 3) int groups, @ForAll @IntRange(min = 1, max = 20) int in,
            @ForAll @IntRange(min = 1, max = 20) int out, @ForAll Order order, @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        check(new ConvSpec(batch, groups * in, groups * out, groups, ConvolutionProperties.windows(axes, random)), order, target, random);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void depthwise(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(min = 2, max = 40) int channels, @ForAll @IntRange(min = 1, max = 2) int multiplier, @ForAll Order target,
            @ForAll long seed) {
        var random = new Random(seed);
        check(new ConvSpec(batch, channels, channels * multiplier, channels, ConvolutionProperties.windows(axes, random)),
                Order.CHANNELS_LAST, target, random);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void winograd(@ForAll @IntRange(min = 1, max = 6) int batch, @ForAll @IntRange(min = 16, max = 24) int in,
            @ForAll @IntRange(min = 16, max = 40) int out, @ForAll @IntRange(min = 7, max = 19) int height,
            @ForAll @IntRange(min = 7, max = 19) int width, @ForAll @IntRange(min = 1, max = 3) int dilation, @ForAll long seed) {
        var spec = new ConvSpec(batch, in, out, 1, List.of(Window.sliding(height, 3, 1, dilation, dilation, dilation),
                Window.sliding(width, 3, 1, dilation, dilation, dilation)));
        check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(seed));
    }

    /// Many channels, so that blocks have a part of them; many rows, so that there are several blocks.
    @Example
    void severalBlocks() {
        var window = new Window(20, 1, 1, 1, 0, 0, 20);
        check(new ConvSpec(4, 30, 500, 1, List.of(window, window)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(1));
        check(new ConvSpec(9, 30, 20, 1, List.of(window, window)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(2));
        var large = Window.sliding(70, 3, 1, 1, 1, 1);
        check(new ConvSpec(2, 40, 40, 40, List.of(large, large)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(3));
    }

    private static void check(ConvSpec spec, Order order, Order target, Random random) {
        View x = ConvolutionViews.random(spec.inputShape(), order, random);
        View w = ConvolutionViews.random(spec.weightShape(), order, random);
        View bias = perChannel(spec, random);
        var finish = random.nextInt(4) == 0 ? Finish.RELU
                : new Finish(perChannel(spec, random), perChannel(spec, random), perChannel(spec, random), perChannel(spec, random),
                        random.nextBoolean());
        View joined = ConvolutionViews.empty(DType.F32, spec.outputShape(), target);
        View apart = ConvolutionViews.like(joined);
        View naive = ConvolutionViews.like(joined);
        Convolution.conv(spec, x, w, bias, finish, joined);
        Parallel.withThreads(3, () -> {
            Convolution.conv(spec, x, w, bias, null, apart);
            ChannelNorm.normalize(apart, finish.mean(), finish.rstd(), finish.weight(), finish.bias(), finish.relu(), apart);
            return null;
        });
        ConvolutionViews.assertSame(joined, apart);
        REFERENCE.conv(spec, x, w, bias, finish, naive);
        assertBounded(joined, naive, most(spec, x, w, bias, finish));
    }

    /// What every element would be if nothing cancelled and all pixels were as large as the largest: rounding errors are a share of it, see
    /// [WinogradError].
    private static double[] most(ConvSpec spec, View x, View w, View bias, Finish finish) {
        View mean = magnitudes(finish.mean());
        for (int i = 0; mean != null && i < mean.storage().numel(); i++)
            mean.heap().setDouble(i, -mean.heap().getDouble(i));     // it is subtracted
        View most = ConvolutionViews.empty(DType.F32, spec.outputShape(), Order.CHANNELS_LAST);
        REFERENCE.conv(spec, largest(x), magnitudes(w), magnitudes(bias),
                new Finish(mean, magnitudes(finish.rstd()), magnitudes(finish.weight()), magnitudes(finish.bias()), false), most);
        return ConvolutionViews.values(most);
    }

    private static View largest(View x) {
        View all = ConvolutionViews.like(x);
        double largest = Arrays.stream(ConvolutionViews.values(x)).map(Math::abs).max().orElse(0);
        for (int i = 0; i < all.storage().numel(); i++)
            all.heap().setDouble(i, largest);
        return all;
    }

    private static View magnitudes(View view) {
        return view == null ? null : RandomViews.magnitudes(view);
    }

    private static void assertBounded(View actual, View expected, double[] most) {
        double[] a = ConvolutionViews.values(actual);
        double[] e = ConvolutionViews.values(expected);
        for (int i = 0; i < a.length; i++)
            assertThat(Math.abs(a[i] - e[i])).as("element %d of %s: %s, expected %s", i, actual.shape(), a[i], e[i])
                    .isLessThanOrEqualTo(WinogradError.SHARE * most[i]);
    }

    /// Numbers of each channel, or nothing.
    private static View perChannel(ConvSpec spec, Random random) {
        return random.nextInt(4) == 0 ? null : ConvolutionViews.random(Shape.of(spec.outChannels()), Order.SLICED, random);
    }
}
