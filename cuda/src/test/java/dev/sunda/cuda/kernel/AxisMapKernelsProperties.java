package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.twin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.driver.PtxProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Linear maps along neighbouring axes on the device: copies, few and many taps, none at all, in row-major and in channels-last order.
class AxisMapKernelsProperties {
    private static final AxisMap TWO_TAPS = AxisMap.of(3, new int[][] {{0, 2}, {1}}, new double[][] {{0.1, 0.7}, {1.3}});

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void mapsAgree(@ForAll @IntRange(min = 1, max = 4) int axes, @ForAll @IntRange(max = 2) int batch,
            @ForAll @IntRange(max = 8) int channels, @ForAll boolean channelsLast, @ForAll boolean wide, @ForAll long seed) {
        var views = new TwinViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        int most = axes < 3 ? 20 : 6;
        int[] sizes = new int[axes + 2];
        int[] outs = new int[axes + 2];
        sizes[0] = outs[0] = batch;
        sizes[1] = outs[1] = channels;
        List<AxisMap> maps = new ArrayList<>();
        for (int a = 0; a < axes; a++) {
            sizes[a + 2] = views.below(most);
            outs[a + 2] = views.below(most);
            maps.add(map(sizes[a + 2], outs[a + 2], views));
        }
        View x = views.finite(views.contiguous(dtype, Shape.of(sizes)));
        View out = views.contiguous(dtype, Shape.of(outs));
        if (channelsLast) {
            x = x.as(Layout.channelsLast(x.shape()));
            out = out.as(Layout.channelsLast(out.shape()));
        }
        View twinOut = twin(out);
        REFERENCE.mapAxes(maps, x, 2, out);
        DEVICE.mapAxes(maps, twin(x), 2, twinOut);
        assertClose(twinOut, out, wide ? 1e-14 : 4e-6);
    }

    /// Parts of larger tensors begin anywhere; four numbers are mapped at once where memory allows it.
    @Example
    void viewsBeginAnywhere() {
        var views = new TwinViews(5);
        for (int channels : new int[] {3, 4, 8})
            for (int from = 0; from <= 4; from++)
                for (int to = 0; to <= 4; to++) {
                    View x = part(views, Shape.of(2, 3, channels), from);
                    View out = part(views, Shape.of(2, 2, channels), to);
                    boolean four = channels % 4 == 0 && from % 4 == 0 && to % 4 == 0;
                    assertThat(launched(List.of(TWO_TAPS), x, 1, out)).containsExactly(four ? "axis_map_1_f32_4" : "axis_map_1_f32");
                }
    }

    private static View part(TwinViews views, Shape shape, int offset) {
        View all = views.finite(views.contiguous(DType.F32, Shape.of(shape.numel() + 5)));
        return all.as(Layout.strided(shape, Layout.contiguous(shape).strides(), offset));
    }

    @Example
    void manyTapsAreMappedAxisAfterAxis() {
        var views = new TwinViews(6);
        AxisMap one = AxisMap.copies(2, 1, 0, 1);
        AxisMap many = many(2, 3, 6);
        assertThat(launched(List.of(one, one, one, one), views, 2)).containsExactly("axis_map_3_f32", "axis_map_1_f32");
        assertThat(launched(List.of(many(2, 3, 5), many), views, 2)).containsExactly("axis_map_2_f32");
        assertThat(launched(List.of(many(2, 3, 4), many(2, 3, 8)), views, 2)).containsExactly("axis_map_2_f32");
        assertThat(launched(List.of(many, many), views, 2)).containsExactly("axis_map_1_f32", "axis_map_1_f32");
        assertThat(launched(List.of(one, many, many, one), views, 2)).containsExactly("axis_map_2_f32_4", "axis_map_2_f32");
    }

    /// Between the axes there are no numbers at all, but results there are.
    @Example
    void anEmptyAxisBehindManyTaps() {
        var views = new TwinViews(7);
        View x = views.contiguous(DType.F32, Shape.of(2, 0));
        View out = views.contiguous(DType.F32, Shape.of(3, 2));
        assertThat(launched(List.of(many(2, 3, 40), AxisMap.copies(0, -1, -1)), x, 0, out)).containsExactly("axis_map_1_f32");
        assertThat(out.heap().floats()).containsOnly(0);
    }

    /// A map serves tensors of both types, each with weights of its own.
    @Example
    void oneMapForBothTypesInTurn() {
        var views = new TwinViews(8);
        for (DType dtype : List.of(DType.F32, DType.F64, DType.F32, DType.F64)) {
            View x = views.finite(views.contiguous(dtype, Shape.of(3, 3)));
            View out = views.contiguous(dtype, Shape.of(2, 3));
            launched(List.of(TWO_TAPS), x, 0, out);
        }
    }

    private static AxisMap many(int in, int out, int taps) {
        int[][] index = new int[out][taps];
        double[][] weight = new double[out][taps];
        for (int i = 0; i < out; i++)
            for (int t = 0; t < taps; t++) {
                index[i][t] = (i + t) % in;
                weight[i][t] = (1.0 + i) / (2 + t);
            }
        return AxisMap.of(in, index, weight);
    }

    /// @param in size of every axis
    private static List<String> launched(List<AxisMap> maps, TwinViews views, int in) {
        int[] sizes = new int[maps.size()];
        Arrays.fill(sizes, in);
        int[] outs = maps.stream().mapToInt(AxisMap::out).toArray();
        View x = views.finite(views.contiguous(DType.F32, Shape.of(sizes)));
        return launched(maps, x, 0, views.contiguous(DType.F32, Shape.of(outs)));
    }

    /// Compares with the reference and names the kernels that have run.
    private static List<String> launched(List<AxisMap> maps, View x, int dim, View out) {
        View twinOut = twin(out);
        View twinX = twin(x);
        PtxProvider.driver(0).launches();
        DEVICE.mapAxes(maps, twinX, dim, twinOut);
        List<String> launched = PtxProvider.driver(0).launches();
        REFERENCE.mapAxes(maps, x, dim, out);
        assertClose(twinOut, out, out.dtype() == DType.F64 ? 1e-14 : 4e-6);
        return launched;
    }

    /// One position for each output, or none; one number of taps for all; or from 0 to 9.
    private static AxisMap map(int in, int out, TwinViews views) {
        int kind = views.below(3);
        int most = views.below(10);
        int[][] index = new int[out][];
        double[][] weight = new double[out][];
        for (int i = 0; i < out; i++) {
            int taps = in == 0 ? 0 : kind == 0 ? views.below(2) : kind == 1 ? most : views.below(10);
            index[i] = new int[taps];
            weight[i] = new double[taps];
            for (int t = 0; t < taps; t++) {
                index[i][t] = views.below(in);
                weight[i][t] = kind == 0 ? 1 : views.below(100) / 50.0 / Math.max(1, taps);
            }
        }
        return AxisMap.of(in, index, weight);
    }
}
