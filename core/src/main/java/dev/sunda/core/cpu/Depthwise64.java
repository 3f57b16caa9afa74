package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// [Depthwise] of F64, with any kernel, stride and dilation: positions of a row that see the same taps form a run, and only taps that see
/// a pixel take part in a chain. With several filters a channel every channel is repeated first.
final class Depthwise64 {
    private static final int CHUNK = 16 * 1024;
    /// Partial sums of a weight gradient.
    private static final int PARTS = 32;

    private Depthwise64() {
    }

    /// Images with channels innermost, from an offset on.
    private record Image(double[] data, int offset) {
        static Image of(View view) {
            return new Image(view.heap().doubles(), view.layout().offset());
        }
    }

    static void conv(Depthwise64Kernel kernel, ConvSpec spec, View x, View w, View bias, View out) {
        int channels = spec.outChannels();
        var grid = Im2colGrid.forward(spec.axes());
        View result = Layouts64.target(out);
        var start = new double[channels];
        if (bias != null)
            Strips.read(bias.heap().doubles(), bias.layout().offset(), bias.layout().stride(0), start, channels);
        int step = grid.width().step();
        run(kernel, spec.batch(), channels, grid, step, repeated(spec, Layouts64.read(x)), weights(grid, w), start, Image.of(result));
        Layouts64.finish(result, out);
    }

    static void convInput(Depthwise64Kernel kernel, ConvSpec spec, View dy, View w, View bias, View dx) {
        int channels = spec.outChannels();
        int multiplier = channels / spec.inChannels();
        var grid = Im2colGrid.backward(spec.axes());
        View result = Layouts64.target(dx);
        double[] start = new double[channels];
        for (int c = 0; bias != null && c < spec.inChannels(); c++)
            start[c * multiplier] = bias.heap().doubles()[bias.layout().offset() + c * bias.layout().stride(0)];
        Image wide = multiplier == 1 ? Image.of(result) : new Image(memory(dx.shape().numel(), multiplier), 0);
        run(kernel, spec.batch(), channels, grid, 1, Image.of(Layouts64.read(dy)), weights(grid, w), start, wide);
        if (multiplier > 1)
            fold(wide.data, multiplier, Image.of(result), dx.shape().numel());
        Layouts64.finish(result, dx);
    }

    /// Sums over fixed chunks of rows, joined in their order.
    static void convWeight(Depthwise64Kernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        var grid = Im2colGrid.forward(spec.axes());
        Image in = repeated(spec, Layouts64.read(x));
        Image gradient = Image.of(Layouts64.read(dy));
        int rows = Math.multiplyExact(spec.batch(), grid.rows());
        int chunk = Math.max(1, Math.ceilDiv(rows, PARTS));
        var parts = new double[Math.ceilDiv(rows, chunk)][grid.taps() * channels];
        Parallel.forChunks(rows, chunk, (part, from, to) -> {
            for (int row = from; row < to; row++)
                addRow(kernel, grid, channels, row, in, gradient, parts[part]);
        });
        int[] taps = grid.tapOffsets(dw.layout().strides(), 2);
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++) {
                double total = 0;
                for (double[] part : parts)
                    total += part[t * channels + c];
                dw.heap().doubles()[dw.layout().offset() + taps[t] + c * dw.layout().stride(0)] = total;
            }
    }

    private static void run(Depthwise64Kernel kernel, int batch, int channels, Im2colGrid grid, int step, Image in, double[] weights,
            double[] start, Image out) {
        int rows = Math.multiplyExact(batch, grid.rows());
        int chunk = Math.max(1, CHUNK / Math.max(1, grid.width().positions() * channels));
        Parallel.forChunks(rows, chunk, (_, from, to) -> grid.visit(from, to, (position, length, _, seen, at, taps) -> {
            for (int t = 0; t < seen; t++) {
                at[t] = in.offset + at[t] * channels;
                taps[t] *= channels;
            }
            kernel.pixels(in.data, at, step * channels, weights, taps, seen, start, channels, length, out.data,
                    out.offset + position * channels);
        }));
    }

    private static void addRow(Depthwise64Kernel kernel, Im2colGrid grid, int channels, int row, Image x, Image dy, double[] sums) {
        var width = grid.width();
        int image = row / grid.rows();
        int z = row % grid.rows() / grid.height().positions();
        int y = row % grid.height().positions();
        for (int tap = 0; tap < grid.taps(); tap++) {
            int kx = tap % width.kernel();
            int sz = grid.depth().at(z, tap / width.kernel() / grid.height().kernel());
            int sy = grid.height().at(y, tap / width.kernel() % grid.height().kernel());
            int from = width.first(kx);
            int length = width.end(kx) - from;
            if (sz < 0 || sy < 0 || length <= 0)
                continue;
            int pixel = ((image * grid.depth().size() + sz) * grid.height().size() + sy) * width.size() + width.at(from, kx);
            kernel.gradient(x.data, x.offset + pixel * channels, width.step() * channels, dy.data,
                    dy.offset + (row * width.positions() + from) * channels, channels, length, sums, tap * channels);
        }
    }

    /// The weight as `[taps, channels]`.
    private static double[] weights(Im2colGrid grid, View w) {
        int channels = w.shape().size(0);
        int[] taps = grid.tapOffsets(w.layout().strides(), 2);
        var packed = new double[taps.length * channels];
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++)
                packed[t * channels + c] = w.heap().doubles()[w.layout().offset() + taps[t] + c * w.layout().stride(0)];
        return packed;
    }

    /// An image with each channel as often as it has filters.
    private static Image repeated(ConvSpec spec, View x) {
        int multiplier = spec.outChannels() / spec.inChannels();
        Image in = Image.of(x);
        if (multiplier == 1)
            return in;
        double[] wide = memory(x.shape().numel(), multiplier);
        Parallel.forChunks(x.shape().numel(), CHUNK, (_, from, to) -> {
            for (int i = from; i < to; i++)
                for (int j = 0; j < multiplier; j++)
                    wide[i * multiplier + j] = in.data[in.offset + i];
        });
        return new Image(wide, 0);
    }

    /// `to[i] = sum over j of wide[i * multiplier + j]`.
    private static void fold(double[] wide, int multiplier, Image to, int numel) {
        Parallel.forChunks(numel, CHUNK, (_, from, end) -> {
            for (int i = from; i < end; i++) {
                double sum = 0;
                for (int j = 0; j < multiplier; j++)
                    sum += wide[i * multiplier + j];
                to.data[to.offset + i] = sum;
            }
        });
    }

    private static double[] memory(int numel, int multiplier) {
        return new double[Math.multiplyExact(numel, multiplier)];
    }
}
