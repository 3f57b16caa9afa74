package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Loops over whole vectors of [SimdDepthwise] that add to the gradients of weights, made like those of [SimdDepthwiseResults].
final class SimdDepthwiseGradients {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    private SimdDepthwiseGradients() {
    }

    /// Three columns of three taps of four rows.
    static void square(float[] x, int xo, int line, int next, float[] dy, int yo, int ys, int n, float[] s, int so, int send, int cell,
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
            FloatVector a = fromArray(S, dy, yo + i);
            FloatVector b = fromArray(S, dy, y1 + i);
            FloatVector c = fromArray(S, dy, y2 + i);
            FloatVector d = fromArray(S, dy, y3 + i);
            FloatVector s0 = fromArray(S, s, at + taps);
            FloatVector s1 = fromArray(S, s, at + taps + L);
            FloatVector s2 = fromArray(S, s, at + taps + 2 * L);
            FloatVector v = fromArray(S, x, xo + i);
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

    /// A single tap of four rows.
    static void single(float[] x, int xo, int line, float[] dy, int yo, int ys, int n, float[] s, int so, int send, int cell,
            int number) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int y1 = yo + ys;
        int y2 = yo + 2 * ys;
        int y3 = yo + 3 * ys;
        int taps = number * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector a = fromArray(S, dy, yo + i);
            FloatVector b = fromArray(S, dy, y1 + i);
            FloatVector c = fromArray(S, dy, y2 + i);
            FloatVector d = fromArray(S, dy, y3 + i);
            FloatVector s0 = fromArray(S, s, at + taps);
            FloatVector v = fromArray(S, x, xo + i);
            s0 = v.fma(a, s0);
            v = fromArray(S, x, x1 + i);
            s0 = v.fma(b, s0);
            v = fromArray(S, x, x2 + i);
            s0 = v.fma(c, s0);
            v = fromArray(S, x, x3 + i);
            s0 = v.fma(d, s0);
            s0.intoArray(s, at + taps);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// A column of three taps of four rows.
    static void three(float[] x, int xo, int line, float[] dy, int yo, int ys, int n, float[] s, int so, int send, int cell,
            int number) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int y1 = yo + ys;
        int y2 = yo + 2 * ys;
        int y3 = yo + 3 * ys;
        int taps = number * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector a = fromArray(S, dy, yo + i);
            FloatVector b = fromArray(S, dy, y1 + i);
            FloatVector c = fromArray(S, dy, y2 + i);
            FloatVector d = fromArray(S, dy, y3 + i);
            FloatVector s0 = fromArray(S, s, at + taps);
            FloatVector s1 = fromArray(S, s, at + taps + L);
            FloatVector s2 = fromArray(S, s, at + taps + 2 * L);
            FloatVector v = fromArray(S, x, xo + i);
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
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// A column of five taps of four rows.
    static void five(float[] x, int xo, int line, float[] dy, int yo, int ys, int n, float[] s, int so, int send, int cell,
            int number) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int x6 = xo + 6 * line;
        int x7 = xo + 7 * line;
        int y1 = yo + ys;
        int y2 = yo + 2 * ys;
        int y3 = yo + 3 * ys;
        int taps = number * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector a = fromArray(S, dy, yo + i);
            FloatVector b = fromArray(S, dy, y1 + i);
            FloatVector c = fromArray(S, dy, y2 + i);
            FloatVector d = fromArray(S, dy, y3 + i);
            FloatVector s0 = fromArray(S, s, at + taps);
            FloatVector s1 = fromArray(S, s, at + taps + L);
            FloatVector s2 = fromArray(S, s, at + taps + 2 * L);
            FloatVector s3 = fromArray(S, s, at + taps + 3 * L);
            FloatVector s4 = fromArray(S, s, at + taps + 4 * L);
            FloatVector v = fromArray(S, x, xo + i);
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
            s3 = v.fma(a, s3);
            v = fromArray(S, x, x4 + i);
            s1 = v.fma(d, s1);
            s2 = v.fma(c, s2);
            s3 = v.fma(b, s3);
            s4 = v.fma(a, s4);
            v = fromArray(S, x, x5 + i);
            s2 = v.fma(d, s2);
            s3 = v.fma(c, s3);
            s4 = v.fma(b, s4);
            v = fromArray(S, x, x6 + i);
            s3 = v.fma(d, s3);
            s4 = v.fma(c, s4);
            v = fromArray(S, x, x7 + i);
            s4 = v.fma(d, s4);
            s0.intoArray(s, at + taps);
            s1.intoArray(s, at + taps + L);
            s2.intoArray(s, at + taps + 2 * L);
            s3.intoArray(s, at + taps + 3 * L);
            s4.intoArray(s, at + taps + 4 * L);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// A column of seven taps of four rows.
    static void seven(float[] x, int xo, int line, float[] dy, int yo, int ys, int n, float[] s, int so, int send, int cell,
            int number) {
        int x1 = xo + line;
        int x2 = xo + 2 * line;
        int x3 = xo + 3 * line;
        int x4 = xo + 4 * line;
        int x5 = xo + 5 * line;
        int x6 = xo + 6 * line;
        int x7 = xo + 7 * line;
        int x8 = xo + 8 * line;
        int x9 = xo + 9 * line;
        int y1 = yo + ys;
        int y2 = yo + 2 * ys;
        int y3 = yo + 3 * ys;
        int taps = number * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector a = fromArray(S, dy, yo + i);
            FloatVector b = fromArray(S, dy, y1 + i);
            FloatVector c = fromArray(S, dy, y2 + i);
            FloatVector d = fromArray(S, dy, y3 + i);
            FloatVector s0 = fromArray(S, s, at + taps);
            FloatVector s1 = fromArray(S, s, at + taps + L);
            FloatVector s2 = fromArray(S, s, at + taps + 2 * L);
            FloatVector s3 = fromArray(S, s, at + taps + 3 * L);
            FloatVector s4 = fromArray(S, s, at + taps + 4 * L);
            FloatVector s5 = fromArray(S, s, at + taps + 5 * L);
            FloatVector s6 = fromArray(S, s, at + taps + 6 * L);
            FloatVector v = fromArray(S, x, xo + i);
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
            s3 = v.fma(a, s3);
            v = fromArray(S, x, x4 + i);
            s1 = v.fma(d, s1);
            s2 = v.fma(c, s2);
            s3 = v.fma(b, s3);
            s4 = v.fma(a, s4);
            v = fromArray(S, x, x5 + i);
            s2 = v.fma(d, s2);
            s3 = v.fma(c, s3);
            s4 = v.fma(b, s4);
            s5 = v.fma(a, s5);
            v = fromArray(S, x, x6 + i);
            s3 = v.fma(d, s3);
            s4 = v.fma(c, s4);
            s5 = v.fma(b, s5);
            s6 = v.fma(a, s6);
            v = fromArray(S, x, x7 + i);
            s4 = v.fma(d, s4);
            s5 = v.fma(c, s5);
            s6 = v.fma(b, s6);
            v = fromArray(S, x, x8 + i);
            s5 = v.fma(d, s5);
            s6 = v.fma(c, s6);
            v = fromArray(S, x, x9 + i);
            s6 = v.fma(d, s6);
            s0.intoArray(s, at + taps);
            s1.intoArray(s, at + taps + L);
            s2.intoArray(s, at + taps + 2 * L);
            s3.intoArray(s, at + taps + 3 * L);
            s4.intoArray(s, at + taps + 4 * L);
            s5.intoArray(s, at + taps + 5 * L);
            s6.intoArray(s, at + taps + 6 * L);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Three taps of a row.
    static void any(float[] x, int x0, int x1, int x2, float[] dy, int yo, int n, float[] s, int so, int send, int cell, int s0, int s1,
            int s2) {
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector v = fromArray(S, dy, yo + i);
            FloatVector a = fromArray(S, x, x0 + i).fma(v, fromArray(S, s, at + s0));
            FloatVector b = fromArray(S, x, x1 + i).fma(v, fromArray(S, s, at + s1));
            FloatVector c = fromArray(S, x, x2 + i).fma(v, fromArray(S, s, at + s2));
            a.intoArray(s, at + s0);
            b.intoArray(s, at + s1);
            c.intoArray(s, at + s2);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Three taps, from tap `t` on, of two rows.
    static void three(float[] x, int xo, int xs, int[] from, int[] number, int t, float[] dy, int yo, int ys, int n, float[] s, int so,
            int send, int cell) {
        int x0 = xo + from[t];
        int x1 = xo + from[t + 1];
        int x2 = xo + from[t + 2];
        int s0 = number[t] * L;
        int s1 = number[t + 1] * L;
        int s2 = number[t + 2] * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector v = fromArray(S, dy, yo + i), u = fromArray(S, dy, yo + ys + i);
            FloatVector a = fromArray(S, x, x0 + i).fma(v, fromArray(S, s, at + s0));
            FloatVector b = fromArray(S, x, x1 + i).fma(v, fromArray(S, s, at + s1));
            FloatVector c = fromArray(S, x, x2 + i).fma(v, fromArray(S, s, at + s2));
            a = fromArray(S, x, x0 + xs + i).fma(u, a);
            b = fromArray(S, x, x1 + xs + i).fma(u, b);
            c = fromArray(S, x, x2 + xs + i).fma(u, c);
            a.intoArray(s, at + s0);
            b.intoArray(s, at + s1);
            c.intoArray(s, at + s2);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Five taps, from tap `t` on, of two rows.
    static void five(float[] x, int xo, int xs, int[] from, int[] number, int t, float[] dy, int yo, int ys, int n, float[] s, int so,
            int send, int cell) {
        int x0 = xo + from[t];
        int x1 = xo + from[t + 1];
        int x2 = xo + from[t + 2];
        int x3 = xo + from[t + 3];
        int x4 = xo + from[t + 4];
        int s0 = number[t] * L;
        int s1 = number[t + 1] * L;
        int s2 = number[t + 2] * L;
        int s3 = number[t + 3] * L;
        int s4 = number[t + 4] * L;
        for (int i = 0, at = so; i < n; i += L) {
            FloatVector v = fromArray(S, dy, yo + i), u = fromArray(S, dy, yo + ys + i);
            FloatVector a = fromArray(S, x, x0 + i).fma(v, fromArray(S, s, at + s0));
            FloatVector b = fromArray(S, x, x1 + i).fma(v, fromArray(S, s, at + s1));
            FloatVector c = fromArray(S, x, x2 + i).fma(v, fromArray(S, s, at + s2));
            FloatVector d = fromArray(S, x, x3 + i).fma(v, fromArray(S, s, at + s3));
            FloatVector e = fromArray(S, x, x4 + i).fma(v, fromArray(S, s, at + s4));
            a = fromArray(S, x, x0 + xs + i).fma(u, a);
            b = fromArray(S, x, x1 + xs + i).fma(u, b);
            c = fromArray(S, x, x2 + xs + i).fma(u, c);
            d = fromArray(S, x, x3 + xs + i).fma(u, d);
            e = fromArray(S, x, x4 + xs + i).fma(u, e);
            a.intoArray(s, at + s0);
            b.intoArray(s, at + s1);
            c.intoArray(s, at + s2);
            d.intoArray(s, at + s3);
            e.intoArray(s, at + s4);
            at += cell;
            if (at == send)
                at = so;
        }
    }

    /// Three taps of a vector of places in rows one after the other.
    static void strided(float[] x, int x0, int x1, int x2, int xs, float[] dy, int yo, int ys, int rows, float[] s, int s0, int s1,
            int s2) {
        FloatVector a = fromArray(S, s, s0);
        FloatVector b = fromArray(S, s, s1);
        FloatVector c = fromArray(S, s, s2);
        for (int p = 0; p < rows; p++) {
            FloatVector v = fromArray(S, dy, yo + p * ys);
            a = fromArray(S, x, x0 + p * xs).fma(v, a);
            b = fromArray(S, x, x1 + p * xs).fma(v, b);
            c = fromArray(S, x, x2 + p * xs).fma(v, c);
        }
        a.intoArray(s, s0);
        b.intoArray(s, s1);
        c.intoArray(s, s2);
    }

    /// One tap of a vector of places in rows one after the other.
    static void strided(float[] x, int xo, int xs, float[] dy, int yo, int ys, int rows, float[] s, int s0) {
        FloatVector a = fromArray(S, s, s0);
        for (int p = 0; p < rows; p++)
            a = fromArray(S, x, xo + p * xs).fma(fromArray(S, dy, yo + p * ys), a);
        a.intoArray(s, s0);
    }

    /// One tap of a row.
    static void one(float[] x, int xo, float[] dy, int yo, int n, float[] s, int so, int send, int cell, int s0) {
        for (int i = 0, at = so; i < n; i += L) {
            fromArray(S, x, xo + i).fma(fromArray(S, dy, yo + i), fromArray(S, s, at + s0)).intoArray(s, at + s0);
            at += cell;
            if (at == send)
                at = so;
        }
    }
}
