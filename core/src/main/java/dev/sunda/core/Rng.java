package dev.sunda.core;

import dev.sunda.core.op.RandomKey;

/// A stream of random numbers that is a function of its seed alone: same seed, same bits, on every device.
///
/// Number `i` of a stream does not depend on how the numbers before it were drawn, so tensors are filled in parallel. Streams split
/// off with [#split] are independent of each other and of their parent. Not safe for use by several threads at once: give each its own.
public final class Rng {
    private final long key;
    private long position;

    /// The stream of a seed; any number is as good as another.
    public Rng(long seed) {
        this(RandomKey.mix(seed + 0x5851F42D4C957F2DL), 0);
    }

    private Rng(long key, long position) {
        this.key = key;
        this.position = position;
    }

    /// A stream that depends on this stream's seed and `index`, not on how many numbers have been drawn.
    public Rng split(long index) {
        return new Rng(RandomKey.mix(key ^ RandomKey.mix(index + 0x2545F4914F6CDD1DL)), 0);
    }

    /// Claims the next `count` numbers for an operation.
    public RandomKey take(long count) {
        RngLog.note(this);
        var taken = new RandomKey(key, position);
        position += count;
        return taken;
    }

    /// What tells this stream from others, as in [RandomKey#key].
    public long key() {
        return key;
    }

    /// How many numbers have been drawn; together with the seed the whole state.
    public long position() {
        return position;
    }

    /// Goes on as if exactly `position` numbers had been drawn: how an interrupted run continues with the same bits.
    ///
    /// @param position 0 or greater
    public void seek(long position) {
        if (position < 0)
            throw new IllegalArgumentException("Rng: the position must not be negative (got " + position + ")");
        this.position = position;
    }

    /// 64 random bits.
    public long nextLong() {
        return take(1).bits(0);
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-24.
    public float nextFloat() {
        return take(1).uniformFloat(0);
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-53.
    public double nextDouble() {
        return take(1).uniformDouble(0);
    }

    /// Uniform in `0 .. bound - 1`, without bias.
    ///
    /// @param bound at least 1
    public int nextInt(int bound) {
        if (bound < 1)
            throw new IllegalArgumentException("Rng: the bound must be at least 1 (got " + bound + ")");
        long limit = (1L << 32) - (1L << 32) % bound;                // numbers from here on would favour small results
        while (true) {
            long bits = nextLong() >>> 32;
            if (bits < limit)
                return (int) (bits % bound);
        }
    }

    /// The numbers `0 .. n - 1` in random order, every order equally likely (Fisher, Yates).
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
