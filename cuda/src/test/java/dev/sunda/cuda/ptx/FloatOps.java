package dev.sunda.cuda.ptx;

import java.util.List;

import dev.sunda.cuda.ptx.LaneLoops.I1;
import dev.sunda.cuda.ptx.LaneLoops.I2;
import dev.sunda.cuda.ptx.LaneLoops.I3;
import dev.sunda.cuda.ptx.LaneLoops.IntTest1;
import dev.sunda.cuda.ptx.LaneLoops.L1;
import dev.sunda.cuda.ptx.LaneLoops.L2;
import dev.sunda.cuda.ptx.LaneLoops.L3;
import dev.sunda.cuda.ptx.LaneLoops.LongTest1;

/// Floating-point instructions as functions on one lane, on the bits of the numbers. Everything but the `approx` forms is exact to the
/// last bit in each direction of rounding; the `approx` forms are computed in double and rounded once, better than any device does.
///
/// A computed NaN has the bits a device gives it: `7fffffff` and `fff8000000000000`.
final class FloatOps {
    private static final int NAN = 0x7fffffff;
    private static final long NAN64 = 0xfff8000000000000L;

    private FloatOps() {
    }

    /// The function of an instruction, or null if this class does not know it.
    static Object of(String base, List<String> modifiers, PtxType type) {
        Rounding rounding = Rounding.of(modifiers);
        if (type == PtxType.F64) {
            return f64(base, modifiers, rounding);
        }
        if (type != PtxType.F32) {
            return null;
        }
        Object plain = rounding == Rounding.RN ? nearest(base, modifiers) : directed(base, rounding);
        plain = plain == null ? unary(base, modifiers) : plain;
        boolean flush = modifiers.contains("ftz");
        boolean saturate = modifiers.contains("sat");
        return plain == null || !flush && !saturate ? plain : wrapped(plain, flush, saturate);
    }

    static float f(int bits) {
        return Float.intBitsToFloat(bits);
    }

    static int bits(float value) {
        return value != value ? NAN : Float.floatToRawIntBits(value);
    }

    static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    static long bits(double value) {
        return value != value ? NAN64 : Double.doubleToRawLongBits(value);
    }

    private static Object nearest(String base, List<String> modifiers) {
        return switch (base) {
            case "add" -> (I2) (a, b) -> bits(f(a) + f(b));
            case "sub" -> (I2) (a, b) -> bits(f(a) - f(b));
            case "mul" -> (I2) (a, b) -> bits(f(a) * f(b));
            case "fma", "mad" -> (I3) (a, b, c) -> bits(Math.fma(f(a), f(b), f(c)));
            case "div" ->
                    modifiers.contains("approx") ? (I2) (a, b) -> bits(approximateQuotient(f(a), f(b))) : (I2) (a, b) -> bits(f(a) / f(b));
            case "min" -> modifiers.contains("NaN") ? (I2) (a, b) -> bits(Math.min(f(a), f(b))) : (I2) (a, b) -> bits(min(f(a), f(b)));
            case "max" -> modifiers.contains("NaN") ? (I2) (a, b) -> bits(Math.max(f(a), f(b))) : (I2) (a, b) -> bits(max(f(a), f(b)));
            case "copysign" -> (I2) (a, b) -> a & 0x80000000 | b & 0x7fffffff;
            default -> null;
        };
    }

    /// `div.approx`: divisors beyond 2^126 give zero, or NaN for an infinite dividend.
    private static float approximateQuotient(float a, float b) {
        float size = Math.abs(b);
        if (size > 0x1p126f && size < Float.POSITIVE_INFINITY) {
            return Float.isInfinite(a) ? Float.NaN : a / b * 0;
        }
        return a / b;
    }

    private static Object directed(String base, Rounding r) {
        return switch (base) {
            case "add" -> (I2) (a, b) -> bits(r.add(f(a), f(b)));
            case "sub" -> (I2) (a, b) -> bits(r.add(f(a), -f(b)));
            case "mul" -> (I2) (a, b) -> bits(r.mul(f(a), f(b)));
            case "fma", "mad" -> (I3) (a, b, c) -> bits(r.fma(f(a), f(b), f(c)));
            case "div" -> (I2) (a, b) -> bits(r.div(f(a), f(b)));
            case "rcp" -> (I1) a -> bits(r.div(1f, f(a)));
            case "sqrt" -> (I1) a -> bits(r.sqrt(f(a)));
            default -> null;
        };
    }

    private static Object unary(String base, List<String> modifiers) {
        return switch (base) {
            case "abs" -> (I1) a -> a & 0x7fffffff;
            case "neg" -> (I1) a -> a ^ 0x80000000;
            case "rcp" -> (I1) a -> bits(1 / f(a));
            case "sqrt" -> (I1) a -> bits((float) Math.sqrt(f(a)));
            case "rsqrt" -> (I1) a -> bits((float) (1 / Math.sqrt(f(a))));
            case "ex2" -> (I1) a -> bits((float) Math.pow(2, f(a)));
            case "lg2" -> (I1) a -> bits((float) (Math.log(f(a)) / Math.log(2)));
            case "sin" -> (I1) a -> bits((float) Math.sin(f(a)));
            case "cos" -> (I1) a -> bits((float) Math.cos(f(a)));
            case "tanh" -> (I1) a -> bits((float) Math.tanh(f(a)));
            default -> null;
        };
    }

