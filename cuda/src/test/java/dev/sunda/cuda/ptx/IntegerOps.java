package dev.sunda.cuda.ptx;

import java.util.List;

import dev.sunda.cuda.ptx.LaneLoops.I1;
import dev.sunda.cuda.ptx.LaneLoops.I2;
import dev.sunda.cuda.ptx.LaneLoops.I3;
import dev.sunda.cuda.ptx.LaneLoops.I4;
import dev.sunda.cuda.ptx.LaneLoops.IntSlct;
import dev.sunda.cuda.ptx.LaneLoops.L1;
import dev.sunda.cuda.ptx.LaneLoops.L2;
import dev.sunda.cuda.ptx.LaneLoops.L3;
import dev.sunda.cuda.ptx.LaneLoops.LongField;
import dev.sunda.cuda.ptx.LaneLoops.LongInsert;
import dev.sunda.cuda.ptx.LaneLoops.LongShift;
import dev.sunda.cuda.ptx.LaneLoops.LongToInt;
import dev.sunda.cuda.ptx.LaneLoops.Widening2;
import dev.sunda.cuda.ptx.LaneLoops.Widening3;

/// Integer and bit instructions as functions on one lane. A 16-bit register holds its value without sign; instructions on `s16` extend it
/// first.
///
/// Division by zero answers as the hardware does: all ones for a quotient, the dividend for a remainder.
final class IntegerOps {
    private IntegerOps() {
    }

    /// The function of an instruction.
    ///
    /// @param base      the instruction, such as `mul`
    /// @param modifiers what stands between instruction and type, such as `lo`
    /// @param type      the (last) type
    /// @return a function of [LaneLoops], or null if this class does not know the instruction
    static Object of(String base, List<String> modifiers, PtxType type) {
        return switch (type) {
            case S64 -> long64(base, modifiers, true);
            case U64, B64 -> long64(base, modifiers, false);
            case S32 -> int32(base, modifiers, true);
            case U32, B32 -> int32(base, modifiers, false);
            case S16 -> int16(base, modifiers, true);
            case U16, B16 -> int16(base, modifiers, false);
            default -> null;
        };
    }

