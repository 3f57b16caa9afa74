package dev.sunda.core.op;

/// A running fold along one dimension: element `i` of the result is made of elements `0` to `i` of the input.
///
/// `SUM` and `PROD` keep a floating type and give `I64` for integers and booleans. `LOG_SUM_EXP` takes floating types. `ARGMAX` and
/// `ARGMIN` give `I64`: the place of the largest or smallest element so far, the last one of equals; the latest NaN wins over everything.
/// Floating states are kept in double and rounded where they are written.
public enum ScanOp {
    SUM("cumsum"), PROD("cumprod"),
    /// `log(sum(exp(x)))`, without leaving the range of numbers on the way.
    LOG_SUM_EXP("logCumSumExp"), ARGMAX("cumMax"), ARGMIN("cumMin");

    private final String label;

    ScanOp(String label) {
        this.label = label;
    }

    /// The name in error messages, also the name of the fluent method.
    public String label() {
        return label;
    }

    /// True if the result is the place of an element.
    public boolean isIndex() {
        return this == ARGMAX || this == ARGMIN;
    }

    /// The state after one more element.
    public double next(double state, double x) {
        return switch (this) {
            case SUM -> state + x;
            case PROD -> state * x;
            case LOG_SUM_EXP -> logAddExp(state, x);
            case ARGMAX, ARGMIN -> throw new AssertionError(this + " keeps a place");
        };
    }

    /// The state after one more integer, with wrap-around.
    public long next(long state, long x) {
        return switch (this) {
            case SUM -> state + x;
            case PROD -> state * x;
            case LOG_SUM_EXP, ARGMAX, ARGMIN -> throw new AssertionError(this + " does not fold integers");
        };
    }

    /// Whether `x` takes the place of the best element so far.
    public boolean beats(double x, double best) {
        if (Double.isNaN(x))
            return true;
        return this == ARGMAX ? x >= best : x <= best;
    }

    /// [#beats(double, double)] of integers.
    public boolean beats(long x, long best) {
        return this == ARGMAX ? x >= best : x <= best;
    }

    private static double logAddExp(double a, double b) {
        double larger = Math.max(a, b);                              // NaN if either is NaN
        if (Double.isNaN(larger) || a == b && Double.isInfinite(a))
            return larger;
        return larger + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
    }
}
