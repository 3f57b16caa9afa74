package dev.sunda.core.op;

/// What scaled dot-product attention computes, apart from the data: with `L` queries and `S` keys
/// `P = softmax(scale * q kᵀ + mask)` and `out = dropout(P) v`.
///
/// @param scale factor of the products
/// @param causal whether query `i` sees keys `0` to `i` only
/// @param dropout probability that an entry of `P` is dropped, from 0 to 1; the others are multiplied by `1 / (1 - dropout)`
/// @param key which random numbers decide, one for each entry of `P` in row-major order; null without dropout
public record AttentionSpec(double scale, boolean causal, double dropout, RandomKey key) {
    public AttentionSpec {
        if (!(dropout >= 0 && dropout <= 1))
            throw new IllegalArgumentException("attention: the probability of dropout must be from 0 to 1 (got " + dropout + ")");
        if (dropout > 0 && key == null)
            throw new IllegalArgumentException("attention: dropout needs a random key (got null)");
    }

    /// Keys that query `i` may see, of `keys`.
    public int visible(int i, int keys) {
        return causal ? Math.min(keys, i + 1) : keys;
    }

    /// Whether entry number `i` of `P` survives dropout.
    public boolean keeps(long i) {
        return dropout == 0 || key.uniformDouble(i) >= dropout;
    }
}
