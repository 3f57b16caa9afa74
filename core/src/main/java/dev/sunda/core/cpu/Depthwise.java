package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.DepthwiseKernel.Cells;
import dev.sunda.core.cpu.DepthwiseWalk.Box;
import dev.sunda.core.cpu.DepthwiseWalk.Taps;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.ArrayList;
import java.util.List;

/// Depthwise convolutions: `out[n,o,y] = bias[o] + sum over taps of x[n, o / m, ...] * w[o,k]` with `m` filters for each input channel.
///
/// Results are computed where they lie, from pixels where they lie, in the order of a [DepthwiseWalk]. The gradient of a convolution with
/// strides has one for each place relative to the steps. With `m > 1` every input channel is repeated `m` times first.
final class Depthwise {
    private static final int CHUNK_FLOATS = 32 * 1024;
    /// Results that are computed one after the other from top to bottom, at least, if there are few images.
    private static final int BAND_FLOATS = 32 * 1024;
    /// Bands of all images together that are enough for many threads.
    private static final int MANY_BANDS = 16;
    /// Partial sums of a weight gradient.
    private static final int PARTS = 16;

    private Depthwise() {
    }

    /// @param after what follows; may be null
    static void conv(DepthwiseKernel kernel, ConvSpec spec, View x, View w, View bias, Finishing after, View out) {
        Dense in = repeated(spec, x);
        Dense result = Layouts.target(out, Role.RESULT);
        float[] start = GemmScratch.zeros(Role.START, spec.outChannels());
        if (bias != null)
            for (int c = 0; c < spec.outChannels(); c++)
                start[c] = bias.heap().floats()[bias.layout().offset() + c * bias.layout().stride(0)];
        var phase = forward(spec, w.layout().strides());
        compute(kernel, spec.batch(), phase.whole(), List.of(phase), in, w, start, result, after);
        Layouts.finish(result, out);
    }

    static void convInput(DepthwiseKernel kernel, ConvSpec spec, View dy, View w, View bias, View dx) {
        int multiplier = spec.outChannels() / spec.inChannels();
        Dense in = Layouts.read(dy, Role.SOURCE);
        Dense result = Layouts.target(dx, Role.RESULT);
        Dense wide = multiplier == 1 ? result
                : new Dense(GemmScratch.floats(Role.WIDE, Math.multiplyExact(dx.shape().numel(), multiplier)), FIRST);
        float[] start = GemmScratch.zeros(Role.START, spec.outChannels());
        for (int c = 0; bias != null && c < spec.inChannels(); c++)
            start[c * multiplier] = bias.heap().floats()[bias.layout().offset() + c * bias.layout().stride(0)];
        var whole = Im2colGrid.backward(spec.axes());
        compute(kernel, spec.batch(), whole, GemmPhase.of(whole, spec.axes(), whole.tapOffsets(w.layout().strides(), 2)), in, w, start,
                wide, null);
        if (multiplier > 1)
            fold(wide, multiplier, result, dx.shape().numel());
        Layouts.finish(result, dx);
    }

    static void convWeight(DepthwiseKernel kernel, ConvSpec spec, View x, View dy, View dw) {
        int channels = spec.outChannels();
        Dense in = repeated(spec, x);
        Dense gradient = Layouts.read(dy, Role.SECOND_SOURCE);
        int[] strides = dw.layout().strides();
        var phase = forward(spec, strides);
        var walk = DepthwiseWalk.of(phase, channels, 1);
        var bands = DepthwiseBands.of(spec.batch(), phase.whole(), channels, walk.together(), BAND_FLOATS, MANY_BANDS);
        int chunk = Math.max(1, Math.ceilDiv(bands.count(), PARTS));
        int parts = Math.ceilDiv(bands.count(), chunk);
        int rows = walk.order().length;
        int size = Math.multiplyExact(rows, walk.period());
        float[] sums = GemmScratch.zeros(Role.PARTIAL, Math.multiplyExact(parts, size));
        Parallel.forChunks(bands.count(), chunk, (part, from, to) -> {
            var pass = new Gradient(kernel, walk, in, gradient, new Cells(sums, FIRST + part * size, kernel.lanes(), rows, walk.period()));
            for (int band = from; band < to; band++)
                bands.visit(band, walk, pass);
        });
        double[] totals = joined(sums, parts, size);
        double[] taps = new double[phase.taps().length * channels];
        int at = 0;
        for (int first = 0; first < walk.period(); first += kernel.lanes())
            for (int number = 0; number < rows; number++)
                for (int place = first; place < first + kernel.lanes(); place++)
                    taps[walk.order()[number] * channels + channel(place, channels)] += totals[at++];
        float[] to = dw.heap().floats();
        for (int t = 0; t < phase.taps().length; t++)
            for (int c = 0; c < channels; c++)
                to[dw.layout().offset() + phase.taps()[t] + c * strides[0]] = (float) taps[t * channels + c];
    }

