package dev.sunda.nn;

import dev.sunda.core.type.DType;

/// Types of numbers in safetensors files and what they become in memory, where each has a type that holds all its numbers.
enum StoredType {
    F64(8, DType.F64), F32(4, DType.F32), F16(2, DType.F32), BF16(2, DType.F32), I64(8, DType.I64), U32(4, DType.I64), I32(4, DType.I32),
    U16(2, DType.I32), I16(2, DType.I32), U8(1, DType.I32), I8(1, DType.I32), BOOL(1, DType.BOOL);

    private final int bytes;
    private final DType dtype;

    StoredType(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /// The type a tensor is written in.
    static StoredType of(DType dtype) {
        return valueOf(dtype.name());
    }

    /// Bytes of a number.
    int bytes() {
        return bytes;
    }

    /// The type in memory.
    DType dtype() {
        return dtype;
    }
}
