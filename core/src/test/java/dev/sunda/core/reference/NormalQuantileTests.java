package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.NormalQuantile;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalQuantileTests {
    /// From an independent implementation; the first range, both tails, and the far tail.
    @ParameterizedTest
    @CsvSource({"0.6, 0.2533471031357998", "0.01, -2.3263478740408408", "0.9, 1.2815515655446008", "1e-5, -4.2648907939228256",
        "1e-20, -9.262340089798405"})
    void knownValues(double u, double x) {
        assertThat(NormalQuantile.quantile(u)).isCloseTo(x, Percentage.withPercentage(1e-13));
    }

    @Test
    void edges() {
        assertThat(NormalQuantile.quantile(0.5)).isZero();
        assertThat(NormalQuantile.quantile(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(NormalQuantile.quantile(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(NormalQuantile.quantile(-0.1)).isNaN();
        assertThat(NormalQuantile.quantile(1.1)).isNaN();
        assertThat(NormalQuantile.quantile(Double.NaN)).isNaN();
    }

    @Test
    void allBitsGiveFiniteNumbersSymmetricAboutZero() {
        assertThat(NormalQuantile.fromBits(-1L)).isCloseTo(8.209536151601386, Percentage.withPercentage(1e-13));
        assertThat(NormalQuantile.fromBits(0)).isEqualTo(-NormalQuantile.fromBits(-1L));
        assertThat(NormalQuantile.fromBits(0x123456789abcdefL)).isEqualTo(-NormalQuantile.fromBits(~0x123456789abcdefL));
    }
}
