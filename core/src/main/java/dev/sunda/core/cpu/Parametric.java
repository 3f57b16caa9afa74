package dev.sunda.core.cpu;

import dev.sunda.core.op.ParametricOp;

/// Innermost loops of [ParametricOp] on contiguous floats, with [SimdParametric] for whole vectors. Tests against a bound run in double, so
/// that they fall as in the definition.
/// Error against the exact value: 4 ulp, of the derivatives 5e-7.
final class Parametric {
    private Parametric() {
    }

    /// `y[yi + j] = op(x[xi + j])` for `j` below `n`.
    static void values(ParametricOp op, float[] x, int xi, float[] y, int yi, int n) {
        int done = VectorPath.isSimd() ? SimdParametric.values(op, x, xi, y, yi, n) : 0;
        if (done < n)
            scalarValues(op, x, xi + done, y, yi + done, n - done);
    }

    static void scalarValues(ParametricOp op, float[] x, int xi, float[] y, int yi, int n) {
        float a = (float) op.a();
        float b = (float) op.b();
        switch (op.kind()) {
            case LEAKY_RELU -> leakyRelu(a, x, xi, y, yi, n);
            case ELU -> elu((float) (op.a() * op.b()), b, (float) op.c(), x, xi, y, yi, n);
            case CLAMP, HARDTANH -> clamp(a, b, x, xi, y, yi, n);
            case SOFTPLUS -> softplus(op, x, xi, y, yi, n);
            default -> byDefinition(op, x, xi, y, yi, n);
        }
    }

    private static void byDefinition(ParametricOp op, float[] x, int xi, float[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = (float) op.value(x[xi + j]);
    }

    private static void leakyRelu(float slope, float[] x, int xi, float[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = x[xi + j] * (x[xi + j] > 0 ? 1 : slope);
    }

    private static void elu(float minus, float plus, float rate, float[] x, int xi, float[] y, int yi, int n) {
        for (int j = 0; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = v <= 0 ? ScalarFunctions.expm1(v * rate) * minus : v * plus;
        }
    }

    private static void clamp(float min, float max, float[] x, int xi, float[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = Math.min(Math.max(x[xi + j], min), max);
    }

    /// With another `beta` than 1 the rounding of its product with `x` would cost small results their digits.
    private static void softplus(ParametricOp op, float[] x, int xi, float[] y, int yi, int n) {
        if (op.a() != 1) {
            byDefinition(op, x, xi, y, yi, n);
            return;
        }
        for (int j = 0; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = v > op.b() ? v : ScalarFunctions.softplus(v);
        }
    }

    /// `dx[oi + j] = dy[di + j] * op'(kept[ki + j])` for `j` below `n`.
    static void slopes(ParametricOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        int done = VectorPath.isSimd() ? SimdParametric.slopes(op, kept, ki, dy, di, dx, oi, n) : 0;
        if (done < n)
            scalarSlopes(op, kept, ki + done, dy, di + done, dx, oi + done, n - done);
    }

    static void scalarSlopes(ParametricOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        switch (op.kind()) {
            case LEAKY_RELU -> leakySlopes((float) op.a(), kept, ki, dy, di, dx, oi, n);
            case ELU -> eluSlopes(op, kept, ki, dy, di, dx, oi, n);
            case CLAMP -> clampSlopes(op.a(), op.b(), kept, ki, dy, di, dx, oi, n);
            case HARDTANH -> hardtanhSlopes(op.a(), op.b(), kept, ki, dy, di, dx, oi, n);
            case SOFTPLUS -> softplusSlopes(op, kept, ki, dy, di, dx, oi, n);
            default -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = (float) (dy[di + j] * op.derivative(kept[ki + j]));
            }
        }
    }

    private static void leakySlopes(float slope, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] > 0 ? 1 : slope);
    }

    private static void eluSlopes(ParametricOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        float minus = (float) (op.a() * op.b() * op.c());
        float plus = (float) op.b();
        float rate = (float) op.c();
        for (int j = 0; j < n; j++) {
            float k = kept[ki + j];
            dx[oi + j] = dy[di + j] * (k <= 0 ? ScalarFunctions.exp(k * rate) * minus : plus);
        }
    }

    private static void clampSlopes(double min, double max, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] >= min && kept[ki + j] <= max ? 1 : 0);
    }

    private static void hardtanhSlopes(double min, double max, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] <= min || kept[ki + j] >= max ? 0 : 1);
    }

    private static void softplusSlopes(ParametricOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        float beta = (float) op.a();
        for (int j = 0; j < n; j++) {
            float k = kept[ki + j];
            dx[oi + j] = dy[di + j] * (k * op.a() > op.b() ? 1 : ScalarFunctions.sigmoid(k * beta));
        }
    }
}
