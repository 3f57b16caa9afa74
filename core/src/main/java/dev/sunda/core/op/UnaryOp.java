package dev.sunda.core.op;

import java.util.function.DoubleUnaryOperator;

/// An element-wise function of one tensor without parameters, with its derivative.
///
/// To add a function, add a constant (and a fluent method on `Tensor` and `Variable`): both CPU backends and every dtype work at once.
/// Functions with numbers as parameters stand in [ParametricOp].
public enum UnaryOp implements UnaryFunction {
    NEG("neg", x -> -x, _ -> -1, Keeps.NOTHING),
    ABS("abs", Math::abs, UnaryOp::sign, Keeps.INPUT),
    /// -1, 0 or 1; 0 for NaN, as in PyTorch.
    SIGN("sign", UnaryOp::sign, _ -> 0, Keeps.NOTHING),
    FLOOR("floor", Math::floor, _ -> 0, Keeps.NOTHING),
    CEIL("ceil", Math::ceil, _ -> 0, Keeps.NOTHING),
    /// To the nearest integer, halves to the even one.
    ROUND("round", Math::rint, _ -> 0, Keeps.NOTHING),
    /// To the next integer in the direction of 0.
    TRUNC("trunc", ScalarMath::trunc, _ -> 0, Keeps.NOTHING),
    /// What [#TRUNC] takes away, with the sign of `x`.
    FRAC("frac", x -> x - ScalarMath.trunc(x), _ -> 1, Keeps.NOTHING),
    SQUARE("square", x -> x * x, x -> 2 * x, Keeps.INPUT),
    SQRT("sqrt", Math::sqrt, y -> 0.5 / y, Keeps.OUTPUT),
    RSQRT("rsqrt", x -> 1 / Math.sqrt(x), y -> -0.5 * y * y * y, Keeps.OUTPUT),
    RECIPROCAL("reciprocal", x -> 1 / x, y -> -y * y, Keeps.OUTPUT),
    EXP("exp", StrictMath::exp, y -> y, Keeps.OUTPUT),
    EXPM1("expm1", StrictMath::expm1, y -> y + 1, Keeps.OUTPUT),
    EXP2("exp2", x -> StrictMath.pow(2, x), y -> y * ScalarMath.LN2, Keeps.OUTPUT),
    LOG("log", StrictMath::log, x -> 1 / x, Keeps.INPUT),
    LOG1P("log1p", StrictMath::log1p, x -> 1 / (1 + x), Keeps.INPUT),
    LOG2("log2", ScalarMath::log2, x -> 1 / (x * ScalarMath.LN2), Keeps.INPUT),
    LOG10("log10", StrictMath::log10, x -> 1 / (x * ScalarMath.LN10), Keeps.INPUT),
    SIN("sin", StrictMath::sin, StrictMath::cos, Keeps.INPUT),
    COS("cos", StrictMath::cos, x -> -StrictMath.sin(x), Keeps.INPUT),
    TAN("tan", StrictMath::tan, y -> 1 + y * y, Keeps.OUTPUT),
    ASIN("asin", StrictMath::asin, x -> 1 / Math.sqrt((1 - x) * (1 + x)), Keeps.INPUT),
    ACOS("acos", StrictMath::acos, x -> -1 / Math.sqrt((1 - x) * (1 + x)), Keeps.INPUT),
    ATAN("atan", StrictMath::atan, x -> 1 / (1 + x * x), Keeps.INPUT),
    SINH("sinh", StrictMath::sinh, StrictMath::cosh, Keeps.INPUT),
    COSH("cosh", StrictMath::cosh, StrictMath::sinh, Keeps.INPUT),
    ASINH("asinh", ScalarMath::asinh, x -> 1 / Math.sqrt(x * x + 1), Keeps.INPUT),
    ACOSH("acosh", ScalarMath::acosh, x -> 1 / Math.sqrt((x - 1) * (x + 1)), Keeps.INPUT),
    ATANH("atanh", ScalarMath::atanh, x -> 1 / ((1 - x) * (1 + x)), Keeps.INPUT),
    TANH("tanh", StrictMath::tanh, y -> 1 - y * y, Keeps.OUTPUT),
    SIGMOID("sigmoid", ScalarMath::sigmoid, y -> y * (1 - y), Keeps.OUTPUT),
    /// `max(x, 0)`; the derivative at 0 is 0. NaN stays NaN and passes the gradient on, so that it shows.
    RELU("relu", x -> x <= 0 ? 0 : x, y -> y <= 0 ? 0 : 1, Keeps.OUTPUT),
    /// The error function, see [ErrorFunction].
    ERF("erf", ErrorFunction::erf, ErrorFunction::slope, Keeps.INPUT),
    /// `1 - erf x` without its cancellation.
    ERFC("erfc", ErrorFunction::erfc, x -> -ErrorFunction.slope(x), Keeps.INPUT),
    /// The inverse of [#ERF]: infinite at -1 and 1, NaN beyond.
    ERFINV("erfinv", ScalarMath::erfinv, y -> Math.sqrt(Math.PI) / 2 * StrictMath.exp(y * y), Keeps.OUTPUT),
    /// `log |gamma(x)|`, infinite at 0 and the negative integers.
    LGAMMA("lgamma", GammaFunctions::logGamma, GammaFunctions::digamma, Keeps.INPUT),
    /// `e^(x^2)` times [#ERFC], which does not vanish early.
    ERFCX("erfcx", ErrorFunction::scaled, x -> 2 * x * ErrorFunction.scaled(x) - 2 / Math.sqrt(Math.PI), Keeps.INPUT),
    /// The inverse of the standard normal distribution function: infinite at 0 and 1, NaN beyond.
    NDTRI("ndtri", NormalQuantile::quantile, y -> Math.sqrt(2 * Math.PI) * StrictMath.exp(y * y / 2), Keeps.OUTPUT),
    /// The modified Bessel function of the first kind and order 0, see [BesselFunctions].
    I0("i0", BesselFunctions::i0, BesselFunctions::i1, Keeps.INPUT),
    /// `e^-|x|` times [#I0].
    I0E("i0e", BesselFunctions::i0e, x -> BesselFunctions.i1e(x) - sign(x) * BesselFunctions.i0e(x), Keeps.INPUT),
    /// The modified Bessel function of the first kind and order 1.
    I1("i1", BesselFunctions::i1, x -> BesselFunctions.i0(x) - BesselFunctions.ratio(x), Keeps.INPUT),
    /// `e^-|x|` times [#I1].
    I1E("i1e", BesselFunctions::i1e,
            x -> x == 0 ? 0.5 : BesselFunctions.i0e(x) - BesselFunctions.i1e(x) * (sign(x) + 1 / x), Keeps.INPUT),
    /// `x / (1 + e^-x)`. Source: Elfwing, Uchibe, Doya 2017, arXiv:1702.03118.
    SILU("silu", x -> x * ScalarMath.sigmoid(x), UnaryOp::siluDerivative, Keeps.INPUT),
    /// `x tanh(log(1 + e^x))`. Source: Misra 2019, arXiv:1908.08681.
    MISH("mish", x -> x * StrictMath.tanh(ScalarMath.softplus(x)), UnaryOp::mishDerivative, Keeps.INPUT),
    /// `x / (1 + |x|)`.
    SOFTSIGN("softsign", x -> x / (1 + Math.abs(x)), x -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))), Keeps.INPUT),
    /// `log(1 / (1 + e^-x))`.
    LOG_SIGMOID("logSigmoid", x -> -ScalarMath.softplus(-x), x -> ScalarMath.sigmoid(-x), Keeps.INPUT),
    /// `min(max(x + 3, 0), 6) / 6`; the derivative at the kinks is 0.
    HARDSIGMOID("hardsigmoid", UnaryOp::hardsigmoid, x -> x > -3 && x < 3 ? 1.0 / 6 : 0, Keeps.INPUT),
    /// `x` times [#HARDSIGMOID]; the derivative is 0 at -3 and 1 at 3. Source: Howard et al. 2019, arXiv:1905.02244.
    HARDSWISH("hardswish", x -> x * hardsigmoid(x), x -> x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1, Keeps.INPUT),
    /// `x - tanh x`.
    TANHSHRINK("tanhshrink", x -> x - StrictMath.tanh(x), x -> StrictMath.tanh(x) * StrictMath.tanh(x), Keeps.INPUT),
    /// `x * Phi(x)` with the distribution function of the standard normal distribution. Source: Hendrycks, Gimpel 2016, arXiv:1606.08415.
    GELU("gelu", Gelu::value, Gelu::derivative, Keeps.INPUT),
    /// The approximation `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))` of [#GELU].
    GELU_TANH("geluTanh", Gelu::tanhValue, Gelu::tanhDerivative, Keeps.INPUT);

    private final String label;
    private final DoubleUnaryOperator value;
    private final DoubleUnaryOperator derivative;
    private final Keeps keeps;

    UnaryOp(String label, DoubleUnaryOperator value, DoubleUnaryOperator derivative, Keeps keeps) {
        this.label = label;
        this.value = value;
        this.derivative = derivative;
        this.keeps = keeps;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public double value(double x) {
        return value.applyAsDouble(x);
    }

    @Override
    public double derivative(double kept) {
        return derivative.applyAsDouble(kept);
    }

    @Override
    public Keeps keeps() {
        return keeps;
    }

    @Override
    public boolean isIntegral() {
        return switch (this) {
            case NEG, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, SQUARE, RELU -> true;
            default -> false;
        };
    }

    private static double sign(double x) {
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    }

    private static double hardsigmoid(double x) {
        return Math.min(Math.max(x + 3, 0), 6) / 6;
    }

    private static double siluDerivative(double x) {
        return ScalarMath.sigmoid(x) * (1 + x * ScalarMath.sigmoid(-x));
    }

    /// `t + x s (1 - t^2)` with `t = tanh(log(1 + e^x))` and the logistic function `s`, the slope of that logarithm.
    private static double mishDerivative(double x) {
        double t = StrictMath.tanh(ScalarMath.softplus(x));
        return t + x * ScalarMath.sigmoid(x) * (1 - t * t);
    }
}
