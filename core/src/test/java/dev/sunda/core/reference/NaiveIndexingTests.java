package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;

class NaiveIndexingTests {
    private final View x = Samples.f64(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

    @Test
    void gathersAlongEachDimension() {
        View out = Samples.f64Empty(2, 2);
        NaiveIndexing.gather("gather", x, 1, Samples.i64(Shape.of(2, 2), 2, 0, 1, 1), out);
        assertThat(Elements.doubles(out)).containsExactly(3, 1, 5, 5);
        View rows = Samples.f64Empty(1, 3);
        NaiveIndexing.gather("gather", x, 0, Samples.i64(Shape.of(1, 3), 1, 0, 1), rows);
        assertThat(Elements.doubles(rows)).containsExactly(4, 2, 6);
    }

    @Test
    void gathersFromATransposedView() {
        View out = Samples.f64Empty(3, 1);
        NaiveIndexing.gather("gather", x.as(x.layout().permute(1, 0)), 1, Samples.i64(Shape.of(3, 1), 1, 0, 1), out);
        assertThat(Elements.doubles(out)).containsExactly(4, 2, 6);
    }

    @Test
    void gathersLongsExactly() {
        View out = Samples.i64(0);
        NaiveIndexing.gather("gather", Samples.i64(0, Long.MAX_VALUE), 0, Samples.i64(1), out);
        assertThat(Elements.longs(out)).containsExactly(Long.MAX_VALUE);
    }

    @Test
    void addsRepeatedIndices() {
        NaiveIndexing.scatter("scatter", ScatterOp.ADD, Samples.f64(Shape.of(2, 3), 10, 20, 30, 40, 50, 60), 1,
                Samples.i64(Shape.of(2, 3), 0, 0, 2, 1, 1, 1), x);
        assertThat(Elements.doubles(x)).containsExactly(31, 2, 33, 4, 155, 6);
    }

    @Test
    void addsIntoAFlippedViewAndInDouble() {
        View out = Samples.f32(0, 1e8).as(Layout.strided(Shape.of(2), new int[] {-1}, 1));
        NaiveIndexing.scatter("scatter", ScatterOp.ADD, Samples.f32(3, 3, 3, 7), 0, Samples.i64(0, 0, 0, 1), out);
        assertThat(out.heap().floats()).containsExactly(7, 1e8f + 8);
        assertThat(1e8f + 3 + 3 + 3).isEqualTo(1e8f);
    }

    @Test
    void addsIntegers() {
        View out = Samples.i32(1, 2);
        NaiveIndexing.scatter("scatter", ScatterOp.ADD, Samples.i32(5, 6), 0, Samples.i64(1, 1), out);
        assertThat(Elements.longs(out)).containsExactly(1, 13);
    }

    @Test
    void refusesIndicesOutsideBeforeWriting() {
        View out = Samples.f64(8, 9);
        assertThatThrownBy(
                () -> NaiveIndexing.gather("gather", x, 1, Samples.i64(Shape.of(2, 1), 0, 3), Samples.empty(DType.F64, Shape.of(2, 1))))
                .isInstanceOf(ShapeException.class).hasMessage("gather: index 3 is outside dimension 1 of size 3 (got [2, 3], [2, 1])");
        assertThatThrownBy(() -> NaiveIndexing.scatter("scatter", ScatterOp.ADD, Samples.f64(1, 1), 0, Samples.i64(0, -1), out))
                .isInstanceOf(ShapeException.class).hasMessage("scatter: index -1 is outside dimension 0 of size 2 (got [2], [2])");
        assertThat(Elements.doubles(out)).containsExactly(8, 9);
    }
}
