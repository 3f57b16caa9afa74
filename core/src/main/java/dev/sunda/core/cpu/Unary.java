package dev.sunda.core.cpu;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Element-wise functions of one F32 tensor and their derivatives, over views of any strides. Sources are not modified.
final class Unary {
    private static final UnaryMath MATH = UnaryMath.CHOSEN;

    private Unary() {
    }

    /// `out = function(x)`.
    static void apply(UnaryFunction function, View x, View out) {
        var nest = Nest.of(x.layout(), out.layout());
        float[] from = x.heap().floats();
        float[] to = out.heap().floats();
        if (nest.isUnit())
            nest.forEach((at, n) -> values(function, from, at[0], to, at[1], n));
        else
            nest.forEach((at, n) -> applyStrided(function, from, at[0], nest.stride(0), to, at[1], nest.stride(1), n));
    }

    private static void values(UnaryFunction function, float[] x, int xi, float[] y, int yi, int n) {
        switch (function) {
            case UnaryOp op -> MATH.apply(op, x, xi, y, yi, n);
            case ParametricOp op -> Parametric.values(op, x, xi, y, yi, n);
        }
    }

    private static void slopes(UnaryFunction function, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        switch (function) {
            case UnaryOp op -> MATH.backward(op, kept, ki, dy, di, dx, oi, n);
            case ParametricOp op -> Parametric.slopes(op, kept, ki, dy, di, dx, oi, n);
        }
    }

    private static void applyStrided(UnaryFunction function, float[] x, int xi, int xs, float[] y, int yi, int ys, int n) {
        var in = new float[Math.min(n, Strips.LENGTH)];
        var out = new float[in.length];
        for (int i = 0; i < n; i += Strips.LENGTH) {
            int m = Math.min(Strips.LENGTH, n - i);
            Strips.read(x, xi + i * xs, xs, in, m);
            values(function, in, 0, out, 0, m);
            Strips.write(out, y, yi + i * ys, ys, m);
        }
    }

    /// `dx = dy * function'(kept)`; `kept` is null for functions that keep nothing.
    static void backward(UnaryFunction function, View kept, View dy, View dx) {
        View k = kept == null ? dy : kept;                           // the values do not matter then
        if (kept != null && dx.layout().isDense() && sameOrder(kept, dx) && !sameOrder(dy, dx)) {
            Copy.apply(dy, dx);                                      // in tiles that suit the caches
            backward(function, kept, dx);
            return;
        }
        var nest = Nest.of(k.layout(), dy.layout(), dx.layout());
        float[] keptValues = k.heap().floats();
        float[] from = dy.heap().floats();
        float[] to = dx.heap().floats();
        if (nest.isUnit())
            nest.forEach((at, n) -> slopes(function, keptValues, at[0], from, at[1], to, at[2], n));
        else
            nest.forEach((at, n) -> {
                var strips = new float[3][Math.min(n, Strips.LENGTH)];
                for (int i = 0; i < n; i += Strips.LENGTH) {
                    int m = Math.min(Strips.LENGTH, n - i);
                    Strips.read(keptValues, at[0] + i * nest.stride(0), nest.stride(0), strips[0], m);
                    Strips.read(from, at[1] + i * nest.stride(1), nest.stride(1), strips[1], m);
                    slopes(function, strips[0], 0, strips[1], 0, strips[2], 0, m);
                    Strips.write(strips[2], to, at[2] + i * nest.stride(2), nest.stride(2), m);
                }
            });
    }

    /// `dx *= function'(kept)`, both in one order.
    private static void backward(UnaryFunction function, View kept, View dx) {
        var nest = Nest.of(kept.layout(), dx.layout());
        float[] values = kept.heap().floats();
        float[] to = dx.heap().floats();
        nest.forEach((at, n) -> {
            var strip = new float[Math.min(n, Strips.LENGTH)];       // loops may compute some elements twice, so not in place
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                System.arraycopy(to, at[1] + i, strip, 0, m);
                slopes(function, values, at[0] + i, strip, 0, to, at[1] + i, m);
            }
        });
    }

    private static boolean sameOrder(View a, View b) {
        return Arrays.equals(a.layout().strides(), b.layout().strides());
    }
}
