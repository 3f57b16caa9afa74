package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
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

/// Convolutions that are matrix products: one to three axes, kernels 1 to 5, strides, dilations, uneven padding, groups, all memory orders.
class ConvolutionProperties {
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 0, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 3) int groups, @ForAll @IntRange(max = 20) int in,
            @ForAll @IntRange(max = 20) int out, @ForAll Order order, @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, windows(axes, random));
        check(spec, order, target, random);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void pointwiseAgreesWithTheNaiveLoops(
            @ForAll @IntRange(max = 4) int batch, @ForAll @IntRange(max = 40) int in,
            @ForAll @IntRange(max = 40) int out, @ForAll @IntRange(max = 20) int size, @ForAll Order order,
            @ForAll long seed) {
        var window = new Window(size, 1, 1, 1, 0, 0, size);
        check(new ConvSpec(batch, in, out, 1, List.of(window, window)), order, Order.CHANNELS_LAST, new Random(seed));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 2) int groups, @ForAll @IntRange(min = 1, max = 20) int in,
            @ForAll @IntRange(min = 1, max = 40) int out, @ForAll long seed) {
        var random = new Random(seed);
        checkTwins(new ConvSpec(3, groups * in, groups * out, groups, windows(2, random)), random);
    }

    private static void checkTwins(ConvSpec spec, Random random) {
        var simd = new Case(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        var scalar = simd.again();
        simd.run(new GemmConvolution.Kernels(new SimdGemm(), new SimdWinograd()));
        Parallel.withThreads(3, () -> {
            scalar.run(new GemmConvolution.Kernels(new ScalarGemm(), new ScalarWinograd()));
            return null;
        });
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        ConvolutionViews.assertSame(simd.dw, scalar.dw);
    }

    /// Patches longer than a panel has room for in cache, lines wider than a box, small images, taps far from each other.
    @Example
    void unusualSizesAgreeWithTheNaiveLoops() {
        var three = Window.sliding(7, 3, 1, 1, 1, 1);
        check(new ConvSpec(2, 200, 5, 1, List.of(three, three)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(1));
        var wide = Window.sliding(1100, 5, 2, 3, 4, 0);
        check(new ConvSpec(1, 3, 17, 1, List.of(Window.sliding(3, 2, 1, 1, 0, 1), wide)), Order.CONTIGUOUS, Order.CHANNELS_LAST,
                new Random(2));
        var small = Window.sliding(4, 3, 1, 1, 1, 1);
        check(new ConvSpec(300, 5, 9, 1, List.of(small, small)), Order.CHANNELS_LAST, Order.CONTIGUOUS, new Random(3));
        check(new ConvSpec(1, 16, 6, 1, List.of(Window.sliding(8100, 3, 1, 4000, 5, 5))), Order.CHANNELS_LAST, Order.CHANNELS_LAST,
                new Random(4));
    }

    /// An image of three colours with a wide, strided kernel.
    @Example
    void stemsAgreeWithTheNaiveLoops() {
        var seven = Window.sliding(33, 7, 2, 1, 3, 3);
        check(new ConvSpec(2, 3, 20, 1, List.of(seven, seven)), Order.CONTIGUOUS, Order.CHANNELS_LAST, new Random(1));
        var three = Window.sliding(17, 3, 2, 1, 1, 0);
        check(new ConvSpec(2, 6, 8, 2, List.of(three, three)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(2));
        check(new ConvSpec(3, 1, 32, 1, List.of(Window.sliding(28, 3, 1, 1, 1, 1), Window.sliding(28, 3, 1, 1, 1, 1))), Order.CONTIGUOUS,
                Order.CHANNELS_LAST, new Random(3));
    }

    /// Parts of the positions, whose sums are joined, are cut alike whatever a tile is padded to.
    @Example
    void weightGradientsOfManyResultsHaveTheSameBits() {
        var seven = Window.sliding(40, 7, 1, 1, 3, 3);
        checkTwins(new ConvSpec(1, 4, 260, 1, List.of(seven, seven)), new Random(1));
    }

    /// Blocks of positions that begin within a row and go on in the next image, taps that skip lines, and groups.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void blocksOfSeveralImagesAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int groups,
            @ForAll @IntRange(min = 5, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out,
            @ForAll @IntRange(min = 1, max = 3) int stride, @ForAll @IntRange(min = 1, max = 4) int dilation, @ForAll long seed) {
        var random = new Random(seed);
        var high = Window.sliding(5 + random.nextInt(9), 1 + random.nextInt(3), stride, dilation, 5, 4);
        var wide = Window.sliding(7 + random.nextInt(30), 1 + random.nextInt(4), 1 + random.nextInt(2), 1 + random.nextInt(2), 4, 3);
        var spec = new ConvSpec(5, groups * in, groups * out, groups, List.of(high, wide));
        check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        checkTwins(spec, random);
    }

    /// Images of few channels, which are gathered column by column; rows longer than a band, too.
    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void fewChannelsAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 2) int groups, @ForAll @IntRange(min = 1, max = 4) int in,
            @ForAll @IntRange(min = 1, max = 40) int out, @ForAll Order order, @ForAll Order target, @ForAll long seed) {
        var random = new Random(seed);
        var windows = new ArrayList<>(windows(axes - 1, random));
        int kernel = 2 + random.nextInt(6);
        int width = 1 + random.nextInt(random.nextInt(8) == 0 ? 3000 : 40);
        windows.add(Window.sliding(width + kernel, kernel, 1 + random.nextInt(kernel), 1, random.nextInt(4), random.nextInt(4)));
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, windows);
        check(spec, order, target, random);
        if (batch > 0)
            checkTwins(spec, random);
    }

    /// Windows that cover the image without gaps, as those of transposed convolutions that enlarge it; one axis on which pixels are left
    /// over.
    @Example
    void windowsSideBySideAgreeWithTheNaiveLoops() {
        var two = Window.sliding(8, 2, 2, 1, 0, 0);
        var three = Window.sliding(15, 3, 3, 1, 0, 0);
        check(new ConvSpec(3, 20, 33, 1, List.of(two, three)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(1));
        checkTwins(new ConvSpec(3, 20, 33, 1, List.of(two, three)), new Random(1));
        checkTwins(new ConvSpec(3, 16, 21, 1, List.of(three, two)), new Random(5));      // lines of pixels that end with a panel
        check(new ConvSpec(3, 64, 21, 1, List.of(three, two)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(6));
        check(new ConvSpec(2, 32, 5, 1, List.of(two, three, two)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(7));
        check(new ConvSpec(2, 17, 5, 1, List.of(two, two, three)), Order.CONTIGUOUS, Order.CHANNELS_LAST, new Random(2));
        check(new ConvSpec(2, 40, 8, 2, List.of(two, three)), Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(3));
        check(new ConvSpec(2, 16, 8, 1, List.of(two, Window.sliding(16, 3, 3, 1, 0, 0))), Order.CHANNELS_LAST, Order.CHANNELS_LAST,
                new Random(4));
    }

    /// Patches whose rows are longer than a panel, so that most panels are made of two pieces.
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void panelsOfTwoPiecesAgreeWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 9) int channels,
            @ForAll @IntRange(min = 3, max = 9) int kernel,
            @ForAll @IntRange(min = 1, max = 2) int stride, @ForAll @IntRange(max = 4) int padding, @ForAll long seed) {
        var spec = new ConvSpec(2, channels, 7, 1,
                List.of(Window.sliding(9, 3, 1, 1, 1, 1), Window.sliding(20, kernel, stride, 1, padding, padding)));
        check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, new Random(seed));
        checkTwins(spec, new Random(seed));
    }

    /// Windows of random kernels, strides, dilations and paddings that have at least one output.
    static List<Window> windows(int axes, Random random) {
        var windows = new ArrayList<Window>();
        while (windows.size() < axes) {
            var window = Window.sliding(random.nextInt(axes == 3 ? 7 : 13), 1 + random.nextInt(axes == 3 ? 3 : 5),
                    1 + random.nextInt(3),
                    1 + random.nextInt(3), random.nextInt(4), random.nextInt(4));
            if (window.out() > 0)
                windows.add(window);
        }
        return windows;
    }

    static void check(ConvSpec spec, Order order, Order target, Random random) {
        var actual = new Case(spec, order, target, random);
        Convolution.conv(spec, actual.x, actual.w, actual.bias, null, actual.y);
        Convolution.convInput(spec, actual.dy, actual.w, actual.shift, actual.dx);
        Convolution.convWeight(spec, actual.x, actual.dy, actual.dw);
        var expected = actual.again();
        REFERENCE.conv(spec, expected.x, expected.w, expected.bias, expected.y);
        REFERENCE.convInput(spec, expected.dy, expected.w, expected.shift, expected.dx);
        REFERENCE.convWeight(spec, expected.x, expected.dy, expected.dw);
        double taps = spec.axes().stream().mapToInt(Window::kernel).reduce(1, (a, b) -> a * b);
        double positions = (double) spec.batch() * spec.axes().stream().mapToInt(Window::out).reduce(1, (a, b) -> a * b);
        assertClose(actual.y, expected.y, 1e-6 + 1e-7 * taps * spec.inChannels(),
                WinogradError.isForward(spec) ? WinogradError.most(spec, actual.x, actual.w, null) : null);
        assertClose(actual.dx, expected.dx, 1e-6 + 1e-7 * taps * spec.outChannels(),
                WinogradError.isBackward(spec, actual.w) ? WinogradError.mostOfInput(spec, actual.dy, actual.w) : null);
        assertClose(actual.dw, expected.dw, 1e-6 + 1e-7 * positions,
                WinogradError.isForward(spec) ? WinogradError.mostOfWeight(spec, actual.x, actual.dy) : null);
    }

    /// @param most what errors of [WinogradError] are a share of, where that algorithm is at work; else null
    private static void assertClose(View actual, View expected, double tolerance, double[] most) {
        double[] a = ConvolutionViews.values(actual);
        double[] e = ConvolutionViews.values(expected);
        for (int i = 0; i < e.length; i++)
            if (!(Math.abs(a[i] - e[i]) <= Math.max(tolerance, most == null ? 0 : WinogradError.SHARE * most[i])))
                assertThat(a[i]).as("element %d of %s", i, expected.shape()).isEqualTo(e[i]);
    }

    /// Strided gradients that Winograd's algorithm computes with all phases at once.
    @Example
    void theGradientOfASmallKernelWithAStrideAgrees() {
        var random = new Random(0);
        var spec = new ConvSpec(5, 16, 16, 1, List.of(Window.sliding(11, 2, 1, 1, 5, 4), Window.sliding(26, 3, 2, 1, 4, 3)));
        assertThat(WinogradError.isBackward(spec, new Case(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random).w)).isTrue();
        for (int i = 0; i < 20; i++)
            check(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
    }

    /// The tensors of one convolution and its gradients.
    ///
    /// @param shift what is added to the gradient of the input; may be null
    private record Case(ConvSpec spec, View x, View w, View bias, View shift, View dy, View y, View dx, View dw) {
        Case(ConvSpec spec, Order order, Order target, Random random) {
            this(spec, ConvolutionViews.random(spec.inputShape(), order, random), ConvolutionViews.random(spec.weightShape(), order,
                    random),
                    random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(spec.outChannels()), Order.SLICED, random),
                    random.nextBoolean() ? null : ConvolutionViews.random(Shape.of(spec.inChannels()), Order.SLICED, random),
                    ConvolutionViews.random(spec.outputShape(), order, random),
                    ConvolutionViews.empty(DType.F32, spec.outputShape(), target), ConvolutionViews.empty(DType.F32, spec.inputShape(),
                            target),
                    ConvolutionViews.empty(DType.F32, spec.weightShape(), target));
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(spec, x, w, bias, shift, dy, ConvolutionViews.like(y), ConvolutionViews.like(dx), ConvolutionViews.like(dw));
        }

        void run(GemmConvolution.Kernels kernel) {
            GemmConvolution.conv(kernel, spec, x, w, bias, null, y);
            GemmConvolution.convInput(kernel, spec, dy, w, shift, dx);
            GemmConvolution.convWeight(kernel, spec, x, dy, dw);
        }

        void run(DepthwiseKernel kernel) {
            Depthwise.conv(kernel, spec, x, w, bias, null, y);
            Depthwise.convInput(kernel, spec, dy, w, shift, dx);
            Depthwise.convWeight(kernel, spec, x, dy, dw);
        }
    }

    /// Runs a depthwise case on both twins, one of them with three threads, and compares bits.
    static void checkDepthwiseTwins(ConvSpec spec, Random random) {
        var simd = new Case(spec, Order.CHANNELS_LAST, Order.CHANNELS_LAST, random);
        var scalar = simd.again();
        simd.run(new SimdDepthwise());
        Parallel.withThreads(3, () -> {
            scalar.run(new ScalarDepthwise());
            return null;
        });
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        ConvolutionViews.assertSame(simd.dw, scalar.dw);
    }
}
