package dev.sunda.core.cpu;

import dev.sunda.core.op.NormalQuantile;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// [RandomFill] of F64: 53 random bits an element.
final class RandomFill64 {
    private static final RandomMath MATH = RandomMath.CHOSEN;
    private static final int CHUNK = 8192;

    private RandomFill64() {
    }

    /// Uniform in `[0, 1)`.
    static void uniform(RandomKey key, View out) {
        var nest = Nest.of(Layout.contiguous(out.shape()), out.layout());
        double[] to = out.heap().doubles();
        nest.forEach(CHUNK, (at, n) -> {
            var bits = new long[Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                int first = at[1] + i * nest.stride(1);
                MATH.bits(RandomMath.start(key, at[0] + i * nest.stride(0)), nest.stride(0) * RandomMath.GOLDEN, bits, m);
                for (int j = 0; j < m; j++)
                    to[first + j * nest.stride(1)] = (bits[j] >>> 11) * 0x1p-53;
            }
        });
    }

    /// Standard normal.
    static void normal(RandomKey key, View out) {
        var nest = Nest.of(Layout.contiguous(out.shape()), out.layout());
        double[] to = out.heap().doubles();
        nest.forEach(CHUNK, (at, n) -> {
            for (int j = 0; j < n; j++)
                to[at[1] + j * nest.stride(1)] = NormalQuantile.fromBits(key.bits(at[0] + j * nest.stride(0)));
        });
    }

    /// `y = x / (1 - p)` where the uniform number is at least `p`, else 0. `x` is not modified.
    static void dropout(RandomKey key, double p, View x, View y) {
        var nest = Nest.of(Layout.contiguous(x.shape()), x.layout(), y.layout());
        double[] from = x.heap().doubles();
        double[] to = y.heap().doubles();
        double scale = 1 / (1 - p);
        long least = (long) Math.ceil(p * 0x1p53);                   // 53 bits at least this are a number at least p
        nest.forEach(CHUNK, (at, n) -> {
            var bits = new long[Math.min(n, Strips.LENGTH)];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                int xi = at[1] + i * nest.stride(1);
                int yi = at[2] + i * nest.stride(2);
                MATH.bits(RandomMath.start(key, at[0] + i * nest.stride(0)), nest.stride(0) * RandomMath.GOLDEN, bits, m);
                for (int j = 0; j < m; j++) {
                    long keep = (((bits[j] >>> 11) - least) >>> 63) - 1;     // all ones or 0; no branch: it could not be predicted
                    long scaled = Double.doubleToRawLongBits(from[xi + j * nest.stride(1)] * scale);
                    to[yi + j * nest.stride(2)] = Double.longBitsToDouble(scaled & keep);
                }
            }
        });
    }
}
