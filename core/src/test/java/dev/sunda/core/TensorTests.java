package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTests {
    private static final Tensor MATRIX = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3));

    @Test
    void arraysGoInAndComeOutInRowMajorOrder() {
        assertThat(MATRIX.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(MATRIX.mT().toIntArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(Tensor.of(true, false).toLongArray()).containsExactly(1, 0);
        assertThat(Tensor.of(1.9, -1.9, 0).toLongArray()).containsExactly(1, -1, 0);
        assertThat(Tensor.of(0.5, 0).toBooleanArray()).containsExactly(true, false);
        assertThat(Tensor.of(1L << 60, 3).toLongArray()).containsExactly(1L << 60, 3);
    }

    @Test
    void arraysAreCopied() {
        float[] values = {1, 2};
        Tensor x = Tensor.of(values);
        values[0] = 9;
        x.toFloatArray()[1] = 9;
        assertThat(x.toFloatArray()).containsExactly(1, 2);
    }

    @Test
    void creationFillsShapeTypeAndDevice() {
        assertThat(Tensor.zeros(2, 2).toFloatArray()).containsOnly(0).hasSize(4);
        Tensor ones = Tensor.ones(Shape.of(3), DType.I64, Device.REFERENCE);
        assertThat(ones.describe()).isEqualTo("int64 [3]");
        assertThat(ones.device()).isEqualTo(Device.REFERENCE);
        assertThat(Tensor.arange(5, 0, -2).toLongArray()).containsExactly(5, 3, 1);
        assertThat(Tensor.arange(0).numel()).isZero();
        assertThat(Tensor.full(Shape.of(2), 2.5, DType.F64, Device.CPU).toDoubleArray()).containsExactly(2.5, 2.5);
    }

    @Test
    void typesArePromotedAsInPyTorch() {
        Tensor floats = Tensor.of(1.5f);
        Tensor longs = Tensor.of(2L);
        assertThat(longs.add(floats).dtype()).isEqualTo(DType.F32);
        assertThat(longs.add(Tensor.of(1)).dtype()).isEqualTo(DType.I64);
        assertThat(longs.div(longs).dtype()).isEqualTo(DType.F32);
        assertThat(floats.add(Tensor.scalar(1, DType.F64, Device.CPU)).dtype()).as("a number without dimensions does not widen")
                .isEqualTo(DType.F32);
        assertThat(longs.add(Tensor.scalar(1, DType.F64, Device.CPU)).dtype()).as("but its kind counts").isEqualTo(DType.F64);
        assertThat(longs.add(2).dtype()).isEqualTo(DType.I64);
        assertThat(longs.mul(0.5).dtype()).isEqualTo(DType.F32);
        assertThat(Tensor.of(true).add(Tensor.of(true)).dtype()).isEqualTo(DType.BOOL);
        assertThat(Tensor.of(true, true).sum().dtype()).isEqualTo(DType.I64);
        assertThatThrownBy(() -> Tensor.of(1, 2).mean()).isInstanceOf(DTypeException.class)
                .hasMessageContaining("mean: needs a floating type")
                .hasMessageContaining("to(DType.F32)");
        assertThat(Tensor.of(4).sqrt().dtype()).isEqualTo(DType.F32);
        assertThat(floats.gt(1).dtype()).isEqualTo(DType.BOOL);
    }

    @Test
    void matmulFollowsTheRulesForVectorsAndBatches() {
        Tensor v = Tensor.of(1f, 0, -1);
        assertThat(MATRIX.matmul(v).toFloatArray()).containsExactly(-2, -2);
        assertThat(v.matmul(MATRIX.mT()).shape()).isEqualTo(Shape.of(2));
        assertThat(v.matmul(v).shape()).isEqualTo(Shape.SCALAR);
        assertThat(Tensor.ones(5, 1, 2, 3).matmul(Tensor.ones(4, 3, 6)).shape()).isEqualTo(Shape.of(5, 4, 2, 6));
        assertThat(v.matmul(MATRIX.mT(), Tensor.of(10f, 20)).toFloatArray()).containsExactly(8, 18);
        assertThat(Tensor.ones(5, 1, 2, 3).matmul(Tensor.ones(4, 3, 2), Tensor.of(1f, 2)).sum(Dims.of(0, 1, 2)).toFloatArray())
                .containsExactly(160, 200);
        assertThat(Tensor.ones(2, 0).matmul(Tensor.ones(0, 2), Tensor.of(1f, 2)).toFloatArray()).containsExactly(1, 2, 1, 2);
        assertThat(Tensor.ones(0, 3).matmul(Tensor.ones(3, 2)).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(Tensor.ones(2, 0).matmul(Tensor.ones(0, 2)).toFloatArray()).containsOnly(0).hasSize(4);
    }

    @Test
    void reductionsKeepOrDropDimensions() {
        assertThat(MATRIX.sum(Dims.of(0)).toFloatArray()).containsExactly(5, 7, 9);
        assertThat(MATRIX.sum(Dims.keep(-1)).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(MATRIX.mean().item()).isEqualTo(3.5);
        assertThat(MATRIX.var(Dims.of(1), 1).toFloatArray()).containsExactly(1, 1);
        assertThat(MATRIX.amax(Dims.all()).item()).isEqualTo(6);
        assertThat(MATRIX.argmax(1, false).toLongArray()).containsExactly(2, 2);
        assertThat(Tensor.zeros(0, 3).sum(Dims.of(0)).toFloatArray()).containsExactly(0, 0, 0);
        assertThat(Tensor.zeros(0).mean().item()).isNaN();
        assertThatThrownBy(() -> Tensor.zeros(0, 3).amax(Dims.of(0))).isInstanceOf(ShapeException.class)
                .hasMessage("amax: there is no value over zero elements (got [0, 3])");
    }

    @Test
    void joiningAndIndexing() {
        assertThat(Tensor.cat(List.of(MATRIX, MATRIX.mul(10)), 0).shape()).isEqualTo(Shape.of(4, 3));
        assertThat(Tensor.stack(List.of(MATRIX, MATRIX), -1).shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(MATRIX.indexSelect(1, Tensor.of(2, 0)).toFloatArray()).containsExactly(3, 1, 6, 4);
        assertThat(MATRIX.gather(1, Tensor.of(new long[] {2, 0}, Shape.of(2, 1))).toFloatArray()).containsExactly(3, 4);
        Tensor added = MATRIX.scatterAdd(0, Tensor.of(new long[] {1, 1}, Shape.of(2, 1)), Tensor.of(new float[] {10, 20}, Shape.of(2, 1)));
        assertThat(added.toFloatArray()).containsExactly(1, 2, 3, 34, 5, 6);
        assertThat(MATRIX.toFloatArray()).as("unchanged").containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void copyFromReadsAViewOfTheSameMemoryBeforeItWrites() {
        for (var dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = Tensor.of(1f, 2, 3, 4).to(dtype);
            x.copyFrom(x.flip(0));
            assertThat(x.toIntArray()).containsExactly(4, 3, 2, 1);
            Tensor square = Tensor.of(1f, 2, 3, 4).to(dtype).reshape(2, 2);
            square.copyFrom(square.mT());
            assertThat(square.toIntArray()).containsExactly(1, 3, 2, 4);
        }
        assertThatThrownBy(() -> Tensor.ones(1).expand(Shape.of(3)).copyFrom(MATRIX.select(0, 0))).isInstanceOf(ShapeException.class)
                .hasMessage("copyFrom: dimension 0 is broadcast, so several elements are one number; write to a copy() (got [3])");
    }

    @Test
    void javaNumbersMeetIntegersWithoutLosingDigits() {
        assertThatThrownBy(() -> Tensor.of(0).eq(1L << 40)).isInstanceOf(DTypeException.class)
                .hasMessage("number: 1099511627776 does not fit the tensor's type (got int32 [1]); convert with to(DType.I64)");
        assertThat(Tensor.of(1L).add(1L << 40).toLongArray()).containsExactly((1L << 40) + 1);
        assertThat(Tensor.of(9007199254740993L).eq(9007199254740992.0).toBooleanArray()).containsExactly(false);
        assertThat(Tensor.arange(-5_000_000_000_000_000_000L, 4_000_000_000_000_000_000L, 1_000_000_000_000_000_000L).numel()).isEqualTo(9);
    }

    @Test
    void emptyTensorsComputeToEmptyTensors() {
        assertThat(Tensor.zeros(0, 4).add(Tensor.ones(4)).shape()).isEqualTo(Shape.of(0, 4));
        assertThat(Tensor.zeros(0, 4).mul(2).relu().var(Dims.of(1), 1).numel()).isZero();
        assertThat(Tensor.zeros(3, 0).sum(Dims.of(1)).toFloatArray()).containsExactly(0, 0, 0);
    }

    @Test
    void aGradientKernelChecksWhatItIsGiven() {
        assertThatThrownBy(() -> Tensor.of(1f, 2, 3).unaryBackward(UnaryOp.EXP, Tensor.of(1f))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.of(1f).unaryBackward(UnaryOp.EXP, Tensor.of(1.0))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(1f).unaryBackward(UnaryOp.EXP, null)).hasMessage("unaryBackward: exp needs its output");
    }

    @Test
    void memoryOrderTravelsThroughElementwiseOperations() {
        Tensor image = Tensor.ones(2, 3, 4, 5).channelsLast();
        assertThat(image.layout().isChannelsLast()).isTrue();
        Tensor y = image.mul(2).add(Tensor.ones(3, 1, 1)).relu();
        assertThat(y.layout().isChannelsLast()).isTrue();
        assertThat(Tensor.ones(1, 1, 1).add(image).layout().isChannelsLast()).isTrue();
        assertThat(y.sum(Dims.keep(2, 3)).shape()).isEqualTo(Shape.of(2, 3, 1, 1));
        assertThat(image.contiguous().layout().isContiguous()).isTrue();
    }

    @Test
    void devicesComputeTheSame() {
        Tensor there = MATRIX.to(Device.REFERENCE);
        assertThat(there.matmul(there.mT()).to(Device.CPU).toFloatArray()).isEqualTo(MATRIX.matmul(MATRIX.mT()).toFloatArray());
        assertThatThrownBy(() -> there.add(MATRIX)).isInstanceOf(DeviceException.class)
                .hasMessage("add: operands live on reference and cpu (got [2, 3], [2, 3]); move one with to(device)");
        assertThatThrownBy(() -> MATRIX.to(Device.parse("abacus:3"))).isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("abacus:3: no backend");
        assertThatThrownBy(() -> MATRIX.to(new Device("cpu", 1))).isInstanceOf(DeviceException.class)
                .hasMessageContaining("there is no such device");
    }

    @Test
    void namesBothShapesWhenInnerDimensionsDiffer() {
        assertThatThrownBy(() -> Tensor.zeros(32, 784).matmul(Tensor.zeros(512, 10))).isInstanceOf(ShapeException.class)
                .hasMessage("matmul: left has 784 columns but right has 512 rows (got [32, 784], [512, 10])");
        assertThatThrownBy(() -> MATRIX.matmul(MATRIX.mT(), Tensor.zeros(3))).isInstanceOf(ShapeException.class)
                .hasMessage("matmul: right has 2 columns, so the bias must be [2] (got [2, 3], [3, 2], [3])");
        assertThatThrownBy(() -> MATRIX.matmul(Tensor.zeros(3), Tensor.zeros(1))).isInstanceOf(ShapeException.class)
                .hasMessage("matmul: with a bias the right operand needs columns (got [2, 3], [3])");
        assertThatThrownBy(() -> MATRIX.matmul(MATRIX.mT(), Tensor.of(1, 2))).isInstanceOf(DTypeException.class)
                .hasMessageStartingWith("matmul: the bias must have the type of the operands");
    }

    @Test
    void wrongCallsSayWhatIsWrong() {
        assertThatThrownBy(() -> MATRIX.add(Tensor.ones(2))).isInstanceOf(ShapeException.class)
                .hasMessage(
                        "add: sizes 3 and 2 of dimension 1 differ and neither is 1, so the operands cannot be broadcast (got [2, 3], [2])");
        assertThatThrownBy(() -> MATRIX.reshape(4, -1)).isInstanceOf(ShapeException.class)
                .hasMessage("reshape: 6 elements cannot become [4, -1] (got [2, 3])");
        assertThatThrownBy(() -> MATRIX.permute(0, 0)).isInstanceOf(ShapeException.class).hasMessageContaining("named twice");
        assertThatThrownBy(() -> MATRIX.select(1, 3)).isInstanceOf(ShapeException.class)
                .hasMessage("select: index 3 is outside dimension 1 of size 3 (got [2, 3])");
        assertThatThrownBy(() -> MATRIX.narrow(0, 1, 2)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> MATRIX.sum(Dims.of(2))).isInstanceOf(ShapeException.class)
                .hasMessage("sum: there is no dimension 2 in a tensor of 2 dimensions (got [2, 3])");
        assertThatThrownBy(() -> MATRIX.sum(Dims.of(1, -1))).isInstanceOf(ShapeException.class).hasMessageContaining("named twice");
        assertThatThrownBy(() -> MATRIX.item()).isInstanceOf(ShapeException.class)
                .hasMessage("item: needs exactly one element, this tensor has 6 (got [2, 3])");
        assertThatThrownBy(() -> MATRIX.indexSelect(0, Tensor.of(2L))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> MATRIX.indexSelect(0, Tensor.of(1f))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(true).sub(Tensor.of(true))).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.cat(List.of(), 0)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensor.of(new float[3], Shape.of(2, 2))).isInstanceOf(ShapeException.class)
                .hasMessage("of: 3 values do not fill a shape of 4 elements (got [2, 2])");
        assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.of(2, -1)).isInstanceOf(ShapeException.class);
    }

    @Test
    void valuesThatAreNotNumbersPassThrough() {
        Tensor x = Tensor.of(Float.NaN, Float.POSITIVE_INFINITY, -1);
        assertThat(x.relu().toFloatArray()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
        assertThat(x.maximum(Tensor.of(0f)).toFloatArray()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
        assertThat(x.amax(Dims.all()).item()).isNaN();
        assertThat(x.argmax(0, false).item()).isEqualTo(0);
        assertThat(x.eq(x).toBooleanArray()).containsExactly(false, true, true);
    }

    @Test
    void longSumsAndVariancesKeepTheirDigits() {
        int n = 10_000_000;
        float[] values = new float[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            values[i] = 1000 + (i % 7) * 0.125f;
            sum += values[i];
        }
        Tensor x = Tensor.of(values);
        assertThat(x.sum().item()).isCloseTo(sum, within(1e-6 * sum));
        assertThat(x.reshape(1000, -1).sum(Dims.of(0)).sum().item()).isCloseTo(sum, within(1.6e-5 * sum));
        assertThat(x.narrow(0, 0, 999_999).var(Dims.all(), 0).item()).isCloseTo(0.0625, within(1e-7));
    }

    @Test
    void reductionsOfAllElementsNeedNoDimensions() {
        assertThat(MATRIX.max().item()).isEqualTo(6);
        assertThat(MATRIX.min().item()).isEqualTo(1);
        assertThat(MATRIX.norm().item()).isCloseTo(Math.sqrt(91), within(1e-6));
        assertThat(MATRIX.gt(5).any().item()).isEqualTo(1);
        assertThat(MATRIX.gt(5).all().item()).isZero();
        assertThat(MATRIX.gt(6).any().item()).isZero();
        assertThat(MATRIX.gt(0).all().item()).isEqualTo(1);
        assertThat(MATRIX.max().shape()).isEqualTo(Shape.SCALAR);
    }

    @Test
    void copyFromSaysWhatDoesNotFit() {
        assertThatThrownBy(() -> Tensor.ones(2).copyFrom(Tensor.ones(3))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("copyFrom: sizes 2 and 3 of dimension 0 differ");
        assertThatThrownBy(() -> Tensor.ones(1).copyFrom(Tensor.ones(3)))
                .hasMessage("copyFrom: the source is larger than this tensor (got [1], [3])");
        assertThat(Tensor.zeros(2, 3).copyFrom(Tensor.ones(3)).sum().item()).isEqualTo(6);
    }
}