    /// `place % channels`, without a division for most places.
    private static int channel(int place, int channels) {
        return place < channels ? place : place % channels;
    }

    /// The positions of the result as a single phase.
    private static GemmPhase forward(ConvSpec spec, int[] strides) {
        var grid = Im2colGrid.forward(spec.axes());
        return new GemmPhase(grid, grid.tapOffsets(strides, 2), grid, new int[3], new int[] {1, 1, 1});
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
                    wide[FIRST + i * multiplier + j] = in.data()[in.offset() + i];
        });
        return new Dense(wide, FIRST);
    }

    /// `to[i] = sum over j of wide[i * multiplier + j]`.
    private static void fold(Dense wide, int multiplier, Dense to, int numel) {
        Parallel.forChunks(numel, CHUNK_FLOATS, (_, from, end) -> {
            for (int i = from; i < end; i++) {
                float sum = 0;
                for (int j = 0; j < multiplier; j++)
                    sum += wide.data()[wide.offset() + i * multiplier + j];
                to.data()[to.offset() + i] = sum;
            }
        });
    }

    /// All results of all phases.
    private static void compute(DepthwiseKernel kernel, int batch, Im2colGrid whole, List<GemmPhase> phases, Dense in, View w,
            float[] start, Dense out, Finishing after) {
        int channels = w.shape().size(0);
        var walks = phases.stream().map(phase -> DepthwiseWalk.of(phase, channels, 1)).toList();
        long size = walks.stream().mapToLong(walk -> (walk.order().length + 1L) * walk.period()).sum();
        float[] weights = GemmScratch.floats(Role.PANELS, Math.toIntExact(size));
        var passes = new ArrayList<Results>();
        int at = FIRST;
        for (var walk : walks) {
            var cells = new Cells(weights, at, kernel.lanes(), walk.order().length + 1, walk.period());
            fill(cells, walk, w, start);
            passes.add(new Results(kernel, walk, in, cells, out));
            at += cells.size();
        }
        int together = walks.stream().mapToInt(DepthwiseWalk::together).max().orElse(1);
        var bands = DepthwiseBands.of(batch, whole, channels, together, BAND_FLOATS, MANY_BANDS);
        Parallel.forChunks(bands.count(), Math.max(1, CHUNK_FLOATS / bands.size()), (_, from, to) -> {
            for (int band = from; band < to; band++) {
                for (var pass : passes)
                    bands.visit(band, pass.walk, pass);
                if (after != null)
                    after.rows(out.data(), out.offset() + bands.position(band) * channels, bands.positions(band));
            }
        });
    }

    /// Number 0 of each cell becomes the begin of a chain, the others the weights of the taps.
    private static void fill(Cells cells, DepthwiseWalk walk, View w, float[] start) {
        float[] from = w.heap().floats();
        int stride = w.layout().stride(0);
        int at = cells.offset();
        for (int first = 0; first < cells.period(); first += cells.lanes())
            for (int number = 0; number < cells.rows(); number++) {
                int tap = number == 0 ? 0 : w.layout().offset() + walk.phase().taps()[walk.order()[number - 1]];
                for (int place = first; place < first + cells.lanes(); place++) {
                    int c = channel(place, walk.channels());
                    cells.data()[at++] = number == 0 ? start[c] : from[tap + c * stride];
                }
            }
    }

    /// The sums of all parts, in their order.
    private static double[] joined(float[] sums, int parts, int size) {
        double[] totals = new double[size];
        Parallel.forChunks(size, CHUNK_FLOATS, (_, from, to) -> {
            for (int part = 0; part < parts; part++)
                for (int i = from, at = FIRST + part * size; i < to; i++)
                    totals[i] += sums[at + i];
        });
        return totals;
    }

    /// Computes results.
    private record Results(DepthwiseKernel kernel, DepthwiseWalk walk, Dense in, Cells weights, Dense out)
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
    private record Gradient(DepthwiseKernel kernel, DepthwiseWalk walk, Dense x, Dense dy, Cells sums) implements DepthwiseWalk.Visitor {
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
