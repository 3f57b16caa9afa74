package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Depthwise convolutions: `out[n,o,y] = bias[o] + sum over taps of x[n, o / m, ...] * w[o,k]` with `m` filters for each input channel.
///
/// Positions of a row that see the same taps form a run: the whole interior is one run, so borders cost nothing inside. Only taps
/// that see a pixel take part in a chain. With `m > 1` every input channel is repeated `m` times first.
final class Depthwise {
    private static final int CHUNK_FLOATS = 32 * 1024;
    /// Partial sums of a weight gradient.
    private static final int PARTS = 32;

    private Depthwise() {
    }

    static void conv(DepthwiseKernel kernel, ConvSpec spec, View x, View w, View bias, View out) {
        int channels = spec.outChannels();
        Dense in = repeated(spec, x);
        Dense result = Layouts.target(out, Role.RESULT);
        float[] start = GemmScratch.zeros(Role.START, channels);
        if (bias != null)
            for (int c = 0; c < channels; c++)
                start[c] = bias.heap().floats()[bias.layout().offset() + c * bias.layout().stride(0)];
        var grid = Im2colGrid.forward(spec.axes());
        run(kernel, spec.batch(), channels, grid, stride(spec), in, weights(grid, w), start, result);
        Layouts.finish(result, out);
    }

    static void convInput(DepthwiseKernel kernel, ConvSpec spec, View dy, View w, View dx) {
        int channels = spec.outChannels();
        int multiplier = channels / spec.inChannels();
        Dense in = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        Dense wide = multiplier == 1 ? result
                : new Dense(GemmScratch.floats(Role.WIDE, Math.multiplyExact(dx.shape().numel(), multiplier)), 0);
        float[] start = GemmScratch.zeros(Role.START, channels);
        var grid = Im2colGrid.backward(spec.axes());
        run(kernel, spec.batch(), channels, grid, 1, in, weights(grid, w), start, wide);
        if (multiplier > 1)
            fold(wide.data(), multiplier, result, dx.shape().numel());
        Layouts.finish(result, dx);
    }

