package dev.sunda.core.op;

import dev.sunda.core.type.DType;
import java.util.Objects;

/// An element-wise function of one tensor with up to three numbers as parameters, and its derivative.
///
/// The parameters have the names `a`, `b` and `c` here and plain ones in the methods that make them; those a function has no use for are 0.
/// To add a function, add a constant to [Kind], a method that makes it, and its derivative to the rules of `autograd`: both CPU backends
/// and both floating types work at once. Integer tensors are converted to float32 first.
public record ParametricOp(Kind kind, double a, double b, double c) implements UnaryFunction {

    /// The functions. Derivatives are written in the input; at kinks they are PyTorch's.
    public enum Kind {
        /// `x` above 0, elsewhere `a x`; the derivative at 0 is `a`. Source: Maas, Hannun, Ng 2013.
        LEAKY_RELU("leakyRelu", (x, p) -> x > 0 ? x : x * p.a, (x, p) -> x > 0 ? 1 : p.a),
        /// `b x` above 0, elsewhere `a b (e^(c x) - 1)`; the derivative at 0 is `a b c`. Source: Clevert, Unterthiner, Hochreiter 2015,
        /// arXiv:1511.07289; with `b`: Klambauer et al. 2017, arXiv:1706.02515; with `c = 1 / a`: Barron 2017, arXiv:1704.07483.
        ELU("elu", (x, p) -> x <= 0 ? StrictMath.expm1(x * p.c) * p.a * p.b : x * p.b,
                (x, p) -> x <= 0 ? StrictMath.exp(x * p.c) * p.a * p.b * p.c : p.b),
        /// `min(max(x, a), b)`; the derivative is 1 at the bounds too.
        CLAMP("clamp", (x, p) -> Math.min(Math.max(x, p.a), p.b), (x, p) -> x >= p.a && x <= p.b ? 1 : 0),
        /// `min(max(x, a), b)`; the derivative is 0 at the bounds.
        HARDTANH("hardtanh", (x, p) -> Math.min(Math.max(x, p.a), p.b), (x, p) -> x <= p.a || x >= p.b ? 0 : 1),
        /// `log(1 + e^(a x)) / a`, written so that nothing overflows; `x` itself where `a x > b`.
        SOFTPLUS("softplus", (x, p) -> x * p.a > p.b ? x : ScalarMath.softplus(x * p.a) / p.a,
                (x, p) -> x * p.a > p.b ? 1 : ScalarMath.sigmoid(x * p.a)),
        /// `x` moved by `a` towards 0, 0 within `a` of it; the derivative there is 0.
        SOFTSHRINK("softshrink", (x, p) -> x > p.a ? x - p.a : x < -p.a ? x + p.a : x * 0, (x, p) -> x >= -p.a && x <= p.a ? 0 : 1),
        /// `x`, but 0 within `a` of 0; the derivative there is 0.
        HARDSHRINK("hardshrink", (x, p) -> x >= -p.a && x <= p.a ? 0 : x, (x, p) -> x >= -p.a && x <= p.a ? 0 : 1),
        /// `x` above `a`, elsewhere `b`.
        THRESHOLD("threshold", (x, p) -> x <= p.a ? p.b : x, (x, p) -> x <= p.a ? 0 : 1),
        /// `log(x / (1 - x))` of `x` moved into `[a, 1 - a]`, where the derivative is 0 outside; with negative `a` of `x` as it is, and NaN
        /// outside `[0, 1]`.
        LOGIT("logit", (x, p) -> ScalarMath.logit(x, p.a),
                (x, p) -> p.a < 0 ? x >= 0 && x <= 1 ? 1 / (x * (1 - x)) : Double.NaN : x >= p.a && x <= 1 - p.a ? 1 / (x * (1 - x)) : 0),
        /// The derivative of order `a + 1` of `log |gamma(x)|`; its derivative is the next order.
        POLYGAMMA("polygamma", (x, p) -> GammaFunctions.polygamma((int) p.a, x), (x, p) -> GammaFunctions.polygamma((int) p.a + 1, x)),
        /// `a` in the place of NaN, `b` of infinity, `c` of minus infinity; the derivative is 0 there.
        NAN_TO_NUM("nanToNum",
                (x, p) -> Double.isNaN(x) ? p.a : x == Double.POSITIVE_INFINITY ? p.b : x == Double.NEGATIVE_INFINITY ? p.c : x,
                (x, _) -> Double.isFinite(x) ? 1 : 0);

