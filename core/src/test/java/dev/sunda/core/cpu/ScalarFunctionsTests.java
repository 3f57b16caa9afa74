package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.UnaryOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalarFunctionsTests {
    private static float value(UnaryOp op, float x) {
        return switch (op) {
            case EXP -> ScalarFunctions.exp(x);
            case LOG -> ScalarFunctions.log(x);
            case TANH -> ScalarFunctions.tanh(x);
            case ERF -> ScalarErf.erf(x);
            default -> ScalarFunctions.sigmoid(x);
        };
    }

    /// Error in units in the last place of the exact value; infinite where a special value is wrong.
    private static double error(float actual, double exact) {
        float rounded = (float) exact;
        if (Float.compare(actual, rounded) == 0)
            return 0;
        if (!Float.isFinite(rounded) || !Float.isFinite(actual))
            return Float.MAX_VALUE < Math.abs(exact) * (1 + 1e-6) && Float.isFinite(rounded) ? 1 : Double.POSITIVE_INFINITY;
        return Math.abs(actual - exact) / Math.ulp(rounded);
    }

    /// Every 4,001st of all floats, that is more than a million of them, subnormal ones, infinities and NaN among them.
    @ParameterizedTest
    @CsvSource({"EXP, 1.0", "LOG, 0.9", "TANH, 1.6", "ERF, 1.2", "SIGMOID, 1.6"})
    void staysWithinTheStatedError(UnaryOp op, double bound) {
        double worst = 0;
        for (long bits = 0; bits < 1L << 32; bits += 4001) {
            float x = Float.intBitsToFloat((int) bits);
            worst = Math.max(worst, error(value(op, x), op.value(x)));
        }
        assertThat(worst).isLessThan(bound);
        assertThat(worst).isGreaterThan(0.5);                        // the measure measures something
    }

    @Test
    void specialValues() {
        for (UnaryOp op : new UnaryOp[] {UnaryOp.EXP, UnaryOp.LOG, UnaryOp.TANH, UnaryOp.SIGMOID})
            for (float x : new float[] {0, -0.0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, -1, Float.MIN_VALUE,
                Float.MAX_VALUE, -Float.MAX_VALUE})
                assertThat(error(value(op, x), op.value(x))).as(op + " of " + x).isLessThan(2);
    }
}
