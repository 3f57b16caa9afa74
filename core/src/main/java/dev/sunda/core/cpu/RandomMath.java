package dev.sunda.core.cpu;

import dev.sunda.core.op.RandomKey;

/// Innermost loops of [RandomFill]. Both implementations give the same bits, those of [RandomKey].
sealed interface RandomMath permits ScalarRandomMath, SimdRandomMath {
    /// The implementation of this process.
    RandomMath CHOSEN = VectorPath.isSimd() ? new SimdRandomMath() : new ScalarRandomMath();
    /// What the argument of [RandomKey#mix] grows by from one number of a stream to the next.
    long GOLDEN = 0x9E3779B97F4A7C15L;

    /// The argument of [RandomKey#mix] for number `i`.
    static long start(RandomKey key, long i) {
        return key.key() + (key.offset() + i + 1) * GOLDEN;
    }

    /// `out[j] = mix(start + j * step)` for `j` below `n`.
    void bits(long start, long step, long[] out, int n);

    /// `y[yi + j] = x[xi + j] * scale` where the upper 53 bits of `bits[j]` are at least `least`, else 0.
    ///
    /// @param masks room for `n` numbers
    void keep(long[] bits, int[] masks, long least, float scale, float[] x, int xi, float[] y, int yi, int n);
}
