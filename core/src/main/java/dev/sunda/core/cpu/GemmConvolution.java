package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Convolutions as matrix products: `[positions, taps * channels]` times `[taps * channels, channels of the result]`. The left side is
/// the image itself where every position sees one pixel, otherwise patches written out for a block of positions at a time.
/// After Chellapilla, Puri, Simard 2006.
final class GemmConvolution {
    /// Floats of patches held at a time: they stay in a small second cache.
    private static final int PATCH_FLOATS = 48 * 1024;
    /// Partial sums of a weight gradient: at most so many, and at most so many floats together.
    private static final int MOST_PARTS = 32;
    private static final int PART_FLOATS = 1 << 22;
    private static final int LEAST_POSITIONS = 256;
    /// Floats of a gradient's rows, and of one line of the image for each, that stay in the first cache.
    private static final int FIRST_CACHE_FLOATS = 6 * 1024;

    private GemmConvolution() {
    }

    /// A channels-last image: `channels` in all, of which `count` from `first` on take part.
    private record Image(Dense memory, int channels, int first, int count) {
    }

    static void conv(GemmKernel kernel, ConvSpec spec, View x, View w, View bias, View out) {
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense result = Layouts.target(out, Role.RESULT);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            var panels = Gemm.pack(kernel, w.heap().floats(), w.layout().offset() + g * outer * strides[0], taps, inner, strides[1],
                    strides[0],
                    outer);
            float[] start = bias == null ? Gemm.start(kernel, null, 0, 0, outer) : Gemm.start(kernel, bias.heap().floats(),
                    bias.layout().offset() + g * outer * bias.layout().stride(0), bias.layout().stride(0), outer);
            multiply(kernel, spec.batch(), grid, new Image(in, spec.inChannels(), g * inner, inner), panels, start,
                    new Image(result, spec.outChannels(), g * outer, outer));
        }
        Layouts.finish(result, out);
    }

    static void convInput(GemmKernel kernel, ConvSpec spec, View dy, View w, View dx) {
        var grid = Im2colGrid.backward(spec.axes());
        Dense in = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        float[] start = Gemm.start(kernel, null, 0, 0, outer);
        boolean strided = spec.axes().stream().anyMatch(a -> a.stride() > 1);
        for (int g = 0; g < spec.groups(); g++) {
            var from = new Image(in, spec.outChannels(), g * inner, inner);
            var to = new Image(result, spec.inChannels(), g * outer, outer);
            int at = w.layout().offset() + g * inner * strides[0];
            if (strided)
                for (var phase : GemmPhase.of(grid, spec.axes(), taps))
                    multiply(kernel, spec.batch(), phase, from,
                            Gemm.pack(kernel, w.heap().floats(), at, phase.taps(), inner, strides[0], strides[1], outer), start, to);
            else
                multiply(kernel, spec.batch(), grid, from,
                        Gemm.pack(kernel, w.heap().floats(), at, taps, inner, strides[0], strides[1], outer), start, to);
        }
        Layouts.finish(result, dx);
    }

    private static void multiply(GemmKernel kernel, int batch, Im2colGrid grid, Image in, Gemm.Panels panels, float[] start, Image out) {
        int m = Math.multiplyExact(batch, grid.positions());
        int to = out.memory.offset() + out.first;
        if (grid.isIdentity()) {
            Gemm.multiply(kernel, m, in.memory.data(), in.memory.offset() + in.first, in.channels, panels, start, out.memory.data(), to,
                    out.channels);
            return;
        }
        int k = panels.k();
        int rows = Math.min(Gemm.rowsOfBlock(kernel, m, k), Math.max(1, PATCH_FLOATS / Math.max(1, k) / kernel.rows()) * kernel.rows());
        Parallel.forChunks(m, rows, (_, from, end) -> {
            float[] patches = GemmScratch.floats(Role.BLOCK, rows * k);
            grid.patches(in.memory.data(), in.memory.offset(), in.channels, in.first, in.count, from, end, patches, k);
            Gemm.block(kernel, end - from, patches, 0, k, panels, 0, panels.count(), start, out.memory.data(), to + from * out.channels,
                    out.channels);
        });
    }

    /// The pixels of one phase; their rows do not lie side by side, so they are computed aside.
    private static void multiply(GemmKernel kernel, int batch, GemmPhase phase, Image in, Gemm.Panels panels, float[] start, Image out) {
        int m = Math.multiplyExact(batch, phase.grid().positions());
        int k = panels.k();
        int rows = Math.min(Gemm.rowsOfBlock(kernel, m, k), Math.max(1, PATCH_FLOATS / Math.max(1, k) / kernel.rows()) * kernel.rows());
        Parallel.forChunks(m, rows, (_, from, end) -> {
            float[] patches = GemmScratch.floats(Role.BLOCK, rows * k);
            phase.grid().patches(in.memory.data(), in.memory.offset(), in.channels, in.first, in.count, from, end, patches, k);
            float[] aside = GemmScratch.floats(Role.COLUMNS, rows * out.count);
            Gemm.block(kernel, end - from, patches, 0, k, panels, 0, panels.count(), start, aside, 0, out.count);
            for (int p = from; p < end; p++)
                System.arraycopy(aside, (p - from) * out.count, out.memory.data(),
                        out.memory.offset() + out.first + phase.pixel(p) * out.channels, out.count);
        });
    }

    static void convWeight(GemmKernel kernel, ConvSpec spec, View x, View dy, View dw) {
        var grid = Im2colGrid.forward(spec.axes());
        Dense in = Layouts.read(x, Role.SOURCE);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            var sums = weightSums(kernel, spec.batch(), grid, new Image(in, spec.inChannels(), g * inner, inner),
                    new Image(gradient, spec.outChannels(), g * outer, outer));
            int at = dw.layout().offset() + g * outer * strides[0];
            float[] to = dw.heap().floats();
            Parallel.forChunks(sums.k, 16, (_, from, end) -> {
                for (int k = from; k < end; k++)
                    for (int o = 0; o < outer; o++)
                        to[at + taps[k / inner] + k % inner * strides[1] + o * strides[0]] = sums.total(k, o);
            });
        }
    }

    /// Partial sums over positions, each `[taps * channels, channels of the result]` with rows of `width`.
    private record Sums(float[] parts, int count, int k, int width) {
        float total(int row, int column) {
            double total = 0;
            for (int part = 0; part < count; part++)
                total += parts[(part * k + row) * width + column];
            return (float) total;
        }
    }

    private static Sums weightSums(GemmKernel kernel, int batch, Im2colGrid grid, Image x, Image dy) {
        int m = Math.multiplyExact(batch, grid.positions());
        int k = grid.taps() * x.count;
        int width = Math.ceilDiv(dy.count, kernel.columns()) * kernel.columns();
        int most = Math.clamp(PART_FLOATS / ((long) k * dy.count), 1, MOST_PARTS);
        int chunk = Math.max(LEAST_POSITIONS, Math.ceilDiv(m, most));
        int count = Math.ceilDiv(m, chunk);
        float[] parts = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(count, Math.multiplyExact(k, width)));
        int block = Math.clamp(Math.min(PATCH_FLOATS / k, FIRST_CACHE_FLOATS / (width + 16)), 16, 512);
        Parallel.forChunks(m, chunk, (part, from, end) -> {
            for (int p = from; p < end; p += block)
                addPositions(kernel, grid, x, dy, p, Math.min(end, p + block), k, width, parts, part * k * width);
        });
        return new Sums(parts, count, k, width);
    }

    private static void addPositions(GemmKernel kernel, Im2colGrid grid, Image x, Image dy, int from, int to, int k, int width,
            float[] sums,
            int at) {
        float[] left = x.memory.data();
        int lo = x.memory.offset() + x.first + from * x.channels;
        int lda = x.channels;
        if (!grid.isIdentity()) {
            left = GemmScratch.floats(Role.BLOCK, (to - from) * k);
            lo = 0;
            lda = k;
            grid.patches(x.memory.data(), x.memory.offset(), x.channels, x.first, x.count, from, to, left, k);
        }
        float[] right = dy.memory.data();
        int ro = dy.memory.offset() + dy.first + from * dy.channels;
        int ldb = dy.channels;
        if (width != dy.count) {
            float[] padded = GemmScratch.zeros(Role.COLUMNS, (to - from) * width);
            for (int p = 0; p < to - from; p++)
                System.arraycopy(right, ro + p * ldb, padded, p * width, dy.count);
            right = padded;
            ro = 0;
            ldb = width;
        }
        Gemm.addOuter(kernel, k, dy.count, to - from, left, lo, lda, right, ro, ldb, sums, at, width);
    }
}
