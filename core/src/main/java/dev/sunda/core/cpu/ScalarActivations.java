package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;

/// Activations and their derivatives for one float, from [ScalarFunctions]; [SimdActivations] runs the identical
/// chains on vectors. Error against the exact value: 3 ulp, where `silu` and `mish`
/// are below 1e-35 2e-43; of the derivatives 5e-7.
final class ScalarActivations {
    /// From here on `tanh(log(1 + e^x))` rounds to 1.
    static final float MISH_MOST = 20;

    private ScalarActivations() {
    }

    /// Elements `from` to `n - 1` of [UnaryMath#apply].
    static void finish(UnaryOp op, float[] x, int xi, float[] y, int yi, int from, int n) {
        switch (op) {
            case SILU -> silu(x, xi, y, yi, from, n);
            case MISH -> mish(x, xi, y, yi, from, n);
            case SOFTSIGN -> softsign(x, xi, y, yi, from, n);
            case LOG_SIGMOID -> logSigmoid(x, xi, y, yi, from, n);
            case HARDSIGMOID -> hardsigmoid(x, xi, y, yi, from, n);
            default -> hardswish(x, xi, y, yi, from, n);
        }
    }

    private static void silu(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = x[xi + j] * ScalarFunctions.sigmoid(x[xi + j]);
    }

    private static void mish(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = mish(x[xi + j]);
    }

    private static void softsign(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = x[xi + j] / (1 + Math.abs(x[xi + j]));
    }

    private static void logSigmoid(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = -ScalarFunctions.softplus(-x[xi + j]);
    }

    private static void hardsigmoid(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = Math.min(Math.max(x[xi + j] + 3, 0), 6) / 6;
    }

    private static void hardswish(float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++)
            y[yi + j] = x[xi + j] * (Math.min(Math.max(x[xi + j] + 3, 0), 6) / 6);
    }

    /// With `e = e^x` and `m = e (e + 2)`, `tanh(log(1 + e)) = m / (m + 2)`.
    private static float mish(float x) {
        float e = ScalarFunctions.exp(Math.min(x, MISH_MOST));
        float m = e * (e + 2);
        return x * (m / (m + 2));
    }

    /// The derivative at `k`.
    static float derivative(UnaryOp op, float k) {
        return switch (op) {
            case SILU -> siluDerivative(k);
            case MISH -> mishDerivative(k);
            case SOFTSIGN -> 1 / ((1 + Math.abs(k)) * (1 + Math.abs(k)));
            case LOG_SIGMOID -> ScalarFunctions.sigmoid(-k);
            case HARDSIGMOID -> k > -3 && k < 3 ? 1 / 6f : 0;
            default -> k <= -3 ? 0 : k < 3 ? k / 3 + 0.5f : 1;
        };
    }

    /// `s (1 + x (1 - s))` with the logistic function `s`; both it and `1 - s` come from `e^-|x|`, so neither loses digits.
    private static float siluDerivative(float x) {
        float e = ScalarFunctions.exp(-Math.abs(x));
        float near = 1 / (1 + e);
        float far = e * near;
        return x >= 0 ? near * (1 + x * far) : far * (1 + x * near);
    }

    /// `t + x s (1 - t^2) = m / (m + 2) + x 4 e (1 + e) / (m + 2)^2`, see [#mish].
    private static float mishDerivative(float x) {
        float e = ScalarFunctions.exp(Math.min(x, MISH_MOST));
        float m = e * (e + 2);
        float slope = x > MISH_MOST ? 0 : 4 * e * (1 + e) / ((m + 2) * (m + 2));
        return m / (m + 2) + x * slope;
    }
}
