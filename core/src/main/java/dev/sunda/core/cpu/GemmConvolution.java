package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Gemm.Places;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.View;
import java.util.List;

/// Convolutions as matrix products: `[positions, taps * channels]` times `[taps * channels, channels of the result]`. The left side is
/// gathered from the image for a block of positions at a time, see [Patches], after Chellapilla, Puri, Simard 2006.
final class GemmConvolution {
    private GemmConvolution() {
    }

    /// The innermost loops.
    record Kernels(GemmKernel gemm, WinogradKernel winograd) {
        /// The twins this process uses.
        static final Kernels ACTIVE = new Kernels(GemmKernel.ACTIVE, WinogradKernel.ACTIVE);
    }

    /// @param after what follows; may be null
    static void conv(Kernels kernels, ConvSpec spec, View x, View w, View bias, Finishing after, View out) {
        var grid = Im2colGrid.forward(spec.axes());
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        boolean few = FewChannels.paysForward(grid, inner);
        Dense in = few ? null : Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        Finishing within = spec.groups() == 1 ? after : null;            // blocks of one group lack the channels of the others
        for (int g = 0; g < spec.groups(); g++) {
            float[] start = Gemm.start(kernels.gemm, bias, g * outer, outer);
            var weights = ConvWeights.of(w, g * outer * strides[0], taps, inner, strides[1], strides[0], outer);
            var to = new Image(result, spec.outChannels(), g * outer, outer);
            if (few)
                new FewChannels(kernels.gemm, grid, x, g * inner, inner).run(weights, start, to, within);
            else
                multiply(kernels, spec.batch(), grid, new Image(in, spec.inChannels(), g * inner, inner), weights, start, to, within);
        }
        if (after != null && within == null)
            after.all(result.data(), result.offset(), spec.batch() * grid.positions());
        Layouts.finish(result, out);
    }

    static void convInput(Kernels kernels, ConvSpec spec, View dy, View w, View bias, View dx) {
        var grid = Im2colGrid.backward(spec.axes());
        Dense in = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        boolean strided = spec.axes().stream().anyMatch(a -> a.stride() > 1);
        for (int g = 0; g < spec.groups(); g++) {
            var from = new Image(in, spec.outChannels(), g * inner, inner);
            var to = new Image(result, spec.inChannels(), g * outer, outer);
            var weights = ConvWeights.of(w, g * inner * strides[0], taps, inner, strides[0], strides[1], outer);
            float[] start = Gemm.start(kernels.gemm, bias, g * outer, outer);
            if (grid.taps() > 1 && FoldGradient.pays(grid.taps(), outer))
                new FoldGradient(kernels.gemm, Im2colGrid.forward(spec.axes()), spec.batch()).run(from, weights, start, to);
            else if (strided && BlockGradient.fits(spec))
                BlockGradient.run(kernels.gemm, Im2colGrid.forward(spec.axes()), spec.batch(), from, weights, start, to);
            else if (strided)
                phases(kernels, spec.batch(), GemmPhase.of(grid, spec.axes(), taps), from, weights, start, to);
            else
                multiply(kernels, spec.batch(), grid, from, weights, start, to, null);
        }
        Layouts.finish(result, dx);
    }

    private static void phases(Kernels kernels, int batch, List<GemmPhase> phases, Image in, ConvWeights weights, float[] start,
            Image out) {
        if (WinogradPhases.pays(phases, batch, in.count(), out.count()))
            WinogradPhases.run(kernels, batch, phases, in, weights, start, out);
        else
            for (var phase : phases)
                place(kernels.gemm, batch, phase.grid(), in, weights.withTaps(phase.taps()), start, out, phase.places(out), null);
    }

    private static void multiply(Kernels kernels, int batch, Im2colGrid grid, Image in, ConvWeights weights, float[] start, Image out,
            Finishing after) {
        if (WinogradTiles.pays(grid, batch, in.count(), out.count()))
            winograd(kernels, batch, grid, in, weights, start, out, after);
        else
            place(kernels.gemm, batch, grid, in, weights, start, out, Places.every(out.channels(), out.at(0)), after);
    }

    static void winograd(Kernels kernels, int batch, Im2colGrid grid, Image in, ConvWeights weights, float[] start, Image out,
            Finishing after) {
        var tiles = WinogradTiles.of(grid, batch);
        new WinogradConvolution(kernels, tiles, in, out, WinogradPhases.Places.whole(grid), start, after)
                .run(weights.ordered(tiles.order()));
    }

    /// @param places where the result of each position is
    /// @param after what follows, where positions are pixels of all channels; may be null
    private static void place(GemmKernel kernel, int batch, Im2colGrid grid, Image in, ConvWeights weights, float[] start, Image out,
            Places places, Finishing after) {
        Gemm.multiply(kernel, Math.multiplyExact(batch, grid.positions()), new Patches(kernel, grid, in),
                weights.ordered(Patches.order(grid)).pack(kernel), start,
                out.memory().data(), places, after);
    }

    static void convWeight(Kernels kernels, ConvSpec spec, View x, View dy, View dw) {
        var grid = Im2colGrid.forward(spec.axes());
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        boolean few = FewChannels.pays(grid, inner);
        Dense in = few ? null : Layouts.read(x, Role.SOURCE);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        for (int g = 0; g < spec.groups(); g++) {
            var pixels = new Image(in, spec.inChannels(), g * inner, inner);
            var results = new Image(gradient, spec.outChannels(), g * outer, outer);
            int at = dw.layout().offset() + g * outer * strides[0];
            if (few)
                new FewChannels(kernels.gemm, grid, x, g * inner, inner).gradient(results, dw, at, taps);
            else if (WinogradTiles.pays(grid, spec.batch(), inner, outer))
                new WinogradGradient(kernels, WinogradTiles.of(grid, spec.batch()), pixels, results).run(dw, at, taps);
            else
                new ConvGradient(kernels.gemm, spec.batch(), grid, pixels, results).run(dw, at, taps);
        }
    }
}
