package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.kernel.LossKernels;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Element-wise operations with PyTorch's numbers, types and refusals.
class PointwiseTests {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Tensor LONGS = Tensor.of(-3L, 0, 2, 7);
    private static final Tensor BOOLS = Tensor.of(true, false);

    @ParameterizedTest
    @CsvSource({"EXP2, 0.3, 1.2311444133449163", "EXP2, 30, 1073741824", "LOG2, 0.3, -1.7369655941662063",
        "LOG2, 1e-10, -33.219280948873624",
        "LOG2, 536870912, 29", "LOG2, 4.9e-324, -1074", "LOG2, 0, -Infinity", "LOG2, -1, NaN", "LOG2, Infinity, Infinity",
        "LOG10, 30, 1.4771212547196624", "LOG10, 1e-10, -10", "TAN, 2, -2.185039863261519", "ASIN, 0.75, 0.848062078981481",
        "ACOS, -0.9, 2.6905658417935308", "ATAN, 30, 1.5374753309166493", "SINH, -0.9, -1.0265167257081753", "COSH, 2, 3.7621956910836314",
        "ASINH, 1e-10, 1e-10", "ASINH, -0.9, -0.8088669356527824", "ASINH, 1e300, 691.4686750787736", "ASINH, -Infinity, -Infinity",
        "ACOSH, 1, 0", "ACOSH, 30, 4.0940666686320855", "ACOSH, 1e300, 691.4686750787736", "ACOSH, 0.9, NaN", "ACOSH, -1e10, NaN",
        "ATANH, 1e-10, 1e-10", "ATANH, -0.9, -1.4722194895832204", "ATANH, 1, Infinity", "ATANH, -2, NaN",
        "ERFC, 2, 0.004677734981047266", "ERFC, -0.9, 1.7969082124228322", "ERFINV, 1e-10, 8.862269254527581e-11",
        "ERFINV, 0.75, 0.8134198475976185", "ERFINV, -0.9, -1.1630871536766743", "ERFINV, -1, -Infinity", "ERFINV, 2, NaN",
        "TRUNC, -2.7, -2", "TRUNC, Infinity, Infinity", "FRAC, -2.75, -0.75", "FRAC, Infinity, NaN"})
    void functionsOfOneNumber(UnaryOp op, double x, double expected) {
        for (Device device : new Device[] {Device.CPU, Device.REFERENCE}) {
            double y = Tensor.of(x).to(device).apply(op).item();
            assertThat(y).as(op + " on " + device).satisfiesAnyOf(v -> assertThat(v).isEqualTo(Double.valueOf(expected)),
                    v -> assertThat(Math.abs(v - expected)).isLessThanOrEqualTo(4 * Math.ulp(expected)));
        }
    }

