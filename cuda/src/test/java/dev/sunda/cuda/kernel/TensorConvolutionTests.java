package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.kernel.ConvolutionCheck.Case;
import dev.sunda.cuda.kernel.ConvolutionCheck.Order;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// Convolutions on tensor cores against the naive loops on factors that have been rounded first: what is left is the error of the sums.
class TensorConvolutionTests {
    private static final List<Precision> BOTH = List.of(Precision.TF32, Precision.BF16);

    private static Window axis(int in, int kernel, int stride, int dilation, int before, int after) {
        return Window.sliding(in, kernel, stride, dilation, before, after);
    }

    private static Set<String> check(Precision precision, int batch, int groups, int in, int out, Order order, Order target,
            Window... axes) {
        return check(DType.F32, precision, batch, groups, in, out, order, target, axes);
    }

    private static Set<String> check(DType dtype, Precision precision, int batch, int groups, int in, int out, Order order, Order target,
            Window... axes) {
        Mirrored.DRIVER.launches();
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, List.of(axes));
        new Case(spec, dtype, order, target, 1, precision, GemmConvolution.MULTIPROCESSORS).run();
        return new HashSet<>(Mirrored.DRIVER.launches());
    }

    private static Set<String> checkLarge(Precision precision, int batch, int in, int out, Order order, Window... axes) {
        Mirrored.DRIVER.launches();
        new Case(new ConvSpec(batch, in, out, 1, List.of(axes)), DType.F32, order, order, 1, precision, 0).run();
        return new HashSet<>(Mirrored.DRIVER.launches());
    }

    @Test
    void neighboursInMemoryAreLoadedTogether() {
        for (Precision p : BOTH) {
            assertThat(check(p, 2, 1, 20, 40, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 2, 1, 1, 1), axis(7, 3, 1, 1, 1, 1)))
                    .containsExactlyInAnyOrder("conv_" + p + "_pack_taps_f32", "conv_" + p + "_small_pixels_f32",
                            "conv_weight_" + p + "_small_pixels_f32", "conv_join_f32");
            assertThat(check(p, 2, 1, 20, 40, Order.CHANNELS_LAST, Order.CHANNELS_LAST, axis(6, 3, 2, 1, 1, 1), axis(7, 3, 1, 1, 1, 1)))
                    .containsExactlyInAnyOrder("conv_" + p + "_pack_taps_f32", "conv_" + p + "_small_channels_f32",
                            "conv_weight_" + p + "_small_channels_f32", "conv_join_f32");
            assertThat(check(p, 1, 2, 18, 21, Order.CHANNELS_LAST, Order.CONTIGUOUS, axis(5, 2, 1, 2, 1, 1), axis(4, 3, 1, 1, 1, 1)))
                    .contains("conv_" + p + "_small_channels_f32");
        }
    }

    @Test
    void fewChannelsAreCountedByTable() {
        for (Precision p : BOTH)
            assertThat(check(p, 2, 1, 7, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 2, 2, 2, 1), axis(8, 3, 3, 1, 1, 1)))
                    .contains("conv_" + p + "_pack_table_f32", "conv_" + p + "_small_table_f32");
    }

    /// A transpose has many blocks, of which most find nothing to do because the phases of its stride have no positions.
    @Test
    void manyResultsHaveLargeTiles() {
        for (Precision p : BOTH)
            for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST))
                assertThat(checkLarge(p, 130, 70, 20, order, axis(3, 3, 12, 1, 1, 1), axis(1, 1, 3, 1, 0, 0)))
                        .contains("conv_" + p + (order == Order.CONTIGUOUS ? "_large_pixels_f32" : "_large_channels_f32"));
    }

    @Test
    void manyWeightsHaveLargeTiles() {
        for (Precision p : BOTH)
            for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST))
                assertThat(checkLarge(p, 2, 17, 70, order, axis(5, 3, 1, 1, 1, 1), axis(6, 2, 1, 1, 0, 1)))
                        .contains("conv_weight_" + p + (order == Order.CONTIGUOUS ? "_large_pixels_f32" : "_large_channels_f32"));
    }

    /// More positions than are found at a time.
    @Test
    void slicesAreLong() {
        for (Precision p : BOTH)
            for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST))
                checkLarge(p, 4, 8, 20, order, axis(10, 3, 1, 1, 1, 1), axis(11, 2, 1, 1, 0, 1));
    }

    /// Positions side by side in both operands of a weight's gradient.
    @Test
    void pixelsWithoutTapsAreLoadedTogether() {
        for (Precision p : BOTH)
            for (Order order : List.of(Order.CONTIGUOUS, Order.SHIFTED, Order.SLICED))
                check(p, 3, 1, 33, 70, order, Order.CONTIGUOUS, axis(6, 1, 1, 1, 0, 0), axis(10, 1, 1, 1, 0, 0));
    }

    /// Whose bits fit no word.
    @Test
    void weightsOfManyTapsStayFloat32() {
        for (Precision p : BOTH)
            assertThat(check(p, 1, 1, 16, 17, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(40, 30, 1, 1, 0, 0)))
                    .contains("conv_" + p + "_small_pixels_f32", "conv_weight_narrow_singles_f32");
    }

    @Test
    void nothingToDo() {
        Window five = axis(5, 3, 1, 1, 1, 1);
        for (Precision p : BOTH) {
            assertThat(check(p, 0, 1, 30, 40, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five)).containsExactly("conv_join_f32");
            check(p, 2, 1, 0, 40, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five);
            check(p, 2, 1, 30, 0, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five);
            check(p, 1, 1, 20, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(0, 3, 1, 1, 2, 2), five);
        }
    }

    @Test
    void doublesAndOlderDevicesStayAsTheyAre() {
        assertThat(check(DType.F64, Precision.TF32, 1, 1, 9, 10, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 1, 1, 1, 1)))
                .contains("conv_small_pixels_f64", "conv_weight_small_singles_f64");
        assertThat(Precision.TF32.on(Mirrored.gpu(new FakeDriver(FakeMachine.LEAST)))).isEqualTo(Precision.FLOAT32);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheNaiveLoops(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 2) int groups, @ForAll @IntRange(min = 7, max = 37) int in,
            @ForAll @IntRange(min = 7, max = 37) int out, @ForAll Order order, @ForAll Order target, @ForAll boolean half,
            @ForAll long seed) {
        var random = new Random(seed);
        var windows = new ArrayList<Window>();
        while (windows.size() < axes) {
            var window = axis(random.nextInt(axes == 3 ? 4 : 7), 1 + random.nextInt(axes == 3 ? 2 : 4), 1 + random.nextInt(3),
                    1 + random.nextInt(3), random.nextInt(4), random.nextInt(4));
            if (window.out() > 0)
                windows.add(window);
        }
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, windows);
        new Case(spec, DType.F32, order, target, seed, half ? Precision.BF16 : Precision.TF32,
                seed % 2 == 0 ? 1 : GemmConvolution.MULTIPROCESSORS).run();
    }
}
