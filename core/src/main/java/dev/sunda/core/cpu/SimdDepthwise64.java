package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of places at a time.
final class SimdDepthwise64 implements Depthwise64Kernel {
    private static final VectorSpecies<Double> S = VectorSpecies.of(double.class, SimdSpecies.F.vectorShape());
    private static final int L = S.length();

    @Override
    public void three(double[] x, int x0, int x1, int x2, double[] w, int w0, int w1, int w2, int from, int period, double[] out, int oo,
            int n) {
        int end = S.loopBound(n);
        wholeThree(x, x0, x1, x2, w, w0, w1, w2, from % period, period, out, oo, end);
        if (end < n) {
            ScalarDepthwise64.finishOne(x, x0, w, w0, from, period, out, oo, end, n);
            ScalarDepthwise64.finishOne(x, x1, w, w1, from, period, out, oo, end, n);
            ScalarDepthwise64.finishOne(x, x2, w, w2, from, period, out, oo, end, n);
        }
    }

    private static void wholeThree(double[] x, int x0, int x1, int x2, double[] w, int w0, int w1, int w2, int from, int period,
            double[] out, int oo, int end) {
        for (int i = 0, at = from; i < end; i += L) {
            DoubleVector sum = fromArray(S, x, x0 + i).fma(fromArray(S, w, w0 + at), fromArray(S, out, oo + i));
            sum = fromArray(S, x, x1 + i).fma(fromArray(S, w, w1 + at), sum);
            sum = fromArray(S, x, x2 + i).fma(fromArray(S, w, w2 + at), sum);
            sum.intoArray(out, oo + i);
            at += L;
            if (at == period)
                at = 0;
        }
    }

    @Override
    public void one(double[] x, int x0, double[] w, int w0, int from, int period, double[] out, int oo, int n) {
        int end = S.loopBound(n);
        wholeOne(x, x0, w, w0, from % period, period, out, oo, end);
        if (end < n)
            ScalarDepthwise64.finishOne(x, x0, w, w0, from, period, out, oo, end, n);
    }

    private static void wholeOne(double[] x, int x0, double[] w, int w0, int from, int period, double[] out, int oo, int end) {
        for (int i = 0, at = from; i < end; i += L) {
            fromArray(S, x, x0 + i).fma(fromArray(S, w, w0 + at), fromArray(S, out, oo + i)).intoArray(out, oo + i);
            at += L;
            if (at == period)
                at = 0;
        }
    }

    @Override
    public void gradients(double[] x, int x0, int x1, int x2, double[] dy, int yo, double[] sums, int s0, int s1, int s2, int period,
            int n) {
        int end = S.loopBound(n);
        wholeGradients(x, x0, x1, x2, dy, yo, sums, s0, s1, s2, period, end);
        if (end < n) {
            ScalarDepthwise64.finishGradient(x, x0, dy, yo, sums, s0, period, end, n);
            ScalarDepthwise64.finishGradient(x, x1, dy, yo, sums, s1, period, end, n);
            ScalarDepthwise64.finishGradient(x, x2, dy, yo, sums, s2, period, end, n);
        }
    }

    private static void wholeGradients(double[] x, int x0, int x1, int x2, double[] dy, int yo, double[] sums, int s0, int s1, int s2,
            int period, int end) {
        for (int i = 0, at = 0; i < end; i += L) {
            DoubleVector d = fromArray(S, dy, yo + i);
            fromArray(S, x, x0 + i).fma(d, fromArray(S, sums, s0 + at)).intoArray(sums, s0 + at);
            fromArray(S, x, x1 + i).fma(d, fromArray(S, sums, s1 + at)).intoArray(sums, s1 + at);
            fromArray(S, x, x2 + i).fma(d, fromArray(S, sums, s2 + at)).intoArray(sums, s2 + at);
            at += L;
            if (at == period)
                at = 0;
        }
    }

    @Override
    public void gradient(double[] x, int x0, double[] dy, int yo, double[] sums, int s0, int period, int n) {
        int end = S.loopBound(n);
        wholeGradient(x, x0, dy, yo, sums, s0, period, end);
        if (end < n)
            ScalarDepthwise64.finishGradient(x, x0, dy, yo, sums, s0, period, end, n);
    }

    private static void wholeGradient(double[] x, int x0, double[] dy, int yo, double[] sums, int s0, int period, int end) {
        for (int i = 0, at = 0; i < end; i += L) {
            fromArray(S, x, x0 + i).fma(fromArray(S, dy, yo + i), fromArray(S, sums, s0 + at)).intoArray(sums, s0 + at);
            at += L;
            if (at == period)
                at = 0;
        }
    }
}