        private final String label;
        private final Formula value;
        private final Formula derivative;

        private interface Formula {
            double at(double x, ParametricOp p);
        }

        Kind(String label, Formula value, Formula derivative) {
            this.label = label;
            this.value = value;
            this.derivative = derivative;
        }
    }

    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    /// @param slope of the negative side
    public static ParametricOp leakyRelu(double slope) {
        return new ParametricOp(Kind.LEAKY_RELU, slope, 0, 0);
    }

    /// `x` above 0, elsewhere `alpha (e^x - 1)`.
    public static ParametricOp elu(double alpha) {
        return new ParametricOp(Kind.ELU, alpha, 1, 1);
    }

    /// `scale` times [#elu], with the two numbers for which means of 0 and variances of 1 stay.
    public static ParametricOp selu() {
        return new ParametricOp(Kind.ELU, SELU_ALPHA, SELU_SCALE, 1);
    }

    /// `x` above 0, elsewhere `alpha (e^(x / alpha) - 1)`.
    ///
    /// @param alpha not 0
    public static ParametricOp celu(double alpha) {
        check(alpha != 0, "celu: alpha must not be 0", alpha);
        return new ParametricOp(Kind.ELU, alpha, 1, 1 / alpha);
    }

    /// With `min` above `max` every element becomes `max`.
    public static ParametricOp clamp(double min, double max) {
        return new ParametricOp(Kind.CLAMP, min, max, 0);
    }

    /// @param max not below `min`
    public static ParametricOp hardtanh(double min, double max) {
        if (min > max)
            throw new IllegalArgumentException("hardtanh: the lower bound must not be above the upper one (got " + min + ", " + max + ")");
        return new ParametricOp(Kind.HARDTANH, min, max, 0);
    }

    /// @param beta how sharp the bend is
    /// @param threshold of `beta x`, above which the function counts as linear
    public static ParametricOp softplus(double beta, double threshold) {
        return new ParametricOp(Kind.SOFTPLUS, beta, threshold, 0);
    }

    /// @param lambda 0 or greater
    public static ParametricOp softshrink(double lambda) {
        check(lambda >= 0, "softshrink: lambda must not be negative", lambda);
        return new ParametricOp(Kind.SOFTSHRINK, lambda, 0, 0);
    }

    public static ParametricOp hardshrink(double lambda) {
        return new ParametricOp(Kind.HARDSHRINK, lambda, 0, 0);
    }

    /// @param value where `x` is not above `threshold`
    public static ParametricOp threshold(double threshold, double value) {
        return new ParametricOp(Kind.THRESHOLD, threshold, value, 0);
    }

    /// NaN outside `[0, 1]`.
    public static ParametricOp logit() {
        return new ParametricOp(Kind.LOGIT, -1, 0, 0);
    }

    /// @param eps distance from 0 and 1 that arguments are moved to, 0 or greater
    public static ParametricOp logit(double eps) {
        check(eps >= 0, "logit: eps must not be negative", eps);
        return new ParametricOp(Kind.LOGIT, eps, 0, 0);
    }

    /// @param order 0 for the first derivative of `log |gamma(x)|`, the digamma function, 1 for the second, and so on
    public static ParametricOp polygamma(int order) {
        check(order >= 0, "polygamma: the order must not be negative", order);
        return new ParametricOp(Kind.POLYGAMMA, order, 0, 0);
    }

    /// 0 in the place of NaN, the largest numbers of the type in the place of infinities.
    public static ParametricOp nanToNum(DType dtype) {
        Objects.requireNonNull(dtype, "ParametricOp.nanToNum: dtype is null; use DType.F32");
        double largest = dtype == DType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        return nanToNum(0, largest, -largest);
    }

    public static ParametricOp nanToNum(double nan, double posInf, double negInf) {
        return new ParametricOp(Kind.NAN_TO_NUM, nan, posInf, negInf);
    }

    private static void check(boolean valid, String problem, double got) {
        if (!valid)
            throw new IllegalArgumentException(problem + " (got " + got + ")");
    }

    @Override
    public String label() {
        return kind.label;
    }

    @Override
    public double value(double x) {
        return kind.value.at(x, this);
    }

    @Override
    public double derivative(double kept) {
        return kind.derivative.at(kept, this);
    }

    @Override
    public Keeps keeps() {
        return Keeps.INPUT;
    }

    @Override
    public boolean isIntegral() {
        return false;
    }
}
