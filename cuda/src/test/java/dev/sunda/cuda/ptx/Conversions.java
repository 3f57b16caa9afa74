package dev.sunda.cuda.ptx;

import java.util.List;

import dev.sunda.cuda.ptx.LaneLoops.I1;
import dev.sunda.cuda.ptx.LaneLoops.I2;
import dev.sunda.cuda.ptx.LaneLoops.IntToLong;
import dev.sunda.cuda.ptx.LaneLoops.L1;
import dev.sunda.cuda.ptx.LaneLoops.LongToInt;

/// `cvt` as functions on one lane. An operand narrower than its register is taken from the low bits; a result narrower than its register is
/// extended by its own sign.
final class Conversions {
    private Conversions() {
    }

    /// The conversion from `source` to `target`, or null if it is unknown.
    ///
    /// @param sourceLong whether the source register has 64 bits
    /// @param targetBits width of the destination register
    static Object of(List<String> modifiers, PtxType target, PtxType source, boolean sourceLong, int targetBits) {
        Rounding rounding = Rounding.of(modifiers);
        boolean saturate = modifiers.contains("sat");
        boolean flush = modifiers.contains("ftz");
        boolean integral = modifiers.stream().anyMatch(m -> m.length() == 3 && m.startsWith("r") && m.endsWith("i"));
        if (!target.isFloat() && !source.isFloat()) {
            return integers(target, source, saturate, sourceLong, targetBits);
        }
        if (!target.isFloat()) {
            return toInteger(target, source, rounding, flush, targetBits);
        }
        return source.isFloat() ? floats(target, source, rounding, integral, flush, saturate)
                : fromInteger(target, source, rounding, saturate, sourceLong);
    }

    /// To a float of 10 bits of mantissa, halves away from zero.
    static I1 toTensorFloat() {
        return a -> FloatOps.f(a) != FloatOps.f(a) ? 0x7fffffff : (a & 0x7f800000) == 0x7f800000 ? a : a + 0x1000 & 0xffffe000;
    }

    /// To two floats of 7 bits of mantissa, halves to even: the first in the upper half of the result.
    static I2 toBfloat16s() {
        return (a, b) -> bfloat16(a) << 16 | bfloat16(b);
    }

