package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.UnaryOp;
import org.junit.jupiter.api.Test;

/// The stated errors of GELU and the derivatives, on every float of a grid of two million.
class ScalarErfTests {
    private static double worst(float from, float to, FloatError error) {
        double worst = 0;
        for (int i = 0; i <= 500_000; i++) {
            float x = from + (to - from) * (i / 500_000f);
            worst = Math.max(worst, error.at(x));
        }
        return worst;
    }

    @FunctionalInterface
    private interface FloatError {
        double at(float x);
    }

    private static double ulps(float actual, double exact) {
        return Math.abs(actual - exact) / Math.ulp((float) exact);
    }

    @Test
    void geluKeepsItsDigitsAlsoWhereItIsSmall() {
        assertThat(worst(-13, -1e-3f, x -> ulps(ScalarErf.gelu(x), UnaryOp.GELU.value(x)))).isBetween(0.5, 7.0);
        assertThat(worst(-13, 0, x -> Math.abs(ScalarErf.gelu(x) - UnaryOp.GELU.value(x)))).isBetween(1e-9, 6e-8);
        assertThat(worst(1e-3f, 13, x -> ulps(ScalarErf.gelu(x), UnaryOp.GELU.value(x)))).isBetween(0.5, 4.0);
        assertThat(worst(-1e-3f, 1e-3f, x -> x == 0 ? 0 : ulps(ScalarErf.gelu(x), UnaryOp.GELU.value(x)))).isLessThan(5);
    }

    @Test
    void geluTanhAndTheDerivativesAreCloseEverywhere() {
        assertThat(worst(-12, 12, x -> Math.abs(ScalarErf.geluTanh(x) - UnaryOp.GELU_TANH.value(x)) / Math.max(1, Math.abs(x))))
                .isBetween(1e-8, 5e-7);
        for (UnaryOp op : new UnaryOp[] {UnaryOp.ERF, UnaryOp.GELU, UnaryOp.GELU_TANH})
            assertThat(worst(-12, 12, x -> Math.abs(ScalarErf.slope(op, x, 1) - op.derivative(x)))).as(op.label()).isBetween(1e-8, 5e-7);
    }

    @Test
    void farOutGeluIsTheIdentityOrZero() {
        for (float x : new float[] {20, 1e10f, 1e30f, Float.MAX_VALUE}) {
            assertThat(ScalarErf.gelu(x)).isEqualTo(x);
            assertThat(ScalarErf.geluTanh(x)).isEqualTo(x);
            assertThat(Math.abs(ScalarErf.gelu(-x))).isLessThan(1e-37f);
            assertThat(ScalarErf.geluTanh(-x)).isZero();
            assertThat(ScalarErf.geluDerivative(x)).isEqualTo(1);
            assertThat(ScalarErf.geluTanhDerivative(x)).isEqualTo(1);
            assertThat(Math.abs(ScalarErf.geluDerivative(-x))).isLessThan(1e-36f);
            assertThat(Math.abs(ScalarErf.geluTanhDerivative(-x))).isLessThan(1e-30f);
        }
        assertThat(ScalarErf.geluTanh(Float.NEGATIVE_INFINITY)).isEqualTo(-0f);
        assertThat(UnaryOp.GELU_TANH.value(Double.NEGATIVE_INFINITY)).isEqualTo(-0.0);
        assertThat(ScalarErf.gelu(Float.NaN)).isNaN();
        assertThat(ScalarErf.geluDerivative(Float.NaN)).isNaN();
    }
}
