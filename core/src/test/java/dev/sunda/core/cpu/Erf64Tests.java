package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.UnaryOp;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The stated errors of [ScalarErf64], against values of 60 digits.
class Erf64Tests {
    private static final MathContext DIGITS = new MathContext(60);
    private static final BigDecimal PI = new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459230781641");
    private static final BigDecimal TWO = BigDecimal.TWO;

    // ---------------------------------------------------------------------------------------------------------- exact values

    /// From the series of `x / 2^10`.
    private static BigDecimal exp(BigDecimal x) {
        BigDecimal part = x.divide(BigDecimal.valueOf(1024), DIGITS);
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int k = 1; k < 60; k++) {
            term = term.multiply(part, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        for (int k = 0; k < 10; k++)
            sum = sum.multiply(sum, DIGITS);
        return sum;
    }

    /// `erf(a) e^(a^2) = 2 / sqrt(pi) (a + 2 a^3 / 3 + 4 a^5 / 15 + ..)`, all of one sign.
    private static BigDecimal erf(BigDecimal a) {
        BigDecimal twice = a.multiply(a, DIGITS).multiply(TWO, DIGITS);
        BigDecimal term = a;
        BigDecimal sum = a;
        for (int k = 1; k < 400 && term.signum() != 0; k++) {
            term = term.multiply(twice, DIGITS).divide(BigDecimal.valueOf(2 * k + 1), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum.multiply(slope(a), DIGITS);
    }

    private static BigDecimal slope(BigDecimal a) {
        return TWO.divide(PI.sqrt(DIGITS), DIGITS).multiply(exp(a.multiply(a, DIGITS).negate()), DIGITS);
    }

    /// From 5 on by the continued fraction `a + 1/2 / (a + 1 / (a + 3/2 / ..))`.
    private static BigDecimal erfc(BigDecimal a) {
        if (a.doubleValue() < 5)
            return BigDecimal.ONE.subtract(erf(a), DIGITS);
        BigDecimal fraction = a;
        for (int k = 300; k > 0; k--)
            fraction = a.add(BigDecimal.valueOf(k).divide(TWO, DIGITS).divide(fraction, DIGITS), DIGITS);
        return slope(a).divide(TWO, DIGITS).divide(fraction, DIGITS);
    }

    private static BigDecimal exact(UnaryOp op, double x, boolean derivative) {
        var v = new BigDecimal(x);
        if (op == UnaryOp.ERF)
            return derivative ? slope(v) : erf(v);
        if (op == UnaryOp.GELU) {
            BigDecimal z = v.divide(TWO.sqrt(DIGITS), DIGITS);
            BigDecimal below = erfc(z.abs()).divide(TWO, DIGITS);
            BigDecimal phi = x < 0 ? below : BigDecimal.ONE.subtract(below, DIGITS);
            BigDecimal density = slope(z).divide(TWO, DIGITS).divide(TWO.sqrt(DIGITS), DIGITS);
            return derivative ? phi.add(v.multiply(density, DIGITS), DIGITS) : v.multiply(phi, DIGITS);
        }
        BigDecimal linear = TWO.multiply(TWO.divide(PI, DIGITS).sqrt(DIGITS), DIGITS);
        BigDecimal cubic = linear.multiply(new BigDecimal("0.044715"), DIGITS);
        BigDecimal square = v.multiply(v, DIGITS);
        BigDecimal e = exp(cubic.multiply(square, DIGITS).add(linear, DIGITS).multiply(v, DIGITS).negate());
        BigDecimal s = BigDecimal.ONE.divide(BigDecimal.ONE.add(e), DIGITS);
        if (!derivative)
            return v.multiply(s, DIGITS);
        BigDecimal inner = cubic.multiply(square, DIGITS).multiply(BigDecimal.valueOf(3)).add(linear, DIGITS);
        return s.add(v.multiply(s, DIGITS).multiply(BigDecimal.ONE.subtract(s), DIGITS).multiply(inner, DIGITS), DIGITS);
    }

    // ---------------------------------------------------------------------------------------------------------- errors

    private static double value(UnaryOp op, double x, boolean derivative) {
        if (derivative)
            return ScalarErf64.derivative(op, x);
        return op == UnaryOp.ERF ? ScalarErf64.erf(x) : op == UnaryOp.GELU ? ScalarErf64.gelu(x) : ScalarErf64.geluTanh(x);
    }

    /// In units of the last place of the exact value, or of 1 where that is larger and `absolute` says so.
    @ParameterizedTest
    @CsvSource({
        "ERF, false, -7, 7, false, 1", "ERF, false, -1.3, 1.3, false, 1", "ERF, false, -1e-9, 1e-9, false, 1",
        "ERF, false, -1e-310, 1e-310, false, 1",
        "ERF, true, -6, 6, false, 3", "ERF, true, -28, -6, false, 3",
        "GELU, false, -39, -37, false, 40", "GELU, false, -37, -13, false, 6", "GELU, false, -13, 0, false, 6",
        "GELU, false, -0.01, 0.01, false, 6",
        "GELU, false, -1e-310, 1e-310, false, 1", "GELU, false, 1, 9, false, 1.5", "GELU, false, -9, 9, true, 1",
        "GELU, true, -39, -1.5, false, 8", "GELU, true, -9, 9, true, 2",
        "GELU_TANH, false, -9, 9, true, 1", "GELU_TANH, true, -9, 9, true, 1"
    })
    void staysWithinTheStatedError(UnaryOp op, boolean derivative, double from, double to, boolean absolute, double bound) {
        var random = new SplittableRandom(1);
        double worst = 0;
        double at = 0;
        for (int i = 0; i < 2000; i++) {
            double x = from + (to - from) * random.nextDouble();
            BigDecimal exact = exact(op, x, derivative);
            double rounded = exact.doubleValue();
            double last = Math.ulp(absolute ? Math.max(1, Math.abs(rounded)) : rounded);
            double error = new BigDecimal(value(op, x, derivative)).subtract(exact).abs().divide(new BigDecimal(last), DIGITS)
                    .doubleValue();
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        assertThat(worst).as("at " + at).isBetween(0.2, bound);
    }

    @Test
    void specialValues() {
        for (UnaryOp op : new UnaryOp[] {UnaryOp.ERF, UnaryOp.GELU, UnaryOp.GELU_TANH}) {
            for (double x : new double[] {0.0, -0.0, Double.MIN_VALUE, -Double.MIN_VALUE, 40, -40, 1e10, -1e10, 1e200, -1e200,
                Double.MAX_VALUE, -Double.MAX_VALUE, Double.POSITIVE_INFINITY}) {
                assertThat(value(op, x, false)).as(op + " of " + x).isEqualTo(op.value(x));
                assertThat(value(op, x, true)).as(op + " at " + x).isEqualTo(op.derivative(x), Offset.offset(2e-16));
            }
            assertThat(value(op, Double.NEGATIVE_INFINITY, true)).isZero();
            for (double nan : new double[] {Double.NaN, Double.longBitsToDouble(-1)}) {
                assertThat(value(op, nan, false)).isNaN();
                assertThat(value(op, nan, true)).isNaN();
            }
        }
        assertThat(ScalarErf64.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(ScalarErf64.gelu(Double.NEGATIVE_INFINITY)).isEqualTo(-0.0);
        assertThat(ScalarErf64.geluTanh(Double.NEGATIVE_INFINITY)).isEqualTo(-0.0);
    }
}
