package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.List;

/// [Convolution] of F64. All are matrix products of what positions see ([Patches64]) with the weights, but for one filter bank a channel,
/// see [Depthwise64]. Every element is one chain of fused multiply-adds over taps and channels, or over positions.
final class Convolution64 {
    private static final int CHUNK = 16 * 1024;

    private Convolution64() {
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
            conv(Gemm64Kernel.CHOSEN, spec, x, w, bias, out);
    }

    /// The gradient of [#conv] with respect to `x`, plus a bias for each of its channels, which may be null.
    static void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        if (dx.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise64.convInput(Depthwise64Kernel.CHOSEN, spec, dy, w, bias, dx);
        else
            convInput(Gemm64Kernel.CHOSEN, spec, dy, w, bias, dx);
    }

    /// The gradient of [#conv] with respect to `w`.
    static void convWeight(ConvSpec spec, View x, View dy, View dw) {
        if (dw.shape().numel() == 0)
            return;
        if (isStencil(spec))
            Depthwise64.convWeight(Depthwise64Kernel.CHOSEN, spec, x, dy, dw);
        else
            convWeight(Gemm64Kernel.CHOSEN, spec, x, dy, dw);
    }

    private static boolean isStencil(ConvSpec spec) {
        return spec.isDepthwise() && spec.groups() > 1 && spec.outChannels() > 0;
    }

    static void conv(Gemm64Kernel kernel, ConvSpec spec, View x, View w, View bias, View out) {
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View result = Layouts64.target(out);
        var filters = Filters.of(w, grid.tapOffsets(w.layout().strides(), 2));
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            double[] start = start(kernel, bias, g * outer, outer);
            Gemm64.multiply(kernel, Math.multiplyExact(spec.batch(), grid.positions()), outer, grid.taps() * inner,
                    patches(grid, in, spec.inChannels(), g * inner, inner), filters.forward(g * outer, inner), start,
                    result.heap().doubles(), result.layout().offset() + g * outer, spec.outChannels());
        }
        Layouts64.finish(result, out);
    }

    /// The elements of `bias` from `first` on or, if it is null, zeros.
    private static double[] start(Gemm64Kernel kernel, View bias, int first, int n) {
        return bias == null ? Gemm64.start(kernel, null, 0, 0, n)
                : Gemm64.start(kernel, bias.heap().doubles(), bias.layout().offset() + first * bias.layout().stride(0),
                        bias.layout().stride(0), n);
    }

    /// By phases: the pixels at one place relative to the steps of the convolution, with the taps that reach them, see [GemmPhase].
    static void convInput(Gemm64Kernel kernel, ConvSpec spec, View dy, View w, View bias, View dx) {
        var grid = Im2colGrid.backward(spec.axes());
        View in = Layouts64.read(dy);
        View result = Layouts64.target(dx);
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        List<GemmPhase> phases = GemmPhase.of(grid, spec.axes(), grid.tapOffsets(w.layout().strides(), 2));
        for (int g = 0; g < spec.groups(); g++) {
            double[] start = start(kernel, bias, g * outer, outer);
            for (var phase : phases) {
                int m = Math.multiplyExact(spec.batch(), phase.grid().positions());
                int k = phase.grid().taps() * inner;
                Matrix64 patches = patches(phase.grid(), in, spec.outChannels(), g * inner, inner);
                Matrix64 filters = Filters.of(w, phase.taps()).backward(g * inner, inner);
                int at = result.layout().offset() + g * outer;
                if (phases.size() == 1) {
                    Gemm64.multiply(kernel, m, outer, k, patches, filters, start, result.heap().doubles(), at, spec.inChannels());
                } else {
                    double[] rows = Scratch64.doubles(Role.RESULT, Math.multiplyExact(m, outer));
                    Gemm64.multiply(kernel, m, outer, k, patches, filters, start, rows, 0, outer);
                    place(phase, m, rows, outer, result.heap().doubles(), at, spec.inChannels());
                }
            }
        }
        Layouts64.finish(result, dx);
    }

    /// Brings the rows of a phase to their pixels.
    private static void place(GemmPhase phase, int m, double[] rows, int n, double[] to, int at, int channels) {
        Parallel.forChunks(m, Math.max(1, CHUNK / n), (_, from, end) -> {
            for (int i = from; i < end; i++)
                Matrix64.stretch(rows, i * n, to, at + phase.pixel(i) * channels, n);
        });
    }

    /// `dw = dy' · patches`, one chain over all positions.
    static void convWeight(Gemm64Kernel kernel, ConvSpec spec, View x, View dy, View dw) {
        var grid = Im2colGrid.forward(spec.axes());
        View in = Layouts64.read(x);
        View gradient = Layouts64.read(dy);
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        int n = grid.taps() * inner;
        int k = Math.multiplyExact(spec.batch(), grid.positions());
        double[] start = Gemm64.start(kernel, null, 0, 0, n);
        double[] sums = Scratch64.doubles(Role.RESULT, outer * n);
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        double[] to = dw.heap().doubles();
        for (int g = 0; g < spec.groups(); g++) {
            Matrix64 left = Matrix64.of(gradient.heap().doubles(), gradient.layout().offset() + g * outer, 1, spec.outChannels());
            Gemm64.multiply(kernel, outer, n, k, left, patches(grid, in, spec.inChannels(), g * inner, inner), start, sums, 0, n);
            for (int o = 0; o < outer; o++)
                for (int j = 0; j < n; j++)
                    to[dw.layout().offset() + (g * outer + o) * strides[0] + taps[j / inner] + j % inner * strides[1]] = sums[o * n + j];
        }
    }

    private static Patches64 patches(Im2colGrid grid, View image, int channels, int first, int count) {
        return new Patches64(grid, image.heap().doubles(), image.layout().offset() + first, channels, count);
    }

    /// The weights of a convolution as matrices.
    ///
    /// @param taps where each tap lies
    private record Filters(double[] data, int offset, int outStride, int inStride, int[] taps) {
        static Filters of(View w, int[] taps) {
            var layout = w.layout();
            return new Filters(w.heap().doubles(), layout.offset(), layout.stride(0), layout.stride(1), taps);
        }

        /// A row for each tap and channel of the input, `inner` of them, and a column for each channel of the output from `out` on.
        Matrix64 forward(int out, int inner) {
            return rows(offset + out * outStride, inner, inStride, outStride);
        }

        /// A row for each tap and channel of the output, `inner` of them from `out` on, and a column for each channel of the input.
        Matrix64 backward(int out, int inner) {
            return rows(offset + out * outStride, inner, outStride, inStride);
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
