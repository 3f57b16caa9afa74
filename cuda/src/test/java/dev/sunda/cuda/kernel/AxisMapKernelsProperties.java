package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.twin;

import dev.sunda.core.op.AxisMap;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Linear maps along neighbouring axes on the device: copies, few and many taps, none at all, in row-major and in channels-last order.
class AxisMapKernelsProperties {
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
