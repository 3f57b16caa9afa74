package dev.sunda.core.cpu;

import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// Element-wise functions of one F32 tensor and their derivatives, over views of any strides. Sources are not modified.
final class Unary {
    private static final UnaryMath MATH = UnaryMath.CHOSEN;

    private Unary() {
    }

    /// `out = op(x)`.
    static void apply(UnaryOp op, View x, View out) {
        var nest = Nest.of(x.layout(), out.layout());
        float[] from = x.heap().floats();
        float[] to = out.heap().floats();
        if (nest.isUnit())
            nest.forEach((at, n) -> MATH.apply(op, from, at[0], to, at[1], n));
        else
            nest.forEach((at, n) -> applyStrided(op, from, at[0], nest.stride(0), to, at[1], nest.stride(1), n));
    }

    private static void applyStrided(UnaryOp op, float[] x, int xi, int xs, float[] y, int yi, int ys, int n) {
        var in = new float[Math.min(n, Strips.LENGTH)];
        var out = new float[in.length];
        for (int i = 0; i < n; i += Strips.LENGTH) {
            int m = Math.min(Strips.LENGTH, n - i);
            Strips.read(x, xi + i * xs, xs, in, m);
            MATH.apply(op, in, 0, out, 0, m);
            Strips.write(out, y, yi + i * ys, ys, m);
        }
    }

    /// `dx = dy * op'(kept)`; `kept` is null for functions that keep nothing.
    static void backward(UnaryOp op, View kept, View dy, View dx) {
        View k = kept == null ? dy : kept;                           // the values do not matter then
        if (kept != null && dx.layout().isDense() && sameOrder(kept, dx) && !sameOrder(dy, dx)) {
            Copy.apply(dy, dx);                                      // in tiles that suit the caches
            backward(op, kept, dx);
            return;
        }
        var nest = Nest.of(k.layout(), dy.layout(), dx.layout());
        float[] keptValues = k.heap().floats();
        float[] from = dy.heap().floats();
        float[] to = dx.heap().floats();
        if (nest.isUnit())
            nest.forEach((at, n) -> MATH.backward(op, keptValues, at[0], from, at[1], to, at[2], n));
        else
            nest.forEach((at, n) -> {
                var strips = new float[3][Math.min(n, Strips.LENGTH)];
                for (int i = 0; i < n; i += Strips.LENGTH) {
                    int m = Math.min(Strips.LENGTH, n - i);
                    Strips.read(keptValues, at[0] + i * nest.stride(0), nest.stride(0), strips[0], m);
                    Strips.read(from, at[1] + i * nest.stride(1), nest.stride(1), strips[1], m);
                    MATH.backward(op, strips[0], 0, strips[1], 0, strips[2], 0, m);
                    Strips.write(strips[2], to, at[2] + i * nest.stride(2), nest.stride(2), m);
                }
            });
    }

    /// `dx *= op'(kept)`, both in one order.
    private static void backward(UnaryOp op, View kept, View dx) {
        var nest = Nest.of(kept.layout(), dx.layout());
        float[] values = kept.heap().floats();
        float[] to = dx.heap().floats();
        nest.forEach((at, n) -> {
            var strip = new float[Math.min(n, Strips.LENGTH)];       // loops may compute some elements twice, so not in place
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                System.arraycopy(to, at[1] + i, strip, 0, m);
                MATH.backward(op, values, at[0] + i, strip, 0, to, at[1] + i, m);
            }
        });
    }

    private static boolean sameOrder(View a, View b) {
        return Arrays.equals(a.layout().strides(), b.layout().strides());
    }
}
