package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Depthwise64Kernel.Cells;
import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;
import dev.sunda.core.cpu.Layouts64.Dense;
import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.CacheLine;
import dev.sunda.core.spi.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// [Depthwise] of F64, in the order of the same [DepthwiseWalk].
final class Depthwise64 {
    private static final int CHUNK = 16 * 1024;
    /// Results that are computed one after the other from top to bottom, at least, if there are few images.
    private static final int BAND = 16 * 1024;
    /// Bands of all images together that are enough for many threads and for short sums.
    private static final int MANY_BANDS = 32;
    /// Partial sums of a weight gradient.
    private static final int PARTS = 32;
    /// Places after which weights repeat, at least: sums of so many places are short ones, and one that was written is not read again at
    /// once.
    private static final int LEAST_PERIOD = 64;
    /// Where work memory is used from: the begin of a line of the cache.
    private static final int FIRST = CacheLine.DOUBLES;

    private Depthwise64() {
    }

    static void conv(Depthwise64Kernel kernel, ConvSpec spec, View x, View w, View bias, View out) {
        View result = Layouts64.target(out);
        double[] start = new double[spec.outChannels()];
        if (bias != null)
            Strips.read(bias.heap().doubles(), bias.layout().offset(), bias.layout().stride(0), start, start.length);
        var phase = forward(spec, w.layout().strides());
        compute(kernel, spec.batch(), phase.whole(), List.of(phase), repeated(spec, x), w, start, Dense.of(result));
        Layouts64.finish(result, out);
    }

    static void convInput(Depthwise64Kernel kernel, ConvSpec spec, View dy, View w, View bias, View dx) {
        int multiplier = spec.outChannels() / spec.inChannels();
        int numel = dx.shape().numel();
        View result = Layouts64.target(dx);
        Dense wide = multiplier == 1 ? Dense.of(result) : wide(numel, multiplier);
        double[] start = new double[spec.outChannels()];
        for (int c = 0; bias != null && c < spec.inChannels(); c++)
            start[c * multiplier] = bias.heap().doubles()[bias.layout().offset() + c * bias.layout().stride(0)];
        var whole = Im2colGrid.backward(spec.axes());
        compute(kernel, spec.batch(), whole, GemmPhase.of(whole, spec.axes(), whole.tapOffsets(w.layout().strides(), 2)),
                Dense.of(Layouts64.read(dy)), w, start, wide);
        if (multiplier > 1)
            fold(wide, multiplier, Dense.of(result), numel);
        Layouts64.finish(result, dx);
    }

    static void convWeight(Depthwise64Kernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        Dense in = repeated(spec, x);
        Dense gradient = Dense.of(Layouts64.read(dy));
        int[] strides = dw.layout().strides();
        var phase = forward(spec, strides);
        var walk = DepthwiseWalk.of(phase, channels, LEAST_PERIOD);
        var bands = DepthwiseBands.of(spec.batch(), phase.whole(), channels, walk.together(), BAND, MANY_BANDS);
        int chunk = Math.max(1, Math.ceilDiv(bands.count(), PARTS));
        int parts = Math.max(1, Math.ceilDiv(bands.count(), chunk));
        int rows = walk.order().length;
        int size = Math.multiplyExact(rows, walk.period());
        double[] sums = Scratch64.doubles(Role.RESULT, FIRST + Math.multiplyExact(parts, size));
        Arrays.fill(sums, FIRST, FIRST + parts * size, 0);
        Parallel.forChunks(bands.count(), chunk, (part, from, to) -> {
            var cells = new Cells(sums, FIRST + part * size, kernel.lanes(), rows, walk.period());
            var pass = new Gradient(kernel, walk, in, gradient, cells);
            for (int band = from; band < to; band++)
                bands.visit(band, walk, pass);
        });
        join(sums, parts, size);
        var cells = new Cells(sums, FIRST, kernel.lanes(), rows, walk.period());
        double[] taps = new double[phase.taps().length * channels];
        for (int number = 0; number < rows; number++)
            for (int place = 0; place < walk.period(); place++)
                taps[walk.order()[number] * channels + place % channels] += sums[cells.at(number, place)];
        double[] to = dw.heap().doubles();
        for (int t = 0; t < phase.taps().length; t++)
            for (int c = 0; c < channels; c++)
                to[dw.layout().offset() + phase.taps()[t] + c * strides[0]] = taps[t * channels + c];
    }

    /// Adds the sums of all parts to the first one's, in their order.
    private static void join(double[] sums, int parts, int size) {
        Parallel.forChunks(size, CHUNK, (_, from, to) -> {
            for (int part = 1; part < parts; part++)
                for (int i = FIRST + from, at = i + part * size; i < FIRST + to; i++, at++)
                    sums[i] += sums[at];
        });
    }

    /// The positions of the result as a single phase.
    private static GemmPhase forward(ConvSpec spec, int[] strides) {
        var grid = Im2colGrid.forward(spec.axes());
        return new GemmPhase(grid, grid.tapOffsets(strides, 2), grid, new int[3], new int[] {1, 1, 1});
    }

