package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Neighbouring taps for one vector of channels whose pixels lie side by side: a distance that is a constant lets the compiler check
/// bounds once for all pixels. The weights stay in registers while pixel follows pixel, and four pixels share what they read.
final class SimdDepthwiseLines {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    /// Pixels whose sums stay in the first cache.
    private static final int CHUNK = 256;

    private SimdDepthwiseLines() {
    }

    /// True if taps are neighbours everywhere and there are enough of them to share.
    static boolean suits(int step, DepthwiseKernel.Box box) {
        return box.next() == step && box.taps() >= 5 && box.line() % step == 0 && box.plane() % step == 0;
    }

    /// A vector of channels of [DepthwiseKernel#box].
    static void box(float[] x, int xo, int step, DepthwiseKernel.Box box, float[] w, int wo, int ws, float[] start, int so, int pixels,
            float[] out, int oo, int op) {
        int reach = ((box.planes() - 1) * box.plane() + (box.lines() - 1) * box.line()) / step + box.taps() - 1;
        float[] near = GemmScratch.floats(GemmScratch.Role.LEFT, (reach + pixels + 4) * L);
        for (int p = 0; p < reach + pixels; p++)
            fromArray(S, x, xo + p * step).intoArray(near, p * L);
        float[] sums = GemmScratch.floats(GemmScratch.Role.TILE, CHUNK * L);
        for (int p = 0; p < pixels; p += CHUNK) {
            int count = Math.min(CHUNK, pixels - p);
            fill(start, so, sums);
            for (int i = 0; i < box.planes() * box.lines(); i++)
                line(near, (p + (i / box.lines() * box.plane() + i % box.lines() * box.line()) / step) * L, box.taps(), w,
                        wo + i * box.taps() * ws, ws, Math.ceilDiv(count, 4), sums);
            copy(sums, count, out, oo + p * op, op);
        }
    }

    private static void fill(float[] start, int so, float[] sums) {
        FloatVector v = fromArray(S, start, so);
        for (int p = 0; p < CHUNK; p++)
            v.intoArray(sums, p * L);
    }

    private static void copy(float[] sums, int pixels, float[] out, int oo, int op) {
        for (int p = 0; p < pixels; p++)
            fromArray(S, sums, p * L).intoArray(out, oo + p * op);
    }

    /// `sums[p] += sum over t < taps of x[p + t] * w[t]` for `4 * groups` pixels, each a chain in the order of `t`.
    private static void line(float[] x, int xo, int taps, float[] w, int wo, int ws, int groups, float[] sums) {
        int t = 0;
        for (; taps - t >= 7; t += 7)
            seven(x, xo + t * L, w, wo + t * ws, ws, groups, sums);
        for (; taps - t >= 5; t += 5)
            five(x, xo + t * L, w, wo + t * ws, ws, groups, sums);
        for (; t < taps; t++)
            one(x, xo + t * L, w, wo + t * ws, 4 * groups, sums);
    }

    private static void seven(float[] x, int xo, float[] w, int wo, int ws, int groups, float[] sums) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        FloatVector w5 = fromArray(S, w, wo + 5 * ws);
        FloatVector w6 = fromArray(S, w, wo + 6 * ws);
        for (int p = 0; p < 4 * groups; p += 4) {
            FloatVector v = fromArray(S, x, xo + p * L);
            FloatVector a = v.fma(w0, fromArray(S, sums, p * L));
            v = fromArray(S, x, xo + p * L + L);
            a = v.fma(w1, a);
            FloatVector b = v.fma(w0, fromArray(S, sums, p * L + L));
            v = fromArray(S, x, xo + p * L + 2 * L);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            FloatVector c = v.fma(w0, fromArray(S, sums, p * L + 2 * L));
            v = fromArray(S, x, xo + p * L + 3 * L);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            FloatVector d = v.fma(w0, fromArray(S, sums, p * L + 3 * L));
            v = fromArray(S, x, xo + p * L + 4 * L);
            a = v.fma(w4, a);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, xo + p * L + 5 * L);
            a = v.fma(w5, a);
            b = v.fma(w4, b);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, xo + p * L + 6 * L);
            a = v.fma(w6, a);
            a.intoArray(sums, p * L);
            b = v.fma(w5, b);
            c = v.fma(w4, c);
            d = v.fma(w3, d);
            v = fromArray(S, x, xo + p * L + 7 * L);
            b = v.fma(w6, b);
            b.intoArray(sums, p * L + L);
            c = v.fma(w5, c);
            d = v.fma(w4, d);
            v = fromArray(S, x, xo + p * L + 8 * L);
            c = v.fma(w6, c);
            c.intoArray(sums, p * L + 2 * L);
            d = v.fma(w5, d);
            v = fromArray(S, x, xo + p * L + 9 * L);
            d = v.fma(w6, d);
            d.intoArray(sums, p * L + 3 * L);
        }
    }

    private static void five(float[] x, int xo, float[] w, int wo, int ws, int groups, float[] sums) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        for (int p = 0; p < 4 * groups; p += 4) {
            FloatVector v = fromArray(S, x, xo + p * L);
            FloatVector a = v.fma(w0, fromArray(S, sums, p * L));
            v = fromArray(S, x, xo + p * L + L);
            a = v.fma(w1, a);
            FloatVector b = v.fma(w0, fromArray(S, sums, p * L + L));
            v = fromArray(S, x, xo + p * L + 2 * L);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            FloatVector c = v.fma(w0, fromArray(S, sums, p * L + 2 * L));
            v = fromArray(S, x, xo + p * L + 3 * L);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            FloatVector d = v.fma(w0, fromArray(S, sums, p * L + 3 * L));
            v = fromArray(S, x, xo + p * L + 4 * L);
            a = v.fma(w4, a);
            a.intoArray(sums, p * L);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, xo + p * L + 5 * L);
            b = v.fma(w4, b);
            b.intoArray(sums, p * L + L);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, xo + p * L + 6 * L);
            c = v.fma(w4, c);
            c.intoArray(sums, p * L + 2 * L);
            d = v.fma(w3, d);
            v = fromArray(S, x, xo + p * L + 7 * L);
            d = v.fma(w4, d);
            d.intoArray(sums, p * L + 3 * L);
        }
    }

    private static void one(float[] x, int xo, float[] w, int wo, int pixels, float[] sums) {
        FloatVector w0 = fromArray(S, w, wo);
        for (int p = 0; p < pixels; p++)
            fromArray(S, x, xo + p * L).fma(w0, fromArray(S, sums, p * L)).intoArray(sums, p * L);
    }
}
