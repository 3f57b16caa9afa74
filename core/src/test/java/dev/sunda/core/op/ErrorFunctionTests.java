package dev.sunda.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Expectations from an evaluation with 40 digits.
class ErrorFunctionTests {
    private static final double[][] EXACT = {
        {1e-300, 1.1283791670955126e-300, 1.0},
        {1e-09, 1.1283791670955127e-09, 0.9999999988716208},
        {0.1, 0.1124629160182849, 0.887537083981715},
        {0.24, 0.265700058953792, 0.734299941046208},
        {0.26, 0.28689972321574914, 0.7131002767842508},
        {0.5, 0.5204998778130465, 0.4795001221869535},
        {0.84, 0.7651427114549945, 0.23485728854500548},
        {0.85, 0.7706680576083526, 0.22933194239164748},
        {1.0, 0.8427007929497149, 0.15729920705028513},
        {1.2, 0.9103139782296353, 0.08968602177036464},
        {1.3, 0.9340079449406524, 0.06599205505934755},
        {2.0, 0.9953222650189527, 0.004677734981047266},
        {2.85, 0.9999443437200386, 5.5656279961398957e-05},
        {2.87, 0.9999506729696856, 4.932703031438922e-05},
        {4.0, 0.9999999845827421, 1.541725790028002e-08},
        {5.9, 0.9999999999999999, 7.190409783550478e-17},
        {6.5, 1.0, 3.8421483271206475e-20},
        {10.0, 1.0, 2.088487583762545e-45},
        {25.0, 1.0, 8.300172571196523e-274}
    };

    @Test
    void agreesWithManyDigits() {
        for (double[] row : EXACT) {
            double x = row[0];
            assertThat(ErrorFunction.erf(x)).as("erf " + x).isCloseTo(row[1], Offset.offset(1.5 * Math.ulp(row[1])));
            assertThat(ErrorFunction.erf(-x)).isEqualTo(-ErrorFunction.erf(x));
            assertThat(ErrorFunction.erfc(x)).as("erfc " + x).isCloseTo(row[2], Offset.offset(2 * Math.ulp(row[2])));
            assertThat(ErrorFunction.erfc(-x)).as("erfc " + -x).isCloseTo(1 + row[1], Offset.offset(2 * Math.ulp(1 + row[1])));
        }
    }

    @Test
    void specialValues() {
        assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
        assertThat(ErrorFunction.erfc(Double.POSITIVE_INFINITY)).isZero();
        assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
        assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
        assertThat(1 / ErrorFunction.erf(-0.0)).isEqualTo(Double.NEGATIVE_INFINITY);
    }
}
