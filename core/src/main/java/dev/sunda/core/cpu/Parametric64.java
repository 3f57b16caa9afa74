package dev.sunda.core.cpu;

import dev.sunda.core.op.ParametricOp;

/// Innermost loops of [ParametricOp] on contiguous doubles, with [SimdParametric64] for whole vectors. Functions with
/// exponentials are those of [ScalarActivations64]; what is not there is the definition itself.
final class Parametric64 {
    private Parametric64() {
    }

    /// `y[yi + j] = op(x[xi + j])` for `j` below `n`.
    static void values(ParametricOp op, double[] x, int xi, double[] y, int yi, int n) {
        int done = VectorPath.isSimd() ? SimdParametric64.values(op, x, xi, y, yi, n) : 0;
        if (done < n)
            scalarValues(op, x, xi + done, y, yi + done, n - done);
    }

    static void scalarValues(ParametricOp op, double[] x, int xi, double[] y, int yi, int n) {
        switch (op.kind()) {
            case LEAKY_RELU -> leakyRelu(op.a(), x, xi, y, yi, n);
            case CLAMP, HARDTANH -> clamp(op.a(), op.b(), x, xi, y, yi, n);
            default -> {
                boolean own = ScalarActivations64.covers(op);
                for (int j = 0; j < n; j++)
                    y[yi + j] = own ? ScalarActivations64.value(op, x[xi + j]) : op.value(x[xi + j]);
            }
        }
    }

    private static void leakyRelu(double slope, double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = x[xi + j] * (x[xi + j] > 0 ? 1 : slope);
    }

    private static void clamp(double min, double max, double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = Math.min(Math.max(x[xi + j], min), max);
    }

    /// `dx[oi + j] = dy[di + j] * op'(kept[ki + j])` for `j` below `n`.
    static void slopes(ParametricOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        int done = VectorPath.isSimd() ? SimdParametric64.slopes(op, kept, ki, dy, di, dx, oi, n) : 0;
        if (done < n)
            scalarSlopes(op, kept, ki + done, dy, di + done, dx, oi + done, n - done);
    }

    static void scalarSlopes(ParametricOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        switch (op.kind()) {
            case LEAKY_RELU -> leakySlopes(op.a(), kept, ki, dy, di, dx, oi, n);
            case CLAMP -> clampSlopes(op.a(), op.b(), kept, ki, dy, di, dx, oi, n);
            case HARDTANH -> hardtanhSlopes(op.a(), op.b(), kept, ki, dy, di, dx, oi, n);
            default -> {
                boolean own = ScalarActivations64.covers(op);
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (own ? ScalarActivations64.derivative(op, kept[ki + j]) : op.derivative(kept[ki + j]));
            }
        }
    }

    private static void leakySlopes(double slope, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] > 0 ? 1 : slope);
    }

    private static void clampSlopes(double min, double max, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] >= min && kept[ki + j] <= max ? 1 : 0);
    }

    private static void hardtanhSlopes(double min, double max, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        for (int j = 0; j < n; j++)
            dx[oi + j] = dy[di + j] * (kept[ki + j] <= min || kept[ki + j] >= max ? 0 : 1);
    }
}
