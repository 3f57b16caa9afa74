package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DirectConvolution.Image;
import dev.sunda.core.cpu.DirectConvolution.Places;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Convolutions as matrix products: `[positions, taps * channels]` times `[taps * channels, channels of the result]`. The left side is
/// the image itself where every position sees one pixel, otherwise it is read from zero-padded pixels, see [DirectConvolution]; where
/// taps lie too far from each other for that, patches are written out for a block of positions at a time, after Chellapilla, Puri,
/// Simard 2006.
final class GemmConvolution {
    /// Floats of patches held at a time: they stay in a small second cache.
    private static final int PATCH_FLOATS = 48 * 1024;

    private GemmConvolution() {
    }

    /// The innermost loops.
    record Kernels(GemmKernel gemm, ConvKernel conv, WinogradKernel winograd) {
        /// The twins this process uses.
        static final Kernels ACTIVE = new Kernels(GemmKernel.ACTIVE, ConvKernel.ACTIVE, WinogradKernel.ACTIVE);
    }

    static void conv(Kernels kernels, ConvSpec spec, View x, View w, View bias, View out) {
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            float[] start = ConvPanels.start(kernels.conv, bias, g * outer, outer);
            var weights = ConvPanels.Source.of(w, g * outer * strides[0], taps, inner, strides[1], strides[0], outer);
            multiply(kernels, spec.batch(), grid, new Image(in, spec.inChannels(), g * inner, inner), weights, start,
                    new Image(result, spec.outChannels(), g * outer, outer));
        }
        Layouts.finish(result, out);
    }

    static void convInput(Kernels kernels, ConvSpec spec, View dy, View w, View dx) {
        var grid = Im2colGrid.backward(spec.axes());
        Dense in = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        float[] start = ConvPanels.start(kernels.conv, null, 0, outer);
        var subpixel = SubpixelGradient.of(grid, spec.axes());
        boolean strided = spec.axes().stream().anyMatch(a -> a.stride() > 1);
        for (int g = 0; g < spec.groups(); g++) {
            var from = new Image(in, spec.outChannels(), g * inner, inner);
            var to = new Image(result, spec.inChannels(), g * outer, outer);
            var weights = ConvPanels.Source.of(w, g * inner * strides[0], taps, inner, strides[0], strides[1], outer);
            if (strided && subpixel.pays(inner, outer))
                subpixel.run(kernels.conv, spec.batch(), from, weights, to);
            else if (strided)
                for (var phase : GemmPhase.of(grid, spec.axes(), taps))
                    place(kernels, spec.batch(), phase.grid(), from, weights.withTaps(phase.taps()), start, to, phase::pixel,
                            phase.every()[2]);
            else
                multiply(kernels, spec.batch(), grid, from, weights, start, to);
        }
        Layouts.finish(result, dx);
    }

    private static void multiply(Kernels kernels, int batch, Im2colGrid grid, Image in, ConvPanels.Source weights, float[] start,
            Image out) {
        if (grid.isIdentity())
            Gemm.multiply(kernels.gemm, Math.multiplyExact(batch, grid.positions()), in.memory().data(), in.memory().offset() + in.first(),
                    in.channels(), 1, panels(kernels, weights), start, out.memory().data(), out.memory().offset() + out.first(),
                    out.channels());
        else if (WinogradTiles.pays(grid, batch, in.count(), out.count()))
            winograd(kernels, batch, grid, in, weights, start, out);
        else
            place(kernels, batch, grid, in, weights, start, out, Places.SAME, 1);
    }

    static void winograd(Kernels kernels, int batch, Im2colGrid grid, Image in, ConvPanels.Source weights, float[] start, Image out) {
        var tiles = WinogradTiles.of(grid, batch);
        new WinogradConvolution(kernels, tiles, in, out, start)
                .run(weights.withTaps(Arrays.stream(tiles.order()).map(t -> weights.taps()[t]).toArray()));
    }

    private static Gemm.Panels panels(Kernels kernels, ConvPanels.Source w) {
        return Gemm.pack(kernels.gemm, w.data(), w.at(), w.taps(), w.inner(), w.rowStride(), w.columnStride(), w.n());
    }

    /// @param step pixels of the result from one position of a row to the next
    private static void place(Kernels kernels, int batch, Im2colGrid grid, Image in, ConvPanels.Source weights, float[] start, Image out,
            Places places, int step) {
        if (DirectConvolution.fits(grid, in.count())) {
            var direct = DirectConvolution.of(kernels.conv, grid, batch, in.count(), (long) grid.taps() * in.count() * out.count());
            int[] taps = Arrays.stream(direct.blocks().order()).map(t -> weights.taps()[t]).toArray();
            direct.multiply(ConvPanels.pack(kernels.conv, weights.withTaps(taps)), start, in, out, places, step);
        } else {
            patches(kernels.gemm, batch, grid, in, panels(kernels, weights), start, out, places);
        }
    }

    private static void patches(GemmKernel kernel, int batch, Im2colGrid grid, Image in, Gemm.Panels panels, float[] start, Image out,
            Places places) {
        int m = Math.multiplyExact(batch, grid.positions());
        int k = panels.k();
        int rows = Math.min(Gemm.rowsOfBlock(kernel, m, k), Math.max(1, PATCH_FLOATS / Math.max(1, k) / kernel.rows()) * kernel.rows());
        Parallel.forChunks(m, rows, (_, from, end) -> {
            float[] patches = GemmScratch.floats(Role.BLOCK, rows * k);
            grid.patches(in.memory().data(), in.memory().offset(), in.channels(), in.first(), in.count(), from, end, patches, 0, k);
            float[] aside = GemmScratch.floats(Role.COLUMNS, rows * out.count());
            Gemm.block(kernel, end - from, patches, 0, k, 1, panels, 0, panels.count(), start, aside, 0, out.count());
            for (int p = from; p < end; p++)
                System.arraycopy(aside, (p - from) * out.count(), out.memory().data(),
                        out.memory().offset() + out.first() + places.pixel(p) * out.channels(), out.count());
        });
    }

    static void convWeight(Kernels kernels, ConvSpec spec, View x, View dy, View dw) {
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            var pixels = new Image(in, spec.inChannels(), g * inner, inner);
            var results = new Image(gradient, spec.outChannels(), g * outer, outer);
            int at = dw.layout().offset() + g * outer * strides[0];
            if (WinogradTiles.pays(grid, spec.batch(), inner, outer))
                new WinogradGradient(kernels, WinogradTiles.of(grid, spec.batch()), pixels, results).run(dw, at, taps);
            else
                new ConvGradient(kernels.conv, spec.batch(), grid, pixels, results).run(dw, at, taps);
        }
    }
}
