package dev.sunda.core.cpu;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;

/// Element-wise functions of one F64 tensor and their derivatives, over views of any strides. Sources are not modified.
final class Unary64 {
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;

    private static final long ONE_BITS = Double.doubleToRawLongBits(1);

    private Unary64() {
    }

    /// `out = function(x)`.
    static void apply(UnaryFunction function, View x, View out) {
        var nest = Nest.of(x.layout(), out.layout());
        double[] from = x.heap().doubles();
        double[] to = out.heap().doubles();
        if (nest.isUnit()) {
            nest.forEach((at, n) -> values(function, from, at[0], to, at[1], n));
            return;
        }
        nest.forEach((at, n) -> {
            var strips = new double[2][Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                Strips.read(from, at[0] + i * nest.stride(0), nest.stride(0), strips[0], m);
                values(function, strips[0], 0, strips[1], 0, m);
                Strips.write(strips[1], to, at[1] + i * nest.stride(1), nest.stride(1), m);
            }
        });
    }

    private static void values(UnaryFunction function, double[] x, int xi, double[] y, int yi, int n) {
        switch (function) {
            case UnaryOp op -> values(op, x, xi, y, yi, n);
            case ParametricOp op -> Parametric64.values(op, x, xi, y, yi, n);
        }
    }

    /// `y = op(x)` over `n` neighbours.
    static void values(UnaryOp op, double[] x, int xi, double[] y, int yi, int n) {
        int done = VectorPath.isSimd() ? SimdUnary64.apply(op, x, xi, y, yi, n) : 0;
        if (done < n)
            scalarValues(op, x, xi + done, y, yi + done, n - done);
    }

    static void scalarValues(UnaryOp op, double[] x, int xi, double[] y, int yi, int n) {
        switch (op) {
            case EXP -> FUNCTIONS.exp(x, xi, 0, y, yi, n);
            case LOG -> FUNCTIONS.log(x, xi, y, yi, n);
            case TANH -> FUNCTIONS.tanh(x, xi, y, yi, n);
            case SIGMOID -> FUNCTIONS.sigmoid(x, xi, y, yi, n);
            case NEG -> neg(x, xi, y, yi, n);
            case ABS -> abs(x, xi, y, yi, n);
            case SQUARE -> square(x, xi, y, yi, n);
            case SQRT -> sqrt(x, xi, y, yi, n);
            case RSQRT -> rsqrt(x, xi, y, yi, n);
            case RECIPROCAL -> reciprocal(x, xi, y, yi, n);
            case RELU -> relu(x, xi, y, yi, n);
            case ERF, GELU, GELU_TANH -> FUNCTIONS.erf(op, x, xi, y, yi, n);
            case SILU, MISH, LOG_SIGMOID -> {
                for (int j = 0; j < n; j++)
                    y[yi + j] = ScalarActivations64.value(op, x[xi + j]);
            }
            default -> {
                for (int j = 0; j < n; j++)
                    y[yi + j] = op.value(x[xi + j]);
            }
        }
    }

    private static void neg(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = -x[xi + j];
    }

    private static void abs(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = Math.abs(x[xi + j]);
    }

    private static void square(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = x[xi + j] * x[xi + j];
    }

    private static void sqrt(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = Math.sqrt(x[xi + j]);
    }

    private static void rsqrt(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = 1 / Math.sqrt(x[xi + j]);
    }

    private static void reciprocal(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = 1 / x[xi + j];
    }

    /// The maximum is NaN for NaN and 0, not -0, for -0.
    private static void relu(double[] x, int xi, double[] y, int yi, int n) {
        for (int j = 0; j < n; j++)
            y[yi + j] = Math.max(x[xi + j], 0.0);
    }

    /// `dx = dy * function'(kept)`; `kept` is null for functions that keep nothing.
    static void backward(UnaryFunction function, View kept, View dy, View dx) {
        View k = kept == null ? dy : kept;                           // the values do not matter then
        var nest = Nest.of(k.layout(), dy.layout(), dx.layout());
        double[] keptValues = k.heap().doubles();
        double[] from = dy.heap().doubles();
        double[] to = dx.heap().doubles();
        if (nest.isUnit()) {
            nest.forEach((at, n) -> slopes(function, keptValues, at[0], from, at[1], to, at[2], n));
            return;
        }
        nest.forEach((at, n) -> {
            var strips = new double[3][Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                Strips.read(keptValues, at[0] + i * nest.stride(0), nest.stride(0), strips[0], m);
                Strips.read(from, at[1] + i * nest.stride(1), nest.stride(1), strips[1], m);
                slopes(function, strips[0], 0, strips[1], 0, strips[2], 0, m);
                Strips.write(strips[2], to, at[2] + i * nest.stride(2), nest.stride(2), m);
            }
        });
    }

    static void slopes(UnaryFunction function, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        switch (function) {
            case UnaryOp op -> {
                int done = VectorPath.isSimd() ? SimdUnaryBackward64.apply(op, kept, ki, dy, di, dx, oi, n) : 0;
                if (done < n)
                    scalarSlopes(op, kept, ki + done, dy, di + done, dx, oi + done, n - done);
            }
            case ParametricOp op -> Parametric64.slopes(op, kept, ki, dy, di, dx, oi, n);
        }
    }

    static void scalarSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        switch (op) {
            case NEG -> neg(dy, di, dx, oi, n);
            case SQUARE -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (2 * kept[ki + j]);
            }
            case SQRT -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (0.5 / kept[ki + j]);
            }
            case RSQRT -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (-0.5 * kept[ki + j] * kept[ki + j] * kept[ki + j]);
            }
            case RECIPROCAL -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (-kept[ki + j] * kept[ki + j]);
            }
            case ERF, GELU, GELU_TANH -> FUNCTIONS.erfSlopes(op, kept, ki, dy, di, dx, oi, n);
            default -> moreSlopes(op, kept, ki, dy, di, dx, oi, n);
        }
    }

    private static void moreSlopes(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        switch (op) {
            case EXP -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * kept[ki + j];
            }
            case LOG -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (1 / kept[ki + j]);
            }
            case TANH -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (1 - kept[ki + j] * kept[ki + j]);
            }
            case SIGMOID -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * (kept[ki + j] * (1 - kept[ki + j]));
            }
            case RELU -> {
                for (int j = 0; j < n; j++) {                        // 0 or 1 without a branch, for it could not be predicted
                    long positive = Double.doubleToRawLongBits(Math.max(kept[ki + j], 0.0));
                    dx[oi + j] = dy[di + j] * Double.longBitsToDouble((positive | -positive) >> 63 & ONE_BITS);
                }
            }
            case SILU, MISH, LOG_SIGMOID -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * ScalarActivations64.derivative(op, kept[ki + j]);
            }
            default -> {
                for (int j = 0; j < n; j++)
                    dx[oi + j] = dy[di + j] * op.derivative(kept[ki + j]);
            }
        }
    }
}