    static void convWeight(DepthwiseKernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        Dense in = repeated(spec, x);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        var grid = Im2colGrid.forward(spec.axes());
        boolean pads = Im2colPadded.pays(grid, spec.batch(), channels);
        int pieces = pads ? spec.batch() : Math.multiplyExact(spec.batch(), grid.rows());
        int size = grid.taps() * channels;
        int chunk = Math.max(1, Math.ceilDiv(pieces, PARTS));
        int parts = Math.ceilDiv(pieces, chunk);
        float[] sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(parts, size));
        var pass = new WeightPass(kernel, grid, channels, stride(spec) * channels, in, gradient, sums);
        Parallel.forChunks(pieces, chunk, (part, from, to) -> {
            if (pads)
                pass.addImages(from, to, part * size);
            else
                for (int row = from; row < to; row++)
                    pass.addRow(row, part * size);
        });
        int[] strides = dw.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++) {
                double total = 0;
                for (int part = 0; part < parts; part++)
                    total += sums[part * size + t * channels + c];
                dw.heap().floats()[dw.layout().offset() + taps[t] + c * strides[0]] = (float) total;
            }
    }

    private static int stride(ConvSpec spec) {
        return spec.axes().isEmpty() ? 1 : spec.axes().getLast().stride();
    }

    /// The weight as `[taps, channels]`.
    private static float[] weights(Im2colGrid grid, View w) {
        int channels = w.shape().size(0);
        int[] strides = w.layout().strides();
        int[] taps = grid.tapOffsets(strides, 2);
        float[] packed = GemmScratch.floats(Role.PANELS, taps.length * channels);
        float[] from = w.heap().floats();
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++)
                packed[t * channels + c] = from[w.layout().offset() + taps[t] + c * strides[0]];
        return packed;
    }

    /// The input in channels-last order, each channel as often as it has filters.
    private static Dense repeated(ConvSpec spec, View x) {
        int multiplier = spec.outChannels() / spec.inChannels();
        Dense in = Layouts.read(x, Role.SOURCE);
        if (multiplier == 1)
            return in;
        int numel = x.shape().numel();
        float[] wide = GemmScratch.floats(Role.WIDE, Math.multiplyExact(numel, multiplier));
        Parallel.forChunks(numel, CHUNK_FLOATS, (_, from, to) -> {
            for (int i = from; i < to; i++)
                for (int j = 0; j < multiplier; j++)
                    wide[i * multiplier + j] = in.data()[in.offset() + i];
        });
        return new Dense(wide, 0);
    }

    /// `to[i] = sum over j of wide[i * multiplier + j]`.
    private static void fold(float[] wide, int multiplier, Dense to, int numel) {
        Parallel.forChunks(numel, CHUNK_FLOATS, (_, from, end) -> {
            for (int i = from; i < end; i++) {
                float sum = 0;
                for (int j = 0; j < multiplier; j++)
                    sum += wide[i * multiplier + j];
                to.data()[to.offset() + i] = sum;
            }
        });
    }

    /// A row of the result for each row of positions, in parallel.
    private static void run(DepthwiseKernel kernel, int batch, int channels, Im2colGrid grid, int step, Dense in, float[] weights,
            float[] start,
            Dense out) {
        if (Im2colPadded.pays(grid, batch, channels)) {
            runPadded(kernel, batch, channels, grid, in, weights, start, out);
            return;
        }
        int rows = Math.multiplyExact(batch, grid.rows());
        int columns = grid.width().positions();
        Parallel.forChunks(rows, Math.max(1, CHUNK_FLOATS / Math.max(1, columns * channels)),
                (_, from, to) -> grid.visit(from, to, (position, length, _, seen, at, weight) -> {
                    for (int t = 0; t < seen; t++) {
                        at[t] = in.offset() + at[t] * channels;
                        weight[t] *= channels;
                    }
                    kernel.pixels(in.data(), at, step * channels, weights, weight, seen, start, channels, length, out.data(),
                            out.offset() + position * channels);
                }));
    }

    private static void runPadded(DepthwiseKernel kernel, int batch, int channels, Im2colGrid grid, Dense in, float[] weights,
            float[] start,
            Dense out) {
        int columns = grid.width().positions();
        int[] weight = new int[grid.taps()];
        for (int t = 0; t < weight.length; t++)
            weight[t] = t * channels;
        Parallel.forChunks(batch, Math.max(1, batch / PARTS), (_, from, to) -> {
            var padded = Im2colPadded.of(grid, channels);
            int[] at = new int[weight.length];
            for (int image = from; image < to; image++) {
                padded.load(in, image);
                for (int row = 0; row < grid.rows(); row++) {
                    for (int t = 0; t < at.length; t++)
                        at[t] = padded.at()[t] + padded.shift(row);
                    kernel.pixels(padded.data(), at, grid.width().step() * channels, weights, weight, at.length, start, channels, columns,
                            out.data(), out.offset() + (image * grid.rows() + row) * columns * channels);
                }
            }
        });
    }

    /// The sums of a weight gradient, row by row of positions.
    ///
    /// @param step distance in floats between the pixels that neighbouring positions see
    private record WeightPass(DepthwiseKernel kernel, Im2colGrid grid, int channels, int step, Dense x, Dense dy, float[] sums) {
        void addImages(int from, int to, int so) {
            var padded = Im2colPadded.of(grid, channels);
            int taps = grid.width().kernel();
            int columns = grid.width().positions();
            int next = taps == 1 ? 0 : padded.at()[1] - padded.at()[0];
            for (int image = from; image < to; image++) {
                padded.load(x, image);
                for (int row = 0; row < grid.rows(); row++)
                    for (int t = 0; t < padded.at().length; t += taps)
                        kernel.gradient(padded.data(), padded.at()[t] + padded.shift(row), step, next, taps, dy.data(),
                                dy.offset() + (image * grid.rows() + row) * columns * channels, channels, columns, sums, so + t * channels);
            }
        }

        void addRow(int row, int so) {
            int image = row / grid.rows();
            int z = row % grid.rows() / grid.height().positions();
            int y = row % grid.height().positions();
            int taps = grid.width().kernel();
            for (int kz = 0; kz < grid.depth().kernel(); kz++)
                for (int ky = 0; ky < grid.height().kernel(); ky++, so += taps * channels) {
                    int sz = grid.depth().at(z, kz);
                    int sy = grid.height().at(y, ky);
                    if (sz < 0 || sy < 0)
                        continue;
                    int line = ((image * grid.depth().size() + sz) * grid.height().size() + sy) * grid.width().size();
                    int kx = 0;
                    for (; kx + 3 <= taps; kx += 3)
                        addThree(kx, row, line, so);
                    for (; kx < taps; kx++)
                        add(kx, 1, grid.width().first(kx), grid.width().end(kx), row, line, so);
                }
        }

        /// Three taps share what they all see; what only some of them see comes before and after, so that each chain stays in order.
        private void addThree(int kx, int row, int line, int so) {
            int from = 0;
            int to = grid.width().positions();
            for (int t = kx; t < kx + 3; t++) {
                from = Math.max(from, grid.width().first(t));
                to = Math.min(to, grid.width().end(t));
            }
            to = Math.max(from, to);
            for (int t = kx; t < kx + 3; t++)
                add(t, 1, grid.width().first(t), Math.min(from, grid.width().end(t)), row, line, so);
            add(kx, 3, from, to, row, line, so);
            for (int t = kx; t < kx + 3; t++)
                add(t, 1, Math.max(to, grid.width().first(t)), grid.width().end(t), row, line, so);
        }

        private void add(int kx, int taps, int from, int to, int row, int line, int so) {
            if (from >= to)
                return;
            int source = grid.width().at(from, kx);
            int next = taps == 1 ? source : grid.width().at(from, kx + 1);
            kernel.gradient(x.data(), x.offset() + (line + source) * channels, step, (next - source) * channels, taps, dy.data(),
                    dy.offset() + (row * grid.width().positions() + from) * channels, channels, to - from, sums, so + kx * channels);
        }
    }
}
