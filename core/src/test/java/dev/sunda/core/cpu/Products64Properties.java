package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.assertWithin;
import static dev.sunda.core.cpu.RandomViews.copy;
import static dev.sunda.core.cpu.RandomViews.magnitudes;

import dev.sunda.core.cpu.Convolution64.Kernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Matrix products and convolutions of F64, over views of any strides: against the naive loops within the rounding of one chain, the error
/// being measured by the sum of the magnitudes of what it adds, and twin against twin bit by bit.
class Products64Properties {
    private static final DType F64 = DType.F64;
    private static final ReferenceBackend NAIVE = new ReferenceBackend(Device.CPU);
    private final CpuBackend cpu = new CpuBackend();

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void matrixProductsAgree(@ForAll @IntRange(max = 3) int batch, @ForAll @IntRange(max = 80) int m, @ForAll @IntRange(max = 600) int k,
            @ForAll @IntRange(max = 70) int n, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.finite(F64, Shape.of(batch, m, k));
        View y = views.finite(F64, Shape.of(batch, k, n));
        View bias = views.coin() ? null : views.finite(F64, Shape.of(n));
        View actual = views.target(F64, Shape.of(batch, m, n));
        View expected = copy(actual);
        View most = copy(actual);
        cpu.matmul(x, y, bias, actual);
        NAIVE.matmul(x, y, bias, expected);
        NAIVE.matmul(magnitudes(x), magnitudes(y), bias == null ? null : magnitudes(bias), most);
        assertWithin(actual, expected, most, rounding(k + 1));
    }

