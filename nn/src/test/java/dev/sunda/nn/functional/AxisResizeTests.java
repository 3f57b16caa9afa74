package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.AxisResize.Coordinates;
import dev.sunda.nn.functional.AxisResize.Mode;
import dev.sunda.nn.functional.AxisResize.Nearest;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AxisResizeTests {
    private static final Variable X = Variable.of(Tensor.of(1.0, 2.0, 3.0, 4.0));

    private static AxisResize resize(Mode mode, Coordinates coordinates, Nearest nearest, boolean excludeOutside, boolean antialias) {
        return new AxisResize(mode, coordinates, nearest, -0.75, excludeOutside, antialias);
    }

    private static void assertValues(Variable y, double... expected) {
        assertThat(y.data().toDoubleArray()).containsExactly(expected, Offset.offset(1e-15));
    }

    @Test
    void nearestElementsAreChosenByRounding() {
        assertValues(resize(Mode.NEAREST, Coordinates.HALF_PIXEL, Nearest.ROUND_PREFER_FLOOR, false, false).apply(X, 0, 2, 0.5), 1, 3);
        assertValues(resize(Mode.NEAREST, Coordinates.HALF_PIXEL, Nearest.ROUND_PREFER_CEIL, false, false).apply(X, 0, 2, 0.5), 2, 4);
        assertValues(resize(Mode.NEAREST, Coordinates.HALF_PIXEL, Nearest.FLOOR, false, false).apply(X, 0, 2, 0.5), 1, 3);
        assertValues(resize(Mode.NEAREST, Coordinates.HALF_PIXEL, Nearest.CEIL, false, false).apply(X, 0, 2, 0.5), 2, 4);
        assertValues(resize(Mode.NEAREST, Coordinates.ASYMMETRIC, Nearest.FLOOR, false, false).apply(X, 0, 8, 2), 1, 1, 2, 2, 3, 3, 4, 4);
    }

    @Test
    void linear() {
        Variable two = Variable.of(Tensor.of(1.0, 2.0));
        assertValues(resize(Mode.LINEAR, Coordinates.HALF_PIXEL, Nearest.FLOOR, false, false).apply(two, 0, 4, 2), 1, 1.25, 1.75, 2);
        Variable three = Variable.of(Tensor.of(1.0, 2.0, 3.0));
        assertValues(resize(Mode.LINEAR, Coordinates.ALIGN_CORNERS, Nearest.FLOOR, false, false).apply(three, -1, 5, 5 / 3.0), 1, 1.5, 2,
                2.5, 3);
        assertValues(resize(Mode.LINEAR, Coordinates.PYTORCH_HALF_PIXEL, Nearest.FLOOR, false, false).apply(three, 0, 1, 1 / 3.0), 1);
    }

    @Test
    void aStretchedKernelAveragesWhatIsLeftOut() {
        assertValues(resize(Mode.LINEAR, Coordinates.HALF_PIXEL, Nearest.FLOOR, false, true).apply(X, 0, 2, 0.5), 1.625, 3.375);
        assertValues(resize(Mode.LINEAR, Coordinates.HALF_PIXEL, Nearest.FLOOR, true, true).apply(X, 0, 2, 0.5), 3 / 1.75, 5.75 / 1.75);
    }

    @Test
    void constantsStay() {
        Variable ones = Variable.of(Tensor.of(1.0, 1.0, 1.0, 1.0));
        for (Mode mode : Mode.values())
            for (Coordinates coordinates : Coordinates.values())
                for (boolean exclude : new boolean[] {false, true})
                    for (int out : new int[] {1, 3, 7})
                        assertThat(resize(mode, coordinates, Nearest.FLOOR, exclude, exclude).apply(ones, 0, out, out / 4.0).data()
                                .toDoubleArray()).containsExactly(Tensor.ones(out).toDoubleArray(), Offset.offset(1e-14));
    }

    @Test
    void gradientIsTheTransposedMap() {
        Variable x = Variable.tracked(Tensor.of(1.0, 2.0, 3.0, 4.0));
        Variable y = resize(Mode.LINEAR, Coordinates.HALF_PIXEL, Nearest.FLOOR, false, false).apply(x, 0, 2, 0.5);
        Variable dx = Variable.gradients(y.mul(Variable.of(Tensor.of(1.0, 3.0))).sum(), List.of(x), false).getFirst();
        assertValues(dx, 0.5, 0.5, 1.5, 1.5);
    }

    @Test
    void refusesWhatCannotBe() {
        AxisResize how = resize(Mode.LINEAR, Coordinates.HALF_PIXEL, Nearest.FLOOR, false, false);
        Variable empty = Variable.of(Tensor.zeros(2, 0));
        assertThat(how.apply(empty, 1, 0, 2).shape()).isEqualTo(Shape.of(2, 0));
        assertThatThrownBy(() -> how.apply(empty, 1, 3, 2)).isInstanceOf(ShapeException.class)
                .hasMessage("resize: dimension 1 cannot go from 0 to 3 elements (got [2, 0])");
        assertThatThrownBy(() -> how.apply(X, 1, 3, 2)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> how.apply(X, 0, 3, 0)).hasMessage("resize: the scale must be positive (got 0.0)");
    }
}
