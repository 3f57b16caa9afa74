package dev.sunda.cuda.kernel;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.kernel.ConvolutionCheck.Case;
import dev.sunda.cuda.kernel.ConvolutionCheck.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Convolutions of random sizes, strides, dilations, uneven paddings, groups and memory orders, and their gradients, with the naive loops.
class ConvolutionKernelProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 2) int groups, @ForAll @IntRange(max = 18) int in, @ForAll @IntRange(max = 18) int out,
            @ForAll Order order, @ForAll Order target, @ForAll boolean wide, @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, windows(axes, axes == 3 ? 4 : 7, axes == 3 ? 2 : 4, random));
        new Case(spec, wide ? DType.F64 : DType.F32, order, target, seed, Precision.FLOAT32,
                seed % 2 == 0 ? 1 : GemmConvolution.MULTIPROCESSORS).run();
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void depthwiseAgreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 5) int channels, @ForAll @IntRange(min = 1, max = 2) int multiplier, @ForAll Order order,
            @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, channels, channels * multiplier, channels, windows(axes, axes == 3 ? 5 : 16, axes == 3 ? 2 : 8,
                random));
        new Case(spec, DType.F32, order, target, seed).run();
    }

    /// Kernels of one size, stride and dilation along both axes, which most have kernels of their own.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void squaresAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 4) int channels,
            @ForAll @IntRange(min = 1, max = 2) int multiplier, @ForAll @IntRange(min = 1, max = 3) int half,
            @ForAll @IntRange(min = 1, max = 2) int stride, @ForAll @IntRange(min = 1, max = 3) int dilation, @ForAll Order order,
            @ForAll long seed) {
        var random = new Random(seed);
        int kernel = 2 * half + 1;
        var axes = new ArrayList<Window>();
        while (axes.size() < 2) {
            var axis = Window.sliding(1 + random.nextInt(24), kernel, stride, stride == 2 ? 1 : dilation,
                    random.nextInt(kernel * dilation), random.nextInt(kernel));
            if (axis.out() > 0)
                axes.add(axis);
        }
        new Case(new ConvSpec(batch, channels, channels * multiplier, channels, axes), DType.F32, order, Order.CONTIGUOUS, seed).run();
    }

    private static List<Window> windows(int axes, int size, int kernel, Random random) {
        var windows = new ArrayList<Window>();
        while (windows.size() < axes) {
            var window = Window.sliding(random.nextInt(size + 1), 1 + random.nextInt(kernel), 1 + random.nextInt(3), 1 + random.nextInt(3),
                    random.nextInt(4), random.nextInt(4));
            if (window.out() > 0)
                windows.add(window);
        }
        return windows;
    }
}
