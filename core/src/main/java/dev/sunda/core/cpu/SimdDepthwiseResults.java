package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Loops over whole vectors of [SimdDepthwise] that compute results. The loop variable is the place, every other part of an index is fixed
/// before the loop, so that bounds are checked there; only cells, whose index starts again after a period, are checked inside.
final class SimdDepthwiseResults {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    private SimdDepthwiseResults() {
    }

    /// `out[i] = w[at number 0][i]`.
    static void begin(float[] w, int wo, int wend, int cell, float[] out, int oo, int n) {
        for (int i = 0, at = wo; i < n; i += L) {
            fromArray(S, w, at).intoArray(out, oo + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Three columns of three taps of four rows, from the beginning of the chains.
    static void square(float[] x, int xo, int line, int next, float[] w, int wo, int wend, int cell, int number, float[] out, int oo,
            int or, int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int two = 2 * next;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, w, at), b = a, c = a, d = a;
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector w1 = fromArray(S, w, at + taps + L);
            FloatVector w2 = fromArray(S, w, at + taps + 2 * L);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + i);
            d = v.fma(w2, d);
            VarHandle.loadLoadFence();
            w0 = fromArray(S, w, at + taps + 3 * L);
            w1 = fromArray(S, w, at + taps + 4 * L);
            w2 = fromArray(S, w, at + taps + 5 * L);
            v = fromArray(S, x, xo + next + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + next + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + next + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + next + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + next + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + next + i);
            d = v.fma(w2, d);
            VarHandle.loadLoadFence();
            w0 = fromArray(S, w, at + taps + 6 * L);
            w1 = fromArray(S, w, at + taps + 7 * L);
            w2 = fromArray(S, w, at + taps + 8 * L);
            v = fromArray(S, x, xo + two + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + two + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + two + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + two + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + two + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + two + i);
            d = v.fma(w2, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Two columns of three taps of four rows, from the beginning of the chains.
    static void pair(float[] x, int xo, int line, int next, float[] w, int wo, int wend, int cell, int number, float[] out, int oo,
            int or, int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, w, at), b = a, c = a, d = a;
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector w1 = fromArray(S, w, at + taps + L);
            FloatVector w2 = fromArray(S, w, at + taps + 2 * L);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + i);
            d = v.fma(w2, d);
            VarHandle.loadLoadFence();
            w0 = fromArray(S, w, at + taps + 3 * L);
            w1 = fromArray(S, w, at + taps + 4 * L);
            w2 = fromArray(S, w, at + taps + 5 * L);
            v = fromArray(S, x, xo + next + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + next + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + next + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + next + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + next + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + next + i);
            d = v.fma(w2, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// A single tap of four rows, added to `out`.
    static void single(float[] x, int xo, int line, float[] w, int wo, int wend, int cell, int number, float[] out, int oo, int or,
            int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, out, oo + i);
            FloatVector b = fromArray(S, out, oo + or + i);
            FloatVector c = fromArray(S, out, oo + 2 * or + i);
            FloatVector d = fromArray(S, out, oo + 3 * or + i);
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            d = v.fma(w0, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// A column of three taps of four rows, added to `out`.
    static void three(float[] x, int xo, int line, float[] w, int wo, int wend, int cell, int number, float[] out, int oo, int or,
            int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, out, oo + i);
            FloatVector b = fromArray(S, out, oo + or + i);
            FloatVector c = fromArray(S, out, oo + 2 * or + i);
            FloatVector d = fromArray(S, out, oo + 3 * or + i);
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector w1 = fromArray(S, w, at + taps + L);
            FloatVector w2 = fromArray(S, w, at + taps + 2 * L);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + i);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + i);
            d = v.fma(w2, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// A column of five taps of four rows, added to `out`.
    static void five(float[] x, int xo, int line, float[] w, int wo, int wend, int cell, int number, float[] out, int oo, int or,
            int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int x6 = xo + 6 * line;
        int x7 = xo + 7 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, out, oo + i);
            FloatVector b = fromArray(S, out, oo + or + i);
            FloatVector c = fromArray(S, out, oo + 2 * or + i);
            FloatVector d = fromArray(S, out, oo + 3 * or + i);
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector w1 = fromArray(S, w, at + taps + L);
            FloatVector w2 = fromArray(S, w, at + taps + 2 * L);
            FloatVector w3 = fromArray(S, w, at + taps + 3 * L);
            FloatVector w4 = fromArray(S, w, at + taps + 4 * L);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + i);
            a = v.fma(w4, a);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + i);
            b = v.fma(w4, b);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, x6 + i);
            c = v.fma(w4, c);
            d = v.fma(w3, d);
            v = fromArray(S, x, x7 + i);
            d = v.fma(w4, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// A column of seven taps of four rows, added to `out`.
    static void seven(float[] x, int xo, int line, float[] w, int wo, int wend, int cell, int number, float[] out, int oo, int or,
            int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int x6 = xo + 6 * line;
        int x7 = xo + 7 * line;
        int x8 = xo + 8 * line;
        int x9 = xo + 9 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector a = fromArray(S, out, oo + i);
            FloatVector b = fromArray(S, out, oo + or + i);
            FloatVector c = fromArray(S, out, oo + 2 * or + i);
            FloatVector d = fromArray(S, out, oo + 3 * or + i);
            FloatVector w0 = fromArray(S, w, at + taps);
            FloatVector w1 = fromArray(S, w, at + taps + L);
            FloatVector w2 = fromArray(S, w, at + taps + 2 * L);
            FloatVector w3 = fromArray(S, w, at + taps + 3 * L);
            FloatVector w4 = fromArray(S, w, at + taps + 4 * L);
            FloatVector w5 = fromArray(S, w, at + taps + 5 * L);
            FloatVector w6 = fromArray(S, w, at + taps + 6 * L);
            FloatVector v = fromArray(S, x, xo + i);
            a = v.fma(w0, a);
            v = fromArray(S, x, x1 + i);
            a = v.fma(w1, a);
            b = v.fma(w0, b);
            v = fromArray(S, x, x2 + i);
            a = v.fma(w2, a);
            b = v.fma(w1, b);
            c = v.fma(w0, c);
            v = fromArray(S, x, x3 + i);
            a = v.fma(w3, a);
            b = v.fma(w2, b);
            c = v.fma(w1, c);
            d = v.fma(w0, d);
            v = fromArray(S, x, x4 + i);
            a = v.fma(w4, a);
            b = v.fma(w3, b);
            c = v.fma(w2, c);
            d = v.fma(w1, d);
            v = fromArray(S, x, x5 + i);
            a = v.fma(w5, a);
            b = v.fma(w4, b);
            c = v.fma(w3, c);
            d = v.fma(w2, d);
            v = fromArray(S, x, x6 + i);
            a = v.fma(w6, a);
            b = v.fma(w5, b);
            c = v.fma(w4, c);
            d = v.fma(w3, d);
            v = fromArray(S, x, x7 + i);
            b = v.fma(w6, b);
            c = v.fma(w5, c);
            d = v.fma(w4, d);
            v = fromArray(S, x, x8 + i);
            c = v.fma(w6, c);
            d = v.fma(w5, d);
            v = fromArray(S, x, x9 + i);
            d = v.fma(w6, d);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Three taps of a row, added to `out`.
    static void any(float[] x, int x0, int x1, int x2, float[] w, int wo, int wend, int cell, int w0, int w1, int w2, float[] out, int oo,
            int n) {
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector sum = fromArray(S, x, x0 + i).fma(fromArray(S, w, at + w0), fromArray(S, out, oo + i));
            sum = fromArray(S, x, x1 + i).fma(fromArray(S, w, at + w1), sum);
            sum = fromArray(S, x, x2 + i).fma(fromArray(S, w, at + w2), sum);
            sum.intoArray(out, oo + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Three taps, from tap `t` on, of two rows, which share the weights; added to `out`.
    static void three(float[] x, int xo, int xs, int[] from, int[] number, int t, float[] w, int wo, int wend, int cell, float[] out,
            int oo, int os, int n) {
        int x0 = xo + from[t];
        int x1 = xo + from[t + 1];
        int x2 = xo + from[t + 2];
        int w0 = number[t] * L;
        int w1 = number[t + 1] * L;
        int w2 = number[t + 2] * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector tap = fromArray(S, w, at + w0);
            FloatVector a = fromArray(S, x, x0 + i).fma(tap, fromArray(S, out, oo + i));
            FloatVector b = fromArray(S, x, x0 + xs + i).fma(tap, fromArray(S, out, oo + os + i));
            tap = fromArray(S, w, at + w1);
            a = fromArray(S, x, x1 + i).fma(tap, a);
            b = fromArray(S, x, x1 + xs + i).fma(tap, b);
            tap = fromArray(S, w, at + w2);
            a = fromArray(S, x, x2 + i).fma(tap, a);
            b = fromArray(S, x, x2 + xs + i).fma(tap, b);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + os + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Five taps, from tap `t` on, of two rows, which share the weights; added to `out`.
    static void five(float[] x, int xo, int xs, int[] from, int[] number, int t, float[] w, int wo, int wend, int cell, float[] out,
            int oo, int os, int n) {
        int x0 = xo + from[t];
        int x1 = xo + from[t + 1];
        int x2 = xo + from[t + 2];
        int x3 = xo + from[t + 3];
        int x4 = xo + from[t + 4];
        int w0 = number[t] * L;
        int w1 = number[t + 1] * L;
        int w2 = number[t + 2] * L;
        int w3 = number[t + 3] * L;
        int w4 = number[t + 4] * L;
        for (int i = 0, at = wo; i < n; i += L) {
            FloatVector tap = fromArray(S, w, at + w0);
            FloatVector a = fromArray(S, x, x0 + i).fma(tap, fromArray(S, out, oo + i));
            FloatVector b = fromArray(S, x, x0 + xs + i).fma(tap, fromArray(S, out, oo + os + i));
            tap = fromArray(S, w, at + w1);
            a = fromArray(S, x, x1 + i).fma(tap, a);
            b = fromArray(S, x, x1 + xs + i).fma(tap, b);
            tap = fromArray(S, w, at + w2);
            a = fromArray(S, x, x2 + i).fma(tap, a);
            b = fromArray(S, x, x2 + xs + i).fma(tap, b);
            tap = fromArray(S, w, at + w3);
            a = fromArray(S, x, x3 + i).fma(tap, a);
            b = fromArray(S, x, x3 + xs + i).fma(tap, b);
            tap = fromArray(S, w, at + w4);
            a = fromArray(S, x, x4 + i).fma(tap, a);
            b = fromArray(S, x, x4 + xs + i).fma(tap, b);
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + os + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Three taps of a vector of places in rows one after the other: `out[p] = begin[p] + ...`.
    static void strided(float[] x, int x0, int x1, int x2, int xs, float[] w, int w0, int w1, int w2, float[] begin, int bo, int bs,
            float[] out, int oo, int os, int rows) {
        FloatVector a = fromArray(S, w, w0);
        FloatVector b = fromArray(S, w, w1);
        FloatVector c = fromArray(S, w, w2);
        for (int p = 0; p < rows; p++) {
            FloatVector sum = fromArray(S, x, x0 + p * xs).fma(a, fromArray(S, begin, bo + p * bs));
            sum = fromArray(S, x, x1 + p * xs).fma(b, sum);
            sum = fromArray(S, x, x2 + p * xs).fma(c, sum);
            sum.intoArray(out, oo + p * os);
        }
    }

    /// One tap of a vector of places in rows one after the other: `out[p] = begin[p] + ...`.
    static void strided(float[] x, int xo, int xs, float[] w, int wo, float[] begin, int bo, int bs, float[] out, int oo, int os,
            int rows) {
        FloatVector a = fromArray(S, w, wo);
        for (int p = 0; p < rows; p++)
            fromArray(S, x, xo + p * xs).fma(a, fromArray(S, begin, bo + p * bs)).intoArray(out, oo + p * os);
    }

    /// One tap of a row, added to `out`.
    static void one(float[] x, int xo, float[] w, int wo, int wend, int cell, int w0, float[] out, int oo, int n) {
        for (int i = 0, at = wo; i < n; i += L) {
            fromArray(S, x, xo + i).fma(fromArray(S, w, at + w0), fromArray(S, out, oo + i)).intoArray(out, oo + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }
}
