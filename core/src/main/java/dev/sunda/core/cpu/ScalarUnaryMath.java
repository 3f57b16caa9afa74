package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarUnaryMath implements UnaryMath {
    @Override
    public void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int n) {
        finish(op, x, xi, y, yi, 0, n);
    }

    /// Elements `from` to `n - 1`.
    static void finish(UnaryOp op, float[] x, int xi, float[] y, int yi, int from, int n) {
        switch (op) {
            case NEG -> neg(x, xi, y, yi, from, n);
            case ABS -> abs(x, xi, y, yi, from, n);
            case SQUARE -> square(x, xi, y, yi, from, n);
            case SQRT -> sqrt(x, xi, y, yi, from, n);
            case RSQRT -> rsqrt(x, xi, y, yi, from, n);
            case RECIPROCAL -> reciprocal(x, xi, y, yi, from, n);
            case EXP -> exp(x, xi, y, yi, from, n);
            case LOG -> log(x, xi, y, yi, from, n);
            case TANH -> tanh(x, xi, y, yi, from, n);
            case SIGMOID -> sigmoid(x, xi, y, yi, from, n);
            case RELU -> relu(x, xi, y, yi, from, n);
            case ERF, GELU, GELU_TANH -> ScalarErf.finish(op, x, xi, y, yi, from, n);
            case SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH -> ScalarActivations.finish(op, x, xi, y, yi, from, n);
            default -> {
                for (int j = from; j < n; j++)
                    y[yi + j] = (float) op.value(x[xi + j]);
            }
        }
    }

    @Override
    public void backward(UnaryOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        finishBackward(op, kept, ki, dy, di, dx, oi, 0, n);
    }

    /// Elements `from` to `n - 1`.
    static void finishBackward(UnaryOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int from, int n) {
        for (int j = from; j < n; j++)
            dx[oi + j] = slope(op, kept[ki + j], dy[di + j]);
    }

    private static float slope(UnaryOp op, float k, float d) {
        return switch (op) {
            case NEG -> -d;
            case ABS -> d * (k > 0 ? 1 : k < 0 ? -1 : 0);
            case SQUARE -> d * (k + k);
            case SQRT -> d * (0.5f / k);
            case RSQRT -> d * (-0.5f * k * k * k);
            case RECIPROCAL -> d * (-k * k);
            case EXP -> d * k;
            case LOG -> d * (1 / k);
            case TANH -> d * Math.fma(-k, k, 1);
            case SIGMOID -> d * (k * (1 - k));
            case RELU -> d * (k <= 0 ? 0 : 1);
            case ERF, GELU, GELU_TANH -> ScalarErf.slope(op, k, d);
            case SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH -> d * ScalarActivations.derivative(op, k);
            default -> (float) (d * op.derivative(k));
        };
    }

    private static void neg(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = -v;
        }
    }

    private static void abs(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = Math.abs(v);
        }
    }

    private static void square(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = v * v;
        }
    }

    private static void sqrt(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = (float) Math.sqrt(v);
        }
    }

    private static void rsqrt(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = 1 / (float) Math.sqrt(v);
        }
    }

    private static void reciprocal(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = 1 / v;
        }
    }

    private static void exp(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = ScalarFunctions.exp(v);
        }
    }

    private static void log(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = ScalarFunctions.log(v);
        }
    }

    private static void tanh(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = ScalarFunctions.tanh(v);
        }
    }

    private static void sigmoid(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = ScalarFunctions.sigmoid(v);
        }
    }

    private static void relu(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            float v = x[xi + j];
            y[yi + j] = v <= 0 ? 0 : v;
        }
    }
}
