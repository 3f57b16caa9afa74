package dev.sunda.core.type;

import java.util.Objects;

/// Element type of a tensor, chosen at run time.
///
/// `F32` is the fast path, `F64` exists for gradient checks and scientific work, `I32` and `I64` carry indices and class
/// labels, `BOOL` carries masks (one byte an element, 0 or 1).
public enum DType {
    BOOL("bool", 1, 0), I32("int32", 4, 1), I64("int64", 8, 2), F32("float32", 4, 3), F64("float64", 8, 4);

    private final String label;
    private final int bytes;
    private final int rank;

    DType(String label, int bytes, int rank) {
        this.label = label;
        this.bytes = bytes;
        this.rank = rank;
    }

    /// The name PyTorch and NumPy use, for example `float32`.
    public String label() {
        return label;
    }

    /// Size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// True for `F32` and `F64`, the types a gradient can have.
    public boolean isFloating() {
        return this == F32 || this == F64;
    }

    /// True for `I32` and `I64`.
    public boolean isInteger() {
        return this == I32 || this == I64;
    }

    /// The type two operands of these types compute in: the later one in the order bool, int32, int64, float32, float64.
    /// Agrees with PyTorch's promotion of tensors that have dimensions.
    public static DType promote(DType a, DType b) {
        Objects.requireNonNull(a, "DType.promote: a is null; use DType.F32");
        Objects.requireNonNull(b, "DType.promote: b is null; use DType.F32");
        return a.rank >= b.rank ? a : b;
    }

    /// This type if it is floating, otherwise `F32`: what division and elementary functions of integers compute in.
    public DType orFloating() {
        return isFloating() ? this : F32;
    }

    @Override
    public String toString() {
        return label;
    }
}
