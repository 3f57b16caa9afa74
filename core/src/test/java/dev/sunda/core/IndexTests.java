package dev.sunda.core;

import static dev.sunda.core.Index.all;
import static dev.sunda.core.Index.at;
import static dev.sunda.core.Index.ellipsis;
import static dev.sunda.core.Index.from;
import static dev.sunda.core.Index.newAxis;
import static dev.sunda.core.Index.of;
import static dev.sunda.core.Index.range;
import static dev.sunda.core.Index.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;

/// What stands between brackets; expected numbers are PyTorch's.
class IndexTests {
    private static final Tensor X = Tensor.arange(24).reshape(2, 3, 4);

    private static void assertIndex(int[] shape, long[] values, Index... items) {
        for (Device device : new Device[] {Device.CPU, Device.REFERENCE})
            for (DType dtype : new DType[] {DType.I64, DType.F32, DType.F64}) {
                Tensor y = X.to(dtype).to(device).index(items);
                assertThat(y.shape().sizes()).isEqualTo(shape);
                assertThat(y.toLongArray()).isEqualTo(values);
                assertThat(y.dtype()).isEqualTo(dtype);
            }
    }

    private static int[] s(int... sizes) {
        return sizes;
    }

    private static long[] v(long... values) {
        return values;
    }

    private static Tensor mask(boolean... values) {
        return Tensor.of(values);
    }

    @Test
    void numbersRangesAndNewAxes() {
        assertIndex(s(2, 2), v(0, 2, 12, 14), all(), at(0), ellipsis(), range(0, 4, 2));
        assertIndex(s(1, 2, 1), v(6, 10), at(0), newAxis(), from(1), range(-2, -1));
        assertIndex(s(2), v(0, 1), at(0), at(0), to(2));
        assertIndex(s(2, 3, 4), X.toLongArray());
    }

    @Test
    void tensorsSideBySideStayInTheirPlace() {
        assertIndex(s(2, 2), v(1, 11, 13, 23), all(), of(0, 2), of(1, -1));
        assertIndex(s(2, 3, 2, 1), v(0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21), ellipsis(),
                of(Tensor.of(new int[] {0, 1}, Shape.of(2, 1))));
        assertIndex(s(2, 2, 4), v(0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23), of(Tensor.of(0L, 1).reshape(2, 1)), of(0, 2));
    }

    @Test
    void tensorsApartGoToTheFront() {
        assertIndex(s(2, 3), v(14, 18, 22, 3, 7, 11), of(1, 0), all(), of(2, 3));
        assertIndex(s(2, 1, 4), v(20, 21, 22, 23, 4, 5, 6, 7), of(1, 0), newAxis(), of(2, 1));
        assertIndex(s(2, 3), v(0, 4, 8, 15, 19, 23), of(mask(true, true)), all(), of(0, 3));
    }

    @Test
    void aNumberDoesNotCountAsATensor() {
        assertIndex(s(3, 2), v(3, 1, 7, 5, 11, 9), at(0), all(), of(3, 1));
        assertIndex(s(4), v(20, 21, 22, 23), of(Tensor.scalar(1, DType.I64, Device.CPU)), of(Tensor.scalar(2, DType.I32, Device.CPU)));
    }

    @Test
    void masksTakeAsManyDimensionsAsTheyHave() {
        assertIndex(s(3, 4), v(0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23),
                of(Tensor.of(new boolean[] {true, false, false, false, true, true}, Shape.of(2, 3))));
        assertIndex(s(2, 2, 2), v(1, 2, 9, 10, 13, 14, 21, 22), all(), of(mask(true, false, true)), range(1, 3));
        assertIndex(s(1, 2, 1, 1), v(0, 12), of(mask(true).squeeze()), ellipsis(), to(1), to(1));
        assertIndex(s(0, 2, 3, 4), v(), of(mask(false).squeeze()));
    }

    @Test
    void emptyIndicesChooseNothing() {
        assertIndex(s(0, 3, 4), v(), of(new long[0]));
        assertIndex(s(2, 0, 2, 4), v(), all(), of(Tensor.zeros(Shape.of(0, 2), DType.I64, Device.CPU)));
        assertThat(Tensor.zeros(0, 3).index(all(), of(2, 0)).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void withoutTensorsTheResultIsAView() {
        assertThat(X.index(at(1), from(1)).view().storage()).isSameAs(X.view().storage());
    }

    @Test
    void numbersAreWrittenToACopy() {
        Tensor zeros = Tensor.zeros(2, 3);
        Tensor values = Tensor.of(5f, 6, 7);
        assertThat(zeros.indexPut(values, false, of(0, 0, 1), of(1, 1, 2)).toFloatArray()).as("the last stays").containsExactly(0, 6, 0, 0,
                0, 7);
        assertThat(zeros.indexPut(values, true, of(0, 0, 1), of(1, 1, 2)).toFloatArray()).containsExactly(0, 11, 0, 0, 0, 7);
        assertThat(zeros.indexPut(Tensor.of(new float[] {1, 2}, Shape.of(1, 2)), false, all(), of(mask(true, false, true))).toFloatArray())
                .containsExactly(1, 0, 2, 1, 0, 2);
        assertThat(zeros.mT().indexPut(9, of(2), all()).toFloatArray()).containsExactly(0, 0, 0, 0, 9, 9);
        assertThat(zeros.indexPut(Tensor.of(1f, 2), false, all(), at(1)).toFloatArray()).containsExactly(0, 1, 0, 0, 2, 0);
        assertThat(zeros.indexPut(Tensor.of(4f), true, at(0)).indexPut(1, to(1), from(2)).toFloatArray()).containsExactly(4, 4, 1, 0, 0, 0);
        assertThat(zeros.indexPut(8, of(new long[0])).toFloatArray()).containsOnly(0);
        assertThat(zeros.toFloatArray()).containsOnly(0);
    }

    @Test
    void indicesThatAreNotLyingRowByRowAreWrittenToo() {
        Tensor x = Tensor.zeros(2, 3, 4).channelsLast();
        Tensor y = x.indexPut(Tensor.of(1f, 2).unsqueeze(1), false, of(0, 1), all(), of(3, 0));
        assertThat(y.sum(Dims.of(1)).toFloatArray()).containsExactly(0, 0, 0, 3, 6, 0, 0, 0);
    }

    @Test
    void wrongIndicesNameTheIndexAndTheSize() {
        assertThatThrownBy(() -> X.index(all(), of(0, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("index: index 3 is outside dimension 1 of size 3 (got [2, 3, 4])");
        assertThatThrownBy(() -> X.index(at(0), of(-4))).hasMessage("index: index -4 is outside dimension 1 of size 3 (got [2, 3, 4])");
        assertThatThrownBy(() -> X.index(ellipsis(), at(4))).hasMessage("index: index 4 is outside dimension 2 of size 4 (got [2, 3, 4])");
        assertThatThrownBy(() -> X.index(at(0), at(0), at(0), at(0)))
                .hasMessage("index: too many indices: 4 for 3 dimensions (got [2, 3, 4])");
        assertThatThrownBy(() -> X.index(of(mask(true)))).hasMessage(
                "index: dimension 0 of the mask has size 1, dimension 0 of the tensor 2 (got [2, 3, 4], [1])");
        assertThatThrownBy(() -> X.indexPut(Tensor.of(1L, 2, 3), false, of(0, 1))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> X.indexPut(Tensor.of(1f), false, at(0))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Index.of(Tensor.of(1.5))).isInstanceOf(DTypeException.class);
    }
}
