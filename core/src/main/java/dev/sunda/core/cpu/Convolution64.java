package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.List;

/// [Convolution] of F64. All are matrix products of what positions see ([Patches64]) with the weights, but for one filter bank a channel,
/// see [Depthwise64], three by three taps where Winograd's algorithm pays, see [WinogradConvolution64], and input gradients of few
/// channels, see [FoldGradient64]. Every element of a product is one chain of fused multiply-adds over taps and channels, or over
/// positions.
final class Convolution64 {
    /// Rows of a product that are made before they are brought to their pixels; at least so many pieces of a product.
    private static final int MOST_ROWS = 20 * Gemm64Kernel.ROWS;
    private static final int LEAST_ROWS = 2 * Gemm64Kernel.ROWS;
    private static final int LEAST_CHUNKS = 16;

    private Convolution64() {
    }

    /// The innermost loops.
    record Kernels(Gemm64Kernel gemm, WinogradKernel64 winograd) {
        /// The twins this process uses.
        static final Kernels CHOSEN = new Kernels(Gemm64Kernel.CHOSEN, WinogradKernel64.CHOSEN);
    }

    /// Whether there are kernels for so many spatial axes.
    static boolean takes(ConvSpec spec) {
        return spec.axes().size() <= 3;
    }

    static void conv(ConvSpec spec, View x, View w, View bias, View out) {
        if (out.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise64.conv(Depthwise64Kernel.CHOSEN, spec, x, w, bias, out);
        else
            conv(Kernels.CHOSEN, spec, x, w, bias, out);
    }

    /// The gradient of [#conv] with respect to `x`, plus a bias for each of its channels, which may be null.
    static void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        if (dx.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise64.convInput(Depthwise64Kernel.CHOSEN, spec, dy, w, bias, dx);
        else
            convInput(Kernels.CHOSEN, spec, dy, w, bias, dx);
    }

    /// The gradient of [#conv] with respect to `w`.
    static void convWeight(ConvSpec spec, View x, View dy, View dw) {
        if (dw.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise64.convWeight(Depthwise64Kernel.CHOSEN, spec, x, dy, dw);
        else
            convWeight(Kernels.CHOSEN, spec, x, dy, dw);
    }

    private static boolean isStencil(ConvSpec spec) {
        return spec.isDepthwise() && spec.groups() > 1 && spec.outChannels() > 0;
    }

    static void conv(Kernels kernels, ConvSpec spec, View x, View w, View bias, View out) {
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View result = Layouts64.target(out);
        var filters = Filters.of(w, grid.tapOffsets(w.layout().strides(), 2));
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        boolean winograd = WinogradTiles.pays(grid, spec.batch(), inner, outer);
        for (int g = 0; g < spec.groups(); g++) {
            double[] start = start(kernels.gemm, bias, g * outer, outer);
            var from = Image64.of(in, g * inner, inner);
            var to = Image64.of(result, g * outer, outer);
            if (winograd)
                winograd(kernels, spec.batch(), grid, from, filters.ordered(Patches.order(grid)).forward(g * outer, inner), start, to);
            else
                Gemm64.multiply(kernels.gemm, Math.multiplyExact(spec.batch(), grid.positions()), outer, grid.taps() * inner,
                        new Patches64(grid, from), filters.forward(g * outer, inner), start, to.data(), to.offset(), to.channels());
        }
        Layouts64.finish(result, out);
    }

    /// @param weights a row for each tap, in the order of the tiles, and channel of the source, a column for each channel of the result
    static void winograd(Kernels kernels, int batch, Im2colGrid grid, Image64 in, Matrix64 weights, double[] start, Image64 out) {
        new WinogradConvolution64(kernels, WinogradTiles.of(grid, batch), in, out, WinogradPhases.Places.whole(grid), start)
                .run(weights, out.count());
    }

    /// The elements of `bias` from `first` on or, if it is null, zeros.
    private static double[] start(Gemm64Kernel kernel, View bias, int first, int n) {
        return bias == null ? Gemm64.start(kernel, null, 0, 0, n)
                : Gemm64.start(kernel, bias.heap().doubles(), bias.layout().offset() + first * bias.layout().stride(0),
                        bias.layout().stride(0), n);
    }

    static void convInput(Kernels kernels, ConvSpec spec, View dy, View w, View bias, View dx) {
        var grid = Im2colGrid.backward(spec.axes());
        View in = Layouts64.read(dy);
        View result = Layouts64.target(dx);
        var filters = Filters.of(w, grid.tapOffsets(w.layout().strides(), 2));
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        List<GemmPhase> phases = GemmPhase.of(grid, spec.axes(), filters.taps);
        for (int g = 0; g < spec.groups(); g++) {
            double[] start = start(kernels.gemm, bias, g * outer, outer);
            var from = Image64.of(in, g * inner, inner);
            var to = Image64.of(result, g * outer, outer);
            if (FoldGradient64.pays(grid.taps(), outer))
                new FoldGradient64(kernels.gemm, Im2colGrid.forward(spec.axes()), spec.batch())
                        .run(from, filters.patches(g * inner, outer), start, to);
            else if (WinogradTiles.pays(grid, spec.batch(), inner, outer))
                winograd(kernels, spec.batch(), grid, from, filters.ordered(Patches.order(grid)).backward(g * inner, inner), start, to);
            else
                phases(kernels, spec.batch(), phases, from, filters, g * inner, start, to);
        }
        Layouts64.finish(result, dx);
    }

    /// By phases: the pixels at one place relative to the steps of the convolution, with the taps that reach them, see [GemmPhase].
    ///
    /// @param first channel of the output
    private static void phases(Kernels kernels, int batch, List<GemmPhase> phases, Image64 in, Filters filters, int first, double[] start,
            Image64 out) {
        var weights = phases.stream().map(phase -> filters.with(phase.taps()).backward(first, in.count())).toList();
        if (phases.size() > 1 && WinogradPhases.pays(phases, batch, in.count(), out.count())) {
            WinogradPhases.run(kernels, batch, phases, in, weights, start, out);
            return;
        }
        for (int i = 0; i < weights.size(); i++) {
            var phase = phases.get(i);
            int m = Math.multiplyExact(batch, phase.grid().positions());
            int k = phase.grid().taps() * in.count();
            var patches = new Patches64(phase.grid(), in);
            if (weights.size() == 1)
                Gemm64.multiply(kernels.gemm, m, out.count(), k, patches, weights.get(i), start, out.data(), out.offset(), out.channels());
            else
                place(kernels.gemm, phase, m, k, patches, weights.get(i), start, out);
        }
    }

    /// The rows of a phase, some at a time, which are brought to their pixels.
    private static void place(Gemm64Kernel kernel, GemmPhase phase, int m, int k, Matrix64 patches, Matrix64 weights, double[] start,
            Image64 out) {
        int n = out.count();
        var panels = Gemm64.pack(kernel, Role.PANELS, weights, 0, k, n);
        int rows = Math.clamp(m / LEAST_CHUNKS, LEAST_ROWS, MOST_ROWS) / Gemm64Kernel.ROWS * Gemm64Kernel.ROWS;
        Parallel.forChunks(m, rows, (_, from, to) -> {
            double[] block = Scratch64.doubles(Role.BLOCK, rows * n);
            Matrix64 part = (row, height, column, columns, data, at, distance) -> patches.copy(from + row, height, column, columns, data,
                    at, distance);
            Gemm64.multiply(kernel, to - from, n, k, part, panels, start, block, 0, n);
            for (int i = from; i < to; i++)
                Matrix64.stretch(block, (i - from) * n, out.data(), out.at(phase.pixel(i)), n);
        });
    }

    /// `dw = dy' · patches`.
    static void convWeight(Kernels kernels, ConvSpec spec, View x, View dy, View dw) {
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View gradient = Layouts64.read(dy);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        boolean winograd = WinogradTiles.pays(grid, spec.batch(), inner, outer);
        for (int g = 0; g < spec.groups(); g++) {
            var pixels = Image64.of(in, g * inner, inner);
            var results = Image64.of(gradient, g * outer, outer);
            int at = dw.layout().offset() + g * outer * strides[0];
            if (winograd)
                new WinogradGradient64(kernels, WinogradTiles.of(grid, spec.batch()), pixels, results).run(dw, at, taps);
            else
                weightProduct(kernels.gemm, spec.batch(), grid, pixels, results, dw, at, taps);
        }
    }

    /// One chain over all positions.
    private static void weightProduct(Gemm64Kernel kernel, int batch, Im2colGrid grid, Image64 x, Image64 dy, View dw, int at, int[] taps) {
        int inner = x.count();
        int n = grid.taps() * inner;
        double[] sums = Scratch64.doubles(Role.RESULT, dy.count() * n);
        Gemm64.multiply(kernel, dy.count(), n, Math.multiplyExact(batch, grid.positions()),
                Matrix64.of(dy.data(), dy.offset(), 1, dy.channels()), new Patches64(grid, x), Gemm64.start(kernel, null, 0, 0, n), sums, 0,
                n);
        int[] strides = dw.layout().strides();
        double[] to = dw.heap().doubles();
        for (int o = 0; o < dy.count(); o++)
            for (int j = 0; j < n; j++)
                to[at + o * strides[0] + taps[j / inner] + j % inner * strides[1]] = sums[o * n + j];
    }

    /// The weights of a convolution as matrices.
    ///
    /// @param taps where each tap lies
    record Filters(double[] data, int offset, int outStride, int inStride, int[] taps) {
        static Filters of(View w, int[] taps) {
            var layout = w.layout();
            return new Filters(w.heap().doubles(), layout.offset(), layout.stride(0), layout.stride(1), taps);
        }

        /// The same with other taps.
        Filters with(int[] others) {
            return new Filters(data, offset, outStride, inStride, others);
        }

        /// The same with taps in the order `order`.
        Filters ordered(int[] order) {
            return with(Arrays.stream(order).map(t -> taps[t]).toArray());
        }

        /// A row for each tap and channel of the input, `inner` of them, and a column for each channel of the output from `out` on.
        Matrix64 forward(int out, int inner) {
            return rows(offset + out * outStride, inner, inStride, outStride);
        }

        /// A row for each tap and channel of the output, `inner` of them from `out` on, and a column for each channel of the input.
        Matrix64 backward(int out, int inner) {
            return rows(offset + out * outStride, inner, outStride, inStride);
        }

        /// A row for each channel of the output from `out` on, and a column for each tap and channel of the input, `inner` of them.
        Matrix64 patches(int out, int inner) {
            return (row, rows, column, columns, to, at, distance) -> {
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++)
                        to[at + i * distance + j] = data[offset + (out + row + i) * outStride + taps[(column + j) / inner]
                                + (column + j) % inner * inStride];
            };
        }

        private Matrix64 rows(int first, int inner, int rowStride, int columnStride) {
            return (row, rows, column, columns, to, at, distance) -> {
                for (int i = 0; i < rows; i++) {
                    int from = first + taps[(row + i) / inner] + (row + i) % inner * rowStride + column * columnStride;
                    for (int j = 0; j < columns; j++)
                        to[at + i * distance + j] = data[from + j * columnStride];
                }
            };
        }
    }
}