    private static int bfloat16(int bits) {
        return FloatOps.f(bits) != FloatOps.f(bits) ? 0x7fff : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    private static long extend(long value, int bits, boolean signed) {
        int unused = 64 - bits;
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    /// A value as its register holds it.
    private static long held(long value, int registerBits) {
        return registerBits == 16 ? value & 0xffff : value;
    }

    private static Object integers(PtxType target, PtxType source, boolean saturate, boolean sourceLong, int targetBits) {
        int from = source.bits();
        int to = target.bits();
        boolean signedFrom = source.isSigned();
        boolean signedTo = target.isSigned();
        if (saturate) {
            L1 clamp = a -> held(clamp(extend(a, from, signedFrom), signedFrom, to, signedTo), targetBits);
            return adapt(clamp, sourceLong, targetBits == 64);
        }
        if (targetBits == 64) {
            return sourceLong ? (L1) a -> extend(extend(a, from, signedFrom), to, signedTo)
                    : (IntToLong) a -> extend(extend(a, from, signedFrom), to, signedTo);
        }
        boolean narrow = targetBits == 16;
        return sourceLong ? (LongToInt) a -> (int) held(extend(extend(a, from, signedFrom), to, signedTo), narrow ? 16 : 32)
                : (I1) a -> (int) held(extend(extend(a, from, signedFrom), to, signedTo), narrow ? 16 : 32);
    }

    private static Object adapt(L1 f, boolean sourceLong, boolean targetLong) {
        if (targetLong) {
            return sourceLong ? f : (IntToLong) a -> f.of(a);
        }
        return sourceLong ? (LongToInt) a -> (int) f.of(a) : (I1) a -> (int) f.of(a);
    }

    private static long clamp(long value, boolean signedFrom, int to, boolean signedTo) {
        boolean huge = !signedFrom && value < 0;
        if (signedTo) {
            long most = (1L << to - 1) - 1;
            return huge ? most : Math.clamp(value, ~most, most);
        }
        long most = to == 64 ? -1 : (1L << to) - 1;
        if (signedFrom && value < 0) {
            return 0;
        }
        return Long.compareUnsigned(value, most) > 0 ? most : value;
    }

    private static Object toInteger(PtxType target, PtxType source, Rounding rounding, boolean flush, int targetBits) {
        int to = target.bits();
        boolean signed = target.isSigned();
        long nan = source == PtxType.F64 || to == 64 ? 1L << to - 1 : 0;
        if (source == PtxType.F64) {
            return targetBits == 64 ? (L1) a -> clampFloat(rounding.integral(Double.longBitsToDouble(a)), to, signed, nan)
                    : (LongToInt) a -> (int) held(clampFloat(rounding.integral(Double.longBitsToDouble(a)), to, signed, nan), targetBits);
        }
        boolean half = source == PtxType.F16;
        return targetBits == 64 ? (IntToLong) a -> clampFloat(rounding.integral(value(a, half, flush)), to, signed, nan)
                : (I1) a -> (int) held(clampFloat(rounding.integral(value(a, half, flush)), to, signed, nan), targetBits);
    }

    private static float value(int bits, boolean half, boolean flush) {
        return half ? Float.float16ToFloat((short) bits) : Float.intBitsToFloat(FloatOps.before(bits, flush));
    }

    private static long clampFloat(double integral, int to, boolean signed, long nan) {
        if (integral != integral) {
            return nan;
        }
        if (signed) {
            long most = Long.MAX_VALUE >> 64 - to;
            return Math.clamp((long) integral, ~most, most);
        }
        if (integral <= 0) {
            return 0;
        }
        if (to == 64) {
            return integral >= 0x1p64 ? -1 : integral >= 0x1p63 ? (long) (integral - 0x1p63) + Long.MIN_VALUE : (long) integral;
        }
        return Math.min((long) integral, (1L << to) - 1);
    }

    private static Object fromInteger(PtxType target, PtxType source, Rounding r, boolean saturate, boolean sourceLong) {
        int from = source.bits();
        boolean signed = source.isSigned();
        boolean unsigned64 = from == 64 && !signed;
        if (target == PtxType.F64) {
            L1 f = a -> Double.doubleToRawLongBits(unsigned64 ? r.doubleFromUnsigned(a) : r.doubleFromLong(extend(a, from, signed)));
            return sourceLong ? f : from == 32 && signed ? (IntToLong) a -> Double.doubleToRawLongBits(a) : (IntToLong) a -> f.of(a);
        }
        if (target == PtxType.F32) {
            if (!sourceLong && from == 32 && signed && !saturate && r == Rounding.RN) {
                return (I1) a -> Float.floatToRawIntBits(a);
            }
            LongToInt f = a -> {
                int bits = Float.floatToRawIntBits(unsigned64 ? r.fromUnsigned(a) : r.fromLong(extend(a, from, signed)));
                return saturate ? FloatOps.saturate(bits) : bits;
            };
            return sourceLong ? f : (I1) a -> f.of(a);
        }
        return null;
    }

    private static Object floats(PtxType target, PtxType source, Rounding r, boolean integral, boolean flush, boolean saturate) {
        if (target == PtxType.F64) {
            return source == PtxType.F64 ? (L1) a -> same64(integral ? r.integral(FloatOps.d(a)) : FloatOps.d(a), saturate)
                    : (IntToLong) a -> same64(value(a, source == PtxType.F16, flush), saturate);
        }
        if (source == PtxType.F64) {
            if (target == PtxType.F32) {
                return (LongToInt) a -> FloatOps.after(FloatOps.bits(r.toFloat(FloatOps.d(a), 0)), flush, saturate);
            }
            return null;
        }
        boolean half = source == PtxType.F16;
        if (target == PtxType.F32) {
            return (I1) a -> FloatOps.after(FloatOps.bits(integral ? (float) r.integral(value(a, half, flush)) : value(a, half, flush)),
                    flush, saturate);
        }
        return r == Rounding.RN && !integral ? (I1) a -> half(value(a, half, flush), saturate) : null;
    }

    private static int half(float value, boolean saturate) {
        float kept = saturate ? Float.intBitsToFloat(FloatOps.saturate(FloatOps.bits(value))) : value;
        return kept != kept ? 0x7fff : Float.floatToFloat16(kept) & 0xffff;
    }

    private static long same64(double value, boolean saturate) {
        double kept = !saturate ? value : value >= 1 ? 1 : value > 0 ? value : 0;
        return FloatOps.bits(kept);
    }
}
