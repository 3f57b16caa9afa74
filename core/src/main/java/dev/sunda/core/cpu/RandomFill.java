package dev.sunda.core.cpu;

import dev.sunda.core.op.NormalQuantile;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Random F32 numbers: element `i` in row-major order depends on number `i` of the key alone, whatever the memory order and
/// the threads. The row-major number of an element travels through the loops as one more operand.
final class RandomFill {
    private static final RandomMath MATH = RandomMath.CHOSEN;
    private static final int CHUNK = 8192;

    private RandomFill() {
    }

    /// Uniform in `[0, 1)`.
    static void uniform(RandomKey key, View out) {
        var nest = Nest.of(Layout.contiguous(out.shape()), out.layout());
        float[] to = out.heap().floats();
        nest.forEach(CHUNK, (at, n) -> {
            var bits = new long[Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                MATH.bits(RandomMath.start(key, at[0] + i * nest.stride(0)), nest.stride(0) * RandomMath.GOLDEN, bits, m);
                store(bits, to, at[1] + i * nest.stride(1), nest.stride(1), m);
            }
        });
    }

    /// The upper 24 bits as a fraction.
    private static void store(long[] bits, float[] out, int at, int stride, int n) {
        if (stride == 1)
            for (int j = 0; j < n; j++)
                out[at + j] = (int) (bits[j] >>> 40) * 0x1p-24f;
        else
            for (int j = 0; j < n; j++)
                out[at + j * stride] = (int) (bits[j] >>> 40) * 0x1p-24f;
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
        nest.forEach(CHUNK, (at, n) -> {
            int length = Math.min(n, Strips.LENGTH);
            var bits = new long[length];
            var masks = new int[length];
            var strip = nest.isUnit() ? null : new float[length];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                int xi = at[1] + i * nest.stride(1);
                int yi = at[2] + i * nest.stride(2);
                MATH.bits(RandomMath.start(key, at[0] + i * nest.stride(0)), nest.stride(0) * RandomMath.GOLDEN, bits, m);
                if (nest.stride(1) == 1 && nest.stride(2) == 1) {
                    MATH.keep(bits, masks, least, scale, from, xi, to, yi, m);
                } else {
                    Strips.read(from, xi, nest.stride(1), strip, m);
                    MATH.keep(bits, masks, least, scale, strip, 0, strip, 0, m);
                    Strips.write(strip, to, yi, nest.stride(2), m);
                }
            }
        });
    }
}
