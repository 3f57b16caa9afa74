package dev.sunda.core.cpu;

/// Innermost loops of [Formulas] that take several instructions at once, on contiguous floats. Every product, sum, quotient and root is
/// rounded, so the bits are those of the instructions one after the other. The result may lie where an operand lies, element on element.
/// Both implementations give the same bits.
sealed interface FormulaMath permits ScalarFormulaMath, SimdFormulaMath {
    /// The implementation of this process.
    FormulaMath CHOSEN = VectorPath.isSimd() ? new SimdFormulaMath() : new ScalarFormulaMath();

    /// `out = a * s + b * t` for `n` elements from `ai`, `bi` and `oi` on.
    void sum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int n);

    /// `out = a * s + b * c * t`.
    void sumWithProduct(float[] a, int ai, float s, float[] b, int bi, float[] c, int ci, float t, float[] out, int oi, int n);

    /// `out = a + (b - a) * w`.
    void lerp(float[] a, int ai, float[] b, int bi, float w, float[] out, int oi, int n);

    /// `out = x * s / (sqrt(v) * r + eps)`.
    void quotient(float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi, int n);

    /// `out = p - x * s / (sqrt(v) * r + eps) * c`.
    void descent(float[] p, int pi, float c, float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi, int n);

    /// `out = p - x / v * c`.
    void plainDescent(float[] p, int pi, float c, float[] x, int xi, float[] v, int vi, float[] out, int oi, int n);

    /// `out = max(a * s, |b| + eps)`.
    void decayingMaximum(float[] a, int ai, float s, float[] b, int bi, float eps, float[] out, int oi, int n);

    /// `out = min(max(x, low), high)`.
    void clamp(float[] x, int xi, float low, float high, float[] out, int oi, int n);

    /// `out = condition != 0 ? a : b`.
    void choose(float[] condition, int ci, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n);
}
