package dev.sunda.cuda.ptx;

import java.util.Locale;

/// A type of PTX: width and kind.
enum PtxType {
    B8, B16, B32, B64, U8, U16, U32, U64, S8, S16, S32, S64, F16, F32, F64, PRED;

    /// The type of that name, or null if it names none.
    static PtxType of(String name) {
        for (PtxType type : values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        return null;
    }

    int bits() {
        return this == PRED ? 1 : Integer.parseInt(name().substring(1));
    }

    int bytes() {
        return this == PRED ? 1 : bits() / 8;
    }

    boolean isFloat() {
        return this == F16 || this == F32 || this == F64;
    }

    boolean isSigned() {
        return name().charAt(0) == 'S';
    }

    /// Whether values of this type lie in the registers of 64 bits.
    boolean isLong() {
        return this != PRED && bits() == 64;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
