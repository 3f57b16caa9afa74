package dev.sunda.cuda.ptx;

import dev.sunda.cuda.ptx.LaneLoops.IntTest;
import dev.sunda.cuda.ptx.LaneLoops.LongTest;

/// The comparisons of `setp` as functions on one lane. Unordered forms (`equ`, `ltu`, ...) hold too if an operand is NaN.
final class Comparisons {
    private Comparisons() {
    }

    /// The comparison, or null if there is none of that name for that type.
    static Object of(String comparison, PtxType type, boolean flush) {
        return switch (type) {
            case F32 -> flush ? flushed(f32(comparison)) : f32(comparison);
            case F64 -> f64(comparison);
            case S64 -> s64(comparison);
            case U64, B64 -> u64(comparison);
            case S16 -> s16(comparison);
            case S32 -> s32(comparison);
            case U32, B32, U16, B16 -> u32(comparison);
            default -> null;
        };
    }

    private static IntTest flushed(IntTest test) {
        return test == null ? null : (a, b) -> test.of(FloatOps.before(a, true), FloatOps.before(b, true));
    }

    private static IntTest s32(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> a == b;
            case "ne" -> (a, b) -> a != b;
            case "lt" -> (a, b) -> a < b;
            case "le" -> (a, b) -> a <= b;
            case "gt" -> (a, b) -> a > b;
            case "ge" -> (a, b) -> a >= b;
            default -> null;
        };
    }

    private static IntTest s16(String comparison) {
        IntTest wide = s32(comparison);
        return wide == null ? null : (a, b) -> wide.of((short) a, (short) b);
    }

    private static IntTest u32(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> a == b;
            case "ne" -> (a, b) -> a != b;
            case "lt", "lo" -> (a, b) -> Integer.compareUnsigned(a, b) < 0;
            case "le", "ls" -> (a, b) -> Integer.compareUnsigned(a, b) <= 0;
            case "gt", "hi" -> (a, b) -> Integer.compareUnsigned(a, b) > 0;
            case "ge", "hs" -> (a, b) -> Integer.compareUnsigned(a, b) >= 0;
            default -> null;
        };
    }

    private static LongTest s64(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> a == b;
            case "ne" -> (a, b) -> a != b;
            case "lt" -> (a, b) -> a < b;
            case "le" -> (a, b) -> a <= b;
            case "gt" -> (a, b) -> a > b;
            case "ge" -> (a, b) -> a >= b;
            default -> null;
        };
    }

    private static LongTest u64(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> a == b;
            case "ne" -> (a, b) -> a != b;
            case "lt", "lo" -> (a, b) -> Long.compareUnsigned(a, b) < 0;
            case "le", "ls" -> (a, b) -> Long.compareUnsigned(a, b) <= 0;
            case "gt", "hi" -> (a, b) -> Long.compareUnsigned(a, b) > 0;
            case "ge", "hs" -> (a, b) -> Long.compareUnsigned(a, b) >= 0;
            default -> null;
        };
    }

    private static float f(int bits) {
        return Float.intBitsToFloat(bits);
    }

    private static IntTest f32(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> f(a) == f(b);
            case "ne" -> (a, b) -> f(a) < f(b) || f(a) > f(b);
            case "lt" -> (a, b) -> f(a) < f(b);
            case "le" -> (a, b) -> f(a) <= f(b);
            case "gt" -> (a, b) -> f(a) > f(b);
            case "ge" -> (a, b) -> f(a) >= f(b);
            case "equ" -> (a, b) -> !(f(a) < f(b) || f(a) > f(b));
            case "neu" -> (a, b) -> f(a) != f(b);
            case "ltu" -> (a, b) -> !(f(a) >= f(b));
            case "leu" -> (a, b) -> !(f(a) > f(b));
            case "gtu" -> (a, b) -> !(f(a) <= f(b));
            case "geu" -> (a, b) -> !(f(a) < f(b));
            case "num" -> (a, b) -> f(a) == f(a) && f(b) == f(b);
            case "nan" -> (a, b) -> f(a) != f(a) || f(b) != f(b);
            default -> null;
        };
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static LongTest f64(String comparison) {
        return switch (comparison) {
            case "eq" -> (a, b) -> d(a) == d(b);
            case "ne" -> (a, b) -> d(a) < d(b) || d(a) > d(b);
            case "lt" -> (a, b) -> d(a) < d(b);
            case "le" -> (a, b) -> d(a) <= d(b);
            case "gt" -> (a, b) -> d(a) > d(b);
            case "ge" -> (a, b) -> d(a) >= d(b);
            case "equ" -> (a, b) -> !(d(a) < d(b) || d(a) > d(b));
            case "neu" -> (a, b) -> d(a) != d(b);
            case "ltu" -> (a, b) -> !(d(a) >= d(b));
            case "leu" -> (a, b) -> !(d(a) > d(b));
            case "gtu" -> (a, b) -> !(d(a) <= d(b));
            case "geu" -> (a, b) -> !(d(a) < d(b));
            case "num" -> (a, b) -> d(a) == d(a) && d(b) == d(b);
            case "nan" -> (a, b) -> d(a) != d(a) || d(b) != d(b);
            default -> null;
        };
    }
}
