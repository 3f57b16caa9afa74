package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;

/// Writing at named places; expected numbers are PyTorch's.
class ScatteringTests {
    private static final Tensor V = Tensor.of(0f, 1, 2, 3);
    private static final Tensor M = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, Shape.of(2, 3));

    @Test
    void theLastNumberStays() {
        for (DType dtype : DType.values())
            for (Device device : new Device[] {Device.CPU, Device.REFERENCE}) {
                Tensor x = V.to(dtype).to(device);
                Tensor y = x.scatter(0, Tensor.of(1L, 3, 1).to(device), Tensor.of(7, 5, 0).to(dtype).to(device));
                assertThat(y.dtype()).isEqualTo(dtype);
                assertThat(y.toIntArray()).isEqualTo(dtype == DType.BOOL ? new int[] {0, 0, 1, 1} : new int[] {0, 0, 2, 5});
            }
    }

    @Test
    void numbersThatMeetAreJoined() {
        for (Device device : new Device[] {Device.CPU, Device.REFERENCE})
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64}) {
                assertReduced(device, dtype, ScatterReduction.SUM, true, 5, 2, 11, 4);
                assertReduced(device, dtype, ScatterReduction.SUM, false, 4, 2, 8, 4);
                assertReduced(device, dtype, ScatterReduction.PROD, true, -5, 2, 0, 4);
                assertReduced(device, dtype, ScatterReduction.MEAN, false, 2, 2, 4, 4);
                assertReduced(device, dtype, ScatterReduction.AMAX, true, 5, 2, 8, 4);
                assertReduced(device, dtype, ScatterReduction.AMIN, true, -1, 2, 0, 4);
                assertReduced(device, dtype, ScatterReduction.AMIN, false, -1, 2, 0, 4);
            }
    }

    private static void assertReduced(Device device, DType dtype, ScatterReduction how, boolean self, int... expected) {
        Tensor x = Tensor.of(1, 2, 3, 4).to(dtype).to(device);
        Tensor source = Tensor.of(5, -1, 0, 8).to(dtype).to(device);
        assertThat(x.scatterReduce(0, Tensor.of(0L, 0, 2, 2).to(device), source, how, self).toIntArray()).isEqualTo(expected);
    }

    @Test
    void extremesOfIntegersStartAtTheEndOfTheirRange() {
        Tensor x = Tensor.of(1L, -2);
        assertThat(x.scatterReduce(0, Tensor.of(1L, 1), Tensor.of(-5L, Long.MIN_VALUE), ScatterReduction.AMAX, false).toLongArray())
                .containsExactly(1, -5);
        assertThat(x.scatterReduce(0, Tensor.of(1L), Tensor.of(Long.MAX_VALUE), ScatterReduction.AMIN, false).toLongArray())
                .containsExactly(1, Long.MAX_VALUE);
        assertThat(Tensor.of(-1L, 2).scatterReduce(0, Tensor.of(0L), Tensor.of(-2L), ScatterReduction.MEAN, true).toLongArray())
                .as("rounded down").containsExactly(-2, 2);
        assertThat(V.scatterReduce(0, Tensor.of(0L, 0), Tensor.of(Float.NaN, 1), ScatterReduction.AMAX, true).toFloatArray())
                .containsExactly(Float.NaN, 1, 2, 3);
    }

    @Test
    void rowsOfManyDimensions() {
        Tensor x = Tensor.arange(2 * 3 * 4 * 5).to(DType.F32).reshape(2, 3, 4, 5).permute(3, 0, 2, 1);
        Tensor index = Tensor.of(3L, 0, 3);
        Tensor chosen = x.indexSelect(2, index);
        assertThat(chosen.select(2, 1).toFloatArray()).isEqualTo(x.select(2, 0).toFloatArray());
        assertThat(x.indexCopy(2, index, chosen).toFloatArray()).isEqualTo(x.toFloatArray());
        assertThat(x.indexAdd(2, index, chosen).select(2, 3).toFloatArray()).isEqualTo(x.select(2, 3).mul(3).toFloatArray());
        assertThat(V.indexFill(0, Tensor.of(-1L), 5).toFloatArray()).containsExactly(0, 1, 2, 5);
    }

    @Test
    void placesInRowMajorOrder() {
        assertThat(M.mT().take(Tensor.of(new long[] {-1, 1}, Shape.of(2, 1))).toFloatArray()).containsExactly(5, 3);
        assertThat(M.put(Tensor.of(-1L), Tensor.of(9f), false).toFloatArray()).containsExactly(0, 1, 2, 3, 4, 9);
        assertThat(M.mT().put(Tensor.of(1L, 1), Tensor.of(9f, 1), true).toFloatArray()).containsExactly(0, 13, 1, 4, 2, 5);
        assertThat(M.takeAlongDim(Tensor.of(new long[] {0, 1}, Shape.of(1, 2)), 1).toFloatArray()).containsExactly(0, 1, 3, 4);
        assertThat(Tensor.zeros(0).take(Tensor.of(new long[0])).numel()).isZero();
    }

    @Test
    void masks() {
        Tensor large = M.gt(2);
        assertThat(M.maskedFill(large, Double.NEGATIVE_INFINITY).toFloatArray()).containsExactly(0, 1, 2, Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        assertThat(M.maskedSelect(large).toFloatArray()).containsExactly(3, 4, 5);
        assertThat(Tensor.scalar(1, DType.F32, Device.CPU).maskedSelect(Tensor.of(true, true)).toFloatArray()).containsExactly(1, 1);
        assertThat(M.maskedScatter(large, Tensor.of(9f, 8, 7, 6)).toFloatArray()).containsExactly(0, 1, 2, 9, 8, 7);
        assertThat(M.maskedScatter(Tensor.of(true, false, true), Tensor.of(10f, 11, 12, 13)).toFloatArray())
                .containsExactly(10, 1, 11, 12, 4, 13);
        assertThat(Tensor.of(1L, 2).maskedFill(Tensor.of(true, false), 1.5).toLongArray()).containsExactly(1, 2);
        assertThat(Tensor.of(1L, 2).maskedFill(Tensor.of(true, false), Tensor.scalar(7, DType.F64, Device.CPU)).describe())
                .isEqualTo("int64 [2]");
        assertThatThrownBy(() -> Tensor.of(1).maskedFill(Tensor.of(true), 1e20)).isInstanceOf(DTypeException.class)
                .hasMessage("maskedFill: the type of the tensor cannot hold the value 1.0E20 (got int32 [1])");
    }

    @Test
    void whatIsNotZero() {
        assertThat(Tensor.of(new float[] {0, Float.NaN, 0, 0, -1, 0}, Shape.of(2, 3)).nonzero().toLongArray()).containsExactly(0, 1, 1, 1);
        assertThat(Tensor.scalar(1, DType.F32, Device.CPU).nonzero().shape()).isEqualTo(Shape.of(1, 0));
        assertThat(Tensor.scalar(0, DType.F32, Device.CPU).nonzero().shape()).isEqualTo(Shape.of(0, 0));
    }

    @Test
    void classesAsRows() {
        assertThat(Tensor.of(0, 2).oneHot(-1).toLongArray()).containsExactly(1, 0, 0, 0, 0, 1);
        assertThat(Tensor.zeros(Shape.of(0), DType.I64, Device.CPU).oneHot(5).shape()).isEqualTo(Shape.of(0, 5));
        assertThat(Tensor.scalar(1, DType.I64, Device.REFERENCE).oneHot(3).toLongArray()).containsExactly(0, 1, 0);
        assertThatThrownBy(() -> Tensor.of(3L).oneHot(2)).hasMessage("oneHot: class 3 is not one of the 2 (got [1])");
        assertThatThrownBy(() -> Tensor.of(-1L).oneHot(-1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.zeros(Shape.of(0), DType.I64, Device.CPU).oneHot(-1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.of(1f).oneHot(2)).isInstanceOf(DTypeException.class);
    }

    @Test
    void scalarsCountAsVectorsAndEmptyIndicesDoNothing() {
        Tensor scalar = Tensor.scalar(1, DType.F32, Device.CPU);
        assertThat(V.gather(0, Tensor.scalar(2, DType.I64, Device.CPU)).shape()).isEqualTo(Shape.SCALAR);
        assertThat(scalar.gather(0, Tensor.of(0L, 0)).toFloatArray()).containsExactly(1, 1);
        assertThat(scalar.scatterAdd(0, Tensor.of(0L, 0), Tensor.of(2f, 3)).item()).isEqualTo(6);
        Tensor nothing = Tensor.zeros(Shape.of(0), DType.I64, Device.CPU);
        assertThat(M.gather(0, nothing).shape()).isEqualTo(Shape.of(0));
        assertThat(M.scatterAdd(0, nothing, Tensor.ones(1, 1)).toFloatArray()).isEqualTo(M.toFloatArray());
        assertThatThrownBy(() -> V.indexSelect(0, Tensor.of(4L))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("index 4 is outside dimension 0 of size 4");
        assertThatThrownBy(() -> V.take(Tensor.of(-5L))).hasMessage("take: index -5 is outside the elements of size 4 (got [4], [1])");
    }
}
