package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ConvolutionViews.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Winograd convolutions of F32 and of F64, of any size, also where they would not pay: images from one pixel on, dilations, uneven
/// padding, partial tiles and panels.
class WinogradProperties {
    @Property(tries = 240, edgeCases = EdgeCasesMode.NONE)
    void staysWithinItsErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 20) int in,
            @ForAll @IntRange(min = 1, max = 40) int out, @ForAll boolean wide,
            @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, in, out, 1, List.of(window(random), window(random)));
        var actual = WinogradCase.of(wide, spec, random);
        actual.run(true);
        check(actual);
    }

    /// With any number of taps along the depth, near and far, some of which see no plane.
    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void volumesStayWithinTheirErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out, @ForAll boolean wide,
            @ForAll long seed) {
        var random = new Random(seed);
        var spec = new ConvSpec(batch, in, out, 1, List.of(depth(random), window(random), window(random)));
        var actual = WinogradCase.of(wide, spec, random);
        actual.run(true);
        check(actual);
    }

    /// Many channels and tiles, chosen by itself; more channels than are multiplied at a time.
    @Example
    void staysWithinItsErrorWhereItIsChosen() {
        var window = Window.sliding(17, 3, 1, 1, 1, 1);
        chosen(new ConvSpec(4, 70, 36, 1, List.of(window, window)));
        var small = Window.sliding(13, 3, 1, 1, 1, 1);
        chosen(new ConvSpec(3, 270, 16, 1, List.of(small, small)));
    }

    /// More planes than a block holds, of fewer channels than a row of the left side.
    @Example
    void staysWithinItsErrorInVolumes() {
        var window = Window.sliding(6, 3, 1, 1, 1, 1);
        chosen(new ConvSpec(1, 32, 16, 1, List.of(Window.sliding(20, 3, 1, 1, 1, 1), window, window)));
        chosen(new ConvSpec(3, 60, 16, 1, List.of(Window.sliding(9, 2, 1, 3, 2, 0), window, window)));
    }

    /// Strided kernels, whose input gradients are computed for all phases of pixels together. Of a kernel with one tap the error may be
    /// larger, since transforms spread the tap over 36 products whose parts cancel again; such kernels are never computed so.
    @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
    void phasesStayWithinTheirErrorOfTheNaiveLoops(@ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out, @ForAll boolean wide,
            @ForAll long seed) {
        var random = new Random(seed);
        var image = List.of(strided(random), strided(random));
        var axes = random.nextInt(4) > 0 ? image : List.of(depth(random), image.getFirst(), image.getLast());
        var actual = WinogradCase.of(wide, new ConvSpec(batch, in, out, 1, axes), random);
        Assume.that(WinogradPhases.fits(actual.phases()) && WinogradPhases.saves(actual.phases()));
        actual.runPhases(true);
        var scalar = actual.again();
        scalar.runPhases(false);
        ConvolutionViews.assertSame(actual.dx(), scalar.dx());
        checkInput(actual);
    }

    @Example
    void phasesAreChosenWhereKernelsAreLarge() {
        var window = Window.sliding(25, 4, 2, 1, 1, 1);
        var small = Window.sliding(25, 3, 2, 1, 1, 1);
        for (boolean wide : new boolean[] {false, true}) {
            var actual = WinogradCase.of(wide, new ConvSpec(3, 24, 16, 1, List.of(window, window)), new Random(4));
            assertThat(WinogradPhases.pays(actual.phases(), 3, 16, 24)).isTrue();
            new CpuBackend().convInput(actual.spec(), actual.dy(), actual.w(), null, actual.dx());
            checkInput(actual);
            var forced = actual.again();
            forced.runPhases(true);
            ConvolutionViews.assertSame(actual.dx(), forced.dx());
            var other = WinogradCase.of(wide, new ConvSpec(3, 24, 16, 1, List.of(small, small)), new Random(4));
            assertThat(WinogradPhases.pays(other.phases(), 3, 16, 24)).isFalse();
        }
    }

    private static Window strided(Random random) {
        while (true) {
            var window = Window.sliding(1 + random.nextInt(18), 1 + random.nextInt(6), 1 + random.nextInt(3), 1, random.nextInt(4),
                    random.nextInt(4));
            if (window.out() > 0)
                return window;
        }
    }

    private static void checkInput(WinogradCase actual) {
        var expected = actual.again();
        REFERENCE.convInput(actual.spec(), expected.dy(), expected.w(), null, expected.dx());
        close(actual.dx(), expected.dx(), WinogradError.mostOfInput(actual.spec(), actual.dy(), actual.w()));
    }

    private static void chosen(ConvSpec spec) {
        assertThat(WinogradTiles.pays(Im2colGrid.forward(spec.axes()), spec.batch(), spec.inChannels(), spec.outChannels())).isTrue();
        var cpu = new CpuBackend();
        for (boolean wide : new boolean[] {false, true}) {
            var actual = WinogradCase.of(wide, spec, new Random(3));
            cpu.conv(spec, actual.x(), actual.w(), actual.bias(), actual.y());
            cpu.convInput(spec, actual.dy(), actual.w(), null, actual.dx());
            cpu.convWeight(spec, actual.x(), actual.dy(), actual.dw());
            check(actual);
            var forced = actual.again();
            forced.run(true);
            ConvolutionViews.assertSame(actual.y(), forced.y());
            ConvolutionViews.assertSame(actual.dx(), forced.dx());
            ConvolutionViews.assertSame(actual.dw(), forced.dw());
        }
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void twinsAndThreadsGiveTheSameBits(@ForAll @IntRange(min = 1, max = 20) int in, @ForAll @IntRange(min = 1, max = 40) int out,
            @ForAll boolean wide, @ForAll long seed) {
        var random = new Random(seed);
        var image = List.of(window(random), window(random));
        var axes = random.nextBoolean() ? image : List.of(depth(random), image.getFirst(), image.getLast());
        var simd = WinogradCase.of(wide, new ConvSpec(3, in, out, 1, axes), random);
        var scalar = simd.again();
        simd.run(true);
        Parallel.withThreads(3, () -> {
            scalar.run(false);
            return null;
        });
        ConvolutionViews.assertSame(simd.y(), scalar.y());
        ConvolutionViews.assertSame(simd.dx(), scalar.dx());
        ConvolutionViews.assertSame(simd.dw(), scalar.dw());
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

    private static void check(WinogradCase actual) {
        var spec = actual.spec();
        var expected = actual.again();
        REFERENCE.conv(spec, expected.x(), expected.w(), expected.bias(), expected.y());
        REFERENCE.convInput(spec, expected.dy(), expected.w(), null, expected.dx());
        REFERENCE.convWeight(spec, expected.x(), expected.dy(), expected.dw());
        close(actual.y(), expected.y(), WinogradError.most(spec, actual.x(), actual.w(), actual.bias()));
        close(actual.dx(), expected.dx(), WinogradError.mostOfInput(spec, actual.dy(), actual.w()));
        close(actual.dw(), expected.dw(), WinogradError.mostOfWeight(spec, actual.x(), actual.dy()));
    }

    private static void close(View actual, View expected, double[] most) {
        double[] a = ConvolutionViews.values(actual);
        double[] e = ConvolutionViews.values(expected);
        double share = WinogradError.share(actual.dtype());
        for (int i = 0; i < a.length; i++)
            assertThat(Math.abs(a[i] - e[i])).as("element %d of %s", i, actual.shape()).isLessThanOrEqualTo(share * most[i]);
    }
}
