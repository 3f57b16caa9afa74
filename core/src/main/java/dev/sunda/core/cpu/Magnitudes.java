package dev.sunda.core.cpu;

import dev.sunda.core.op.Magnitude;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;
import java.util.List;

/// What the elements of several tensors come to, in double: chunks of each tensor in four lanes, joined in the order of chunks and tensors.
final class Magnitudes {
    private static final int LANES = 4;
    /// Elements of a chunk unless there are hardly more; results depend on it.
    private static final int CHUNK = 16 * 1024;

    private final Magnitude magnitude;
    private final Nest nest;
    private final float[] floats;
    private final double[] doubles;

    private Magnitudes(Magnitude magnitude, View x) {
        this.magnitude = magnitude;
        nest = Nest.of(x.layout());
        floats = x.dtype() == DType.F32 ? x.heap().floats() : null;
        doubles = x.dtype() == DType.F32 ? null : x.heap().doubles();
    }

    static double of(Magnitude magnitude, List<View> tensors) {
        double total = 0;
        for (View x : tensors)
            total = magnitude.join(total, new Magnitudes(magnitude, x).total());
        return total;
    }

    private double total() {
        int chunk = nest.numel() <= 2 * CHUNK ? Math.max(1, nest.numel()) : CHUNK;
        double[] partial = new double[Math.ceilDiv(nest.numel(), chunk)];
        Parallel.forChunks(nest.numel(), chunk, (c, from, to) -> {
            double[] lanes = new double[LANES];
            nest.run((at, n) -> add(lanes, at[0], n), from, to);
            partial[c] = Arrays.stream(lanes).reduce(0, magnitude::join);
        });
        return Arrays.stream(partial).reduce(0, magnitude::join);
    }

    private void add(double[] lanes, int at, int n) {
        int stride = nest.stride(0);
        if (magnitude == Magnitude.SQUARES && floats != null && stride == 1)
            squares(lanes, at, n);
        else
            for (int i = 0; i < n; i++) {
                int place = at + i * stride;
                double x = floats != null ? floats[place] : doubles[place];
                lanes[i % LANES] = magnitude.join(lanes[i % LANES], magnitude.of(x));
            }
    }

    /// The usual case.
    private void squares(double[] lanes, int at, int n) {
        double a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
        int end = n - n % LANES;
        for (int i = at; i < at + end; i += LANES) {
            a += (double) floats[i] * floats[i];
            b += (double) floats[i + 1] * floats[i + 1];
            c += (double) floats[i + 2] * floats[i + 2];
            d += (double) floats[i + 3] * floats[i + 3];
        }
        lanes[0] = a;
        lanes[1] = b;
        lanes[2] = c;
        lanes[3] = d;
        for (int i = end; i < n; i++)
            lanes[i - end] += (double) floats[at + i] * floats[at + i];
    }
}
