package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.RandomKey;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Six numbers of key 42 from offset 10 on, computed once by hand in another language.
class NaiveRandomTests {
    private static final RandomKey KEY = new RandomKey(42, 10);
    private static final double[] NORMAL = {-0.8242391894109795, -0.017574409744972014, 0.033585396811565624, 0.050186962608426824,
        0.42658561315090165, -0.8294139355729606};

    private final View doubles = Samples.f64Empty(2, 3);
    private final View floats = Samples.empty(DType.F32, Shape.of(2, 3));

    @Test
    void uniformDoublesHave53Bits() {
        NaiveRandom.uniform(KEY, doubles);
        assertThat(Elements.doubles(doubles)).containsExactly(0.20490183179877552, 0.4929891857946924, 0.5133961163221494,
                0.5200132996032402, 0.6651594107997011, 0.20343510930023068);
    }

    @Test
    void uniformFloatsHave24Bits() {
        NaiveRandom.uniform(KEY, floats);
        assertThat(Elements.doubles(floats)).containsExactly(0.2049018144607544, 0.492989182472229, 0.5133960843086243, 0.5200132727622986,
                0.6651594042778015, 0.20343506336212158);
    }

    @Test
    void elementsAreNumberedInRowMajorOrder() {
        View transposed = doubles.as(Samples.f64Empty(3, 2).layout().permute(1, 0));
        NaiveRandom.uniform(KEY, transposed);
        double[] first = Elements.doubles(transposed);
        NaiveRandom.uniform(KEY, doubles);
        assertThat(first).isEqualTo(Elements.doubles(doubles));
    }

    @Test
    void normalNumbers() {
        NaiveRandom.normal(KEY, doubles);
        assertThat(Elements.doubles(doubles)).containsExactly(NORMAL, Offset.offset(1e-15));
        NaiveRandom.normal(KEY, floats);
        for (int i = 0; i < NORMAL.length; i++)
            assertThat(floats.heap().floats()[i]).isEqualTo((float) doubles.heap().doubles()[i]);
    }

    @Test
    void dropoutKeepsAndScales() {
        View x = Samples.f64(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        NaiveRandom.dropout(KEY, 0.5, x, doubles);
        assertThat(Elements.doubles(doubles)).containsExactly(0, 0, 6, 8, 10, 0);
        NaiveRandom.dropout(KEY, 0, x, doubles);
        assertThat(Elements.doubles(doubles)).containsExactly(1, 2, 3, 4, 5, 6);
        NaiveRandom.dropout(KEY, 1, x, doubles);
        assertThat(Elements.doubles(doubles)).containsExactly(0, 0, 0, 0, 0, 0);
    }

    @Test
    void dropoutKeepsANumberEqualToTheProbability() {
        NaiveRandom.dropout(KEY, 0.5133961163221494, Samples.f64(Shape.of(2, 3), 1, 1, 1, 1, 1, 1), doubles);
        double kept = 1 / (1 - 0.5133961163221494);
        assertThat(Elements.doubles(doubles)).containsExactly(0, 0, kept, kept, kept, 0);
    }

    @Test
    void dropoutOfFloatsMultipliesInFloat() {
        View x = Samples.of(DType.F32, Shape.of(2, 3), 0.1, 0.2, 0.3, 0.4, 0.5, Double.NaN);
        NaiveRandom.dropout(KEY, 0.3, x, floats);
        float scale = (float) (1 / (1 - 0.3));
        assertThat(floats.heap().floats()).containsExactly(0, 0.2f * scale, 0.3f * scale, 0.4f * scale, 0.5f * scale, 0);
    }
}
