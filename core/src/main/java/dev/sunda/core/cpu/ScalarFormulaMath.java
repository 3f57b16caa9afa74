package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarFormulaMath implements FormulaMath {
    @Override
    public void sum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int n) {
        finishSum(a, ai, s, b, bi, t, out, oi, 0, n);
    }

    @Override
    public void sumWithProduct(float[] a, int ai, float s, float[] b, int bi, float[] c, int ci, float t, float[] out, int oi, int n) {
        finishSumWithProduct(a, ai, s, b, bi, c, ci, t, out, oi, 0, n);
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

    @Override
    public void plainDescent(float[] p, int pi, float c, float[] x, int xi, float[] v, int vi, float[] out, int oi, int n) {
        finishPlainDescent(p, pi, c, x, xi, v, vi, out, oi, 0, n);
    }

    @Override
    public void decayingMaximum(float[] a, int ai, float s, float[] b, int bi, float eps, float[] out, int oi, int n) {
        finishDecayingMaximum(a, ai, s, b, bi, eps, out, oi, 0, n);
    }

    @Override
    public void clamp(float[] x, int xi, float low, float high, float[] out, int oi, int n) {
        finishClamp(x, xi, low, high, out, oi, 0, n);
    }

    @Override
    public void choose(float[] condition, int ci, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n) {
        finishChoose(condition, ci, a, ai, b, bi, out, oi, 0, n);
    }

    /// Elements `from` to `n - 1`, as in the methods below.
    static void finishSum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = a[ai + j] * s + b[bi + j] * t;
    }

    static void finishSumWithProduct(float[] a, int ai, float s, float[] b, int bi, float[] c, int ci, float t, float[] out, int oi,
            int from,
            int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = a[ai + j] * s + b[bi + j] * c[ci + j] * t;
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

    static void finishPlainDescent(float[] p, int pi, float c, float[] x, int xi, float[] v, int vi, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = p[pi + j] - x[xi + j] / v[vi + j] * c;
    }

    static void finishDecayingMaximum(float[] a, int ai, float s, float[] b, int bi, float eps, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = Math.max(a[ai + j] * s, Math.abs(b[bi + j]) + eps);
    }

    static void finishClamp(float[] x, int xi, float low, float high, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = Math.min(Math.max(x[xi + j], low), high);
    }

    static void finishChoose(float[] condition, int ci, float[] a, int ai, float[] b, int bi, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            out[oi + j] = condition[ci + j] != 0 ? a[ai + j] : b[bi + j];
    }

    private static float quotient(float x, float s, float v, float r, float eps) {
        return x * s / ((float) Math.sqrt(v) * r + eps);
    }
}