    @Test
    void divisionOfIntegersIsRoundedAsAsked() {
        Tensor divisors = Tensor.of(1L, 2, -3, 4);
        assertThat(LONGS.div(divisors, Rounding.FLOOR).toLongArray()).containsExactly(-3, 0, -1, 1);
        assertThat(LONGS.div(divisors, Rounding.TRUNC).toLongArray()).containsExactly(-3, 0, 0, 1);
        assertThat(LONGS.remainder(-2).toLongArray()).containsExactly(-1, 0, 0, -1);
        assertThat(LONGS.fmod(-2).toLongArray()).containsExactly(-1, 0, 0, 1);
        assertThat(LONGS.div(2.5, Rounding.TRUNC).dtype()).isEqualTo(DType.F32);
        assertThat(Tensor.of(Long.MIN_VALUE).floorDivide(-1).toLongArray()).containsExactly(Long.MIN_VALUE);
        assertThatThrownBy(() -> LONGS.floorDivide(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("floorDivide: an integer divisor is 0 (got int64 [4], int64 []); convert with to(DType.F32)");
        assertThat(Tensor.zeros(Shape.of(0), DType.I64, Device.CPU).fmod(0).numel()).isZero();
        assertThatThrownBy(() -> BOOLS.remainder(BOOLS)).isInstanceOf(DTypeException.class)
                .hasMessage("remainder: not defined for bool (got bool [2], bool [2]); convert with to(DType.I64)");
    }

    @Test
    void divisionOfFloatsIsRoundedAsAsked() {
        Tensor a = Tensor.of(-3.0, 3, 5.5, NAN, INF, 1, -1, 0, -0.0, 1);
        Tensor b = Tensor.of(2.0, -2, INF, 1, 1, 0, INF, 0, 3, 0.1);
        assertThat(a.floorDivide(b).toDoubleArray()).containsExactly(-2, -2, 0, NAN, NAN, INF, -1, NAN, -0.0, 9);
        assertThat(a.remainder(b).toDoubleArray()).containsExactly(1, -1, 5.5, NAN, NAN, NAN, INF, NAN, -0.0, 1 % 0.1);
        assertThat(a.fmod(b).toDoubleArray()).containsExactly(-1, 1, 5.5, NAN, NAN, NAN, -1, NAN, -0.0, 1 % 0.1);
    }

    @Test
    void clampKeepsIntegersAndNan() {
        assertThat(LONGS.clamp(1, 3).toLongArray()).containsExactly(1, 1, 2, 3);
        assertThat(LONGS.clamp(3, 1).toLongArray()).containsExactly(1, 1, 1, 1);
        assertThat(LONGS.clamp(1.5, INF).toFloatArray()).containsExactly(1.5f, 1.5f, 2, 7);
        assertThat(Tensor.of(1L << 60, 3).clamp(2, INF).toLongArray()).containsExactly(1L << 60, 3);
        assertThat(BOOLS.clamp(0, 1).dtype()).isEqualTo(DType.I64);
        assertThat(Tensor.of(NAN, 2).clamp(0, 1).toDoubleArray()).containsExactly(NAN, 1);
        assertThat(Tensor.of(1.0, 2).clamp(NAN, 1).toDoubleArray()).containsExactly(NAN, NAN);
        assertThat(LONGS.clamp(Tensor.of(1.5f), null).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void addTakesAFactor() {
        assertThat(LONGS.add(LONGS, 2).toLongArray()).containsExactly(-9, 0, 6, 21);
        assertThat(LONGS.sub(LONGS, -1).toLongArray()).containsExactly(-6, 0, 4, 14);
        assertThat(BOOLS.add(BOOLS, 2).toBooleanArray()).containsExactly(true, false);
        assertThat(Tensor.of(1).add(Tensor.of(true), 3).dtype()).isEqualTo(DType.I32);
        assertThat(LONGS.rsub(5).toLongArray()).containsExactly(8, 5, 3, -2);
        assertThatThrownBy(() -> LONGS.add(LONGS, 2.5)).isInstanceOf(DTypeException.class)
                .hasMessage("add: integers take a whole alpha (got 2.5, int64 [4], int64 [4]); convert with to(DType.F32)");
        assertThatThrownBy(() -> BOOLS.sub(BOOLS, 2)).isInstanceOf(DTypeException.class);
    }

    @Test
    void powersOfIntegers() {
        assertThat(LONGS.pow(2).toLongArray()).containsExactly(9, 0, 4, 49);
        assertThat(BOOLS.pow(2).dtype()).isEqualTo(DType.I64);
        assertThat(LONGS.pow(2.5).dtype()).isEqualTo(DType.F32);
        assertThatThrownBy(() -> LONGS.pow(-1)).isInstanceOf(DTypeException.class).hasMessageStartingWith("pow: an integer has no");
    }

    @Test
    void lerpReachesBothEnds() {
        Tensor a = Tensor.of(1f, 1e8f);
        Tensor b = Tensor.of(3f, 1f);
        assertThat(a.lerp(b, 0).toFloatArray()).containsExactly(1, 1e8f);
        assertThat(a.lerp(b, 1).toFloatArray()).containsExactly(3, 1);
        assertThat(a.lerp(b, Tensor.of(1f, 1)).toFloatArray()).containsExactly(3, 1);
        assertThat(a.lerp(b, Tensor.of(0.25f, 0.75f)).toFloatArray()).containsExactly(1.5f, 25_000_000);
    }

    @Test
    void functionsOfTwoNumbers() {
        Tensor a = Tensor.of(0.0, 0, 1, -3, INF, -INF, NAN, 2);
        Tensor b = Tensor.of(0.0, 1, 0, 2, INF, -INF, 1, NAN);
        assertThat(a.logaddexp(b).allClose(Tensor.of(0.6931471805599453, 1.3132616875182228, 1.3132616875182228, 2.0067153484891183, INF,
                -INF, NAN, NAN), 1e-15, 0, true)).isTrue();
        assertThat(a.logaddexp2(b).allClose(Tensor.of(1, 1.584962500721156, 1.584962500721156, 2.0443941193584534, INF, -INF, NAN, NAN),
                1e-15, 0, true)).isTrue();
        assertThat(a.xlogy(b).allClose(Tensor.of(0, 0, -INF, -2.0794415416798357, INF, NAN, NAN, NAN), 1e-15, 0, true)).isTrue();
        assertThat(a.hypot(b).allClose(Tensor.of(0, 1, 1, 3.605551275463989, INF, INF, NAN, NAN), 1e-15, 0, true)).isTrue();
        assertThat(a.atan2(b).allClose(Tensor.of(0, 0, 1.5707963267948966, -0.982793723247329, 0.7853981633974483, -2.356194490192345, NAN,
                NAN), 1e-15, 0, true)).isTrue();
        assertThat(LONGS.atan2(LONGS).dtype()).isEqualTo(DType.F32);
        assertThat(Tensor.of(3.0, -3).copysign(Tensor.of(-0.0, 1)).toDoubleArray()).containsExactly(-3, 3);
    }

    @Test
    void roundTakesDecimals() {
        Tensor x = Tensor.of(0.5, 1.5, -0.5, 0.125, 1234.5);
        assertThat(x.round().toDoubleArray()).containsExactly(0, 2, -0.0, 0, 1234);
        assertThat(x.round(2).toDoubleArray()).containsExactly(0.5, 1.5, -0.5, 0.12, 1234.5);
        assertThat(x.round(-2).toDoubleArray()).containsExactly(0, 0, -0.0, 0, 1200);
    }

    @Test
    void fmaxAndFminPassOverNan() {
        Tensor a = Tensor.of(NAN, 2, NAN, 1);
        Tensor b = Tensor.of(1, NAN, NAN, 3);
        assertThat(a.fmax(b).toDoubleArray()).containsExactly(1, 2, NAN, 3);
        assertThat(a.fmin(b).toDoubleArray()).containsExactly(1, 2, NAN, 1);
    }

    @Test
    void booleansAreNotSubtracted() {
        assertThatThrownBy(() -> BOOLS.sub(1)).isInstanceOf(DTypeException.class)
                .hasMessage("sub: not defined for bool (got bool [2], int64 []); use logicalXor, or convert with to(DType.I32)");
        assertThatThrownBy(() -> BOOLS.rsub(1)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensor.of(1, 2).sub(BOOLS)).isInstanceOf(DTypeException.class);
    }

    @Test
    void bitsOfIntegersAndBooleans() {
        assertThat(Tensor.of(12, 10).bitwiseAnd(Tensor.of(10, -1)).toIntArray()).containsExactly(8, 10);
        assertThat(Tensor.of(12, 10).bitwiseOr(Tensor.of(3, 1)).toIntArray()).containsExactly(15, 11);
        assertThat(Tensor.of(12, 10).bitwiseXor(Tensor.of(10, 10)).toIntArray()).containsExactly(6, 0);
        assertThat(Tensor.of(12L, -1).bitwiseNot().toLongArray()).containsExactly(-13, 0);
        assertThat(BOOLS.bitwiseNot().toBooleanArray()).containsExactly(false, true);
        assertThat(BOOLS.bitwiseAnd(Tensor.of(true, true)).dtype()).isEqualTo(DType.BOOL);
        assertThatThrownBy(() -> Tensor.of(1.0).bitwiseAnd(Tensor.of(1))).isInstanceOf(DTypeException.class)
                .hasMessageStartingWith("bitwiseAnd: not defined for float64 (got");
        assertThatThrownBy(() -> Tensor.of(1.0).bitwiseNot()).isInstanceOf(DTypeException.class)
                .hasMessageStartingWith("bitwiseNot: not defined for float64 (got");
    }

    @Test
    void kindsOfNumbers() {
        Tensor x = Tensor.of(1.0, NAN, INF, -INF);
        assertThat(x.isNan().toBooleanArray()).containsExactly(false, true, false, false);
        assertThat(x.isInf().toBooleanArray()).containsExactly(false, false, true, true);
        assertThat(x.isFinite().toBooleanArray()).containsExactly(true, false, false, false);
        assertThat(LONGS.isFinite().toBooleanArray()).doesNotContain(false);
        assertThat(LONGS.isInf().toBooleanArray()).doesNotContain(true);
        assertThat(x.nanToNum().toDoubleArray()).containsExactly(1, 0, Double.MAX_VALUE, -Double.MAX_VALUE);
        assertThat(x.to(DType.F32).nanToNum().toFloatArray()).containsExactly(1, 0, Float.MAX_VALUE, -Float.MAX_VALUE);
        assertThat(x.nanToNum(2, 3, 4).toDoubleArray()).containsExactly(1, 2, 3, 4);
        assertThat(LONGS.nanToNum()).isSameAs(LONGS);
    }

    @Test
    void closeness() {
        Tensor x = Tensor.of(1.0, INF, 1, NAN);
        Tensor y = Tensor.of(1 + 1e-6, INF, INF, NAN);
        assertThat(x.isClose(y, 1e-5, 1e-8, false).toBooleanArray()).containsExactly(true, true, false, false);
        assertThat(x.isClose(y, 1e-5, 1e-8, true).toBooleanArray()).containsExactly(true, true, false, true);
        assertThat(x.isClose(y, 1e-7, 1e-8, true).toBooleanArray()).containsExactly(false, true, false, true);
        assertThat(LONGS.allClose(LONGS)).isTrue();
        assertThat(BOOLS.allClose(BOOLS.logicalNot())).isFalse();
        assertThat(Tensor.zeros(0).allClose(Tensor.zeros(0))).isTrue();
        assertThatThrownBy(() -> LONGS.isClose(LONGS, -1, 0, false))
                .hasMessage("isClose: tolerances must not be negative (got rtol -1.0, atol 0.0)");
        assertThatThrownBy(() -> LONGS.allClose(LONGS.to(DType.F32))).isInstanceOf(DTypeException.class);
    }

    @Test
    void functionsOfBooleans() {
        assertThat(BOOLS.sign()).isSameAs(BOOLS);
        assertThat(BOOLS.square().toLongArray()).containsExactly(1, 0);
        assertThat(BOOLS.exp().dtype()).isEqualTo(DType.F32);
        assertThatThrownBy(BOOLS::neg).isInstanceOf(DTypeException.class)
                .hasMessage("neg: not defined for bool (got bool [2]); use logicalNot, or convert with to(DType.I32)");
        assertThat(LONGS.trunc().dtype()).isEqualTo(DType.I64);
    }

    /// IEEE 754's powers, which are not Java's; and roots, which know the sign of zero and no root of minus infinity.
    @Test
    void powersOfOneAndRootsAsPowers() {
        for (Device device : new Device[] {Device.CPU, Device.REFERENCE})
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                Tensor base = Tensor.of(1.0, 1, -1, -1, -1).to(dtype).to(device);
                Tensor exponent = Tensor.of(NAN, INF, INF, -INF, NAN).to(dtype).to(device);
                assertThat(base.pow(exponent).toDoubleArray()).containsExactly(1, 1, 1, 1, NAN);
                Tensor x = Tensor.of(-INF, -0.0, 4, -1).to(dtype).to(device);
                assertThat(x.pow(0.5).toDoubleArray()).containsExactly(NAN, -0.0, 2, NAN);
                assertThat(x.pow(-0.5).toDoubleArray()).containsExactly(NAN, -INF, 0.5, NAN);
            }
        assertThat(LONGS.abs().pow(0.5).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void booleansAreNotSubtractedWhateverTheFactor() {
        assertThatThrownBy(() -> BOOLS.sub(Tensor.of(1.0, 2), 0.5)).isInstanceOf(DTypeException.class)
                .hasMessage("sub: not defined for bool (got bool [2], float64 [2]); use logicalXor, or convert with to(DType.I32)");
    }

    /// A number has one dimension to name, which can be named once.
    @Test
    void dimensionsOfASingleNumber() {
        Tensor x = Tensor.scalar(3, DType.F64, Device.CPU);
        assertThat(x.sum(Dims.of(-1)).item()).isEqualTo(3);
        assertThatThrownBy(() -> x.sum(Dims.of(0, -1))).hasMessage("sum: dimension -1 is named twice (got [])");
        assertThat(LossKernels.softmax(x, -1, true).item()).isZero();
        assertThatThrownBy(() -> LossKernels.softmax(x, 1, true)).isInstanceOf(ShapeException.class);
    }

    /// Also where there is no result that would need a value.
    @Test
    void nothingHasNoExtreme() {
        Tensor x = Tensor.zeros(0, 0, 4);
        assertThatThrownBy(() -> x.amax(Dims.of(0))).hasMessage("amax: there is no value over zero elements (got [0, 0, 4])");
        assertThatThrownBy(() -> x.norm(-1, Dims.of(1))).isInstanceOf(ShapeException.class);
        assertThat(x.amax(Dims.of(2)).shape()).isEqualTo(Shape.of(0, 0));
    }

    @Test
    void noDimensionsLeaveEverythingSqueezed() {
        assertThat(Tensor.zeros(1, 2, 1).squeeze().shape()).isEqualTo(Shape.of(2));
        assertThat(Tensor.zeros(1, 2, 1).squeeze(new int[0]).shape()).isEqualTo(Shape.of(1, 2, 1));
    }
}
