package dev.sunda.core.cpu;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
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
}
