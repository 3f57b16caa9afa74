package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// One vector of channels at a time; windows of four pixels, the commonest, without a loop over taps. Channels that do not fill a vector go
/// to the scalar twin.
///
/// Positions are as wide as the numbers while they are compared and chosen, so that masks need no conversion, and as wide as an `int` in
/// memory: half a vector.
final class SimdPooling64 implements Pooling64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final VectorSpecies<Long> P = VectorSpecies.of(long.class, SimdSpecies.F.vectorShape());
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
    private static final int L = S.length();
    private static final int FOUR = 4;

    @Override
    public void max(double[] x, int[] at, int[] within, int taps, int step, int pixels, int channels, double least, double[] out, int oo,
            int[] index, int io) {
        int end = channels - channels % L;
        if (taps == FOUR && end == channels) {
            max4(x, at, within, step, pixels, channels, least, out, oo, index, io);
            return;
        }
        for (int p = 0; p < pixels; p++) {
            int to = p * channels;
            for (int c = 0; c < end; c += L)
                max(x, p * step * channels + c, at, within, taps, p * step, least, out, oo + to + c, index, io + to + c);
            if (end < channels)
                ScalarPooling64.maxOne(x, at, within, taps, p * step, end, channels, least, out, oo + to, index, io + to);
        }
    }

    private static void max4(double[] x, int[] at, int[] within, int step, int pixels, int channels, double least, double[] out, int oo,
            int[] index, int io) {
        int x0 = at[0], x1 = at[1], x2 = at[2], x3 = at[3];
        for (int p = 0, to = 0; p < pixels; p++, to += channels) {
            int shift = p * step * channels;
            int w0 = within[0] + p * step, w1 = within[1] + p * step, w2 = within[2] + p * step, w3 = within[3] + p * step;
            for (int c = 0; c < channels; c += L) {
                DoubleVector best = fromArray(S, x, x0 + shift + c), value = fromArray(S, x, x1 + shift + c);
                VectorMask<Double> take = value.compare(GT, best).or(value.compare(NE, value));
                best = best.blend(value, take);
                LongVector where = LongVector.broadcast(P, w0).blend(w1, take.cast(P));
                value = fromArray(S, x, x2 + shift + c);
                take = value.compare(GT, best).or(value.compare(NE, value));
                best = best.blend(value, take);
                where = where.blend(w2, take.cast(P));
                value = fromArray(S, x, x3 + shift + c);
                take = value.compare(GT, best).or(value.compare(NE, value));
                best = best.blend(value, take);
                where = where.blend(w3, take.cast(P));
                best.blend(least, best.compare(LE, least)).intoArray(out, oo + to + c);
                ((IntVector) where.castShape(I, 0)).intoArray(index, io + to + c);
            }
        }
    }

    private static void max(double[] x, int shift, int[] at, int[] within, int taps, int pixel, double least, double[] out, int oo,
            int[] index, int io) {
        DoubleVector best = fromArray(S, x, at[0] + shift);
        LongVector where = LongVector.broadcast(P, within[0] + pixel);
        for (int t = 1; t < taps; t++) {
            DoubleVector value = fromArray(S, x, at[t] + shift);
            VectorMask<Double> take = value.compare(GT, best).or(value.compare(NE, value));
            best = best.blend(value, take);
            where = where.blend(within[t] + pixel, take.cast(P));
        }
        best.blend(least, best.compare(LE, least)).intoArray(out, oo);
        ((IntVector) where.castShape(I, 0)).intoArray(index, io);
    }

    @Override
    public void largest(double[] x, int[] at, int taps, int step, int pixels, int channels, double least, double[] out, int oo) {
        int end = channels - channels % L;
        if (taps == FOUR && end == channels) {
            largest4(x, at[0], at[1], at[2], at[3], step * channels, pixels, channels, least, out, oo);
            return;
        }
        for (int p = 0; p < pixels; p++) {
            int shift = p * step * channels;
            for (int c = 0; c < end; c += L) {
                DoubleVector best = fromArray(S, x, at[0] + shift + c);
                for (int t = 1; t < taps; t++) {
                    DoubleVector value = fromArray(S, x, at[t] + shift + c);
                    best = value.blend(best, value.compare(LE, best).or(best.compare(NE, best)));
                }
                best.blend(least, best.compare(LE, least)).intoArray(out, oo + p * channels + c);
            }
            if (end < channels)
                ScalarPooling64.largestOne(x, at, taps, shift, end, channels, least, out, oo + p * channels);
        }
    }

    private static void largest4(double[] x, int x0, int x1, int x2, int x3, int step, int pixels, int channels, double least, double[] out,
            int oo) {
        for (int p = 0, shift = 0, to = oo; p < pixels; p++, shift += step, to += channels)
            for (int c = 0; c < channels; c += L) {
                DoubleVector best = fromArray(S, x, x0 + shift + c), value = fromArray(S, x, x1 + shift + c);
                best = value.blend(best, value.compare(LE, best).or(best.compare(NE, best)));
                value = fromArray(S, x, x2 + shift + c);
                best = value.blend(best, value.compare(LE, best).or(best.compare(NE, best)));
                value = fromArray(S, x, x3 + shift + c);
                best = value.blend(best, value.compare(LE, best).or(best.compare(NE, best)));
                best.blend(least, best.compare(LE, least)).intoArray(out, to + c);
            }
    }

    @Override
    public void spread(double[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int step, int pixels, int channels,
            boolean add, double[] dx) {
        int end = channels - channels % L;
        if (taps == FOUR && end == channels && !add) {
            put4(dy, dyo, index, io, at, within, step, pixels, channels, dx);
            return;
        }
        for (int p = 0; p < pixels; p++) {
            int from = p * channels;
            for (int c = 0; c < end; c += L)
                if (add)
                    add(dy, dyo + from + c, index, io + from + c, p * step * channels + c, at, within, taps, p * step, dx);
                else
                put(dy, dyo + from + c, index, io + from + c, p * step * channels + c, at, within, taps, p * step, dx);
            if (end < channels)
                ScalarPooling64.spreadOne(dy, dyo + from, index, io + from, at, within, taps, p * step, end, channels, add, dx);
        }
    }

    private static void put4(double[] dy, int dyo, int[] index, int io, int[] at, int[] within, int step, int pixels, int channels,
            double[] dx) {
        int x0 = at[0], x1 = at[1], x2 = at[2], x3 = at[3];
        DoubleVector zero = DoubleVector.zero(S);
        for (int p = 0, from = 0; p < pixels; p++, from += channels) {
            int shift = p * step * channels;
            int w0 = within[0] + p * step, w1 = within[1] + p * step, w2 = within[2] + p * step, w3 = within[3] + p * step;
            for (int c = 0; c < channels; c += L) {
                LongVector where = (LongVector) IntVector.fromArray(I, index, io + from + c).castShape(P, 0);
                DoubleVector d = fromArray(S, dy, dyo + from + c);
                zero.blend(d, where.compare(EQ, w0).cast(S)).intoArray(dx, x0 + shift + c);
                zero.blend(d, where.compare(EQ, w1).cast(S)).intoArray(dx, x1 + shift + c);
                zero.blend(d, where.compare(EQ, w2).cast(S)).intoArray(dx, x2 + shift + c);
                zero.blend(d, where.compare(EQ, w3).cast(S)).intoArray(dx, x3 + shift + c);
            }
        }
    }

    private static void put(double[] dy, int dyo, int[] index, int io, int shift, int[] at, int[] within, int taps, int pixel,
            double[] dx) {
        LongVector where = (LongVector) IntVector.fromArray(I, index, io).castShape(P, 0);
        DoubleVector d = fromArray(S, dy, dyo);
        for (int t = 0; t < taps; t++)
            DoubleVector.zero(S).blend(d, where.compare(EQ, within[t] + pixel).cast(S)).intoArray(dx, at[t] + shift);
    }

    private static void add(double[] dy, int dyo, int[] index, int io, int shift, int[] at, int[] within, int taps, int pixel,
            double[] dx) {
        LongVector where = (LongVector) IntVector.fromArray(I, index, io).castShape(P, 0);
        DoubleVector d = fromArray(S, dy, dyo);
        for (int t = 0; t < taps; t++) {
            DoubleVector value = DoubleVector.zero(S).blend(d, where.compare(EQ, within[t] + pixel).cast(S));
            fromArray(S, dx, at[t] + shift).add(value).intoArray(dx, at[t] + shift);
        }
    }

    @Override
    public void average(double[] x, int[] at, double[] divisor, int taps, int channels, double[] out, int oo) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L) {
            DoubleVector sum = DoubleVector.zero(S);
            for (int t = 0; t < taps; t++)
                sum = sum.add(fromArray(S, x, at[t] + c).div(divisor[t]));
            sum.intoArray(out, oo + c);
        }
        if (end < channels)
            ScalarPooling64.average(x, at, divisor, taps, end, channels, out, oo);
    }

    @Override
    public void mean(double[] x, int[] at, int taps, double divisor, int channels, double[] out, int oo) {
        int end = channels - channels % L;
        for (int c = 0; c < end; c += L) {
            DoubleVector sum = DoubleVector.zero(S);
            for (int t = 0; t < taps; t++)
                sum = sum.add(fromArray(S, x, at[t] + c));
            sum.div(divisor).intoArray(out, oo + c);
        }
        if (end < channels)
            ScalarPooling64.mean(x, at, taps, divisor, end, channels, out, oo);
    }
}
