package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.assertSame;
import static dev.sunda.cuda.kernel.TwinViews.twin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.driver.PtxProvider;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Pooling on the device over one to three axes: overlapping, dilated, padded and partial windows, ties and NaN, all memory orders.
class PoolingKernelsProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void maximaAgree(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(max = 5) int channels, @ForAll boolean wide, @ForAll boolean relu, @ForAll long seed) {
        var views = new TwinViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        PoolSpec spec = spec(axes, batch, channels, views);
        View x = views.source(dtype, spec.inputShape());
        View out = views.target(dtype, spec.outputShape());
        View index = views.target(DType.I32, spec.outputShape());
        View twinOut = twin(out);
        View twinIndex = twin(index);
        View values = twin(out);
        REFERENCE.maxPool(spec, x, relu, out, index);
        DEVICE.maxPool(spec, twin(x), relu, twinOut, twinIndex);
        DEVICE.maxPool(spec, twin(x), relu, values, null);
        assertSame(twinOut, out);
        assertSame(twinIndex, index);
        assertSame(values, out);

        View dy = views.finite(views.source(dtype, spec.outputShape()));
        View dx = views.target(dtype, spec.inputShape());
        View twinDx = twin(dx);
        REFERENCE.maxPoolScatter(spec, dy, index, dx);
        DEVICE.maxPoolScatter(spec, twin(dy), twinIndex, twinDx);
        assertClose(twinDx, dx, wide ? 1e-15 : 1e-6);

        View gathered = views.target(dtype, spec.outputShape());
        View twinGathered = twin(gathered);
        REFERENCE.maxPoolGather(spec, x, index, gathered);
        DEVICE.maxPoolGather(spec, twin(x), twinIndex, twinGathered);
        assertSame(twinGathered, gathered);
    }

    /// Windows of two by two pixels that cover dense planes: a kernel of its own.
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void gradientsOfPairs(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 4) int channels,
            @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll @IntRange(min = 1, max = 6) int columns, @ForAll long seed) {
        var views = new TwinViews(seed);
        var spec =
                new PoolSpec(batch, channels, List.of(Window.sliding(2 * rows, 2, 2, 1, 0, 0), Window.sliding(2 * columns, 2, 2, 1, 0, 0)),
                        false);
        View x = views.contiguous(DType.F32, spec.inputShape());
        View index = views.contiguous(DType.I32, spec.outputShape());
        REFERENCE.maxPool(spec, x, false, views.contiguous(DType.F32, spec.outputShape()), index);
        View dy = views.contiguous(DType.F32, spec.outputShape());
        View dx = views.contiguous(DType.F32, spec.inputShape());
        View twinDx = twin(dx);
        REFERENCE.maxPoolScatter(spec, dy, index, dx);
        PtxProvider.driver(0).launches();
        DEVICE.maxPoolScatter(spec, twin(dy), twin(index), twinDx);
        assertThat(PtxProvider.driver(0).launches()).contains("pool_max_scatter_pairs_f32");
        assertSame(twinDx, dx);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void meansAgree(@ForAll @IntRange(min = 1, max = 3) int axes, @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(max = 5) int channels, @ForAll boolean wide, @ForAll long seed) {
        var views = new TwinViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        PoolSpec spec = spec(axes, batch, channels, views);
        View x = views.finite(views.source(dtype, spec.inputShape()));
        View out = views.target(dtype, spec.outputShape());
        View twinOut = twin(out);
        REFERENCE.avgPool(spec, x, out);
        DEVICE.avgPool(spec, twin(x), twinOut);
        assertClose(twinOut, out, wide ? 1e-15 : 1e-6);

        View dy = views.finite(views.source(dtype, spec.outputShape()));
        View dx = views.target(dtype, spec.inputShape());
        View twinDx = twin(dx);
        REFERENCE.avgPoolBackward(spec, dy, dx);
        DEVICE.avgPoolBackward(spec, twin(dy), twinDx);
        assertClose(twinDx, dx, wide ? 1e-15 : 1e-6);
    }

    private static PoolSpec spec(int axes, int batch, int channels, TwinViews views) {
        var windows = new ArrayList<Window>();
        int square = views.below(3) == 0 ? 2 + views.below(2) : 0;
        while (windows.size() < axes) {
            int in = views.below(9);
            int kernel = square > 0 ? square : 1 + views.below(4);
            int stride = 1 + views.below(4);
            int dilation = 1 + views.below(3);
            int pad = views.below((int) Window.span(kernel, dilation) / 2 + 1);
            var window = views.coin() ? Window.sliding(in, kernel, stride, dilation, pad, pad)
                    : Window.slidingCeil(in, kernel, stride, dilation, pad, pad);
            if (window.out() > 0)
                windows.add(window);
        }
        return new PoolSpec(batch, channels, windows, views.coin());
    }
}
