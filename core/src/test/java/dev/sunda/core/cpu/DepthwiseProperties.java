package dev.sunda.core.cpu;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
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

    /// Many neighbouring taps, in numbers that divide into sevens, fives and single ones in different ways; images larger than what is
    /// computed at a time.
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
