package dev.sunda.core.op;

import java.util.function.DoubleUnaryOperator;

/// An element-wise function of one tensor with its derivative.
///
/// The scalar definitions here are the specification: the reference backend evaluates them in double precision and rounds
/// once; faster kernels must agree within their stated error. To add a function, add a constant (and a fluent method on
/// `Tensor` and `Variable`): both CPU backends and every dtype work at once.
public enum UnaryOp {
    NEG("neg", x -> -x, _ -> -1, Keeps.NOTHING),
    ABS("abs", Math::abs, UnaryOp::sign, Keeps.INPUT),
    /// -1, 0 or 1; 0 for NaN, as in PyTorch.
    SIGN("sign", UnaryOp::sign, _ -> 0, Keeps.NOTHING),
    FLOOR("floor", Math::floor, _ -> 0, Keeps.NOTHING),
    CEIL("ceil", Math::ceil, _ -> 0, Keeps.NOTHING),
    /// To the nearest integer, halves to the even one.
    ROUND("round", Math::rint, _ -> 0, Keeps.NOTHING),
    SQUARE("square", x -> x * x, x -> 2 * x, Keeps.INPUT),
    SQRT("sqrt", Math::sqrt, y -> 0.5 / y, Keeps.OUTPUT),
    RSQRT("rsqrt", x -> 1 / Math.sqrt(x), y -> -0.5 * y * y * y, Keeps.OUTPUT),
    RECIPROCAL("reciprocal", x -> 1 / x, y -> -y * y, Keeps.OUTPUT),
    EXP("exp", StrictMath::exp, y -> y, Keeps.OUTPUT),
    EXPM1("expm1", StrictMath::expm1, y -> y + 1, Keeps.OUTPUT),
    LOG("log", StrictMath::log, x -> 1 / x, Keeps.INPUT),
    LOG1P("log1p", StrictMath::log1p, x -> 1 / (1 + x), Keeps.INPUT),
    SIN("sin", StrictMath::sin, StrictMath::cos, Keeps.INPUT),
    COS("cos", StrictMath::cos, x -> -StrictMath.sin(x), Keeps.INPUT),
    TANH("tanh", StrictMath::tanh, y -> 1 - y * y, Keeps.OUTPUT),
    SIGMOID("sigmoid", UnaryOp::sigmoid, y -> y * (1 - y), Keeps.OUTPUT),
    /// `max(x, 0)`; the derivative at 0 is 0. NaN stays NaN and passes the gradient on, so that it shows.
    RELU("relu", x -> x <= 0 ? 0 : x, y -> y <= 0 ? 0 : 1, Keeps.OUTPUT),
    /// The error function, see [ErrorFunction].
    ERF("erf", ErrorFunction::erf, x -> 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x), Keeps.INPUT),
    /// `x * Phi(x)` with the distribution function of the standard normal distribution. Source: Hendrycks, Gimpel 2016, arXiv:1606.08415.
    GELU("gelu", Gelu::value, Gelu::derivative, Keeps.INPUT),
    /// The approximation `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))` of [#GELU].
    GELU_TANH("geluTanh", Gelu::tanhValue, Gelu::tanhDerivative, Keeps.INPUT);

    /// Which tensor the derivative is written in, and so has to stay alive until the backward pass.
    public enum Keeps {
        INPUT, OUTPUT, NOTHING
    }

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

    /// The name in error messages, also the name of the fluent method.
    public String label() {
        return label;
    }

    /// The function at `x`.
    public double value(double x) {
        return value.applyAsDouble(x);
    }

    /// The derivative, as a function of the input or the output, whichever [#keeps] names.
    public double derivative(double kept) {
        return derivative.applyAsDouble(kept);
    }

    public Keeps keeps() {
        return keeps;
    }

    /// True if the function maps integers to integers, so that it works on integer tensors without changing their type.
    public boolean isIntegral() {
        return switch (this) {
            case NEG, ABS, SIGN, FLOOR, CEIL, ROUND, SQUARE, RELU -> true;
            default -> false;
        };
    }

    private static double sign(double x) {
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    }

    /// Written so that neither branch overflows.
    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
}
