package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// One filter bank for each input channel, with one to three filters in it.
class DepthwiseProperties {
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 9) int batch,
            @ForAll @IntRange(min = 2, max = 40) int channels, @ForAll @IntRange(max = 3) int multiplier, @ForAll Order order,
            @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, channels, channels * multiplier, channels, ConvolutionProperties.windows(axes, random));
        ConvolutionProperties.check(spec, order, target, random);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 2, max = 70) int channels, @ForAll @IntRange(min = 1,
                    max = 2) int multiplier,
            @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(8, channels, channels * multiplier, channels, ConvolutionProperties.windows(2, random));
        ConvolutionProperties.checkDepthwiseTwins(spec, random);
    }

    /// Images with room for four rows or positions as far apart as the taps, once or several times over, with a rest.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void largerImagesAgreeAndGiveTheSameBits(@ForAll @IntRange(min = 1, max = 2) int axes,
            @ForAll @IntRange(min = 2, max = 70) int channels,
            @ForAll @IntRange(min = 2, max = 9) int kernel, @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(min = 1, max = 2) int stride, @ForAll long seed) {
        var random = new Random(seed);
        var windows = new ArrayList<Window>();
        for (int a = 0; a < axes; a++)
            windows.add(Window.sliding(16 + random.nextInt(17), Math.max(1, kernel - random.nextInt(3)), stride, dilation,
                    kernel * dilation / 2, random.nextInt(9)));
        var spec = new ConvSpec(2, channels, channels, channels, windows);
        ConvolutionProperties.check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        ConvolutionProperties.checkDepthwiseTwins(spec, random);
    }

    /// Numbers of channels with and without a short period, wide rows, a single image cut into bands, more images than partial sums.
    @Example
    void unusualSizesAgreeAndGiveTheSameBits() {
        var five = Window.sliding(16, 5, 1, 1, 2, 2);
        var three = Window.sliding(21, 3, 1, 2, 2, 2);
        var wide = Window.sliding(200, 3, 1, 1, 1, 1);
        for (var spec : List.of(new ConvSpec(2, 64, 64, 64, List.of(five, five)), new ConvSpec(1, 263, 263, 263, List.of(five, three)),
                new ConvSpec(1, 256, 256, 256, List.of(three, three)), new ConvSpec(1, 24, 24, 24, List.of(wide, wide)),
                new ConvSpec(1, 2, 2, 2, List.of(wide)), new ConvSpec(40, 8, 8, 8, List.of(three, wide)))) {
            ConvolutionProperties.check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(1));
            ConvolutionProperties.checkDepthwiseTwins(spec, new Random(1));
        }
    }

    /// Only results that see the tap of an infinite weight are infinite: nothing is multiplied by a zero around the image.
    @Example
    void tapsThatSeeNoPixelTakeNoPart() {
        for (int tap : new int[] {0, 1, 5, 8}) {
            var window = Window.sliding(14, 3, 1, 2, 2, 2);
            var spec = new ConvSpec(1, 32, 32, 32, List.of(window, window));
            var random = new Random(tap);
            View x = ConvolutionViews.random(spec.inputShape(), Order.CHANNELS_LAST, random);
            View w = ConvolutionViews.random(spec.weightShape(), Order.CONTIGUOUS, random);
            for (int c = 0; c < 32; c++)
                w.heap().floats()[c * 9 + tap] = Float.POSITIVE_INFINITY;
            View actual = ConvolutionViews.empty(DType.F32, spec.outputShape(), Order.CHANNELS_LAST);
            Depthwise.conv(DepthwiseKernel.ACTIVE, spec, x, w, null, null, actual);
            View expected = ConvolutionViews.like(actual);
            ConvolutionViews.REFERENCE.conv(spec, x, w, null, expected);
            ConvolutionViews.assertClose(actual, expected, 1e-5);
            assertThat(Arrays.stream(ConvolutionViews.values(actual)).filter(Double::isInfinite).count()).isPositive()
                    .isLessThan(actual.shape().numel());
        }
    }

    /// Many neighbouring taps, in numbers that divide into sevens, fives, threes and single ones in different ways.
    @Example
    void wideKernelsAgreeAndGiveTheSameBits() {
        for (int kernel = 5; kernel <= 15; kernel++) {
            var window = Window.sliding(23, kernel, 1, 1, kernel / 2, kernel / 2);
            var spec = new ConvSpec(2, 37, 37, 37, List.of(Window.sliding(19, 3, 1, 1, 1, 0), window));
            ConvolutionProperties.check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(kernel));
            ConvolutionProperties.checkDepthwiseTwins(spec, new Random(kernel));
        }
        var deep = List.of(Window.sliding(4, 2, 1, 1, 1, 0), Window.sliding(6, 3, 1, 1, 0, 1), Window.sliding(9, 6, 1, 1, 3, 2));
        ConvolutionProperties.check(new ConvSpec(2, 20, 20, 20, deep), Order.CHANNELS_LAST, Order.CONTIGUOUS, new Random(1));
        ConvolutionProperties.checkDepthwiseTwins(new ConvSpec(2, 20, 20, 20, deep), new Random(1));
    }
}
