package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Taps in a row for one vector of channels: `out[p] = start[p] + sum over t of x[xo + p * step + t * next] * w[wo + t * ws]`, a chain in
/// the order of `t`. The weights stay in registers while pixel follows pixel. Where the distance of taps is a multiple of the distance of
/// pixels, pixels that far apart see the same source pixels: four of them share what they read.
final class SimdDepthwiseRows {
    private static final VectorSpecies<Float> S = SimdSpecies.F;

    private SimdDepthwiseRows() {
    }

    /// @param start pixel `p` at `so + p * sp`; may be `out` itself
    /// @param out pixel `p` at `oo + p * op`; modified
    static void row(float[] x, int xo, int step, int next, int taps, float[] w, int wo, int ws, float[] start, int so, int sp, int pixels,
            float[] out, int oo, int op) {
        int share = step > 0 && next % step == 0 && taps > 2 ? next / step : 0;
        if (share == 0 || Math.ceilDiv(pixels, Math.max(1, share)) < 4) {
            apart(x, xo, step, next, taps, w, wo, ws, start, so, sp, pixels, out, oo, op);
            return;
        }
        for (int r = 0; r < share; r++) {
            int count = Math.ceilDiv(pixels - r, share);
            int groups = count / 4;
            together(x, xo + r * step, next, taps, w, wo, ws, start, so + r * sp, share * sp, groups, out, oo + r * op, share * op);
            int done = r + 4 * groups * share;
            apart(x, xo + done * step, share * step, next, taps, w, wo, ws, start, so + done * sp, share * sp, count - 4 * groups, out,
                    oo + done * op, share * op);
        }
    }

    /// Groups of four pixels, as far apart as the taps.
    private static void together(float[] x, int xo, int next, int taps, float[] w, int wo, int ws, float[] start, int so, int sp,
            int groups, float[] out, int oo, int op) {
        int t = taps >= 7 ? 7 : taps >= 5 ? 5 : 3;
        switch (t) {
            case 7 -> sharedSeven(x, xo, next, w, wo, ws, start, so, sp, groups, out, oo, op);
            case 5 -> sharedFive(x, xo, next, w, wo, ws, start, so, sp, groups, out, oo, op);
            default -> sharedThree(x, xo, next, w, wo, ws, start, so, sp, groups, out, oo, op);
        }
        if (t == taps)
            return;
        if (taps - t > 2)
            together(x, xo + t * next, next, taps - t, w, wo + t * ws, ws, out, oo, op, groups, out, oo, op);
        else
            apart(x, xo + t * next, next, next, taps - t, w, wo + t * ws, ws, out, oo, op, 4 * groups, out, oo, op);
    }

    /// Pixel by pixel.
    private static void apart(float[] x, int xo, int step, int next, int taps, float[] w, int wo, int ws, float[] start, int so, int sp,
            int pixels, float[] out, int oo, int op) {
        int t = taps >= 5 ? 5 : taps >= 3 ? 3 : 1;
        switch (t) {
            case 5 -> five(x, xo, step, next, w, wo, ws, start, so, sp, pixels, out, oo, op);
            case 3 -> three(x, xo, step, next, w, wo, ws, start, so, sp, pixels, out, oo, op);
            default -> one(x, xo, step, w, wo, start, so, sp, pixels, out, oo, op);
        }
        if (t < taps)
            apart(x, xo + t * next, step, next, taps - t, w, wo + t * ws, ws, out, oo, op, pixels, out, oo, op);
    }

