package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import org.junit.jupiter.api.Test;

class NaiveMatmulTests {
    @Test
    void multipliesEachMatrixOfTheBatch() {
        View x = Samples.f64(Shape.of(2, 1, 2), 1, 2, 3, 4);
        View y = Samples.f64(Shape.of(2, 2, 3), 1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 0, 2);
        View out = Samples.f64Empty(2, 1, 3);
        NaiveMatmul.matmul(x, y, null, out);
        assertThat(Elements.doubles(out)).containsExactly(9, 12, 15, 4, 3, 8);
    }

    @Test
    void takesTransposedAndBroadcastViews() {
        View x = Samples.f64(1, 2, 3, 4).as(Layout.strided(Shape.of(2, 2, 2), new int[] {0, 1, 2}, 0));
        View y = Samples.f64(1, 0, 0, 1).as(Layout.strided(Shape.of(2, 2, 2), new int[] {0, 2, 1}, 0));
        View out = Samples.f64Empty(2, 2, 2);
        NaiveMatmul.matmul(x, y, null, out);
        assertThat(Elements.doubles(out)).containsExactly(1, 3, 2, 4, 1, 3, 2, 4);
    }

    @Test
    void chainsFusedMultiplyAdds() {
        double e = 0x1p-30;
        View x = Samples.f64(Shape.of(1, 1, 2), -1, 1 + e);
        View y = Samples.f64(Shape.of(1, 2, 1), 1, 1 - e);
        View out = Samples.f64Empty(1, 1, 1);
        NaiveMatmul.matmul(x, y, null, out);
        assertThat(Elements.doubles(out)).containsExactly(-e * e);
    }

    @Test
    void noTermsGiveZero() {
        View out = Samples.f64Empty(1, 2, 2);
        NaiveMatmul.matmul(Samples.f64Empty(1, 2, 0), Samples.f64Empty(1, 0, 2), null, out);
        assertThat(Elements.doubles(out)).containsExactly(0, 0, 0, 0);
    }

    @Test
    void multipliesIntegersExactly() {
        View out = Samples.empty(DType.I64, Shape.of(1, 1, 1));
        NaiveMatmul.matmul(Samples.i64(Shape.of(1, 1, 2), 1L << 60, 1), Samples.i64(Shape.of(1, 2, 1), 3, 1), null, out);
        assertThat(Elements.longs(out)).containsExactly(3 * (1L << 60) + 1);
    }
}
