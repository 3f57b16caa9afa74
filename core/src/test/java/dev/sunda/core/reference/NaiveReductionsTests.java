package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NaiveReductionsTests {
    private static final double NAN = Double.NaN;

    private static View reduced(ReduceOp op, View x, DType dtype, int... sizes) {
        View out = Samples.empty(dtype, Shape.of(sizes));
        NaiveReductions.reduce(op, x, out);
        return out;
    }

    @Test
    void reducesTheDimensionsOfSizeOne() {
        View x = Samples.f64(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F64, 2, 1))).containsExactly(6, 15);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F64, 1, 3))).containsExactly(5, 7, 9);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F64, 1, 1))).containsExactly(21);
        assertThat(Elements.doubles(reduced(ReduceOp.PROD, x, DType.F64, 2, 1))).containsExactly(6, 120);
        assertThat(Elements.doubles(reduced(ReduceOp.MAX, x, DType.F64, 1, 3))).containsExactly(4, 5, 6);
        assertThat(Elements.doubles(reduced(ReduceOp.MIN, x, DType.F64, 2, 1))).containsExactly(1, 4);
    }

    @Test
    void reducesTheMiddleDimension() {
        View x = Samples.f64(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F64, 2, 1, 2))).containsExactly(4, 6, 12, 14);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F64, 1, 2, 1))).containsExactly(14, 22);
    }

    @Test
    void sumsFloatsInDouble() {
        View x = Samples.f32(1e8, 1, 1, 1, 1, -1e8);
        assertThat(Elements.doubles(reduced(ReduceOp.SUM, x, DType.F32, 1))).containsExactly(4);
    }

    @Test
    void integersSumToLongs() {
        View x = Samples.i32(Integer.MAX_VALUE, 1);
        assertThat(Elements.longs(reduced(ReduceOp.SUM, x, DType.I64, 1))).containsExactly(1L << 31);
        assertThat(Elements.longs(reduced(ReduceOp.PROD, Samples.i64(1L << 31, (1L << 31) + 1), DType.I64, 1)))
                .containsExactly((1L << 62) + (1L << 31));
        assertThat(Elements.longs(reduced(ReduceOp.SUM, Samples.bool(1, 0, 1), DType.I64, 1))).containsExactly(2);
    }

    @Test
    void maximaKeepTheTypeAndPassNanOn() {
        assertThat(Elements.doubles(reduced(ReduceOp.MAX, Samples.f64(1, NAN, 3), DType.F64, 1))).containsExactly(NAN);
        assertThat(Elements.doubles(reduced(ReduceOp.MIN, Samples.f64(1, NAN, 3), DType.F64, 1))).containsExactly(NAN);
        assertThat(Elements.longs(reduced(ReduceOp.MAX, Samples.i64(Long.MIN_VALUE), DType.I64, 1))).containsExactly(Long.MIN_VALUE);
        assertThat(Elements.longs(reduced(ReduceOp.MIN, Samples.i32(-3, 4), DType.I32, 1))).containsExactly(-3);
        assertThat(Elements.longs(reduced(ReduceOp.MIN, Samples.bool(1, 0), DType.BOOL, 1))).containsExactly(0);
    }

    @Test
    void anyAndAllGiveBooleans() {
        assertThat(Elements.longs(reduced(ReduceOp.ANY, Samples.f64(0, -0.0, 0.25), DType.BOOL, 1))).containsExactly(1);
        assertThat(Elements.longs(reduced(ReduceOp.ANY, Samples.f64(0, 0), DType.BOOL, 1))).containsExactly(0);
        assertThat(Elements.longs(reduced(ReduceOp.ALL, Samples.f64(NAN, 2), DType.BOOL, 1))).containsExactly(1);
        assertThat(Elements.longs(reduced(ReduceOp.ALL, Samples.i64(1L << 40, 0), DType.BOOL, 1))).containsExactly(0);
        assertThat(Elements.longs(reduced(ReduceOp.ALL, Samples.i64(1L << 40, 256), DType.BOOL, 1))).containsExactly(1);
    }

    @ParameterizedTest
    @CsvSource({"SUM, F64, 0", "PROD, F64, 1", "ANY, BOOL, 0", "ALL, BOOL, 1"})
    void overNoElements(ReduceOp op, DType dtype,
            double expected) {
        assertThat(Elements.doubles(reduced(op, Samples.f64Empty(2, 0), dtype, 2, 1))).containsExactly(expected, expected);
    }

    @Test
    void maximumOfNothingIsRefused() {
        assertThatThrownBy(() -> reduced(ReduceOp.MAX, Samples.f64Empty(2, 0), DType.F64, 2, 1)).isInstanceOf(ShapeException.class)
                .hasMessage("amax: there is no largest or smallest of no elements (got [2, 0])");
        assertThat(Elements.doubles(reduced(ReduceOp.MAX, Samples.f64Empty(0, 3), DType.F64, 0, 1))).isEmpty();
    }

    private static long[] arg(boolean largest, View x, int dim) {
        View out = Samples.empty(DType.I64, x.shape().with(dim, 1));
        NaiveReductions.argReduce(largest, x, dim, out);
        return Elements.longs(out);
    }

    @Test
    void argReduceTakesTheFirstOfEquals() {
        View x = Samples.f64(Shape.of(2, 3), 1, 5, 5, 2, 0, 0);
        assertThat(arg(true, x, 1)).containsExactly(1, 0);
        assertThat(arg(false, x, 1)).containsExactly(0, 1);
        assertThat(arg(true, x, 0)).containsExactly(1, 0, 0);
    }

    @Test
    void argReduceTakesTheFirstNan() {
        View x = Samples.f64(1, NAN, Double.POSITIVE_INFINITY, NAN);
        assertThat(arg(true, x, 0)).containsExactly(1);
        assertThat(arg(false, x, 0)).containsExactly(1);
    }

    @Test
    void argReduceComparesLongsExactly() {
        assertThat(arg(true, Samples.i64(1L << 53, (1L << 53) + 1), 0)).containsExactly(1);
        assertThat(arg(false, Samples.bool(1, 0, 0), 0)).containsExactly(1);
    }

    @Test
    void argReduceOfNothingIsRefused() {
        assertThatThrownBy(() -> arg(false, Samples.f64Empty(2, 0), 1)).isInstanceOf(ShapeException.class)
                .hasMessage("argmin: there is no largest or smallest of no elements (got [2, 0])");
    }
}
