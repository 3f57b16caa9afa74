package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarFormulaMath implements FormulaMath {
    @Override
    public void sum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int n) {
        finishSum(a, ai, s, b, bi, t, out, oi, 0, n);
    }

    @Override
    public void sumOfSquare(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int n) {
        finishSumOfSquare(a, ai, s, b, bi, t, out, oi, 0, n);
    }

    @Override
    public void lerp(float[] a, int ai, float[] b, int bi, float w, float[] out, int oi, int n) {
        finishLerp(a, ai, b, bi, w, out, oi, 0, n);
    }

    @Override
    public void quotient(float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi, int n) {
        finishQuotient(x, xi, s, v, vi, r, eps, out, oi, 0, n);
    }

    @Override
    public void descent(float[] p, int pi, float c, float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi,
            int n) {
        finishDescent(p, pi, c, x, xi, s, v, vi, r, eps, out, oi, 0, n);
    }

    /// Elements `from` to `n - 1`, as in the methods below.
    static void finishSum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = a[ai + j] * s + b[bi + j] * t;
    }

    static void finishSumOfSquare(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = a[ai + j] * s + b[bi + j] * b[bi + j] * t;
    }

    static void finishLerp(float[] a, int ai, float[] b, int bi, float w, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = a[ai + j] + (b[bi + j] - a[ai + j]) * w;
    }

    static void finishQuotient(float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = quotient(x[xi + j], s, v[vi + j], r, eps);
    }

    static void finishDescent(float[] p, int pi, float c, float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out,
            int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = p[pi + j] - quotient(x[xi + j], s, v[vi + j], r, eps) * c;
    }

    private static float quotient(float x, float s, float v, float r, float eps) {
        return x * s / ((float) Math.sqrt(v) * r + eps);
    }
}