    /// The input in channels-last order, each channel as often as it has filters.
    private static Dense repeated(ConvSpec spec, View x) {
        int multiplier = spec.outChannels() / spec.inChannels();
        Dense in = Dense.of(Layouts64.read(x));
        if (multiplier == 1)
            return in;
        Dense wide = wide(x.shape().numel(), multiplier);
        Parallel.forChunks(x.shape().numel(), CHUNK, (_, from, to) -> {
            for (int i = from; i < to; i++)
                for (int j = 0; j < multiplier; j++)
                    wide.data()[wide.offset() + i * multiplier + j] = in.data()[in.offset() + i];
        });
        return wide;
    }

    /// `to[i] = sum over j of wide[i * multiplier + j]`.
    private static void fold(Dense wide, int multiplier, Dense to, int numel) {
        Parallel.forChunks(numel, CHUNK, (_, from, end) -> {
            for (int i = from; i < end; i++) {
                double sum = 0;
                for (int j = 0; j < multiplier; j++)
                    sum += wide.data()[wide.offset() + i * multiplier + j];
                to.data()[to.offset() + i] = sum;
            }
        });
    }

    private static Dense wide(int numel, int multiplier) {
        return new Dense(Scratch64.doubles(Role.WIDE, Math.addExact(FIRST, Math.multiplyExact(numel, multiplier))), FIRST);
    }

    /// All results of all phases.
    private static void compute(Depthwise64Kernel kernel, int batch, Im2colGrid whole, List<GemmPhase> phases, Dense in, View w,
            double[] start, Dense out) {
        int channels = start.length;
        var walks = phases.stream().map(phase -> DepthwiseWalk.of(phase, channels, LEAST_PERIOD)).toList();
        long size = walks.stream().mapToLong(walk -> (walk.order().length + 1L) * walk.period()).sum();
        double[] weights = Scratch64.doubles(Role.PANELS, Math.toIntExact(FIRST + size));
        var passes = new ArrayList<Results>();
        int at = FIRST;
        for (var walk : walks) {
            var cells = new Cells(weights, at, kernel.lanes(), walk.order().length + 1, walk.period());
            fill(cells, walk, w, start);
            passes.add(new Results(kernel, walk, in, cells, out));
            at += cells.size();
        }
        int together = walks.stream().mapToInt(DepthwiseWalk::together).max().orElse(1);
        var bands = DepthwiseBands.of(batch, whole, channels, together, BAND, MANY_BANDS);
        Parallel.forChunks(bands.count(), Math.max(1, CHUNK / bands.size()), (_, from, to) -> {
            for (int band = from; band < to; band++)
                for (var pass : passes)
                    bands.visit(band, pass.walk, pass);
        });
    }

    /// Number 0 of each cell becomes the begin of a chain, the others the weights of the taps.
    private static void fill(Cells cells, DepthwiseWalk walk, View w, double[] start) {
        double[] from = w.heap().doubles();
        int stride = w.layout().stride(0);
        int at = cells.offset();
        for (int first = 0; first < cells.period(); first += cells.lanes())
            for (int number = 0; number < cells.rows(); number++) {
                int tap = number == 0 ? 0 : w.layout().offset() + walk.phase().taps()[walk.order()[number - 1]];
                for (int place = first; place < first + cells.lanes(); place++) {
                    int c = place < start.length ? place : place % start.length;
                    cells.data()[at++] = number == 0 ? start[c] : from[tap + c * stride];
                }
            }
    }

    /// Computes results.
    private record Results(Depthwise64Kernel kernel, DepthwiseWalk walk, Dense in, Cells weights, Dense out)
            implements
                DepthwiseWalk.Visitor {
        @Override
        public void four(int source, Box box, boolean fresh, int result, int line, int n) {
            var shifted = new Box(box.columns(), box.next(), box.taps(), box.line(), box.first() + 1, box.stride());
            kernel.four(in.data(), in.offset() + source, shifted, weights, fresh, out.data(), out.offset() + result, line, n);
        }

        @Override
        public void rows(Taps taps, int result, int rows, int n) {
            for (int t = 0; t < taps.count(); t++) {
                taps.from()[t] += in.offset();
                taps.number()[t]++;
            }
            kernel.rows(in.data(), walk.sourceStep(), taps, weights, out.data(), out.offset() + result, walk.resultStep(), rows, n);
        }
    }

    /// Adds to the gradients of the weights.
    private record Gradient(Depthwise64Kernel kernel, DepthwiseWalk walk, Dense x, Dense dy, Cells sums) implements DepthwiseWalk.Visitor {
        @Override
        public void four(int source, Box box, boolean fresh, int result, int line, int n) {
            kernel.fourGradient(x.data(), x.offset() + source, box, dy.data(), dy.offset() + result, line, n, sums);
        }

        @Override
        public void rows(Taps taps, int result, int rows, int n) {
            for (int t = 0; t < taps.count(); t++)
                taps.from()[t] += x.offset();
            kernel.rowsGradient(x.data(), walk.sourceStep(), taps, dy.data(), dy.offset() + result, walk.resultStep(), rows, n, sums);
        }
    }
}
