package dev.sunda.core.op;

/// Where in the stream of random numbers an operation reads: number `i` is a function of `(key, offset + i)` alone, so the
/// result depends neither on threads nor on the order of evaluation, and every backend draws the same bits.
///
/// `bits(i) = mix(key + (offset + i + 1) * 0x9E3779B97F4A7C15)`, the output function of SplitMix64.
/// Source: Steele, Lea, Flood 2014, Fast Splittable Pseudorandom Number Generators, doi:10.1145/2660193.2660195.
///
/// @param key names the stream
/// @param offset index of the first number
public record RandomKey(long key, long offset) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /// 64 random bits, number `i` of this operation.
    public long bits(long i) {
        return mix(key + (offset + i + 1) * GOLDEN);
    }

    /// Uniform in `[0, 1)` with 24 random bits: a multiple of 2^-24, exact in float32.
    public float uniformFloat(long i) {
        return (bits(i) >>> 40) * 0x1p-24f;
    }

    /// Uniform in `[0, 1)` with 53 random bits.
    public double uniformDouble(long i) {
        return (bits(i) >>> 11) * 0x1p-53;
    }

    /// Scrambles 64 bits; a bijection with good avalanche (variant 13 of Stafford's mixers).
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
