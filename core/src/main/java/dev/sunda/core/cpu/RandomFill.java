package dev.sunda.core.cpu;

import dev.sunda.core.op.NormalQuantile;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Random F32 numbers: element `i` in row-major order depends on number `i` of the key alone, whatever the memory order and
/// the threads. The row-major number of an element travels through the loops as one more operand.
final class RandomFill {
    private static final int CHUNK = 4096;

    private RandomFill() {
    }

    /// Uniform in `[0, 1)`.
    static void uniform(RandomKey key, View out) {
        var nest = Nest.of(Layout.contiguous(out.shape()), out.layout());
        float[] to = out.heap().floats();
        nest.forEach(CHUNK, (at, n) -> uniform(key, at[0], nest.stride(0), to, at[1], nest.stride(1), n));
    }

    private static void uniform(RandomKey key, int number, int step, float[] out, int oi, int os, int n) {
        if (os == 1 && step == 1)
            for (int j = 0; j < n; j++)
                out[oi + j] = key.uniformFloat(number + j);
        else
            for (int j = 0; j < n; j++)
                out[oi + j * os] = key.uniformFloat(number + j * step);
    }

    /// Standard normal.
    static void normal(RandomKey key, View out) {
        var nest = Nest.of(Layout.contiguous(out.shape()), out.layout());
        float[] to = out.heap().floats();
        nest.forEach(CHUNK, (at, n) -> {
            for (int j = 0; j < n; j++)
                to[at[1] + j * nest.stride(1)] = (float) NormalQuantile.fromBits(key.bits(at[0] + j * nest.stride(0)));
        });
    }

    /// `y = x / (1 - p)` where the uniform number is at least `p`, else 0. `x` is not modified.
    static void dropout(RandomKey key, double p, View x, View y) {
        var nest = Nest.of(Layout.contiguous(x.shape()), x.layout(), y.layout());
        float[] from = x.heap().floats();
        float[] to = y.heap().floats();
        float scale = (float) (1 / (1 - p));
        long least = (long) Math.ceil(p * 0x1p53);                   // 53 bits at least this are a number at least p
        nest.forEach(CHUNK, (at, n) -> drop(key, at[0], nest.stride(0), least, scale, from, at[1], nest.stride(1), to, at[2],
                nest.stride(2), n));
    }

    private static void drop(RandomKey key, int number, int step, long least, float scale, float[] x, int xi, int xs, float[] y, int yi,
            int ys,
            int n) {
        for (int j = 0; j < n; j++) {
            long bits = key.bits(number + j * step) >>> 11;
            int keep = (int) ~((bits - least) >> 63);                // all ones or 0; no branch, for it could not be predicted
            y[yi + j * ys] = Float.intBitsToFloat(Float.floatToRawIntBits(x[xi + j * xs] * scale) & keep);
        }
    }
}
