package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The stated errors of [ScalarActivations64], against values of 60 digits.
class Activations64Tests {
    private static final MathContext DIGITS = new MathContext(60);
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final List<UnaryFunction> ALL = List.of(UnaryOp.SILU, UnaryOp.MISH, UnaryOp.LOG_SIGMOID, ParametricOp.softplus(1, 20),
            ParametricOp.softplus(3, 5), ParametricOp.elu(1), ParametricOp.selu(), ParametricOp.celu(1.5));

    // ---------------------------------------------------------------------------------------------------------- exact values

    /// From the series of `x / 2^10`.
    private static BigDecimal exp(BigDecimal x) {
        BigDecimal power = expm1(x.divide(BigDecimal.valueOf(1024), DIGITS)).add(ONE, DIGITS);
        for (int k = 0; k < 10; k++)
            power = power.multiply(power, DIGITS);
        return power;
    }

    /// From its series, for arguments up to 1.
    private static BigDecimal expm1(BigDecimal x) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal term = ONE;
        for (int k = 1; k < 60; k++) {
            term = term.multiply(x, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /// From the series of the inverse hyperbolic tangent of `e / (e + 2)`, for `e` up to 1.
    private static BigDecimal log1p(BigDecimal e) {
        BigDecimal power = e.divide(e.add(TWO, DIGITS), DIGITS);
        BigDecimal square = power.multiply(power, DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 1; k < 130; k += 2) {
            sum = sum.add(power.divide(BigDecimal.valueOf(k), DIGITS), DIGITS);
            power = power.multiply(square, DIGITS);
        }
        return sum.multiply(TWO, DIGITS);
    }

    private static BigDecimal softplus(BigDecimal x) {
        return x.max(BigDecimal.ZERO).add(log1p(exp(x.abs().negate())), DIGITS);
    }

    private static BigDecimal sigmoid(BigDecimal x) {
        return ONE.divide(ONE.add(exp(x.negate()), DIGITS), DIGITS);
    }

    private static BigDecimal exact(UnaryFunction function, BigDecimal x, boolean derivative) {
        return switch (function) {
            case UnaryOp op -> derivative ? derivative(op, x) : value(op, x);
            case ParametricOp op when op.kind() == ParametricOp.Kind.SOFTPLUS -> derivative ? sigmoid(x) : softplus(x);
            case ParametricOp _ when x.signum() >= 0 -> derivative ? ONE : x;
            case ParametricOp _ -> derivative || x.doubleValue() < -1 ? exp(x).subtract(derivative ? BigDecimal.ZERO : ONE) : expm1(x);
        };
    }

    private static BigDecimal value(UnaryOp op, BigDecimal x) {
        return switch (op) {
            case SILU -> x.multiply(sigmoid(x), DIGITS);
            case MISH -> x.multiply(tanhOfSoftplus(exp(x)), DIGITS);
            default -> softplus(x.negate()).negate();
        };
    }

    /// `tanh(log(1 + e))` from `(1 + e)^2`.
    private static BigDecimal tanhOfSoftplus(BigDecimal e) {
        BigDecimal p = e.multiply(e.add(TWO), DIGITS);
        return p.divide(p.add(TWO), DIGITS);
    }

    private static BigDecimal derivative(UnaryOp op, BigDecimal x) {
        BigDecimal s = sigmoid(x);
        BigDecimal rest = sigmoid(x.negate());
        return switch (op) {
            case SILU -> s.add(x.multiply(s, DIGITS).multiply(rest, DIGITS), DIGITS);
            case MISH -> {
                BigDecimal t = tanhOfSoftplus(exp(x));
                BigDecimal slope = x.multiply(s, DIGITS).multiply(ONE.subtract(t.multiply(t, DIGITS), DIGITS), DIGITS);
                yield t.add(slope, DIGITS);
            }
            default -> rest;
        };
    }

    // ---------------------------------------------------------------------------------------------------------- errors

    private static UnaryFunction function(String name) {
        return switch (name) {
            case "SOFTPLUS" -> ParametricOp.softplus(1, 40);
            case "ELU" -> ParametricOp.elu(1);
            default -> UnaryOp.valueOf(name);
        };
    }

    private static double value(UnaryFunction function, double x, boolean derivative) {
        var value = new double[1];
        var one = new double[] {1};
        var at = new double[] {x};
        switch (function) {
            case UnaryOp op when derivative -> Unary64.scalarSlopes(op, at, 0, one, 0, value, 0, 1);
            case UnaryOp op -> Unary64.scalarValues(op, at, 0, value, 0, 1);
            case ParametricOp op when derivative -> Parametric64.scalarSlopes(op, at, 0, one, 0, value, 0, 1);
            case ParametricOp op -> Parametric64.scalarValues(op, at, 0, value, 0, 1);
        }
        return value[0];
    }

    /// In units of the last place of the exact value, or of 1 where that is larger and `absolute` says so.
    @ParameterizedTest
    @CsvSource({
        "SILU, false, -745, 0, false, 2.5", "SILU, false, -2, 2, false, 2.5", "SILU, false, 0, 40, false, 2",
        "SILU, false, -752, -745, false, 1", "SILU, false, -1e-9, 1e-9, false, 2", "SILU, false, -1e-310, 1e-310, false, 1",
        "SILU, true, -9, 40, true, 2", "SILU, true, -708, -3, false, 3", "SILU, true, -752, -708, false, 2",
        "MISH, false, -745, 0, false, 3.5", "MISH, false, -2, 2, false, 3.5", "MISH, false, 0, 22, false, 3",
        "MISH, false, -752, -745, false, 1", "MISH, false, -1e-9, 1e-9, false, 3", "MISH, false, -1e-310, 1e-310, false, 1",
        "MISH, true, -9, 22, true, 2", "MISH, true, -708, -3, false, 5", "MISH, true, -752, -708, false, 2",
        "LOG_SIGMOID, false, -40, 708, false, 2", "LOG_SIGMOID, false, -2, 2, false, 2", "LOG_SIGMOID, false, 708, 746, false, 1",
        "LOG_SIGMOID, true, -9, 708, false, 2", "LOG_SIGMOID, true, 708, 746, false, 1",
        "SOFTPLUS, false, -708, 40, false, 2", "SOFTPLUS, false, -2, 2, false, 2", "SOFTPLUS, false, -746, -708, false, 1",
        "SOFTPLUS, true, -708, 9, false, 2", "SOFTPLUS, true, -746, -708, false, 1",
        "ELU, false, -45, 1, false, 1.5", "ELU, false, -2, 0, false, 1.5", "ELU, false, -1e-7, 1e-9, false, 1",
        "ELU, true, -708, 1, false, 1", "ELU, true, -746, -708, false, 1"
    })
    void staysWithinTheStatedError(String name, boolean derivative, double from, double to, boolean absolute, double bound) {
        UnaryFunction function = function(name);
        var random = new SplittableRandom(1);
        double worst = 0;
        double at = 0;
        for (int i = 0; i < 2000; i++) {
            double x = from + (to - from) * random.nextDouble();
            BigDecimal exact = exact(function, new BigDecimal(x), derivative);
            double rounded = exact.doubleValue();
            double last = Math.ulp(absolute ? Math.max(1, Math.abs(rounded)) : rounded);
            double error = new BigDecimal(value(function, x, derivative)).subtract(exact).abs().divide(new BigDecimal(last), DIGITS)
                    .doubleValue();
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        assertThat(worst).as("at " + at).isBetween(0.2, bound);
    }

    /// Those of the definitions, with the infinities at which they are NaN.
    @Test
    void specialValues() {
        for (UnaryFunction function : ALL)
            for (double x : new double[] {0.0, -0.0, Double.MIN_VALUE, -Double.MIN_VALUE, 0x1p-1022, -0x1p-1022, 0x1p-1040, -0x1p-1040, 30,
                -30, 800, -800, 1e10, -1e10, Double.MAX_VALUE, -Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                    double value = value(function, x, false);
                    double expected = function.value(x);
                    assertClose(function + " of " + x, value, expected);
                    if (!Double.isNaN(expected))
                        assertThat(Math.copySign(1, value)).as(function + " of " + x).isEqualTo(Math.copySign(1, expected));
                    assertClose("slope of " + function + " at " + x, value(function, x, true), function.derivative(x));
                }
    }

    private static void assertClose(String about, double actual, double expected) {
        if (Double.isInfinite(expected) || Double.isNaN(expected))
            assertThat(actual).as(about).isEqualTo(Double.valueOf(expected));
        else
            assertThat(actual).as(about).isEqualTo(expected, Offset.offset(4 * Math.ulp(expected)));
    }

    @Test
    void nanStaysNan() {
        for (UnaryFunction function : ALL)
            for (double nan : new double[] {Double.NaN, Double.longBitsToDouble(-1)}) {
                assertThat(value(function, nan, false)).as(function.toString()).isNaN();
                assertThat(Double.compare(value(function, nan, true), function.derivative(nan))).as("slope of " + function).isZero();
            }
    }
}
