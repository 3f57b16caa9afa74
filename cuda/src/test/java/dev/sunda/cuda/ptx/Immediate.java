package dev.sunda.cuda.ptx;

/// Constants as PTX writes them: `12`, `-0x1f`, `0f3F800000` (bits of a float), `0d...` (bits of a double), `1.5`.
final class Immediate {
    private Immediate() {
    }

    static boolean is(String operand) {
        char c = operand.charAt(0);
        return Character.isDigit(c) || (c == '-' || c == '+') && operand.length() > 1 && Character.isDigit(operand.charAt(1));
    }

    /// The bits of the constant as a register of that type holds them: 16-bit values without sign, everything else extended to 64 bits.
    static long bits(String operand, PtxType type) {
        boolean hex = operand.length() > 2 && operand.charAt(0) == '0';
        char mark = hex ? Character.toLowerCase(operand.charAt(1)) : ' ';
        if (mark == 'f') {
            int bits = Integer.parseUnsignedInt(operand.substring(2), 16);
            return type == PtxType.F64 ? Double.doubleToRawLongBits(Float.intBitsToFloat(bits)) : bits;
        }
        if (mark == 'd') {
            long bits = Long.parseUnsignedLong(operand.substring(2), 16);
            return type == PtxType.F32 ? Float.floatToRawIntBits((float) Double.longBitsToDouble(bits)) : bits;
        }
        if (type.isFloat()) {
            double value = Double.parseDouble(operand);
            return type == PtxType.F64 ? Double.doubleToRawLongBits(value) : Float.floatToRawIntBits((float) value);
        }
        long bits = integer(operand);
        return type.bits() == 16 ? bits & 0xffff : type.bits() == 8 ? bits & 0xff : bits;
    }

    private static long integer(String operand) {
        boolean negative = operand.startsWith("-");
        String digits = operand.replaceFirst("^[-+]", "").replaceFirst("[uU]$", "");
        long value;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            value = Long.parseUnsignedLong(digits.substring(2), 16);
        } else if (digits.startsWith("0b") || digits.startsWith("0B")) {
            value = Long.parseUnsignedLong(digits.substring(2), 2);
        } else if (digits.length() > 1 && digits.startsWith("0")) {
            value = Long.parseUnsignedLong(digits, 8);
        } else {
            value = Long.parseUnsignedLong(digits, 10);
        }
        return negative ? -value : value;
    }
}
