package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.ConvKernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.driver.PtxProvider;
import dev.sunda.cuda.kernel.ConvolutionCheck.Case;
import dev.sunda.cuda.kernel.ConvolutionCheck.Order;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConvolutionKernelTests {
    private static final Device PTX = new Device("ptx", 0);

    private static Window axis(int in, int kernel, int stride, int dilation, int before, int after) {
        return Window.sliding(in, kernel, stride, dilation, before, after);
    }

    private static Window same(int in, int kernel) {
        return axis(in, kernel, 1, 1, (kernel - 1) / 2, kernel / 2);
    }

    /// Compares with the naive loops.
    ///
    /// @return the kernels that were launched
    private static Set<String> check(DType dtype, int batch, int groups, int in, int out, Order order, Order target, Window... axes) {
        PtxProvider.driver(0).launches();
        var spec = new ConvSpec(batch, groups * in, groups * out, groups, List.of(axes));
        new Case(spec, dtype, order, target, 1).run();
        var launches = new HashSet<>(PtxProvider.driver(0).launches());
        if (in <= 1)
            return launches;
        Mirrored.DRIVER.launches();
        for (int multiprocessors : List.of(0, 1))
            new Case(spec, dtype, order, target, 2, Precision.FLOAT32, multiprocessors).run();
        launches.addAll(Mirrored.DRIVER.launches());
        return launches;
    }

    private static Set<String> check(int batch, int groups, int in, int out, Order order, Order target, Window... axes) {
        return check(DType.F32, batch, groups, in, out, order, target, axes);
    }

    private static Set<String> depthwise(Window... axes) {
        return check(2, 3, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, axes);
    }

    @Test
    void groupsOfFewChannelsAreComputedElementByElement() {
        assertThat(check(2, 3, 2, 2, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 2, 1, 1, 0), axis(5, 2, 1, 2, 1, 1)))
                .containsExactlyInAnyOrder("conv_direct_f32", "conv_direct_weight_f32", "conv_join_f32");
        assertThat(check(2, 3, 2, 2, Order.CHANNELS_LAST, Order.CHANNELS_LAST, axis(6, 3, 2, 1, 1, 0), axis(5, 2, 1, 2, 1, 1)))
                .contains("conv_direct_f32", "conv_direct_weight_channels_f32");
        assertThat(check(DType.F64, 2, 3, 2, 2, Order.CONTIGUOUS, Order.CHANNELS_LAST, axis(6, 3, 2, 1, 1, 0), axis(5, 2, 1, 2, 1, 1)))
                .contains("conv_direct_f64", "conv_direct_weight_f64", "conv_join_f64");
        assertThat(check(DType.F64, 2, 3, 2, 2, Order.CHANNELS_LAST, Order.CONTIGUOUS, axis(6, 3, 2, 1, 1, 0), axis(5, 2, 1, 2, 1, 1)))
                .contains("conv_direct_weight_channels_f64");
    }

    @Test
    void imagesOfFewChannelsAreCountedByTable() {
        assertThat(check(2, 1, 3, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, same(6, 3), same(8, 3)))
                .contains("conv_pack_f32", "conv_narrow_table_f32", "conv_weight_narrow_singles_f32");
        assertThat(check(4, 1, 3, 40, Order.CHANNELS_LAST, Order.CONTIGUOUS, same(6, 3), axis(7, 3, 2, 2, 1, 2)))
                .contains("conv_small_table_f32");
    }

    @Test
    void productsLoadNeighboursInMemory() {
        assertThat(check(4, 1, 20, 40, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 2, 1, 1, 1), axis(7, 3, 1, 1, 1, 1)))
                .contains("conv_small_pixels_f32", "conv_narrow_pixels_f32", "conv_weight_small_quads_f32");
        assertThat(check(4, 1, 20, 40, Order.CHANNELS_LAST, Order.CHANNELS_LAST, axis(6, 3, 2, 1, 1, 1), axis(7, 3, 1, 1, 1, 1)))
                .contains("conv_small_channels_f32", "conv_narrow_channels_f32", "conv_weight_small_vectors_f32");
        assertThat(check(DType.F64, 1, 2, 9, 10, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(6, 3, 2, 1, 1, 1), axis(8, 3, 1, 1, 1, 1)))
                .contains("conv_pack_f64", "conv_small_pixels_f64", "conv_weight_small_singles_f64");
    }

    @Test
    void manyResultsHaveLargeTiles() {
        for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST))
            assertThat(check(2, 1, 16, 65, order, order, same(13, 1), same(10, 1)))
                    .contains(order == Order.CONTIGUOUS ? "conv_large_pixels_f32" : "conv_large_channels_f32");
        assertThat(check(2, 1, 10, 70, Order.CONTIGUOUS, Order.CONTIGUOUS, same(5, 3), same(6, 3)))
                .contains("conv_weight_large_singles_f32");
        assertThat(check(1, 1, 12, 68, Order.CONTIGUOUS, Order.SLICED, same(3, 3), axis(4, 2, 2, 1, 1, 0)))
                .contains("conv_weight_large_quads_f32");
        assertThat(check(1, 1, 12, 68, Order.CHANNELS_LAST, Order.CONTIGUOUS, axis(4, 2, 1, 2, 1, 0), same(3, 3)))
                .contains("conv_weight_large_vectors_f32");
    }

    /// Of six calls with it: forwards it does not.
    @Test
    void aWeightThatLiesAsProductsReadItIsNotPacked() {
        assertThat(packs(1, 16, 24, Order.CONTIGUOUS)).isEqualTo(4);
        assertThat(packs(2, 8, 16, Order.CONTIGUOUS)).isEqualTo(4);
        assertThat(packs(1, 16, 24, Order.SHIFTED)).isEqualTo(6);
        assertThat(packs(1, 16, 25, Order.CONTIGUOUS)).isEqualTo(6);
        assertThat(packs(1, 18, 24, Order.CONTIGUOUS)).isEqualTo(6);
    }

    private static long packs(int groups, int in, int out, Order order) {
        PtxProvider.driver(0).launches();
        new Case(new ConvSpec(2, groups * in, groups * out, groups, List.of(same(5, 1), same(6, 1))), DType.F32, order, Order.CONTIGUOUS,
                1).run();
        return PtxProvider.driver(0).launches().stream().filter("conv_pack_f32"::equals).count();
    }

    /// Phases with no to four taps along each axis, and of different sizes.
    @Test
    void gradientsOfImagesOfFewChannelsAreTakenPhaseByPhase() {
        for (int channels = 1; channels <= 4; channels++)
            assertThat(check(2, 1, channels, 17, Order.CONTIGUOUS, channels == 3 ? Order.CHANNELS_LAST : Order.CONTIGUOUS,
                    axis(14, 7, 2, 1, 3, 2), axis(11, 5, 2, 1, 2, 2))).contains("conv_few_" + channels + "_f32");
        assertThat(check(1, 2, 3, 16, Order.SHIFTED, Order.SLICED, axis(7, 2, 3, 1, 1, 0), axis(9, 3, 4, 2, 0, 2)))
                .contains("conv_few_3_f32");
        assertThat(check(2, 1, 2, 40, Order.CONTIGUOUS, Order.FLIPPED, axis(3, 2, 2, 3, 1, 1), axis(9, 11, 3, 1, 5, 4),
                axis(5, 1, 2, 1, 0, 0))).contains("conv_few_2_f32");
        assertThat(check(2, 1, 3, 16, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(9, 3, 2, 3, 1, 1), axis(12, 3, 2, 1, 1, 1)))
                .contains("conv_narrow_pixels_f32").doesNotContain("conv_few_3_f32");
        assertThat(check(2, 1, 3, 16, Order.FLIPPED, Order.CONTIGUOUS, axis(9, 3, 2, 1, 1, 1), axis(12, 3, 2, 1, 1, 1)))
                .contains("conv_narrow_pixels_f32").doesNotContain("conv_few_3_f32");
    }

    /// Their sums are cut into slices, some of them empty for phases of a stride with fewer taps.
    @Test
    void longSumsOfFewResultsAreCut() {
        for (Order order : List.of(Order.CONTIGUOUS, Order.CHANNELS_LAST)) {
            String loading = order == Order.CONTIGUOUS ? "pixels" : "channels";
            assertThat(check(1, 2, 90, 36, order, Order.CHANNELS_LAST, same(5, 3), axis(6, 3, 2, 1, 1, 1)))
                    .contains("conv_small_" + loading + "_f32", "conv_sum_f32");
            assertThat(check(1, 1, 20, 100, order, Order.CONTIGUOUS, axis(4, 5, 3, 1, 2, 2), same(3, 9)))
                    .contains("conv_narrow_" + loading + "_f32", "conv_sum_f32");
        }
        assertThat(check(1, 1, 12, 20, Order.CONTIGUOUS, Order.SLICED, same(9, 9), same(5, 8)))
                .contains("conv_narrow_table_f32", "conv_sum_f32");
    }

    /// Four threads share the positions of a tile.
    @Test
    void weightsOfFewChannelsHaveNarrowTiles() {
        assertThat(check(2, 2, 8, 16, Order.CONTIGUOUS, Order.CONTIGUOUS, same(9, 3), axis(10, 3, 2, 1, 1, 1)))
                .contains("conv_weight_narrow_quads_f32");
        assertThat(check(2, 1, 5, 30, Order.SLICED, Order.CONTIGUOUS, same(9, 3), same(10, 3))).contains("conv_weight_narrow_singles_f32");
    }

    @Test
    void manySlicesOfAWeightAreAddedByManyThreads() {
        assertThat(check(1, 1, 8, 9, Order.CONTIGUOUS, Order.CONTIGUOUS, same(46, 1), same(46, 1))).contains("conv_join_16_f32");
        assertThat(check(2, 1, 7, 8, Order.CONTIGUOUS, Order.SLICED, same(17, 1), same(17, 3))).contains("conv_join_4_f32");
        assertThat(check(DType.F64, 1, 1, 5, 7, Order.CONTIGUOUS, Order.CONTIGUOUS, same(46, 1), same(46, 1)))
                .contains("conv_join_16_f64");
        assertThat(check(DType.F64, 1, 1, 5, 7, Order.CONTIGUOUS, Order.CONTIGUOUS, same(25, 1), same(24, 1)))
                .contains("conv_join_4_f64");
    }

    /// Channels that do not end with a tile, and those that cannot be read 16 bytes at a time.
    @Test
    void channelsEndWithinATile() {
        for (int channels : List.of(16, 17, 18, 20, 23))
            check(1, 2, channels, channels + 1, Order.CHANNELS_LAST, Order.CHANNELS_LAST, same(3, 3), axis(5, 3, 2, 1, 1, 1));
        check(2, 1, 20, 36, Order.SHIFTED, Order.FLIPPED, same(3, 3), same(4, 2));
        check(2, 2, 20, 36, Order.FLIPPED, Order.SLICED, same(3, 3), same(4, 2));
    }

    /// Taps, dilation known to the kernel, stride, results side by side.
    @Test
    void squaresAreTakenColumnByColumn() {
        for (int k : List.of(3, 5, 7)) {
            int pad = k / 2;
            columns(k + "_1_1_4", axis(9, k, 1, 1, 2, 1), same(12, k));
            columns(k + "_1_1_2", axis(9, k, 1, 1, 2, 1), same(14, k));
            columns(k + "_0_1_1", axis(9, k, 1, 1, 2, 1), axis(11, k, 1, 1, k - 1, 2));
            columns(k + "_0_1_1", axis(9, k, 1, 3, k, 2 * k), axis(12, k, 1, 3, 3 * pad, 3 * pad));
            columns(k + "_1_2_4", axis(9, k, 2, 1, 2, 1), axis(16, k, 2, 1, pad, pad));
            columns(k + "_1_2_2", axis(9, k, 2, 1, 2, 1), axis(12, k, 2, 1, pad, pad));
            columns(k + "_0_2_1", axis(9, k, 2, 1, 2, 1), axis(11, k, 2, 1, 1, 2));
            columns(k + "_0_1_4", axis(18, k, 1, 2, k, k), axis(12, k, 1, 8, 4 * k - 4, 4 * k - 4));
            columns(k + "_0_1_2", axis(18, k, 1, 2, k, k), axis(14, k, 1, 2, k - 1, k - 1));
        }
        for (int k : List.of(3, 5))
            columns(k + "_2_1_4", axis(18, k, 1, 3, k, k), axis(12, k, 1, 2, k - 1, k - 1));
        columns("7_0_1_2", axis(18, 7, 1, 3, 7, 7), axis(12, 7, 1, 2, 6, 6));
    }

    @Test
    void ninesAreTakenColumnByColumnWhereFourPixelsAreReadAtATime() {
        columns("9_1_1_4", axis(9, 9, 1, 1, 2, 7), same(12, 9));
        columns("9_1_1_4", axis(40, 9, 1, 1, 4, 4), same(12, 9));
        assertThat(check(1, 200, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, same(3, 9), same(8, 9))).contains("depthwise_columns_9_1_1_4");
        assertThat(check(1, 200, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, same(3, 9), same(4, 9)))
                .contains("depthwise_rectangle").doesNotContain("depthwise_columns_9_1_1_4");
    }

    private static void columns(String kernel, Window... axes) {
        assertThat(depthwise(axes)).contains("depthwise_columns_" + kernel, "depthwise_columns_weight_" + kernel);
    }

    /// A dilation larger than the image, more zeros than taps, more lines than a thread has.
    @Test
    void columnsEndWhereTheImageDoes() {
        columns("3_0_1_4", axis(3, 3, 1, 5, 5, 5), axis(8, 3, 1, 12, 12, 12));
        columns("3_1_1_4", axis(2, 3, 1, 1, 4, 4), axis(8, 3, 1, 1, 5, 5));
        columns("5_2_1_4", axis(40, 5, 1, 2, 4, 4), axis(8, 5, 1, 2, 8, 8));
        columns("3_1_2_4", axis(75, 3, 2, 1, 1, 1), axis(16, 3, 2, 1, 5, 4));
    }

    @Test
    void unalignedImagesAreTakenNumberByNumber() {
        assertThat(check(2, 3, 1, 1, Order.SHIFTED, Order.CONTIGUOUS, same(9, 3), same(12, 3)))
                .contains("depthwise_columns_3_0_1_1", "depthwise_columns_weight_3_0_1_1");
    }

    @Test
    void strideTwoIsSpread() {
        for (int k : List.of(3, 5, 7)) {
            assertThat(depthwise(axis(9, k, 2, 1, 2, 1), axis(12, k, 2, 1, 1, 2))).contains("depthwise_spread_" + k + "_1");
            assertThat(depthwise(axis(9, k, 2, 1, 1, 1), axis(12, k, 2, 1, 2, 2))).contains("depthwise_spread_" + k + "_0");
        }
    }

    /// Lines of which four pixels can be read at a time: any padding, more taps than the largest kernel of the gradient has.
    @Test
    void linesOfQuadsAreReadDirectly() {
        assertThat(lines(axis(52, 4, 1, 1, 3, 0))).containsExactlyInAnyOrder("depthwise_lines_1", "depthwise_lines_0",
                "depthwise_lines_weight_2", "conv_join_f32");
        assertThat(lines(axis(52, 3, 1, 1, 2, 0))).contains("depthwise_lines_2", "depthwise_lines_weight_2");
        assertThat(lines(axis(52, 2, 1, 1, 0, 1))).contains("depthwise_lines_0", "depthwise_lines_3", "depthwise_lines_weight_1");
        assertThat(lines(axis(52, 9, 1, 1, 4, 4))).contains("depthwise_lines_0", "depthwise_lines_weight_4");
        assertThat(lines(axis(2100, 31, 1, 1, 15, 15))).contains("depthwise_lines_1", "depthwise_lines_weight_8");
        assertThat(lines(axis(52, 37, 1, 1, 18, 18))).contains("depthwise_lines_2", "depthwise_weight_rectangle");
        assertThat(lines(axis(52, 3, 1, 4, 8, 0))).contains("depthwise_lines_dilated", "depthwise_lines_weight_dilated");
        assertThat(lines(axis(52, 9, 1, 4, 16, 16))).contains("depthwise_lines_dilated").doesNotContain("depthwise_lines_weight_dilated");
    }

    private static Set<String> lines(Window axis) {
        return check(3, 2, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, axis);
    }

    @Test
    void channelsOfTheSourceServeSeveralOfTheResult() {
        assertThat(check(3, 2, 1, 3, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(52, 4, 1, 1, 3, 0)))
                .contains("depthwise_lines_1", "depthwise_lines_weight_2");
        assertThat(check(3, 2, 1, 3, Order.CONTIGUOUS, Order.CONTIGUOUS, same(9, 3), same(12, 3)))
                .contains("depthwise_columns_3_1_1_4", "depthwise_columns_weight_3_1_1_4");
    }

    @Test
    void rectanglesOfAnySizeAreTakenFourTapsAtATime() {
        assertThat(depthwise(same(9, 4), same(11, 5))).contains("depthwise_rectangle", "depthwise_weight_rectangle");
        assertThat(depthwise(same(3, 1), same(11, 6))).contains("depthwise_line", "depthwise_weight_rectangle");
        assertThat(depthwise(same(50, 31))).contains("depthwise_line", "depthwise_weight_rectangle");
        assertThat(depthwise(same(9, 9), same(10, 9))).contains("depthwise_rectangle", "depthwise_weight_rectangle");
        assertThat(depthwise(axis(9, 9, 1, 1, 4, 4), axis(12, 9, 1, 1, 3, 5))).contains("depthwise_weight_rectangle");
        assertThat(depthwise(axis(9, 9, 1, 1, 4, 4), axis(12, 9, 1, 2, 8, 8))).doesNotContain("depthwise_weight_rectangle");
    }

    @Test
    void anyStrideAndDilationHasAKernel() {
        assertThat(depthwise(axis(9, 4, 3, 1, 1, 2), axis(11, 2, 1, 5, 2, 2))).contains("depthwise_general");
        assertThat(depthwise(axis(41, 3, 1, 8, 16, 0))).contains("depthwise_general");
    }

    /// Tiles, slices, groups of planes: more than one of each.
    @Test
    void planesOfManySizesAreCutIntoTiles() {
        depthwise(same(70, 3), same(150, 3));
        depthwise(axis(80, 5, 1, 4, 8, 8), axis(130, 5, 1, 2, 4, 4));
        depthwise(axis(75, 3, 2, 1, 1, 1), axis(260, 3, 2, 1, 1, 1));
        depthwise(axis(2100, 5, 1, 1, 4, 0));
        check(300, 2, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, same(3, 3), same(4, 3));
        check(1, 5, 1, 2, Order.CHANNELS_LAST, Order.CONTIGUOUS, same(40, 7), same(36, 7));
    }

    @Test
    void channelsLastImagesAreCopiedIntoPlanes() {
        assertThat(check(2, 40, 1, 1, Order.CHANNELS_LAST, Order.CONTIGUOUS, same(6, 3), same(7, 3)))
                .contains("conv_planes_f32", "depthwise_columns_3_0_1_1", "depthwise_columns_weight_3_0_1_1");
    }

    @Test
    void nothingToDo() {
        Window five = same(5, 3);
        assertThat(check(0, 1, 3, 4, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five)).containsExactly("conv_join_f32");
        check(2, 1, 0, 4, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five);
        check(2, 1, 0, 40, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five);
        check(2, 1, 30, 0, Order.CONTIGUOUS, Order.CONTIGUOUS, five, five);
        check(2, 3, 1, 1, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(0, 3, 1, 1, 2, 2), five);
        check(2, 1, 20, 20, Order.CONTIGUOUS, Order.CONTIGUOUS, axis(0, 3, 1, 1, 2, 2), five);
    }

    @Test
    void unusualNumbersGoWhereTheyBelong() {
        var spec = new ConvSpec(1, 1, 1, 1, List.of(same(6, 4), same(7, 5)));
        float[] x = new float[42];
        x[0] = Float.NaN;
        x[41] = Float.POSITIVE_INFINITY;
        float[] w = new float[20];
        Arrays.fill(w, 1);
        Tensor y = ConvKernels.convRelu(spec, Tensor.of(x).reshape(1, 1, 6, 7).to(PTX), Tensor.of(w).reshape(1, 1, 4, 5).to(PTX), null);
        Tensor expected = ConvKernels.convRelu(spec, Tensor.of(x).reshape(1, 1, 6, 7).to(Device.REFERENCE),
                Tensor.of(w).reshape(1, 1, 4, 5).to(Device.REFERENCE), null);
        assertThat(y.toFloatArray()).containsExactly(expected.toFloatArray());
        assertThat(y.toFloatArray()[0]).isNaN();
    }

    /// Results outside the image take part as zeros, and infinity times zero is NaN.
    @Test
    void infinitePixelsReachOnlyTheTapsThatSeeThem() {
        for (Window axis : List.of(axis(6, 3, 1, 1, 1, 1), axis(6, 5, 1, 1, 2, 2), axis(7, 3, 2, 1, 1, 1), axis(6, 3, 1, 2, 2, 2),
                axis(8, 3, 1, 1, 1, 1), axis(8, 3, 2, 1, 1, 1), axis(8, 3, 1, 2, 2, 2), axis(8, 3, 1, 4, 4, 4), axis(8, 9, 1, 1, 4, 4),
                axis(6, 4, 1, 1, 2, 1))) {
            int kernel = axis.kernel();
            for (Window other : List.of(axis, same(axis.in(), 2))) {
                if (other != axis && axis.stride() * axis.dilation() > 1)
                    continue;
                var spec = new ConvSpec(1, 1, 1, 1, List.of(axis, other));
                double[] x = new double[axis.in() * other.in()];
                Arrays.setAll(x, i -> i % 7 - 3);
                x[x.length - 1] = Double.POSITIVE_INFINITY;
                double[] dy = new double[axis.out() * other.out()];
                Arrays.setAll(dy, i -> 1 + i % 3);
                var found = new float[2][];
                for (Device device : List.of(PTX, Device.REFERENCE))
                    found[device.equals(PTX) ? 0 : 1] = ConvKernels.convWeight(spec,
                            Tensor.of(x).to(DType.F32).reshape(1, 1, axis.in(), other.in()).to(device),
                            Tensor.of(dy).to(DType.F32).reshape(1, 1, axis.out(), other.out()).to(device)).toFloatArray();
                assertThat(found[0]).as("%d x %d, %s", kernel, other.kernel(), axis).containsExactly(found[1]);
            }
        }
    }

    @Test
    void refusesMoreThanThreeAxes() {
        var spec = new ConvSpec(1, 1, 1, 1, List.of(same(1, 1), same(1, 1), same(1, 1), same(1, 1)));
        Tensor one = Tensor.zeros(1, 1, 1, 1, 1, 1).to(PTX);
        assertThatThrownBy(() -> ConvKernels.conv(spec, one, one, null)).hasMessage(
                "cuda: there are kernels for at most 3 spatial axes (got 4); use Device.REFERENCE");
    }
}