    private static Object int32(String base, List<String> modifiers, boolean signed) {
        String form = modifiers.isEmpty() ? "" : modifiers.getFirst();
        return switch (base) {
            case "add" -> form.equals("sat") ? (I2) (a, b) -> saturate((long) a + b) : (I2) (a, b) -> a + b;
            case "sub" -> form.equals("sat") ? (I2) (a, b) -> saturate((long) a - b) : (I2) (a, b) -> a - b;
            case "mul" -> multiply(form, signed);
            case "mad" -> multiplyAdd(form, signed, modifiers.contains("sat"));
            case "mul24" -> form.equals("lo") ? signed ? (I2) (a, b) -> (a << 8 >> 8) * (b << 8 >> 8)
                    : (I2) (a, b) -> (a & 0xffffff) * (b & 0xffffff) : null;
            case "mad24" -> form.equals("lo") ? signed ? (I3) (a, b, c) -> (a << 8 >> 8) * (b << 8 >> 8) + c
                    : (I3) (a, b, c) -> (a & 0xffffff) * (b & 0xffffff) + c : null;
            case "sad" -> signed ? (I3) (a, b, c) -> c + (a < b ? b - a : a - b)
                    : (I3) (a, b, c) -> c + (Integer.compareUnsigned(a, b) < 0 ? b - a : a - b);
            case "div" -> signed ? (I2) (a, b) -> b == 0 ? -1 : a / b : (I2) (a, b) -> b == 0 ? -1 : Integer.divideUnsigned(a, b);
            case "rem" -> signed ? (I2) (a, b) -> b == 0 ? a : a % b : (I2) (a, b) -> b == 0 ? a : Integer.remainderUnsigned(a, b);
            case "abs" -> (I1) Math::abs;
            case "neg" -> (I1) a -> -a;
            case "min" -> signed ? (I2) Math::min : (I2) (a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b;
            case "max" -> signed ? (I2) Math::max : (I2) (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b;
            case "shr" -> signed ? (I2) (a, n) -> a >> (Integer.compareUnsigned(n, 31) > 0 ? 31 : n)
                    : (I2) (a, n) -> Integer.compareUnsigned(n, 31) > 0 ? 0 : a >>> n;
            case "bfe" -> signed ? (I3) (a, at, n) -> (int) signedField(a, at & 255, n & 255, 32)
                    : (I3) (a, at, n) -> (int) field(a & 0xffffffffL, at & 255, n & 255);
            case "bfind" -> bfind32(form, signed);
            case "dp4a" -> dp4a(modifiers, signed);
            default -> bits32(base, form);
        };
    }

    private static Object bits32(String base, String form) {
        return switch (base) {
            case "and" -> (I2) (a, b) -> a & b;
            case "or" -> (I2) (a, b) -> a | b;
            case "xor" -> (I2) (a, b) -> a ^ b;
            case "not" -> (I1) a -> ~a;
            case "cnot" -> (I1) a -> a == 0 ? 1 : 0;
            case "shl" -> (I2) (a, n) -> Integer.compareUnsigned(n, 31) > 0 ? 0 : a << n;
            case "popc" -> (I1) Integer::bitCount;
            case "clz" -> (I1) Integer::numberOfLeadingZeros;
            case "brev" -> (I1) Integer::reverse;
            case "bfi" -> (I4) (a, b, at, n) -> (int) insert(a & 0xffffffffL, b & 0xffffffffL, at & 255, n & 255, 32);
            case "prmt" -> prmt(form);
            case "shf" -> null;
            default -> null;
        };
    }

    /// A funnel shift: the upper or lower half of the shifted pair `b:a`.
    static Object funnel(boolean left, boolean wrap) {
        if (left) {
            return wrap ? (I3) (a, b, n) -> (int) ((pair(a, b) << (n & 31)) >>> 32)
                    : (I3) (a, b, n) -> (int) (Integer.compareUnsigned(n, 32) >= 0 ? a : (pair(a, b) << n) >>> 32);
        }
        return wrap ? (I3) (a, b, n) -> (int) (pair(a, b) >>> (n & 31))
                : (I3) (a, b, n) -> (int) (Integer.compareUnsigned(n, 32) >= 0 ? b : pair(a, b) >>> n);
    }

    private static long pair(int low, int high) {
        return (long) high << 32 | low & 0xffffffffL;
    }

    /// Any function of three bits, by its table of eight entries.
    static I3 lop3(int table) {
        return (a, b, c) -> {
            int result = 0;
            for (int k = 0; k < 8; k++) {
                if ((table >> k & 1) != 0) {
                    result |= ((k & 4) != 0 ? a : ~a) & ((k & 2) != 0 ? b : ~b) & ((k & 1) != 0 ? c : ~c);
                }
            }
            return result;
        };
    }

    private static int saturate(long value) {
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static Object multiply(String form, boolean signed) {
        return switch (form) {
            case "lo" -> (I2) (a, b) -> a * b;
            case "hi" -> signed ? (I2) (a, b) -> (int) ((long) a * b >> 32) : (I2) (a, b) -> (int) (unsigned(a) * unsigned(b) >>> 32);
            case "wide" -> signed ? (Widening2) (a, b) -> (long) a * b : (Widening2) (a, b) -> unsigned(a) * unsigned(b);
            default -> null;
        };
    }

    private static Object multiplyAdd(String form, boolean signed, boolean saturated) {
        return switch (form) {
            case "lo" -> (I3) (a, b, c) -> a * b + c;
            case "hi" -> saturated ? (I3) (a, b, c) -> saturate(((long) a * b >> 32) + c)
                    : signed ? (I3) (a, b, c) -> (int) ((long) a * b >> 32) + c
                            : (I3) (a, b, c) -> (int) (unsigned(a) * unsigned(b) >>> 32) + c;
            case "wide" -> signed ? (Widening3) (a, b, c) -> (long) a * b + c : (Widening3) (a, b, c) -> unsigned(a) * unsigned(b) + c;
            default -> null;
        };
    }

    private static long unsigned(int a) {
        return a & 0xffffffffL;
    }

    private static Object bfind32(String form, boolean signed) {
        boolean shift = form.equals("shiftamt");
        return (I1) a -> {
            int v = signed && a < 0 ? ~a : a;
            return v == 0 ? -1 : shift ? Integer.numberOfLeadingZeros(v) : 31 - Integer.numberOfLeadingZeros(v);
        };
    }

    private static Object dp4a(List<String> modifiers, boolean signedB) {
        boolean signedA = modifiers.isEmpty() ? signedB : modifiers.getFirst().startsWith("s");
        return (I3) (a, b, c) -> {
            int sum = c;
            for (int k = 0; k < 32; k += 8) {
                int x = signedA ? (byte) (a >> k) : a >> k & 255;
                int y = signedB ? (byte) (b >> k) : b >> k & 255;
                sum += x * y;
            }
            return sum;
        };
    }

    private static Object prmt(String form) {
        return switch (form) {
            case "" -> (I3) (a, b, c) -> permute(pair(a, b), c & 15, c >> 4 & 15, c >> 8 & 15, c >> 12 & 15);
            case "f4e" -> (I3) (a, b, c) -> permute(pair(a, b), c & 3, (c & 3) + 1, (c & 3) + 2, (c & 3) + 3);
            case "b4e" -> (I3) (a, b, c) -> permute(pair(a, b), c & 3, (c & 3) - 1 & 7, (c & 3) - 2 & 7, (c & 3) - 3 & 7);
            case "rc8" -> (I3) (a, b, c) -> permute(pair(a, b), c & 3, c & 3, c & 3, c & 3);
            case "ecl" -> (I3) (a, b, c) -> permute(pair(a, b), c & 3, Math.max(c & 3, 1), Math.max(c & 3, 2), 3);
            case "ecr" -> (I3) (a, b, c) -> permute(pair(a, b), 0, Math.min(c & 3, 1), Math.min(c & 3, 2), c & 3);
            case "rc16" -> (I3) (a, b, c) -> permute(pair(a, b), 2 * (c & 1), 2 * (c & 1) + 1, 2 * (c & 1), 2 * (c & 1) + 1);
            default -> null;
        };
    }

    private static int permute(long bytes, int s0, int s1, int s2, int s3) {
        return select(bytes, s0) | select(bytes, s1) << 8 | select(bytes, s2) << 16 | select(bytes, s3) << 24;
    }

    private static int select(long bytes, int selector) {
        int b = (int) (bytes >>> 8 * (selector & 7)) & 255;
        return (selector & 8) == 0 ? b : (b & 128) != 0 ? 255 : 0;
    }

    private static Object long64(String base, List<String> modifiers, boolean signed) {
        String form = modifiers.isEmpty() ? "" : modifiers.getFirst();
        return switch (base) {
            case "add" -> (L2) (a, b) -> a + b;
            case "sub" -> (L2) (a, b) -> a - b;
            case "mul" -> switch (form) {
                case "lo" -> (L2) (a, b) -> a * b;
                case "hi" -> signed ? (L2) Math::multiplyHigh : (L2) Math::unsignedMultiplyHigh;
                default -> null;
            };
            case "mad" -> switch (form) {
                case "lo" -> (L3) (a, b, c) -> a * b + c;
                case "hi" -> signed ? (L3) (a, b, c) -> Math.multiplyHigh(a, b) + c : (L3) (a, b, c) -> Math.unsignedMultiplyHigh(a, b) + c;
                default -> null;
            };
            case "sad" -> signed ? (L3) (a, b, c) -> c + (a < b ? b - a : a - b)
                    : (L3) (a, b, c) -> c + (Long.compareUnsigned(a, b) < 0 ? b - a : a - b);
            case "div" -> signed ? (L2) (a, b) -> b == 0 ? -1 : a / b : (L2) (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b);
            case "rem" -> signed ? (L2) (a, b) -> b == 0 ? a : a % b : (L2) (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b);
            case "abs" -> (L1) Math::abs;
            case "neg" -> (L1) a -> -a;
            case "min" -> signed ? (L2) Math::min : (L2) (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b;
            case "max" -> signed ? (L2) Math::max : (L2) (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b;
            case "shr" -> signed ? (LongShift) (a, n) -> a >> (Integer.compareUnsigned(n, 63) > 0 ? 63 : n)
                    : (LongShift) (a, n) -> Integer.compareUnsigned(n, 63) > 0 ? 0 : a >>> n;
            case "bfe" -> signed ? (LongField) (a, at, n) -> signedField(a, at & 255, n & 255, 64)
                    : (LongField) (a, at, n) -> field(a, at & 255, n & 255);
            case "bfind" -> bfind64(form, signed);
            default -> bits64(base);
        };
    }

    private static Object bits64(String base) {
        return switch (base) {
            case "and" -> (L2) (a, b) -> a & b;
            case "or" -> (L2) (a, b) -> a | b;
            case "xor" -> (L2) (a, b) -> a ^ b;
            case "not" -> (L1) a -> ~a;
            case "cnot" -> (L1) a -> a == 0 ? 1 : 0;
            case "shl" -> (LongShift) (a, n) -> Integer.compareUnsigned(n, 63) > 0 ? 0 : a << n;
            case "popc" -> (LongToInt) Long::bitCount;
            case "clz" -> (LongToInt) Long::numberOfLeadingZeros;
            case "brev" -> (L1) Long::reverse;
            case "bfi" -> (LongInsert) (a, b, at, n) -> insert(a, b, at & 255, n & 255, 64);
            default -> null;
        };
    }

    private static Object bfind64(String form, boolean signed) {
        boolean shift = form.equals("shiftamt");
        return (LongToInt) a -> {
            long v = signed && a < 0 ? ~a : a;
            return v == 0 ? -1 : shift ? Long.numberOfLeadingZeros(v) : 63 - Long.numberOfLeadingZeros(v);
        };
    }

    private static long ones(int n) {
        return n >= 64 ? -1 : (1L << n) - 1;
    }

    private static long field(long a, int at, int n) {
        return at > 63 ? 0 : a >>> at & ones(n);
    }

    /// Bits beyond the end repeat the sign: that of the last bit of the field, or of the value where the field reaches beyond it.
    private static long signedField(long a, int at, int n, int width) {
        if (n == 0) {
            return 0;
        }
        int last = Math.min(at + n - 1, width - 1);
        long sign = a >> last & 1;
        int taken = Math.max(0, Math.min(n, width - at));
        long low = at >= width ? 0 : a >>> at & ones(taken);
        return sign != 0 ? low | ~ones(at >= width ? 0 : taken) : low;
    }

    private static long insert(long a, long b, int at, int n, int width) {
        if (at >= width) {
            return b;
        }
        long mask = ones(Math.min(n, width - at)) << at;
        return b & ~mask | a << at & mask;
    }

    private static Object int16(String base, List<String> modifiers, boolean signed) {
        String form = modifiers.isEmpty() ? "" : modifiers.getFirst();
        return switch (base) {
            case "add" -> (I2) (a, b) -> a + b & 0xffff;
            case "sub" -> (I2) (a, b) -> a - b & 0xffff;
            case "mul" -> switch (form) {
                case "lo" -> (I2) (a, b) -> a * b & 0xffff;
                case "hi" -> signed ? (I2) (a, b) -> (short) a * (short) b >> 16 & 0xffff : (I2) (a, b) -> a * b >>> 16;
                case "wide" -> signed ? (I2) (a, b) -> (short) a * (short) b : (I2) (a, b) -> a * b;
                default -> null;
            };
            case "mad" -> switch (form) {
                case "lo" -> (I3) (a, b, c) -> a * b + c & 0xffff;
                case "hi" -> signed ? (I3) (a, b, c) -> ((short) a * (short) b >> 16) + c & 0xffff
                        : (I3) (a, b, c) -> (a * b >>> 16) + c & 0xffff;
                case "wide" -> signed ? (I3) (a, b, c) -> (short) a * (short) b + c : (I3) (a, b, c) -> a * b + c;
                default -> null;
            };
            case "div" -> signed ? (I2) (a, b) -> b == 0 ? 0xffff : (short) a / (short) b & 0xffff : (I2) (a, b) -> b == 0 ? 0xffff : a / b;
            case "rem" -> signed ? (I2) (a, b) -> b == 0 ? a : (short) a % (short) b & 0xffff : (I2) (a, b) -> b == 0 ? a : a % b;
            case "abs" -> (I1) a -> Math.abs((short) a) & 0xffff;
            case "neg" -> (I1) a -> -a & 0xffff;
            case "min" -> signed ? (I2) (a, b) -> Math.min((short) a, (short) b) & 0xffff : (I2) Math::min;
            case "max" -> signed ? (I2) (a, b) -> Math.max((short) a, (short) b) & 0xffff : (I2) Math::max;
            case "and" -> (I2) (a, b) -> a & b;
            case "or" -> (I2) (a, b) -> a | b;
            case "xor" -> (I2) (a, b) -> a ^ b;
            case "not" -> (I1) a -> ~a & 0xffff;
            case "cnot" -> (I1) a -> a == 0 ? 1 : 0;
            case "shl" -> (I2) (a, n) -> Integer.compareUnsigned(n, 15) > 0 ? 0 : a << n & 0xffff;
            case "shr" -> signed ? (I2) (a, n) -> (short) a >> (Integer.compareUnsigned(n, 15) > 0 ? 15 : n) & 0xffff
                    : (I2) (a, n) -> Integer.compareUnsigned(n, 15) > 0 ? 0 : a >>> n;
            default -> null;
        };
    }

    /// `slct`: the first operand where the third is not negative.
    static Object slct(PtxType type, boolean floatCondition) {
        if (type.isLong()) {
            return floatCondition ? (IntSlct) (a, b, c) -> Float.intBitsToFloat(c) >= 0 ? a : b : (IntSlct) (a, b, c) -> c >= 0 ? a : b;
        }
        return floatCondition ? (I3) (a, b, c) -> Float.intBitsToFloat(c) >= 0 ? a : b : (I3) (a, b, c) -> c >= 0 ? a : b;
    }
}
