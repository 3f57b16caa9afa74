package dev.sunda.nn.functional;

import java.util.Locale;

/// What stands in the padding around an image.
public enum PaddingMode {
    /// One number, 0 unless another is given.
    CONSTANT,
    /// The image mirrored at its border pixels, which are not repeated: `c b | a b c | b a`.
    REFLECT,
    /// The border pixels: `a a | a b c | c c`.
    REPLICATE,
    /// The image over and over: `b c | a b c | a b`.
    CIRCULAR;

    /// `constant`, `reflect`, `replicate` or `circular`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
