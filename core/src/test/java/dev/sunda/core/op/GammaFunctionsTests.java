package dev.sunda.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GammaFunctionsTests {
    private static void assertClose(double actual, double expected) {
        assertThat(Math.abs(actual - expected)).as(actual + " for " + expected)
                .isLessThanOrEqualTo(1e-14 * Math.max(1, Math.abs(expected)));
    }

    @ParameterizedTest
    @CsvSource({"1e-10, 23.025850929882735", "0.5, 0.5723649429247001", "1, 0", "2, 0", "3.7, 1.428072326665388", "10, 12.801827480081469",
        "171, 706.5730622457874", "1e10, 220258509288.81058", "-0.5, 1.2655121234846454", "-3.7, -1.3797399049658248"})
    void logGamma(double x, double expected) {
        assertClose(GammaFunctions.logGamma(x), expected);
    }

    @Test
    void logGammaAtPolesAndFarOut() {
        for (double x : new double[] {0, -0.0, -1, -7, -1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
            assertThat(GammaFunctions.logGamma(x)).as("" + x).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(GammaFunctions.logGamma(Double.NaN)).isNaN();
    }

    @Test
    void digammaHasItsKnownValues() {
        double euler = 0.57721566490153286061;
        assertClose(GammaFunctions.digamma(1), -euler);
        assertClose(GammaFunctions.digamma(0.5), -euler - 2 * Math.log(2));
        assertClose(GammaFunctions.digamma(4), -euler + 11.0 / 6);
        assertClose(GammaFunctions.digamma(-0.5), -euler - 2 * Math.log(2) + 2);
        assertThat(GammaFunctions.digamma(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(GammaFunctions.digamma(-3)).isNaN();
        assertThat(GammaFunctions.digamma(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(GammaFunctions.digamma(Double.NaN)).isNaN();
    }

    @Test
    void polygammaHasItsKnownValues() {
        double square = Math.PI * Math.PI;
        assertClose(GammaFunctions.polygamma(1, 1), square / 6);
        assertClose(GammaFunctions.polygamma(1, 0.5), square / 2);
        assertClose(GammaFunctions.polygamma(1, -0.5), square / 2 + 4);
        assertClose(GammaFunctions.polygamma(2, 1), -2 * 1.2020569031595942854);
        assertClose(GammaFunctions.polygamma(3, 1), square * square / 15);
        assertThat(GammaFunctions.polygamma(1, 0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(GammaFunctions.polygamma(1, Double.POSITIVE_INFINITY)).isZero();
        assertThat(GammaFunctions.polygamma(2, Double.NaN)).isNaN();
    }

    /// Just below a pole, where a number less its floor is rounded to 1.
    @Test
    void polesAreApproachedFromBelow() {
        assertClose(GammaFunctions.logGamma(-1e-20), 20 * Math.log(10));
        assertThat(GammaFunctions.digamma(-1e-20)).isCloseTo(1e20, Offset.offset(1e5));
        assertThat(GammaFunctions.polygamma(1, -1e-20)).isCloseTo(1e40, Offset.offset(1e25));
        assertThat(GammaFunctions.polygamma(2, -1e-20)).isCloseTo(2e60, Offset.offset(1e45));
    }

    /// Relative to the value, however small it is.
    @Test
    void rootsKeepTheirDigits() {
        assertThat(GammaFunctions.logGamma(1)).isZero();
        assertThat(GammaFunctions.logGamma(2)).isZero();
        assertThat(GammaFunctions.logGamma(1 + 0x1p-40)).isCloseTo(-5.2497458900760178e-13, Offset.offset(1e-27));
        assertThat(GammaFunctions.logGamma(2 - 0x1p-40)).isCloseTo(-3.8452011276437939e-13, Offset.offset(1e-27));
        assertThat(GammaFunctions.digamma(1.4616321449683622)).isCloseTo(-9.2412655217294275e-17, Offset.offset(1e-31));
    }

    /// `trigamma(x) + trigamma(1 - x) = (pi / sin(pi x))^2`.
    @Test
    void trigammaIsReflected() {
        for (double x : new double[] {-0.25, -7.6, -1000.3, -123456.5, 0.1}) {
            double sine = Math.sin(Math.PI * (x - Math.floor(x)));
            double expected = Math.PI * Math.PI / (sine * sine);
            double sum = GammaFunctions.polygamma(1, x) + GammaFunctions.polygamma(1, 1 - x);
            assertThat(Math.abs(sum - expected)).as("" + x).isLessThanOrEqualTo(1e-13 * expected);
        }
    }
}