    private static float min(float a, float b) {
        return a != a ? b : b != b ? a : Math.min(a, b);
    }

    private static float max(float a, float b) {
        return a != a ? b : b != b ? a : Math.max(a, b);
    }

    private static double min(double a, double b) {
        return a != a ? b : b != b ? a : Math.min(a, b);
    }

    private static double max(double a, double b) {
        return a != a ? b : b != b ? a : Math.max(a, b);
    }

    /// With subnormal operands and results flushed to zeros of their sign, or the result clamped to 0 to 1 (NaN becomes 0).
    private static Object wrapped(Object plain, boolean flush, boolean saturate) {
        return switch (plain) {
            case I1 op -> (I1) a -> after(op.of(before(a, flush)), flush, saturate);
            case I2 op -> (I2) (a, b) -> after(op.of(before(a, flush), before(b, flush)), flush, saturate);
            case I3 op -> (I3) (a, b, c) -> after(op.of(before(a, flush), before(b, flush), before(c, flush)), flush, saturate);
            default -> null;
        };
    }

    static int before(int bits, boolean flush) {
        return flush && (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
    }

    static int after(int bits, boolean flush, boolean saturate) {
        int result = before(bits, flush);
        return saturate ? saturate(result) : result;
    }

    static int saturate(int bits) {
        float value = f(bits);
        return value >= 1 ? Float.floatToRawIntBits(1) : value > 0 ? bits : 0;
    }

    private static Object f64(String base, List<String> modifiers, Rounding r) {
        return switch (base) {
            case "add" -> r == Rounding.RN ? (L2) (a, b) -> bits(d(a) + d(b)) : (L2) (a, b) -> bits(r.add(d(a), d(b)));
            case "sub" -> r == Rounding.RN ? (L2) (a, b) -> bits(d(a) - d(b)) : (L2) (a, b) -> bits(r.add(d(a), -d(b)));
            case "mul" -> r == Rounding.RN ? (L2) (a, b) -> bits(d(a) * d(b)) : (L2) (a, b) -> bits(r.mul(d(a), d(b)));
            case "fma", "mad" -> r == Rounding.RN ? (L3) (a, b, c) -> bits(Math.fma(d(a), d(b), d(c)))
                    : (L3) (a, b, c) -> bits(r.fma(d(a), d(b), d(c)));
            case "div" -> r == Rounding.RN ? (L2) (a, b) -> bits(d(a) / d(b)) : (L2) (a, b) -> bits(r.div(d(a), d(b)));
            case "rcp" -> modifiers.contains("approx") ? (L1) a -> upper(1 / d(upperFlushed(a)))
                    : (L1) a -> bits(r == Rounding.RN ? 1 / d(a) : r.div(1.0, d(a)));
            case "rsqrt" ->
                    modifiers.contains("ftz") ? (L1) a -> upper(1 / Math.sqrt(d(upperFlushed(a)))) : (L1) a -> bits(1 / Math.sqrt(d(a)));
            case "sqrt" -> r == Rounding.RN ? (L1) a -> bits(Math.sqrt(d(a))) : (L1) a -> bits(r.sqrt(d(a)));
            case "abs" -> (L1) a -> a & Long.MAX_VALUE;
            case "neg" -> (L1) a -> a ^ Long.MIN_VALUE;
            case "min" -> (L2) (a, b) -> bits(min(d(a), d(b)));
            case "max" -> (L2) (a, b) -> bits(max(d(a), d(b)));
            case "copysign" -> (L2) (a, b) -> a & Long.MIN_VALUE | b & Long.MAX_VALUE;
            default -> null;
        };
    }

    /// The operand of an approximate instruction on doubles, which reads the upper half only and takes subnormals for zero.
    private static long upperFlushed(long a) {
        return (a & 0x7ff0000000000000L) == 0 ? a & Long.MIN_VALUE : a & 0xffffffff00000000L;
    }

    /// The result of such an instruction: the lower half is zero, subnormals are flushed.
    private static long upper(double value) {
        return upperFlushed(bits(value));
    }

    /// `testp`, or null if the property is unknown.
    static Object test(String property, boolean wide) {
        return wide ? test64(property) : test32(property);
    }

    private static IntTest1 test32(String property) {
        return switch (property) {
            case "finite" -> a -> Float.isFinite(f(a));
            case "infinite" -> a -> Float.isInfinite(f(a));
            case "number" -> a -> f(a) == f(a);
            case "notanumber" -> a -> f(a) != f(a);
            case "normal" -> a -> Float.isFinite(f(a)) && (a & 0x7f800000) != 0;
            case "subnormal" -> a -> (a & 0x7f800000) == 0 && (a & 0x7fffffff) != 0;
            default -> null;
        };
    }

    private static LongTest1 test64(String property) {
        return switch (property) {
            case "finite" -> a -> Double.isFinite(d(a));
            case "infinite" -> a -> Double.isInfinite(d(a));
            case "number" -> a -> d(a) == d(a);
            case "notanumber" -> a -> d(a) != d(a);
            case "normal" -> a -> Double.isFinite(d(a)) && (a & 0x7ff0000000000000L) != 0;
            case "subnormal" -> a -> (a & 0x7ff0000000000000L) == 0 && (a & Long.MAX_VALUE) != 0;
            default -> null;
        };
    }
}
