package dev.sunda.cuda.kernel;

/// Numbers as tensor cores take them, computed from what their formats are and not from their bits.
final class Rounded {
    private Rounded() {
    }

    /// A float32 as a factor of the given precision.
    static double to(Precision precision, double value) {
        return switch (precision) {
            case FLOAT32 -> value;
            case TF32 -> away(value, 10);
            case BF16 -> even(value, 7);
        };
    }

    private static double away(double value, int bits) {
        double unit = unit(value, bits);
        return finite(value) ? Math.copySign(Math.floor(Math.abs(value) / unit + 0.5) * unit, value) : value;
    }

    private static double even(double value, int bits) {
        double unit = unit(value, bits);
        return finite(value) ? Math.rint(value / unit) * unit : value;
    }

    private static boolean finite(double value) {
        return Math.abs(value) < Double.POSITIVE_INFINITY;
    }

    /// The distance of neighbours with so many bits of the fraction.
    private static double unit(double value, int bits) {
        return Math.ulp((float) value) * (double) (1 << 23 - bits);
    }
}
