package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Loops over whole vectors of [SimdDepthwise64] that compute results, of four rows but for the last. Sums of a place stay in registers
/// while it passes by the taps. Where a loop over taps lies inside, every index is checked there; the common shapes have none, because a
/// core that waits for memory then sees more places ahead.
final class SimdDepthwiseResults64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    private SimdDepthwiseResults64() {
    }

    /// Three columns of three taps, from the beginning of the chains.
    static void square(double[] x, int xo, int line, int next, double[] w, int wo, int wend, int cell, int number, double[] out, int oo,
            int or, int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int two = 2 * next;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            DoubleVector a = fromArray(S, w, at), b = a, c = a, d = a;
            DoubleVector w0 = fromArray(S, w, at + taps);
            DoubleVector w1 = fromArray(S, w, at + taps + L);
            DoubleVector w2 = fromArray(S, w, at + taps + 2 * L);
            DoubleVector v = fromArray(S, x, xo + i);
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

    /// Two columns of three taps, from the beginning of the chains.
    static void pair(double[] x, int xo, int line, int next, double[] w, int wo, int wend, int cell, int number, double[] out, int oo,
            int or, int n) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int taps = number * L;
        for (int i = 0, at = wo; i < n; i += L) {
            DoubleVector a = fromArray(S, w, at), b = a, c = a, d = a;
            DoubleVector w0 = fromArray(S, w, at + taps);
            DoubleVector w1 = fromArray(S, w, at + taps + L);
            DoubleVector w2 = fromArray(S, w, at + taps + 2 * L);
            DoubleVector v = fromArray(S, x, xo + i);
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

    /// Any columns of three taps.
    ///
    /// @param fresh whether chains begin with number 0 of the cells, else with what is in `out`
    static void three(double[] x, int xo, int columns, int next, int line, double[] w, int wo, int wend, int cell,
            int first, int stride, boolean fresh, double[] out, int oo, int or, int n) {
        double[] begin = fresh ? w : out;
        int row = fresh ? 0 : or;
        for (int i = 0, at = wo; i < n; i += L) {
            int from = fresh ? at : oo + i;
            DoubleVector a = fromArray(S, begin, from);
            DoubleVector b = fromArray(S, begin, from + row);
            DoubleVector c = fromArray(S, begin, from + 2 * row);
            DoubleVector d = fromArray(S, begin, from + 3 * row);
            int pixel = xo + i;
            int number = at + first;
            for (int u = 0; u < columns; u++) {
                DoubleVector w0 = fromArray(S, w, number);
                DoubleVector w1 = fromArray(S, w, number + L);
                DoubleVector w2 = fromArray(S, w, number + 2 * L);
                DoubleVector v = fromArray(S, x, pixel);
                a = v.fma(w0, a);
                v = fromArray(S, x, pixel + line);
                a = v.fma(w1, a);
                b = v.fma(w0, b);
                v = fromArray(S, x, pixel + 2 * line);
                a = v.fma(w2, a);
                b = v.fma(w1, b);
                c = v.fma(w0, c);
                v = fromArray(S, x, pixel + 3 * line);
                b = v.fma(w2, b);
                c = v.fma(w1, c);
                d = v.fma(w0, d);
                v = fromArray(S, x, pixel + 4 * line);
                c = v.fma(w2, c);
                d = v.fma(w1, d);
                v = fromArray(S, x, pixel + 5 * line);
                d = v.fma(w2, d);
                pixel += next;
                number += stride;
            }
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// A column of seven taps.
    static void seven(double[] x, int xo, int line, double[] w, int wo, int wend, int cell, int number, boolean fresh, double[] out, int oo,
            int or,
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
        double[] begin = fresh ? w : out;
        int row = fresh ? 0 : or;
        for (int i = 0, at = wo; i < n; i += L) {
            int from = fresh ? at : oo + i;
            DoubleVector a = fromArray(S, begin, from);
            DoubleVector b = fromArray(S, begin, from + row);
            DoubleVector c = fromArray(S, begin, from + 2 * row);
            DoubleVector d = fromArray(S, begin, from + 3 * row);
            DoubleVector w0 = fromArray(S, w, at + taps);
            DoubleVector w1 = fromArray(S, w, at + taps + L);
            DoubleVector w2 = fromArray(S, w, at + taps + 2 * L);
            DoubleVector w3 = fromArray(S, w, at + taps + 3 * L);
            DoubleVector w4 = fromArray(S, w, at + taps + 4 * L);
            DoubleVector w5 = fromArray(S, w, at + taps + 5 * L);
            DoubleVector w6 = fromArray(S, w, at + taps + 6 * L);
            DoubleVector v = fromArray(S, x, xo + i);
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

    /// Any columns of three or more taps: of four rows of pixels that follow each other each row of results meets one.
    static void any(double[] x, int xo, int columns, int next, int taps, int line, double[] w, int wo, int wend, int cell,
            int first, int stride, boolean fresh, double[] out, int oo, int or, int n) {
        double[] begin = fresh ? w : out;
        int row = fresh ? 0 : or;
        for (int i = 0, at = wo; i < n; i += L) {
            int from = fresh ? at : oo + i;
            DoubleVector a = fromArray(S, begin, from);
            DoubleVector b = fromArray(S, begin, from + row);
            DoubleVector c = fromArray(S, begin, from + 2 * row);
            DoubleVector d = fromArray(S, begin, from + 3 * row);
            for (int u = 0; u < columns; u++) {
                int pixel = xo + u * next + i;
                int number = at + first + u * stride;
                DoubleVector p = fromArray(S, x, pixel);
                DoubleVector q = fromArray(S, x, pixel + line);
                DoubleVector r = fromArray(S, x, pixel + 2 * line);
                pixel += 3 * line;
                int t = 0;
                for (; t < taps - 2; t += 3) {
                    DoubleVector v = fromArray(S, w, number);
                    DoubleVector s = fromArray(S, x, pixel);
                    a = p.fma(v, a);
                    b = q.fma(v, b);
                    c = r.fma(v, c);
                    d = s.fma(v, d);
                    v = fromArray(S, w, number + L);
                    p = fromArray(S, x, pixel + line);
                    a = q.fma(v, a);
                    b = r.fma(v, b);
                    c = s.fma(v, c);
                    d = p.fma(v, d);
                    v = fromArray(S, w, number + 2 * L);
                    q = fromArray(S, x, pixel + 2 * line);
                    a = r.fma(v, a);
                    b = s.fma(v, b);
                    c = p.fma(v, c);
                    d = q.fma(v, d);
                    DoubleVector o = p;
                    p = s;
                    r = q;
                    q = o;
                    number += 3 * L;
                    pixel += 3 * line;
                }
                for (; t < taps; t++) {
                    DoubleVector v = fromArray(S, w, number);
                    DoubleVector s = fromArray(S, x, pixel);
                    a = p.fma(v, a);
                    b = q.fma(v, b);
                    c = r.fma(v, c);
                    d = s.fma(v, d);
                    p = q;
                    q = r;
                    r = s;
                    number += L;
                    pixel += line;
                }
            }
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + or + i);
            c.intoArray(out, oo + 2 * or + i);
            d.intoArray(out, oo + 3 * or + i);
            at += cell;
            if (at == wend)
                at = wo;
        }
    }

    /// Four rows with any taps; at most a period of places.
    static void rows(double[] x, int xo, int xs, int[] from, int[] number, int taps, double[] w, int wo, int cell, double[] out,
            int oo, int os, int n) {
        for (int i = 0, at = wo; i < n; i += L, at += cell) {
            DoubleVector a = fromArray(S, w, at);
            DoubleVector b = a;
            DoubleVector c = a;
            DoubleVector d = a;
            for (int t = 0; t < taps; t++) {
                int pixel = xo + i + from[t];
                DoubleVector v = fromArray(S, w, at + number[t] * L);
                a = fromArray(S, x, pixel).fma(v, a);
                b = fromArray(S, x, pixel + xs).fma(v, b);
                c = fromArray(S, x, pixel + 2 * xs).fma(v, c);
                d = fromArray(S, x, pixel + 3 * xs).fma(v, d);
            }
            a.intoArray(out, oo + i);
            b.intoArray(out, oo + os + i);
            c.intoArray(out, oo + 2 * os + i);
            d.intoArray(out, oo + 3 * os + i);
        }
    }

    /// A row with any taps; at most a period of places.
    static void row(double[] x, int xo, int[] from, int[] number, int taps, double[] w, int wo, int cell, double[] out, int oo,
            int n) {
        for (int i = 0, at = wo; i < n; i += L, at += cell) {
            DoubleVector a = fromArray(S, w, at);
            for (int t = 0; t < taps; t++)
                a = fromArray(S, x, xo + i + from[t]).fma(fromArray(S, w, at + number[t] * L), a);
            a.intoArray(out, oo + i);
        }
    }
}
