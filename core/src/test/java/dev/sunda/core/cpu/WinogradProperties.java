package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Winograd convolutions of any size, also where they would not pay: images from one pixel on, dilations, uneven padding, partial tiles and
/// panels.
class WinogradProperties {
    private static final Kernels SIMD = new Kernels(new SimdGemm(), new SimdWinograd());
    private static final Kernels SCALAR = new Kernels(new ScalarGemm(), new ScalarWinograd());

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void staysWithinItsErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 20) int in,
            @ForAll @IntRange(min = 1, max = 40) int out, @ForAll long seed) {
        var random = new Random(seed);
        var actual = Case.of(new ConvSpec(batch, in, out, 1, List.of(window(random), window(random))), random);
        actual.run(SIMD);
        check(actual);
    }

    /// With any number of taps along the depth, near and far, some of which see no plane.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void volumesStayWithinTheirErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out, @ForAll long seed) {
        var random = new Random(seed);
        var actual = Case.of(new ConvSpec(batch, in, out, 1, List.of(depth(random), window(random), window(random))), random);
        actual.run(SIMD);
        check(actual);
    }

    /// Many channels and tiles, chosen by itself.
    @Example
    void staysWithinItsErrorWhereItIsChosen() {
        var window = Window.sliding(17, 3, 1, 1, 1, 1);
        chosen(new ConvSpec(4, 70, 36, 1, List.of(window, window)));
    }

    /// More planes than a block holds, of fewer channels than a row of the left side.
    @Example
    void staysWithinItsErrorInVolumes() {
        var window = Window.sliding(8, 3, 1, 1, 1, 1);
        chosen(new ConvSpec(1, 20, 17, 1, List.of(Window.sliding(30, 3, 1, 1, 1, 1), window, window)));
        chosen(new ConvSpec(3, 60, 16, 1, List.of(Window.sliding(9, 2, 1, 3, 2, 0), window, window)));
    }

    /// Strided kernels, whose input gradients are computed for all phases of pixels together.
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void phasesStayWithinTheirErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out, @ForAll long seed) {
        var random = new Random(seed);
        var image = List.of(strided(random), strided(random));
        var axes = random.nextInt(4) > 0 ? image : List.of(depth(random), image.getFirst(), image.getLast());
        var actual = Case.of(new ConvSpec(batch, in, out, 1, axes), random);
        Assume.that(WinogradPhases.fits(phases(actual)));
        actual.runPhases(SIMD);
        var scalar = actual.again();
        scalar.runPhases(SCALAR);
        ConvolutionViews.assertSame(actual.dx, scalar.dx);
        checkInput(actual);
    }

    @Example
    void phasesAreChosenWhereKernelsAreLarge() {
        var window = Window.sliding(29, 4, 2, 1, 1, 1);
        var actual = Case.of(new ConvSpec(4, 20, 17, 1, List.of(window, window)), new Random(4));
        assertThat(WinogradPhases.pays(phases(actual), 4, 17, 20)).isTrue();
        Convolution.convInput(actual.spec, actual.dy, actual.w, null, actual.dx);
        checkInput(actual);
        var small = Window.sliding(29, 3, 2, 1, 1, 1);
        var other = Case.of(new ConvSpec(4, 20, 17, 1, List.of(small, small)), new Random(4));
        assertThat(WinogradPhases.pays(phases(other), 4, 17, 20)).isFalse();
    }

    private static List<GemmPhase> phases(Case of) {
        var grid = Im2colGrid.backward(of.spec.axes());
        return GemmPhase.of(grid, of.spec.axes(), grid.tapOffsets(of.w.layout().strides(), 2));
    }

    private static Window strided(Random random) {
        while (true) {
            var window = Window.sliding(1 + random.nextInt(18), 1 + random.nextInt(6), 1 + random.nextInt(3), 1, random.nextInt(4),
                    random.nextInt(4));
            if (window.out() > 0)
                return window;
        }
    }

    private static void checkInput(Case actual) {
        var expected = actual.again();
        REFERENCE.convInput(actual.spec, expected.dy, expected.w, null, expected.dx);
        close(actual.dx, expected.dx, WinogradError.mostOfInput(actual.spec, actual.dy, actual.w));
    }

    private static void chosen(ConvSpec spec) {
        assertThat(WinogradTiles.pays(Im2colGrid.forward(spec.axes()), spec.batch(), spec.inChannels(), spec.outChannels())).isTrue();
        var actual = Case.of(spec, new Random(3));
        Convolution.conv(spec, actual.x, actual.w, actual.bias, null, actual.y);
        Convolution.convInput(spec, actual.dy, actual.w, null, actual.dx);
        Convolution.convWeight(spec, actual.x, actual.dy, actual.dw);
        check(actual);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out,
            @ForAll long seed) {
        var random = new Random(seed);
        var image = List.of(window(random), window(random));
        var axes = random.nextBoolean() ? image : List.of(depth(random), image.getFirst(), image.getLast());
        var simd = Case.of(new ConvSpec(3, in, out, 1, axes), random);
        var scalar = simd.again();
        simd.run(SIMD);
        Parallel.withThreads(3, () -> {
            scalar.run(SCALAR);
            return null;
        });
        ConvolutionViews.assertSame(simd.y, scalar.y);
        ConvolutionViews.assertSame(simd.dx, scalar.dx);
        ConvolutionViews.assertSame(simd.dw, scalar.dw);
    }

    private static Window window(Random random) {
        while (true) {
            var window = Window.sliding(1 + random.nextInt(18), 3, 1, 1 + random.nextInt(3), random.nextInt(4), random.nextInt(4));
            if (window.out() > 0)
                return window;
        }
    }

    private static Window depth(Random random) {
        while (true) {
            var window = Window.sliding(1 + random.nextInt(9), 1 + random.nextInt(4), 1, 1 + random.nextInt(2), random.nextInt(4),
                    random.nextInt(4));
            if (window.out() > 0)
                return window;
        }
    }

    private static void check(Case actual) {
        var spec = actual.spec;
        var expected = actual.again();
        REFERENCE.conv(spec, expected.x, expected.w, expected.bias, expected.y);
        REFERENCE.convInput(spec, expected.dy, expected.w, null, expected.dx);
        REFERENCE.convWeight(spec, expected.x, expected.dy, expected.dw);
        close(actual.y, expected.y, WinogradError.most(spec, actual.x, actual.w, actual.bias));
        close(actual.dx, expected.dx, WinogradError.mostOfInput(spec, actual.dy, actual.w));
        close(actual.dw, expected.dw, WinogradError.mostOfWeight(spec, actual.x, actual.dy));
    }

    private static void close(View actual, View expected, double[] most) {
        double[] a = ConvolutionViews.values(actual);
        double[] e = ConvolutionViews.values(expected);
        for (int i = 0; i < a.length; i++)
            assertThat(Math.abs(a[i] - e[i])).as("element %d of %s", i, actual.shape()).isLessThanOrEqualTo(WinogradError.SHARE * most[i]);
    }

    /// The tensors of one convolution and its gradients.
    private record Case(ConvSpec spec, View x, View w, View bias, View dy, View y, View dx, View dw) {
        static Case of(ConvSpec spec, Random random) {
            return new Case(spec, ConvolutionViews.random(spec.inputShape(), Order.CHANNELS_LAST, random),
                    ConvolutionViews.random(spec.weightShape(), Order.CONTIGUOUS, random),
                    ConvolutionViews.random(Shape.of(spec.outChannels()), Order.SLICED, random),
                    ConvolutionViews.random(spec.outputShape(), Order.CHANNELS_LAST, random), empty(spec.outputShape()),
                    empty(spec.inputShape()), empty(spec.weightShape()));
        }

        private static View empty(Shape shape) {
            return ConvolutionViews.empty(DType.F32, shape, Order.CHANNELS_LAST);
        }

        Case again() {
            return new Case(spec, x, w, bias, dy, empty(y.shape()), empty(dx.shape()), empty(dw.shape()));
        }

        private Image image(View view) {
            return new Image(new Layouts.Dense(view.heap().floats(), 0), view.shape().size(1), 0, view.shape().size(1));
        }

        void run(Kernels kernels) {
            int in = spec.inChannels();
            int out = spec.outChannels();
            int[] strides = w.layout().strides();
            var forward = Im2colGrid.forward(spec.axes());
            var backward = Im2colGrid.backward(spec.axes());
            GemmConvolution.winograd(kernels, spec.batch(), forward, image(x),
                    ConvWeights.of(w, 0, forward.tapOffsets(strides, 2), in, strides[1], strides[0], out),
                    Gemm.start(kernels.gemm(), bias, 0, out), image(y), null);
            GemmConvolution.winograd(kernels, spec.batch(), backward, image(dy),
                    ConvWeights.of(w, 0, backward.tapOffsets(strides, 2), out, strides[0], strides[1], in),
                    Gemm.start(kernels.gemm(), null, 0, in), image(dx), null);
            new WinogradGradient(kernels, WinogradTiles.of(forward, spec.batch()), image(x), image(dy)).run(dw, 0,
                    forward.tapOffsets(dw.layout().strides(), 2));
        }

        void runPhases(Kernels kernels) {
            int[] strides = w.layout().strides();
            var backward = Im2colGrid.backward(spec.axes());
            var weights = ConvWeights.of(w, 0, backward.tapOffsets(strides, 2), spec.outChannels(), strides[0], strides[1],
                    spec.inChannels());
            WinogradPhases.run(kernels, spec.batch(), phases(this), image(dy), weights,
                    Gemm.start(kernels.gemm(), null, 0, spec.inChannels()), image(dx));
        }
    }
}