    /// Right sides wider and deeper than what is packed at a time, left sides of several blocks.
    @Example
    void largeMatrixProductsAgree() {
        for (int[] size : new int[][] {{150, 700, 600}, {7, 1200, 600}, {500, 300, 9}, {1, 90000, 3}}) {
            var views = new RandomViews(size[0]);
            View x = views.finite(F64, Shape.of(1, size[0], size[1]));
            View y = views.finite(F64, Shape.of(1, size[1], size[2]));
            View simd = views.target(F64, Shape.of(1, size[0], size[2]));
            View scalar = copy(simd);
            View expected = copy(simd);
            View most = copy(simd);
            Matmul64.matmul(new SimdGemm64(), x, y, null, simd);
            Matmul64.matmul(new ScalarGemm64(), x, y, null, scalar);
            NAIVE.matmul(x, y, null, expected);
            NAIVE.matmul(magnitudes(x), magnitudes(y), null, most);
            assertWithin(simd, expected, most, rounding(size[1]));
            assertSame(scalar, simd);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void preparedRightSidesChangeNoBit(@ForAll @IntRange(max = 40) int m, @ForAll @IntRange(max = 600) int k,
            @ForAll @IntRange(max = 70) int n, @ForAll long seed) {
        var views = new RandomViews(seed);
        View y = views.finite(F64, Shape.of(1, k, n));
        var side = cpu.rightSide(y, views.coin() ? 2 : 40);
        for (int step = 0; step < 3; step++) {
            View x = views.finite(F64, Shape.of(1, m, k));
            View bias = views.coin() ? null : views.finite(F64, Shape.of(n));
            View actual = views.target(F64, Shape.of(1, m, n));
            View expected = copy(actual);
            side.multiply(x, bias, actual);
            cpu.matmul(x, y, bias, expected);
            assertSame(actual, expected);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameProducts(@ForAll @IntRange(min = 1, max = 130) int m, @ForAll @IntRange(min = 1, max = 600) int k,
            @ForAll @IntRange(min = 1, max = 130) int n, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.finite(F64, Shape.of(2, m, k));
        View y = views.finite(F64, Shape.of(2, k, n));
        View simd = views.target(F64, Shape.of(2, m, n));
        View scalar = copy(simd);
        Matmul64.matmul(new SimdGemm64(), x, y, null, simd);
        withThreads(() -> Matmul64.matmul(new ScalarGemm64(), x, y, null, scalar));
        assertSame(scalar, simd);
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void convolutionsAgree(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 3) int groups, @ForAll @IntRange(max = 20) int in, @ForAll @IntRange(max = 20) int out,
            @ForAll long seed) {
        agrees(new ConvSpec(batch, groups * in, groups * out, groups, ConvolutionProperties.windows(axes, new Random(seed))), seed);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void depthwiseConvolutionsAgree(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 9) int batch,
            @ForAll @IntRange(min = 2, max = 40) int channels, @ForAll @IntRange(max = 3) int multiplier, @ForAll long seed) {
        var windows = ConvolutionProperties.windows(axes, new Random(seed));
        agrees(new ConvSpec(batch, channels, channels * multiplier, channels, windows), seed);
    }

    /// Images of several blocks, patches longer than a tile's depth, and more axes than there are fast kernels for.
    @Example
    void unusualConvolutionsAgree() {
        var three = Window.sliding(17, 3, 1, 1, 1, 1);
        agrees(new ConvSpec(3, 70, 11, 1, List.of(three, three)), 1);
        var seven = Window.sliding(31, 7, 2, 1, 3, 3);
        agrees(new ConvSpec(2, 3, 20, 1, List.of(seven, seven)), 2);
        agrees(new ConvSpec(5, 16, 9, 1, List.of(Window.sliding(1100, 3, 1, 400, 5, 5))), 3);
        var four = Window.sliding(4, 2, 1, 1, 0, 1);
        agrees(new ConvSpec(2, 3, 4, 1, List.of(four, four, four, four)), 4);
        agrees(new ConvSpec(3, 2, 2, 1, List.of()), 5);
    }

    private void agrees(ConvSpec spec, long seed) {
        var c = new Case(spec, seed);
        Case expected = c.again();
        Case most = new Case(spec, magnitudes(c.x), magnitudes(c.w), c.bias == null ? null : magnitudes(c.bias),
                c.shift == null ? null : magnitudes(c.shift), magnitudes(c.dy),
                copy(c.y), copy(c.dx), copy(c.dw));
        cpu.conv(spec, c.x, c.w, c.bias, c.y);
        cpu.convInput(spec, c.dy, c.w, c.shift, c.dx);
        cpu.convWeight(spec, c.x, c.dy, c.dw);
        for (Case naive : List.of(expected, most)) {
            NAIVE.conv(spec, naive.x, naive.w, naive.bias, naive.y);
            NAIVE.convInput(spec, naive.dy, naive.w, naive.shift, naive.dx);
            NAIVE.convWeight(spec, naive.x, naive.dy, naive.dw);
        }
        int taps = spec.axes().stream().mapToInt(Window::kernel).reduce(1, (a, b) -> a * b);
        int positions = spec.batch() * spec.axes().stream().mapToInt(Window::out).reduce(1, (a, b) -> a * b);
        assertWithin(c.y, expected.y, most.y, rounding(1 + taps * spec.inChannels() / spec.groups()));
        assertWithin(c.dx, expected.dx, most.dx, rounding(1 + taps * spec.outChannels() / spec.groups()));
        assertWithin(c.dw, expected.dw, most.dw, rounding(positions));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameConvolutions(@ForAll @IntRange(min = 1, max = 2) int groups, @ForAll @IntRange(min = 1, max = 20) int in,
            @ForAll @IntRange(min = 1, max = 20) int out, @ForAll long seed) {
        var spec = new ConvSpec(3, groups * in, groups * out, groups, ConvolutionProperties.windows(2, new Random(seed)));
        twins(spec, seed, (simd, c) -> {
            var kernels = simd ? new Kernels(new SimdGemm64(), new SimdWinograd64())
                    : new Kernels(new ScalarGemm64(), new ScalarWinograd64());
            Convolution64.conv(kernels, spec, c.x, c.w, c.bias, c.y);
            Convolution64.convInput(kernels, spec, c.dy, c.w, c.shift, c.dx);
            Convolution64.convWeight(kernels, spec, c.x, c.dy, c.dw);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameDepthwiseConvolutions(@ForAll @IntRange(min = 2, max = 70) int channels,
            @ForAll @IntRange(min = 1, max = 2) int multiplier, @ForAll long seed) {
        var windows = ConvolutionProperties.windows(2, new Random(seed));
        depthwiseTwins(new ConvSpec(8, channels, channels * multiplier, channels, windows), seed);
    }

    /// Images with room for four rows or positions as far apart as the taps, once or several times over, with a rest.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void largerDepthwiseConvolutionsAgreeAndGiveTheSameBits(@ForAll @IntRange(min = 1, max = 2) int axes,
            @ForAll @IntRange(min = 2, max = 70) int channels, @ForAll @IntRange(min = 2, max = 9) int kernel,
            @ForAll @IntRange(min = 1, max = 3) int dilation, @ForAll @IntRange(min = 1, max = 2) int stride, @ForAll long seed) {
        var random = new Random(seed);
        var windows = new ArrayList<Window>();
        for (int a = 0; a < axes; a++)
            windows.add(Window.sliding(16 + random.nextInt(17), Math.max(1, kernel - random.nextInt(3)), stride, dilation,
                    kernel * dilation / 2, random.nextInt(9)));
        depthwise(new ConvSpec(2, channels, channels, channels, windows), seed);
    }

    /// Boxes of every number of columns and taps, in planes one after the other too; channels with and without a short period.
    @Example
    void depthwiseConvolutionsOfEveryShapeAgreeAndGiveTheSameBits() {
        for (int kernel = 3; kernel <= 9; kernel++)
            depthwise(new ConvSpec(2, 37, 37, 37, List.of(Window.sliding(19, 3, 1, 1, 1, 0), Window.sliding(23, kernel, 1, 1, 4, 4))),
                    kernel);
        var seven = Window.sliding(25, 7, 1, 1, 3, 3);
        for (int kernel : new int[] {3, 5, 7}) {
            var even = Window.sliding(17, kernel, 1, 1, kernel / 2, kernel / 2);
            depthwise(new ConvSpec(1, 24, 24, 24, List.of(Window.sliding(4, 3, 1, 1, 1, 1), even, even)), kernel);
            depthwise(new ConvSpec(40, 8, 8, 8, List.of(even, seven)), kernel);
        }
        depthwise(new ConvSpec(1, 263, 263, 263, List.of(Window.sliding(16, 5, 1, 1, 2, 2), Window.sliding(21, 3, 1, 2, 2, 2))), 1);
    }

    private void depthwise(ConvSpec spec, long seed) {
        agrees(spec, seed);
        depthwiseTwins(spec, seed);
    }

    /// Only results that see the tap of an infinite weight are infinite: nothing is multiplied by a zero around the image.
    @Example
    void tapsThatSeeNoPixelTakeNoPart() {
        for (int kernel : new int[] {3, 5, 7}) {
            var window = Window.sliding(26, kernel, 1, 2, kernel - 1, kernel - 1);
            for (int tap : new int[] {0, 1, kernel, kernel * kernel - 1}) {
                var c = new Case(new ConvSpec(1, 32, 32, 32, List.of(window, window)), tap);
                View w = new View(HeapStorage.allocate(Device.CPU, F64, 32 * kernel * kernel), Layout.contiguous(c.w.shape()));
                for (int i = 0; i < w.shape().numel(); i++)
                    w.heap().doubles()[i] = i % (kernel * kernel) == tap ? Double.POSITIVE_INFINITY : 1;
                View naive = copy(c.y);
                View most = copy(c.y);
                cpu.conv(c.spec, magnitudes(c.x), w, null, c.y);
                NAIVE.conv(c.spec, magnitudes(c.x), w, null, naive);
                NAIVE.conv(c.spec, magnitudes(c.x), w, null, most);
                assertWithin(c.y, naive, most, rounding(kernel * kernel));
            }
        }
    }

    private static void depthwiseTwins(ConvSpec spec, long seed) {
        twins(spec, seed, (simd, c) -> {
            Depthwise64Kernel kernel = simd ? new SimdDepthwise64() : new ScalarDepthwise64();
            Depthwise64.conv(kernel, spec, c.x, c.w, c.bias, c.y);
            Depthwise64.convInput(kernel, spec, c.dy, c.w, c.shift, c.dx);
            Depthwise64.convWeight(kernel, spec, c.x, c.dy, c.dw);
        });
    }

    private static void twins(ConvSpec spec, long seed, BiConsumer<Boolean, Case> run) {
        var simd = new Case(spec, seed);
        Case scalar = simd.again();
        run.accept(true, simd);
        withThreads(() -> run.accept(false, scalar));
        assertSame(scalar.y, simd.y);
        assertSame(scalar.dx, simd.dx);
        assertSame(scalar.dw, simd.dw);
    }

    private static void withThreads(Runnable task) {
        Parallel.withThreads(3, () -> {
            task.run();
            return null;
        });
    }

    /// What two chains of `terms` fused multiply-adds may differ by, as a part of the sum of their magnitudes.
    private static double rounding(int terms) {
        return 2 * (terms + 1) * 0x1p-53;
    }

    /// The tensors of one convolution and its gradients.
    ///
    /// @param shift what is added to the gradient of the input; may be null
    private record Case(ConvSpec spec, View x, View w, View bias, View shift, View dy, View y, View dx, View dw) {
        Case(ConvSpec spec, long seed) {
            this(spec, new RandomViews(seed));
        }

        private Case(ConvSpec spec, RandomViews views) {
            this(spec, views.finite(F64, spec.inputShape()), views.finite(F64, spec.weightShape()),
                    views.coin() ? null : views.finite(F64, Shape.of(spec.outChannels())),
                    views.coin() ? null : views.finite(F64, Shape.of(spec.inChannels())), views.finite(F64, spec.outputShape()),
                    views.target(F64, spec.outputShape()), views.target(F64, spec.inputShape()), views.target(F64, spec.weightShape()));
        }

        /// The same inputs, other results.
        Case again() {
            return new Case(spec, x, w, bias, shift, dy, copy(y), copy(dx), copy(dw));
        }
    }
}