    private static void sharedSeven(float[] x, int xo, int next, float[] w, int wo, int ws, float[] start, int so, int sp, int groups,
            float[] out,
            int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        FloatVector w5 = fromArray(S, w, wo + 5 * ws);
        FloatVector w6 = fromArray(S, w, wo + 6 * ws);
        for (int g = 0; g < groups; g++) {
            int q = xo + 4 * g * next;
            int from = so + 4 * g * sp;
            int to = oo + 4 * g * op;
            FloatVector v = fromArray(S, x, q);
            FloatVector a = v.fma(w0, fromArray(S, start, from));
            v = fromArray(S, x, q + next);
            a = v.fma(w1, a);
            FloatVector b = v.fma(w0, fromArray(S, start, from + sp));
            v = fromArray(S, x, q + 2 * next);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            FloatVector c = v.fma(w0, fromArray(S, start, from + 2 * sp));
            v = fromArray(S, x, q + 3 * next);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            FloatVector d = v.fma(w0, fromArray(S, start, from + 3 * sp));
            v = fromArray(S, x, q + 4 * next);
            a = v.fma(w4, a);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, q + 5 * next);
            a = v.fma(w5, a);
            b = v.fma(w4, b);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, q + 6 * next);
            a = v.fma(w6, a);
            a.intoArray(out, to);
            b = v.fma(w5, b);
            c = v.fma(w4, c);
            d = v.fma(w3, d);
            v = fromArray(S, x, q + 7 * next);
            b = v.fma(w6, b);
            b.intoArray(out, to + op);
            c = v.fma(w5, c);
            d = v.fma(w4, d);
            v = fromArray(S, x, q + 8 * next);
            c = v.fma(w6, c);
            c.intoArray(out, to + 2 * op);
            d = v.fma(w5, d);
            v = fromArray(S, x, q + 9 * next);
            d = v.fma(w6, d);
            d.intoArray(out, to + 3 * op);
        }
    }

    private static void sharedFive(float[] x, int xo, int next, float[] w, int wo, int ws, float[] start, int so, int sp, int groups,
            float[] out,
            int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        for (int g = 0; g < groups; g++) {
            int q = xo + 4 * g * next;
            int from = so + 4 * g * sp;
            int to = oo + 4 * g * op;
            FloatVector v = fromArray(S, x, q);
            FloatVector a = v.fma(w0, fromArray(S, start, from));
            v = fromArray(S, x, q + next);
            a = v.fma(w1, a);
            FloatVector b = v.fma(w0, fromArray(S, start, from + sp));
            v = fromArray(S, x, q + 2 * next);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            FloatVector c = v.fma(w0, fromArray(S, start, from + 2 * sp));
            v = fromArray(S, x, q + 3 * next);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            FloatVector d = v.fma(w0, fromArray(S, start, from + 3 * sp));
            v = fromArray(S, x, q + 4 * next);
            a = v.fma(w4, a);
            a.intoArray(out, to);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, q + 5 * next);
            b = v.fma(w4, b);
            b.intoArray(out, to + op);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, q + 6 * next);
            c = v.fma(w4, c);
            c.intoArray(out, to + 2 * op);
            d = v.fma(w3, d);
            v = fromArray(S, x, q + 7 * next);
            d = v.fma(w4, d);
            d.intoArray(out, to + 3 * op);
        }
    }

    private static void sharedThree(float[] x, int xo, int next, float[] w, int wo, int ws, float[] start, int so, int sp, int groups,
            float[] out,
            int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        for (int g = 0; g < groups; g++) {
            int q = xo + 4 * g * next;
            int from = so + 4 * g * sp;
            int to = oo + 4 * g * op;
            FloatVector v = fromArray(S, x, q);
            FloatVector a = v.fma(w0, fromArray(S, start, from));
            v = fromArray(S, x, q + next);
            a = v.fma(w1, a);
            FloatVector b = v.fma(w0, fromArray(S, start, from + sp));
            v = fromArray(S, x, q + 2 * next);
            a = v.fma(w2, a);
            a.intoArray(out, to);
            b = v.fma(w1, b);
            FloatVector c = v.fma(w0, fromArray(S, start, from + 2 * sp));
            v = fromArray(S, x, q + 3 * next);
            b = v.fma(w2, b);
            b.intoArray(out, to + op);
            c = v.fma(w1, c);
            FloatVector d = v.fma(w0, fromArray(S, start, from + 3 * sp));
            v = fromArray(S, x, q + 4 * next);
            c = v.fma(w2, c);
            c.intoArray(out, to + 2 * op);
            d = v.fma(w1, d);
            v = fromArray(S, x, q + 5 * next);
            d = v.fma(w2, d);
            d.intoArray(out, to + 3 * op);
        }
    }

    private static void five(float[] x, int xo, int step, int next, float[] w, int wo, int ws, float[] start, int so, int sp, int pixels,
            float[] out, int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        FloatVector w3 = fromArray(S, w, wo + 3 * ws);
        FloatVector w4 = fromArray(S, w, wo + 4 * ws);
        for (int p = 0; p < pixels; p++) {
            int q = xo + p * step;
            FloatVector sum = fromArray(S, x, q).fma(w0, fromArray(S, start, so + p * sp));
            sum = fromArray(S, x, q + next).fma(w1, sum);
            sum = fromArray(S, x, q + 2 * next).fma(w2, sum);
            sum = fromArray(S, x, q + 3 * next).fma(w3, sum);
            sum = fromArray(S, x, q + 4 * next).fma(w4, sum);
            sum.intoArray(out, oo + p * op);
        }
    }

    private static void three(float[] x, int xo, int step, int next, float[] w, int wo, int ws, float[] start, int so, int sp, int pixels,
            float[] out, int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        FloatVector w1 = fromArray(S, w, wo + ws);
        FloatVector w2 = fromArray(S, w, wo + 2 * ws);
        for (int p = 0; p < pixels; p++) {
            int q = xo + p * step;
            FloatVector sum = fromArray(S, x, q).fma(w0, fromArray(S, start, so + p * sp));
            sum = fromArray(S, x, q + next).fma(w1, sum);
            sum = fromArray(S, x, q + 2 * next).fma(w2, sum);
            sum.intoArray(out, oo + p * op);
        }
    }

    private static void one(float[] x, int xo, int step, float[] w, int wo, float[] start, int so, int sp, int pixels,
            float[] out, int oo, int op) {
        FloatVector w0 = fromArray(S, w, wo);
        for (int p = 0; p < pixels; p++) {
            int q = xo + p * step;
            FloatVector sum = fromArray(S, x, q).fma(w0, fromArray(S, start, so + p * sp));
            sum.intoArray(out, oo + p * op);
        }
    }
}
