package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.ConvolutionCheck.Case;
import dev.sunda.cuda.kernel.ConvolutionCheck.Order;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Three by three convolutions of random sizes, paddings and memory orders by Winograd's algorithm, and their gradients, with naive loops.
class WinogradProperties {
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 6) int in,
            @ForAll @IntRange(min = 1, max = 6) int out, @ForAll @IntRange(min = 1, max = 13) int height,
            @ForAll @IntRange(min = 1, max = 13) int width, @ForAll @IntRange(max = 3) int before, @ForAll @IntRange(max = 3) int after,
            @ForAll Order order, @ForAll Order target, @ForAll long seed) {
        int least = Math.max(0, 3 - before - after);
        var spec = new ConvSpec(batch, 4 * in, 4 * out, 1, List.of(WinogradTests.axis(Math.max(height, least), before, after),
                WinogradTests.axis(Math.max(width, least), after, before)));
        assertThat(WinogradTests.check(
                new Case(spec, DType.F32, order, target, seed, Precision.FLOAT32, GemmConvolution.MULTIPROCESSORS, WinogradTests.WHOLE)))
                .contains("winograd_weight_f32", "winograd_weight_gradient_f32").noneMatch(name -> name.startsWith("conv_"));
    }
}
