package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarDepthwise64 implements Depthwise64Kernel {
    @Override
    public void three(double[] x, int x0, int x1, int x2, double[] w, int w0, int w1, int w2, int from, int period, double[] out, int oo,
            int n) {
        finishOne(x, x0, w, w0, from, period, out, oo, 0, n);
        finishOne(x, x1, w, w1, from, period, out, oo, 0, n);
        finishOne(x, x2, w, w2, from, period, out, oo, 0, n);
    }

    @Override
    public void one(double[] x, int x0, double[] w, int w0, int from, int period, double[] out, int oo, int n) {
        finishOne(x, x0, w, w0, from, period, out, oo, 0, n);
    }

    static void finishOne(double[] x, int x0, double[] w, int w0, int from, int period, double[] out, int oo, int done, int n) {
        for (int i = done, at = (from + done) % period; i < n; i++) {
            out[oo + i] = Math.fma(x[x0 + i], w[w0 + at], out[oo + i]);
            if (++at == period)
                at = 0;
        }
    }

    @Override
    public void gradients(double[] x, int x0, int x1, int x2, double[] dy, int yo, double[] sums, int s0, int s1, int s2, int period,
            int n) {
        finishGradient(x, x0, dy, yo, sums, s0, period, 0, n);
        finishGradient(x, x1, dy, yo, sums, s1, period, 0, n);
        finishGradient(x, x2, dy, yo, sums, s2, period, 0, n);
    }

    @Override
    public void gradient(double[] x, int x0, double[] dy, int yo, double[] sums, int s0, int period, int n) {
        finishGradient(x, x0, dy, yo, sums, s0, period, 0, n);
    }

    static void finishGradient(double[] x, int x0, double[] dy, int yo, double[] sums, int s0, int period, int done, int n) {
        for (int i = done, at = done % period; i < n; i++) {
            sums[s0 + at] = Math.fma(x[x0 + i], dy[yo + i], sums[s0 + at]);
            if (++at == period)
                at = 0;
        }
    }
}
