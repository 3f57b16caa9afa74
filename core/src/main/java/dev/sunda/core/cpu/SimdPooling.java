package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One vector of channels at a time. Channels that do not fill a vector go to the scalar twin.
final class SimdPooling implements PoolingKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final VectorSpecies<Integer> I = SimdSpecies.I;
    private static final int L = S.length();

    @Override
    public void max(float[] x, int[] at, int[] within, int taps, int step, int pixels, int channels, float least, float[] out,
            int oo, int[] index, int io) {
        int end = channels - channels % L;
        for (int p = 0; p < pixels; p++) {
            int to = p * channels;
            for (int c = 0; c < end; c += L)
                max(x, p * step * channels + c, at, within, taps, p * step, least, out, oo + to + c, index, io + to + c);
            if (end < channels)
                ScalarPooling.maxOne(x, at, within, taps, p * step, end, channels, least, out, oo + to, index, io + to);
        }
    }

    private static void max(float[] x, int shift, int[] at, int[] within, int taps, int pixel, float least, float[] out, int oo,
            int[] index, int io) {
        FloatVector best = fromArray(S, x, at[0] + shift);
        IntVector where = IntVector.broadcast(I, within[0] + pixel);
        for (int t = 1; t < taps; t++) {
            FloatVector value = fromArray(S, x, at[t] + shift);
            VectorMask<Float> take = value.compare(VectorOperators.GT, best).or(value.compare(VectorOperators.NE, value));
            best = best.blend(value, take);
            where = where.blend(within[t] + pixel, take.cast(I));
        }
        best.blend(least, best.compare(VectorOperators.LE, least)).intoArray(out, oo);
        where.intoArray(index, io);
    }

    @Override
    public void largest(float[] x, int[] at, int taps, int step, int pixels, int channels, float least, float[] out, int oo) {
        int end = channels - channels % L;
        for (int p = 0; p < pixels; p++) {
            int shift = p * step * channels;
            for (int c = 0; c < end; c += L) {
                FloatVector best = fromArray(S, x, at[0] + shift + c);
                for (int t = 1; t < taps; t++) {
                    FloatVector value = fromArray(S, x, at[t] + shift + c);
                    best = value.blend(best, value.compare(VectorOperators.LE, best).or(best.compare(VectorOperators.NE, best)));
                }
                best.blend(least, best.compare(VectorOperators.LE, least)).intoArray(out, oo + p * channels + c);
            }
            if (end < channels)
                ScalarPooling.largestOne(x, at, taps, shift, end, channels, least, out, oo + p * channels);
        }
    }

    @Override
    public void spread(float[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int step, int pixels,
            int channels,
            boolean add, float[] dx) {
        int end = channels - channels % L;
        for (int p = 0; p < pixels; p++) {
            int from = p * channels;
            for (int c = 0; c < end; c += L)
                if (add)
                    add(dy, dyo + from + c, index, io + from + c, p * step * channels + c, at, within, taps, p * step, dx);
                else
                put(dy, dyo + from + c, index, io + from + c, p * step * channels + c, at, within, taps, p * step, dx);
            if (end < channels)
                ScalarPooling.spreadOne(dy, dyo + from, index, io + from, at, within, taps, p * step, end, channels, add, dx);
        }
    }

    private static void put(float[] dy, int dyo, int[] index, int io, int shift, int[] at, int[] within, int taps, int pixel, float[] dx) {
        IntVector where = IntVector.fromArray(I, index, io).sub(pixel);
        FloatVector d = fromArray(S, dy, dyo);
        for (int t = 0; t < taps; t++)
            FloatVector.zero(S).blend(d, where.compare(VectorOperators.EQ, within[t]).cast(S)).intoArray(dx, at[t] + shift);
    }

    private static void add(float[] dy, int dyo, int[] index, int io, int shift, int[] at, int[] within, int taps, int pixel, float[] dx) {
        IntVector where = IntVector.fromArray(I, index, io).sub(pixel);
        FloatVector d = fromArray(S, dy, dyo);
        for (int t = 0; t < taps; t++) {
            FloatVector value = FloatVector.zero(S).blend(d, where.compare(VectorOperators.EQ, within[t]).cast(S));
            fromArray(S, dx, at[t] + shift).add(value).intoArray(dx, at[t] + shift);
        }
    }

    @Override
    public void average(float[] x, int[] at, float[] divisor, int taps, int channels, float[] out, int oo) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L) {
            FloatVector sum = FloatVector.zero(S);
            for (int t = 0; t < taps; t++)
                sum = sum.add(fromArray(S, x, at[t] + c).div(divisor[t]));
            sum.intoArray(out, oo + c);
        }
        if (end < channels)
            ScalarPooling.average(x, at, divisor, taps, end, channels, out, oo);
    }

    @Override
    public void mean(float[] x, int[] at, int taps, float divisor, int channels, float[] out, int oo) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L) {
            FloatVector sum = FloatVector.zero(S);
            for (int t = 0; t < taps; t++)
                sum = sum.add(fromArray(S, x, at[t] + c));
            sum.div(divisor).intoArray(out, oo + c);
        }
        if (end < channels)
            ScalarPooling.mean(x, at, taps, divisor, end, channels, out, oo);
    }
}
