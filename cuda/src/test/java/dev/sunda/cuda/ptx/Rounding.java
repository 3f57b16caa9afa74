package dev.sunda.cuda.ptx;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Arithmetic of IEEE 754 in the four directions of PTX: `rn` to nearest even, `rz` towards zero, `rm` down, `rp` up. To nearest is what
/// Java does; the other directions compute to nearest and correct by one step, from the sign of an exact error.
enum Rounding {
    RN, RZ, RM, RP;

    /// The direction among the modifiers of an instruction; to nearest if there is none.
    static Rounding of(Iterable<String> modifiers) {
        for (String m : modifiers) {
            switch (m) {
                case "rz", "rzi" -> {
                    return RZ;
                }
                case "rm", "rmi" -> {
                    return RM;
                }
                case "rp", "rpi" -> {
                    return RP;
                }
                default -> {
                }
            }
        }
        return RN;
    }

    float add(float a, float b) {
        return this == RN ? a + b : sum((double) a, b);
    }

    float mul(float a, float b) {
        return this == RN ? a * b : toFloat((double) a * b, 0);
    }

    float fma(float a, float b, float c) {
        return this == RN ? Math.fma(a, b, c) : sum((double) a * b, c);
    }

    float div(float a, float b) {
        if (this == RN) {
            return a / b;
        }
        double quotient = (double) a / b;
        // The quotient of two floats is exact in double or has a remainder of known sign.
        double remainder = finite(a, b) && b != 0 ? Math.fma(-quotient, b, a) : 0;
        return toFloat(quotient, b < 0 ? -remainder : remainder);
    }

    float sqrt(float a) {
        double root = Math.sqrt(a);
        return this == RN ? (float) root : toFloat(root, root > 0 && root < Double.POSITIVE_INFINITY ? Math.fma(-root, root, a) : 0);
    }

    /// `p + c`, both exact in double, rounded once to float.
    private float sum(double p, double c) {
        double s = p + c;
        if (s == 0) {
            boolean bothPositive = Double.doubleToRawLongBits(p) == 0 && Double.doubleToRawLongBits(c) == 0;
            return this == RM && !bothPositive ? -0.0f : (float) s;
        }
        if (!Double.isFinite(s)) {
            return (float) s;
        }
        double t = s - p;
        return toFloat(s, (p - (s - t)) + (c - t));
    }

    /// The float for the exact value `value + error`, where `error` is far below one unit of `value`; only its sign matters.
    float toFloat(double value, double error) {
        if (this == RN) {
            return (float) value;
        }
        float f = (float) value;
        if (!Double.isFinite(value) || f == value && error == 0) {
            return f;
        }
        boolean above = f > value || f == value && error < 0;
        boolean down = this == RM || this == RZ && value > 0;
        if (down && above) {
            return Math.nextDown(f);
        }
        return !down && !above ? Math.nextUp(f) : f;
    }

    double add(double a, double b) {
        return this == RN || !finite(a, b) ? a + b : zeroSum(a, b, new BigDecimal(a).add(new BigDecimal(b)));
    }

    double mul(double a, double b) {
        return this == RN || !finite(a, b) || a * b == 0 && (a == 0 || b == 0) ? a * b
                : toDouble(new BigDecimal(a).multiply(new BigDecimal(b)));
    }

    double fma(double a, double b, double c) {
        if (this == RN || !finite(a, b) || !Double.isFinite(c)) {
            return Math.fma(a, b, c);
        }
        // The sign of a zero product is that of the factors, so a zero sum is decided by `a * b` and `c`.
        return zeroSum(a * b, c, new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c)));
    }

    double div(double a, double b) {
        if (this == RN || !finite(a, b) || a == 0 || b == 0) {
            return a / b;
        }
        double quotient = a / b;
        int sign = (int) (Math.signum(a) * Math.signum(b));
        int side = Double.isInfinite(quotient) ? sign
                : new BigDecimal(quotient).multiply(new BigDecimal(b)).compareTo(new BigDecimal(a)) * (b < 0 ? -1 : 1);
        return towards(quotient, side, sign);
    }

    /// The number next to `nearest` in this direction, if that lies on the other side of the exact value.
    ///
    /// @param side sign of `nearest` minus the exact value
    /// @param sign sign of the exact value
    private double towards(double nearest, int side, int sign) {
        boolean down = this == RM || this == RZ && sign > 0;
        boolean up = this == RP || this == RZ && sign < 0;
        return side > 0 && down ? Math.nextDown(nearest) : side < 0 && up ? Math.nextUp(nearest) : nearest;
    }

    double sqrt(double a) {
        double root = Math.sqrt(a);
        if (this == RN || !(a > 0) || Double.isInfinite(a)) {
            return root;
        }
        int side = new BigDecimal(root).pow(2).compareTo(new BigDecimal(a));
        return side > 0 && this != RP ? Math.nextDown(root) : side < 0 && this == RP ? Math.nextUp(root) : root;
    }

    private static boolean finite(double a, double b) {
        return Double.isFinite(a) && Double.isFinite(b);
    }

    private double zeroSum(double a, double b, BigDecimal sum) {
        if (sum.signum() != 0) {
            return toDouble(sum);
        }
        boolean aNegative = Double.doubleToRawLongBits(a) < 0;
        boolean bNegative = Double.doubleToRawLongBits(b) < 0;
        return aNegative && bNegative || this == RM && (aNegative || bNegative || a != 0) ? -0.0 : 0.0;
    }

    /// The double for an exact value other than zero; a result of zero has its sign.
    double toDouble(BigDecimal exact) {
        double nearest = exact.doubleValue();
        int side = Double.isInfinite(nearest) ? exact.signum() : new BigDecimal(nearest).compareTo(exact);
        nearest = towards(nearest, side, exact.signum());
        return nearest == 0 && exact.signum() < 0 ? -0.0 : nearest;
    }

    float fromLong(long value) {
        return this == RN ? (float) value : toFloat((double) value, exactError(value));
    }

    private static double exactError(long value) {
        double nearest = (double) value;
        return new BigDecimal(value).subtract(new BigDecimal(nearest)).doubleValue();
    }

    double doubleFromLong(long value) {
        return this == RN || value == 0 ? (double) value : toDouble(new BigDecimal(value));
    }

    float fromUnsigned(long value) {
        if (value >= 0) {
            return fromLong(value);
        }
        if (this == RN) {
            // Halving keeps a sticky bit, so the rounding to nearest stays right.
            return 2 * (float) (value >>> 1 | value & 1);
        }
        BigDecimal exact = new BigDecimal(new BigInteger(Long.toUnsignedString(value)));
        double nearest = exact.doubleValue();
        return toFloat(nearest, exact.subtract(new BigDecimal(nearest)).doubleValue());
    }

    double doubleFromUnsigned(long value) {
        if (value >= 0) {
            return doubleFromLong(value);
        }
        return this == RN ? 2 * (double) (value >>> 1 | value & 1) : toDouble(new BigDecimal(new BigInteger(Long.toUnsignedString(value))));
    }

    /// To an integral value in this direction.
    double integral(double value) {
        return switch (this) {
            case RN -> Math.rint(value);
            case RM -> Math.floor(value);
            case RP -> Math.ceil(value);
            case RZ -> value < 0 ? Math.ceil(value) : Math.floor(value);
        };
    }
}
