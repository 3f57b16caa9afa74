package dev.sunda.core.reference;

import dev.sunda.core.op.NormalQuantile;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// Random numbers: element `i` in row-major order depends on number `i` of the key alone. Every backend gives the same bits.
final class NaiveRandom {
    private NaiveRandom() {
    }

    /// `F32` takes 24 random bits an element, `F64` 53.
    static void uniform(RandomKey key, View out) {
        var values = new double[out.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = out.dtype() == DType.F32 ? key.uniformFloat(i) : key.uniformDouble(i);
        Elements.store(values, out);
    }

    /// The inverse distribution function of a uniform number, rounded to the type of `out`.
    static void normal(RandomKey key, View out) {
        var values = new double[out.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = NormalQuantile.fromBits(key.bits(i));
        Elements.store(values, out);
    }

    /// Keeps an element where its uniform number (53 bits) is at least `p` and scales it by `1 / (1 - p)`, rounded to the type of
    /// `x` before the multiplication.
    static void dropout(RandomKey key, double p, View x, View y) {
        double[] values = Elements.doubles(x);
        double scale = x.dtype() == DType.F32 ? (float) (1 / (1 - p)) : 1 / (1 - p);
        for (int i = 0; i < values.length; i++)
            values[i] = key.uniformDouble(i) >= p ? values[i] * scale : 0;
        Elements.store(values, y);
    }
}
