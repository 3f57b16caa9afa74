package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Loops over whole vectors of [SimdDepthwise64] that add to the gradients of weights, made like those of [SimdDepthwiseResults64].
final class SimdDepthwiseGradients64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    private SimdDepthwiseGradients64() {
    }

    /// Three columns of three taps of four rows.
    static void square(double[] x, int xo, int line, int next, double[] dy, int yo, int ys, int n, double[] s, int so, int send, int cell,
            int number) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int y1 = yo + ys;
        int y2 = yo + 2 * ys;
        int y3 = yo + 3 * ys;
        int two = 2 * next;
        int taps = number * L;
        for (int i = 0, at = so; i < n; i += L) {
            DoubleVector a = fromArray(S, dy, yo + i);
            DoubleVector b = fromArray(S, dy, y1 + i);
            DoubleVector c = fromArray(S, dy, y2 + i);
            DoubleVector d = fromArray(S, dy, y3 + i);
            DoubleVector s0 = fromArray(S, s, at + taps);
            DoubleVector s1 = fromArray(S, s, at + taps + L);
            DoubleVector s2 = fromArray(S, s, at + taps + 2 * L);
            DoubleVector v = fromArray(S, x, xo + i);
            s0 = v.fma(a, s0);
            v = fromArray(S, x, x1 + i);
            s0 = v.fma(b, s0);
            s1 = v.fma(a, s1);
            v = fromArray(S, x, x2 + i);
            s0 = v.fma(c, s0);
            s1 = v.fma(b, s1);
            s2 = v.fma(a, s2);
            v = fromArray(S, x, x3 + i);
            s0 = v.fma(d, s0);
            s1 = v.fma(c, s1);
            s2 = v.fma(b, s2);
            v = fromArray(S, x, x4 + i);
            s1 = v.fma(d, s1);
            s2 = v.fma(c, s2);
            v = fromArray(S, x, x5 + i);
            s2 = v.fma(d, s2);
            s0.intoArray(s, at + taps);
            s1.intoArray(s, at + taps + L);
            s2.intoArray(s, at + taps + 2 * L);
            VarHandle.loadLoadFence();
            s0 = fromArray(S, s, at + taps + 3 * L);
            s1 = fromArray(S, s, at + taps + 4 * L);
            s2 = fromArray(S, s, at + taps + 5 * L);
            v = fromArray(S, x, xo + next + i);
            s0 = v.fma(a, s0);
            v = fromArray(S, x, x1 + next + i);
            s0 = v.fma(b, s0);
            s1 = v.fma(a, s1);
            v = fromArray(S, x, x2 + next + i);
            s0 = v.fma(c, s0);
            s1 = v.fma(b, s1);
            s2 = v.fma(a, s2);
            v = fromArray(S, x, x3 + next + i);
            s0 = v.fma(d, s0);
            s1 = v.fma(c, s1);
            s2 = v.fma(b, s2);
            v = fromArray(S, x, x4 + next + i);
            s1 = v.fma(d, s1);
            s2 = v.fma(c, s2);
            v = fromArray(S, x, x5 + next + i);
            s2 = v.fma(d, s2);
            s0.intoArray(s, at + taps + 3 * L);
            s1.intoArray(s, at + taps + 4 * L);
            s2.intoArray(s, at + taps + 5 * L);
            VarHandle.loadLoadFence();
            s0 = fromArray(S, s, at + taps + 6 * L);
            s1 = fromArray(S, s, at + taps + 7 * L);
            s2 = fromArray(S, s, at + taps + 8 * L);
            v = fromArray(S, x, xo + two + i);
            s0 = v.fma(a, s0);
            v = fromArray(S, x, x1 + two + i);
            s0 = v.fma(b, s0);
            s1 = v.fma(a, s1);
            v = fromArray(S, x, x2 + two + i);
            s0 = v.fma(c, s0);
            s1 = v.fma(b, s1);
            s2 = v.fma(a, s2);
            v = fromArray(S, x, x3 + two + i);
            s0 = v.fma(d, s0);
            s1 = v.fma(c, s1);
            s2 = v.fma(b, s2);
            v = fromArray(S, x, x4 + two + i);
            s1 = v.fma(d, s1);
            s2 = v.fma(c, s2);
            v = fromArray(S, x, x5 + two + i);
            s2 = v.fma(d, s2);
            s0.intoArray(s, at + taps + 6 * L);
            s1.intoArray(s, at + taps + 7 * L);
            s2.intoArray(s, at + taps + 8 * L);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Any columns of three taps of four rows.
    static void three(double[] x, int xo, int columns, int next, int line, double[] dy, int yo, int ys, int n,
            double[] sums, int so, int send, int cell, int first, int stride) {
        for (int i = 0, at = so; i < n; i += L) {
            DoubleVector a = fromArray(S, dy, yo + i);
            DoubleVector b = fromArray(S, dy, yo + ys + i);
            DoubleVector c = fromArray(S, dy, yo + 2 * ys + i);
            DoubleVector d = fromArray(S, dy, yo + 3 * ys + i);
            int pixel = xo + i;
            int number = at + first;
            for (int u = 0; u < columns; u++) {
                DoubleVector e = fromArray(S, sums, number);
                DoubleVector f = fromArray(S, sums, number + L);
                DoubleVector g = fromArray(S, sums, number + 2 * L);
                DoubleVector v = fromArray(S, x, pixel);
                e = v.fma(a, e);
                v = fromArray(S, x, pixel + line);
                e = v.fma(b, e);
                f = v.fma(a, f);
                v = fromArray(S, x, pixel + 2 * line);
                e = v.fma(c, e);
                f = v.fma(b, f);
                g = v.fma(a, g);
                v = fromArray(S, x, pixel + 3 * line);
                e = v.fma(d, e);
                f = v.fma(c, f);
                g = v.fma(b, g);
                v = fromArray(S, x, pixel + 4 * line);
                f = v.fma(d, f);
                g = v.fma(c, g);
                v = fromArray(S, x, pixel + 5 * line);
                g = v.fma(d, g);
                e.intoArray(sums, number);
                f.intoArray(sums, number + L);
                g.intoArray(sums, number + 2 * L);
                pixel += next;
                number += stride;
            }
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Any columns of three or more taps of four rows.
    static void any(double[] x, int xo, int columns, int next, int taps, int line, double[] dy, int yo, int ys, int n,
            double[] sums, int so, int send, int cell, int first, int stride) {
        for (int i = 0, at = so; i < n; i += L) {
            DoubleVector a = fromArray(S, dy, yo + i);
            DoubleVector b = fromArray(S, dy, yo + ys + i);
            DoubleVector c = fromArray(S, dy, yo + 2 * ys + i);
            DoubleVector d = fromArray(S, dy, yo + 3 * ys + i);
            for (int u = 0; u < columns; u++) {
                int pixel = xo + u * next + i;
                int number = at + first + u * stride;
                DoubleVector p = fromArray(S, x, pixel);
                DoubleVector q = fromArray(S, x, pixel + line);
                DoubleVector r = fromArray(S, x, pixel + 2 * line);
                pixel += 3 * line;
                int t = 0;
                for (; t < taps - 2; t += 3) {
                    DoubleVector s = fromArray(S, x, pixel);
                    DoubleVector e = fromArray(S, sums, number);
                    e = p.fma(a, e);
                    e = q.fma(b, e);
                    e = r.fma(c, e);
                    e = s.fma(d, e);
                    p = fromArray(S, x, pixel + line);
                    DoubleVector f = fromArray(S, sums, number + L);
                    f = q.fma(a, f);
                    f = r.fma(b, f);
                    f = s.fma(c, f);
                    f = p.fma(d, f);
                    q = fromArray(S, x, pixel + 2 * line);
                    DoubleVector g = fromArray(S, sums, number + 2 * L);
                    g = r.fma(a, g);
                    g = s.fma(b, g);
                    g = p.fma(c, g);
                    g = q.fma(d, g);
                    e.intoArray(sums, number);
                    f.intoArray(sums, number + L);
                    g.intoArray(sums, number + 2 * L);
                    DoubleVector o = p;
                    p = s;
                    r = q;
                    q = o;
                    number += 3 * L;
                    pixel += 3 * line;
                }
                for (; t < taps; t++) {
                    DoubleVector s = fromArray(S, x, pixel);
                    DoubleVector e = fromArray(S, sums, number);
                    e = p.fma(a, e);
                    e = q.fma(b, e);
                    e = r.fma(c, e);
                    e = s.fma(d, e);
                    e.intoArray(sums, number);
                    p = q;
                    q = r;
                    r = s;
                    number += L;
                    pixel += line;
                }
            }
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Any taps of four rows; at most a period of places.
    static void rows(double[] x, int xo, int xs, int[] from, int[] number, int taps, double[] dy, int yo, int ys, int n,
            double[] sums, int so, int cell) {
        for (int i = 0, at = so; i < n; i += L, at += cell) {
            DoubleVector a = fromArray(S, dy, yo + i);
            DoubleVector b = fromArray(S, dy, yo + ys + i);
            DoubleVector c = fromArray(S, dy, yo + 2 * ys + i);
            DoubleVector d = fromArray(S, dy, yo + 3 * ys + i);
            for (int t = 0; t < taps; t++) {
                int pixel = xo + i + from[t];
                int to = at + number[t] * L;
                DoubleVector e = fromArray(S, x, pixel).fma(a, fromArray(S, sums, to));
                e = fromArray(S, x, pixel + xs).fma(b, e);
                e = fromArray(S, x, pixel + 2 * xs).fma(c, e);
                e = fromArray(S, x, pixel + 3 * xs).fma(d, e);
                e.intoArray(sums, to);
            }
        }
    }

    /// Any taps of a row; at most a period of places.
    static void row(double[] x, int xo, int[] from, int[] number, int taps, double[] dy, int yo, int n, double[] sums,
            int so, int cell) {
        for (int i = 0, at = so; i < n; i += L, at += cell) {
            DoubleVector a = fromArray(S, dy, yo + i);
            for (int t = 0; t < taps; t++) {
                int to = at + number[t] * L;
                fromArray(S, x, xo + i + from[t]).fma(a, fromArray(S, sums, to)).intoArray(sums, to);
            }
        }
    }
}
