package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import org.junit.jupiter.api.Test;

class ElementsTests {
    private final View six = Samples.f64(0, 1, 2, 3, 4, 5);

    @Test
    void readsATransposedView() {
        assertThat(Elements.doubles(six.as(Layout.strided(Shape.of(3, 2), new int[] {1, 3}, 0)))).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void readsABroadcastView() {
        assertThat(Elements.doubles(six.as(Layout.strided(Shape.of(2, 3), new int[] {0, 2}, 1)))).containsExactly(1, 3, 5, 1, 3, 5);
    }

    @Test
    void readsAFlippedView() {
        assertThat(Elements.doubles(six.as(Layout.strided(Shape.of(2, 2), new int[] {-3, -1}, 5)))).containsExactly(5, 4, 2, 1);
    }

    @Test
    void readsAScalarAndNothing() {
        assertThat(Elements.doubles(six.as(Layout.strided(Shape.SCALAR, new int[0], 4)))).containsExactly(4);
        assertThat(Elements.doubles(six.as(Layout.contiguous(Shape.of(2, 0, 3))))).isEmpty();
    }

    @Test
    void writesOnlyTheElementsOfTheView() {
        Elements.store(new double[] {10, 11}, six.as(Layout.strided(Shape.of(2), new int[] {-2}, 4)));
        assertThat(Elements.doubles(six)).containsExactly(0, 1, 11, 3, 10, 5);
    }

    @Test
    void keepsLongsExact() {
        var view = new View(HeapStorage.allocate(Device.REFERENCE, DType.I64, 2), Layout.contiguous(Shape.of(2)));
        long[] values = {Long.MAX_VALUE, (1L << 53) + 1};
        Elements.store(values, view);
        assertThat(Elements.longs(view)).isEqualTo(values);
    }
}
