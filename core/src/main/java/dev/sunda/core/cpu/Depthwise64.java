package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// [Depthwise] of F64, with any kernel, stride and dilation: positions of a row that see the same taps form a run, and only taps that see
/// a pixel take part in a chain. Where such positions lie side by side in source and result, their channels are one long row of places,
/// along which weights repeat. With several filters a channel every channel is repeated first.
final class Depthwise64 {
    private static final int CHUNK = 16 * 1024;
    /// Places worked on at a time, so that they stay in the first cache while one tap after the other is added.
    private static final int STRETCH = 1024;
    /// Places after which weights repeat, at least: a sum that is written should not be read again at once.
    private static final int LEAST_PERIOD = 64;
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
        var pass = new Pass(kernel, grid, channels, grid.width().step(), repeated(spec, Layouts64.read(x)), weights(grid, w), start,
                Image.of(result));
        pass.run(spec.batch());
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
        new Pass(kernel, grid, channels, 1, Image.of(Layouts64.read(dy)), weights(grid, w), start, wide).run(spec.batch());
        if (multiplier > 1)
            fold(wide.data, multiplier, Image.of(result), dx.shape().numel());
        Layouts64.finish(result, dx);
    }

    /// Sums over fixed chunks of rows, joined in their order.
    static void convWeight(Depthwise64Kernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        int period = period(channels);
        var grid = Im2colGrid.forward(spec.axes());
        var pass = new WeightPass(kernel, grid, channels, repeated(spec, Layouts64.read(x)), Image.of(Layouts64.read(dy)));
        int rows = Math.multiplyExact(spec.batch(), grid.rows());
        int chunk = Math.max(1, Math.ceilDiv(rows, PARTS));
        var parts = new double[Math.ceilDiv(rows, chunk)][grid.taps() * period];
        Parallel.forChunks(rows, chunk, (part, from, to) -> {
            for (int row = from; row < to; row++)
                pass.addRow(row, parts[part]);
        });
        int[] taps = grid.tapOffsets(dw.layout().strides(), 2);
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++) {
                double total = 0;
                for (double[] part : parts)
                    for (int place = c; place < period; place += channels)
                        total += part[t * period + place];
                dw.heap().doubles()[dw.layout().offset() + taps[t] + c * dw.layout().stride(0)] = total;
            }
    }

    /// Places after which weights repeat: a multiple of the channels that fills whole vectors.
    private static int period(int channels) {
        int period = channels;
        while (period % Depthwise64Kernel.PLACES != 0 || period < LEAST_PERIOD)
            period += channels;
        return period;
    }

    /// What the rows of a convolution have in common.
    ///
    /// @param step pixels between the ones that neighbours of a run see
    /// @param weights as `[taps, period]`
    /// @param start one number a channel
    private record Pass(Depthwise64Kernel kernel, Im2colGrid grid, int channels, int step, Image in, double[] weights, double[] start,
            Image out) {
        void run(int batch) {
            int chunk = Math.max(1, CHUNK / Math.max(1, grid.width().positions() * channels));
            Parallel.forChunks(Math.multiplyExact(batch, grid.rows()), chunk, (_, from, to) -> grid.visit(from, to, this::positions));
        }

        private void positions(int position, int length, int image, int seen, int[] pixels, int[] taps) {
            int period = period(channels);
            for (int t = 0; t < seen; t++) {
                pixels[t] = in.offset + pixels[t] * channels;
                taps[t] *= period;
            }
            int to = out.offset + position * channels;
            for (int p = 0; p < length; p++)
                System.arraycopy(start, 0, out.data, to + p * channels, channels);
            if (step == 1)
                places(pixels, taps, seen, period, to, length * channels);
            for (int p = 0; p < length && step > 1; p++) {
                places(pixels, taps, seen, period, to + p * channels, channels);
                for (int t = 0; t < seen; t++)
                    pixels[t] += step * channels;
            }
        }

        /// Adds all taps to `n` neighbouring places.
        private void places(int[] at, int[] taps, int seen, int period, int to, int n) {
            for (int first = 0; first < n; first += STRETCH) {
                int count = Math.min(STRETCH, n - first);
                int t = 0;
                for (; t <= seen - 3; t += 3)
                    kernel.three(in.data, at[t] + first, at[t + 1] + first, at[t + 2] + first, weights, taps[t], taps[t + 1], taps[t + 2],
                            first, period, out.data, to + first, count);
                for (; t < seen; t++)
                    kernel.one(in.data, at[t] + first, weights, taps[t], first, period, out.data, to + first, count);
            }
        }
    }

    /// The sums of a weight gradient, row by row of positions.
    private record WeightPass(Depthwise64Kernel kernel, Im2colGrid grid, int channels, Image x, Image dy) {
        /// @param sums `[taps, period]`
        void addRow(int row, double[] sums) {
            int image = row / grid.rows();
            int z = row % grid.rows() / grid.height().positions();
            int y = row % grid.height().positions();
            int columns = grid.width().kernel();
            for (int line = 0; line < grid.depth().kernel() * grid.height().kernel(); line++) {
                int sz = grid.depth().at(z, line / grid.height().kernel());
                int sy = grid.height().at(y, line % grid.height().kernel());
                if (sz < 0 || sy < 0)
                    continue;
                int pixel = ((image * grid.depth().size() + sz) * grid.height().size() + sy) * grid.width().size();
                int kx = 0;
                for (; kx <= columns - 3; kx += 3)
                    addThree(kx, row, pixel, sums, line * columns);
                for (; kx < columns; kx++)
                    add(kx, grid.width().first(kx), grid.width().end(kx), row, pixel, sums, line * columns);
            }
        }

        /// Three taps share what they all see; what only some of them see comes before and after.
        private void addThree(int kx, int row, int pixel, double[] sums, int tap) {
            var width = grid.width();
            int from = Math.max(width.first(kx), Math.max(width.first(kx + 1), width.first(kx + 2)));
            int to = Math.max(from, Math.min(width.end(kx), Math.min(width.end(kx + 1), width.end(kx + 2))));
            for (int t = kx; t < kx + 3; t++)
                add(t, width.first(t), Math.min(from, width.end(t)), row, pixel, sums, tap);
            int period = period(channels);
            int s = (tap + kx) * period;
            int n = width.step() == 1 ? to - from : 1;
            for (int p = from; p < to; p += n)
                kernel.gradients(x.data, source(pixel, p, kx), source(pixel, p, kx + 1), source(pixel, p, kx + 2), dy.data, result(row, p),
                        sums, s, s + period, s + 2 * period, period, n * channels);
            for (int t = kx; t < kx + 3; t++)
                add(t, Math.max(to, width.first(t)), width.end(t), row, pixel, sums, tap);
        }

        private void add(int kx, int from, int to, int row, int pixel, double[] sums, int tap) {
            int period = period(channels);
            int n = grid.width().step() == 1 ? to - from : 1;
            for (int p = from; p < to; p += n)
                kernel.gradient(x.data, source(pixel, p, kx), dy.data, result(row, p), sums, (tap + kx) * period, period, n * channels);
        }

        private int source(int pixel, int position, int kx) {
            return x.offset + (pixel + grid.width().at(position, kx)) * channels;
        }

        private int result(int row, int position) {
            return dy.offset + (row * grid.width().positions() + position) * channels;
        }
    }

    /// The weight as `[taps, period]`.
    private static double[] weights(Im2colGrid grid, View w) {
        int channels = w.shape().size(0);
        int period = period(channels);
        int[] taps = grid.tapOffsets(w.layout().strides(), 2);
        var packed = new double[taps.length * period];
        for (int t = 0; t < taps.length; t++)
            for (int j = 0; j < period; j++)
                packed[t * period + j] = w.heap().doubles()[w.layout().offset() + taps[t] + j % channels * w.layout().stride(0)];
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
