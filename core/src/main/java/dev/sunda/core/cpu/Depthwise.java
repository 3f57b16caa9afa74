package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;

/// Depthwise convolutions: `out[n,o,y] = bias[o] + sum over taps of x[n, o / m, ...] * w[o,k]` with `m` filters for each input channel.
///
/// Images are worked on in strips ([DepthwiseStrip]), where every tap sees a pixel or a zero. Where that is not possible, as in gradients
/// of convolutions with strides, positions of a row that see the same taps form a run, and only taps that see a pixel take part in a
/// chain. With `m > 1` every input channel is repeated `m` times first.
final class Depthwise {
    private static final int CHUNK_FLOATS = 32 * 1024;
    /// Channels of a cache line.
    private static final int LINE = 16;
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
        run(kernel, spec.batch(), channels, grid, stride(spec), in, w, start, result);
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
        run(kernel, spec.batch(), channels, grid, 1, in, w, start, wide);
        if (multiplier > 1)
            fold(wide.data(), multiplier, result, dx.shape().numel());
        Layouts.finish(result, dx);
    }

    static void convWeight(DepthwiseKernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        Dense in = repeated(spec, x);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        var grid = Im2colGrid.forward(spec.axes());
        var strip = DepthwiseStrip.of(grid, channels);
        int pieces = Math.multiplyExact(spec.batch(), strip == null ? grid.rows() : strip.count());
        int size = grid.taps() * channels;
        int chunk = Math.max(1, Math.ceilDiv(pieces, PARTS));
        int parts = Math.ceilDiv(pieces, chunk);
        float[] sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(parts, size));
        var pass = new WeightPass(kernel, grid, channels, stride(spec) * channels, in, gradient, sums);
        Parallel.forChunks(pieces, chunk, (part, from, to) -> {
            for (int piece = from; piece < to; piece++) {
                if (strip == null)
                    pass.addRow(piece, part * size);
                else
                    pass.addStrip(strip, piece / strip.count(), piece % strip.count(), part * size);
            }
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

    /// The weight as `[taps, channels]`, taps in the order of `taps`, where they lie in the weight.
    private static float[] weights(int[] taps, View w) {
        int channels = w.shape().size(0);
        int stride = w.layout().stride(0);
        float[] packed = GemmScratch.floats(Role.PANELS, taps.length * channels);
        float[] from = w.heap().floats();
        for (int t = 0; t < taps.length; t++)
            for (int c = 0; c < channels; c++)
                packed[t * channels + c] = from[w.layout().offset() + taps[t] + c * stride];
        return packed;
    }

    /// Taps of an even grid in the order of the pixels they see.
    private static int[] ascending(Im2colGrid grid, int[] taps) {
        int[] sorted = new int[taps.length];
        int t = 0;
        for (int z : grid.depth().ascending())
            for (int y : grid.height().ascending())
                for (int x : grid.width().ascending())
                    sorted[t++] = taps[(z * grid.height().kernel() + y) * grid.width().kernel() + x];
        return sorted;
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

    /// All positions, in parallel.
    private static void run(DepthwiseKernel kernel, int batch, int channels, Im2colGrid grid, int step, Dense in, View w, float[] start,
            Dense out) {
        int[] taps = grid.tapOffsets(w.layout().strides(), 2);
        var strip = DepthwiseStrip.of(grid, channels);
        if (strip != null)
            runStrips(new StripPass(kernel, strip, in, weights(ascending(grid, taps), w), start, out), batch);
        else
            runRows(kernel, batch, channels, grid, step, in, weights(taps, w), start, out);
    }

    /// A row of the result for each row of positions.
    private static void runRows(DepthwiseKernel kernel, int batch, int channels, Im2colGrid grid, int step, Dense in, float[] weights,
            float[] start, Dense out) {
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

    private static void runStrips(StripPass pass, int batch) {
        int strips = Math.multiplyExact(batch, pass.strip.count());
        Parallel.forChunks(strips, Math.max(1, Math.ceilDiv(strips, PARTS)), (_, from, to) -> {
            for (int i = from; i < to; i++)
                pass.compute(i / pass.strip.count(), i % pass.strip.count());
        });
    }

    /// What all strips of a convolution have in common.
    private record StripPass(DepthwiseKernel kernel, DepthwiseStrip strip, Dense in, float[] weights, float[] start, Dense out) {
        void compute(int image, int index) {
            var grid = strip.grid();
            float[] data = strip.load(in, image, index);
            int apart = DepthwiseStrip.next(grid.height());
            boolean dense = grid.height().step() == 1 && grid.width().step() == 1;
            boolean square = dense && grid.depth().kernel() == 1 && grid.height().kernel() == 3 && grid.width().kernel() == 3;
            for (int z = 0; z < grid.depth().positions(); z++) {
                if (square && strip.rowsOf(index) >= 4 * apart)
                    for (int first = 0; first < apart; first++)
                        squares(data, z, first, image, index);
                else if (dense)
                    whole(data, z, image, index);
                else
                    for (int row = 0; row < strip.rowsOf(index); row++)
                        row(data, z, row, image, index);
            }
        }

        /// Every row that lies a multiple of the taps' distance after the first: four at a time share what they read.
        private void squares(float[] data, int z, int first, int image, int index) {
            var width = strip.grid().width();
            int apart = DepthwiseStrip.next(strip.grid().height());
            int count = Math.ceilDiv(strip.rowsOf(index) - first, apart);
            int channels = strip.channels();
            int c = strip.firstChannel(index);
            int line = apart * strip.line();
            int or = apart * width.positions() * channels;
            kernel.squares(data, strip.at(z, first), line, count / 4, strip.pixel(), strip.box().next(), weights, c, channels, start, c,
                    strip.channelsOf(index), strip.columnsOf(index), out.data(), to(z, first, image, index), or, channels);
            int rest = count - 4;                                    // the last four may repeat some rows
            if (count % 4 > 0)
                kernel.squares(data, strip.at(z, first) + rest * line, line, 1, strip.pixel(), strip.box().next(), weights, c, channels,
                        start,
                        c, strip.channelsOf(index), strip.columnsOf(index), out.data(), to(z, first, image, index) + rest * or, or,
                        channels);
        }

        /// All rows of the strip as one, computed aside with what lies between them, a few channels at a time.
        private void whole(float[] data, int z, int image, int index) {
            int channels = strip.channels();
            int columns = strip.columnsOf(index);
            int pixels = strip.line() / strip.pixel();
            int all = (strip.rowsOf(index) - 1) * pixels + columns;
            float[] aside = GemmScratch.floats(Role.COLUMNS, all * LINE);
            for (int first = 0; first < strip.channelsOf(index); first += LINE) {
                int c = strip.firstChannel(index) + first;
                int count = Math.min(LINE, strip.channelsOf(index) - first);
                kernel.box(data, strip.at(z, 0) + first, strip.pixel(), strip.box(), weights, c, channels, start, c, count, all, aside, 0,
                        LINE);
                for (int row = 0; row < strip.rowsOf(index); row++)
                    kernel.copy(aside, row * pixels * LINE, LINE, count, columns, out.data(), to(z, row, image, index) + first, channels);
            }
        }

        private void row(float[] data, int z, int row, int image, int index) {
            int channels = strip.channels();
            int c = strip.firstChannel(index);
            kernel.box(data, strip.at(z, row), strip.grid().width().step() * strip.pixel(), strip.box(), weights, c, channels, start, c,
                    strip.channelsOf(index), strip.columnsOf(index), out.data(), to(z, row, image, index), channels);
        }

        private int to(int z, int row, int image, int index) {
            return out.offset() + strip.position(image, z, index, row) * strip.channels() + strip.firstChannel(index);
        }
    }

    /// The sums of a weight gradient, row by row of positions.
    ///
    /// @param step distance in floats between the pixels that neighbouring positions see
    private record WeightPass(DepthwiseKernel kernel, Im2colGrid grid, int channels, int step, Dense x, Dense dy, float[] sums) {
        void addStrip(DepthwiseStrip strip, int image, int index, int so) {
            float[] data = strip.load(x, image, index);
            var box = strip.box();
            for (int z = 0; z < grid.depth().positions(); z++)
                for (int row = 0; row < strip.rowsOf(index); row++) {
                    int from = dy.offset() + strip.position(image, z, index, row) * channels + strip.firstChannel(index);
                    int to = so + strip.firstChannel(index);
                    for (int kz = 0; kz < box.planes(); kz++)
                        for (int ky = 0; ky < box.lines(); ky++, to += box.taps() * channels)
                            kernel.gradient(data, strip.at(z, row) + kz * box.plane() + ky * box.line(),
                                    grid.width().step() * strip.pixel(), box.next(), box.taps(), dy.data(), from, channels,
                                    strip.channelsOf(index), strip.columnsOf(index), sums, to);
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
                    dy.offset() + (row * grid.width().positions() + from) * channels, channels, channels, to - from, sums,
                    so + kx * channels);
        }
    }
}
