package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NaiveElementwiseTests {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    /// Values and derivatives from PyTorch.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NEG     | -2.5  | 2.5                 | -1
            ABS     | -2.5  | 2.5                 | -1
            ABS     | 0     | 0                   | 0
            ABS     | NaN   | NaN                 | 0
            SIGN    | -2.5  | -1                  | 0
            SIGN    | NaN   | 0                   | 0
            RELU    | NaN   | NaN                 | 1
            FLOOR   | -2.5  | -3                  | 0
            CEIL    | -2.5  | -2                  | 0
            ROUND   | -2.5  | -2                  | 0
            ROUND   | 3.5   | 4                   | 0
            SQUARE  | -2.5  | 6.25                | -5
            SQRT    | 4     | 2                   | 0.25
            RSQRT   | 4     | 0.5                 | -0.0625
            RECIPROCAL | 4  | 0.25                | -0.0625
            EXP     | -2.5  | 0.0820849986238988  | 0.0820849986238988
            EXPM1   | -2.5  | -0.9179150013761012 | 0.08208499862389884
            LOG     | 0.25  | -1.3862943611198906 | 4
            LOG1P   | 0.25  | 0.22314355131420976 | 0.8
            SIN     | -2.5  | -0.5984721441039565 | -0.8011436155469337
            COS     | -2.5  | -0.8011436155469337 | 0.5984721441039565
            TANH    | -2.5  | -0.9866142981514303 | 0.02659222668316057
            SIGMOID | -2.5  | 0.07585818002124355 | 0.07010371654510815
            SIGMOID | 3     | 0.9525741268224334  | 0.045176659730912
            RELU    | -2.5  | 0                   | 0
            RELU    | 3     | 3                   | 1
            """)
    void unaryAndItsDerivative(UnaryOp op, double x, double y, double derivative) {
        View out = Samples.f64Empty(2);
        NaiveElementwise.unary(op, Samples.f64(x, x), out);
        assertThat(Elements.doubles(out)[1]).isCloseTo(y, within(1e-15));

        View kept = switch (op.keeps()) {
            case INPUT -> Samples.f64(x, x);
            case OUTPUT -> out;
            case NOTHING -> null;
        };
        View dx = Samples.f64Empty(2);
        NaiveElementwise.unaryBackward(op, kept, Samples.f64(1, 2), dx);
        assertThat(Elements.doubles(dx)[1]).isCloseTo(2 * derivative, within(1e-14));
    }

    @Test
    void unaryRoundsFloatsOnce() {
        View out = Samples.empty(DType.F32, Shape.of(1));
        NaiveElementwise.unary(UnaryOp.EXP, Samples.f32(1.5), out);
        assertThat(out.heap().floats()).containsExactly((float) StrictMath.exp(1.5));
    }

    @Test
    void unaryPassesNanOn() {
        View out = Samples.f64Empty(1);
        NaiveElementwise.unary(UnaryOp.RELU, Samples.f64(NAN), out);
        assertThat(Elements.doubles(out)).containsExactly(NAN);
    }

    @ParameterizedTest
    @CsvSource({"NEG, 3", "ABS, 3", "SIGN, -1", "FLOOR, -3", "CEIL, -3", "ROUND, -3", "SQUARE, 9", "RELU, 0"})
    void unaryOfIntegers(
            UnaryOp op, long expected) {
        View out = Samples.i32(0);
        NaiveElementwise.unary(op, Samples.i32(-3), out);
        assertThat(Elements.longs(out)).containsExactly(expected);
    }

    @Test
    void unaryKeepsLongsExactAndWrapsAround() {
        View out = Samples.i64(0, 0);
        NaiveElementwise.unary(UnaryOp.NEG, Samples.i64((1L << 53) + 1, Long.MIN_VALUE), out);
        assertThat(Elements.longs(out)).containsExactly(-(1L << 53) - 1, Long.MIN_VALUE);
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void everyIntegralFunctionHasAnIntegerForm(UnaryOp op) {
        View out = Samples.i64(0);
        if (op.isIntegral())
            NaiveElementwise.unary(op, Samples.i64(2), out);
        else
            assertThatThrownBy(() -> NaiveElementwise.unary(op, Samples.i64(2), out)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageStartingWith(op.label() + ": has no integer form");
    }

    @ParameterizedTest
    @CsvSource({"ADD, 5, 2, 7", "SUB, 5, 2, 3", "MUL, 5, 2, 10", "DIV, 5, 2, 2.5", "POW, 5, 2, 25", "MAXIMUM, 5, 2, 5", "MINIMUM, 5, 2, 2",
        "MAXIMUM, 5, NaN, NaN", "MINIMUM, NaN, 2, NaN"})
    void binaryOfFloats(BinaryOp op, double a, double b, double expected) {
        View out = Samples.f64Empty(1);
        NaiveElementwise.binary(op, Samples.f64(a), Samples.f64(b), out);
        assertThat(Elements.doubles(out)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource({"EQ, 0, 1, 0", "NE, 1, 0, 1", "LT, 1, 0, 0", "LE, 1, 1, 0", "GT, 0, 0, 0", "GE, 0, 1, 0", "AND, 1, 1, 1", "OR, 1, 1, 1",
        "XOR, 0, 0, 0"})
    void comparisonsGiveBooleans(BinaryOp op, long first, long second, long third) {
        View out = Samples.bool(1, 0, 1);
        NaiveElementwise.binary(op, Samples.f64(1, 2, NAN), Samples.f64(2, 2, 2), out);
        assertThat(Elements.longs(out)).containsExactly(first, second, third);
        View integers = Samples.bool(1, 0);
        NaiveElementwise.binary(op, Samples.i32(1, 2), Samples.i32(2, 2), integers);
        assertThat(Elements.longs(integers)).containsExactly(first, second);
    }

    @Test
    void binaryOfLongsIsExact() {
        View out = Samples.i64(0, 0);
        NaiveElementwise.binary(BinaryOp.ADD, Samples.i64(1L << 60, Long.MAX_VALUE), Samples.i64(1, 1), out);
        assertThat(Elements.longs(out)).containsExactly((1L << 60) + 1, Long.MIN_VALUE);
    }

    @Test
    void binaryTakesBroadcastAndFlippedViews() {
        View column = Samples.f64(10, 20).as(Layout.strided(Shape.of(2, 3), new int[] {1, 0}, 0));
        View flipped = Samples.f64(1, 2, 3).as(Layout.strided(Shape.of(2, 3), new int[] {0, -1}, 2));
        View out = Samples.f64Empty(2, 3);
        NaiveElementwise.binary(BinaryOp.ADD, column, flipped, out);
        assertThat(Elements.doubles(out)).containsExactly(13, 12, 11, 23, 22, 21);
    }

    @Test
    void copyConvertsBetweenAllTypes() {
        assertThat(Elements.longs(copied(Samples.f64(2.9, -2.9, NAN, 1e300), DType.I64))).containsExactly(2, -2, 0, Long.MAX_VALUE);
        assertThat(Elements.longs(copied(Samples.f64(0.25, -0.0, NAN), DType.BOOL))).containsExactly(1, 0, 1);
        assertThat(Elements.longs(copied(Samples.i64(1L << 40, 256), DType.BOOL))).containsExactly(1, 1);
        assertThat(Elements.longs(copied(Samples.i64(5, (1L << 32) + 7), DType.I32))).containsExactly(5, 7);
        assertThat(Elements.doubles(copied(Samples.bool(1, 0), DType.F32))).containsExactly(1, 0);
        assertThat(Elements.doubles(copied(Samples.f64(0.1, INF), DType.F32))).containsExactly(0.1f, INF);
    }

    /// 2^60 + 2^36 + 1 lies just above the middle between two floats; by way of a double it would be rounded to the even one below.
    @Test
    void copyRoundsLongsToFloatsOnce() {
        long value = (1L << 60) + (1L << 36) + 1;
        assertThat(copied(Samples.i64(value), DType.F32).heap().floats()).containsExactly((float) value);
        assertThat((float) value).isNotEqualTo((float) (double) value);
    }

    private static View copied(View x, DType dtype) {
        View out = Samples.empty(dtype, x.shape());
        NaiveElementwise.copy(x, out);
        return out;
    }

    @Test
    void whereSelectsInEveryType() {
        View condition = Samples.bool(1, 0, 1);
        View floats = Samples.f64Empty(3);
        NaiveElementwise.where(condition, Samples.f64(1, NAN, 3), Samples.f64(NAN, 5, 6), floats);
        assertThat(Elements.doubles(floats)).containsExactly(1, 5, 3);
        View longs = Samples.i64(0, 0, 0);
        NaiveElementwise.where(condition, Samples.i64(Long.MAX_VALUE, 2, 3), Samples.i64(4, Long.MIN_VALUE, 6), longs);
        assertThat(Elements.longs(longs)).containsExactly(Long.MAX_VALUE, Long.MIN_VALUE, 3);
        View booleans = Samples.bool(0, 1, 1);
        NaiveElementwise.where(condition, Samples.bool(1, 1, 0), Samples.bool(0, 0, 1), booleans);
        assertThat(Elements.longs(booleans)).containsExactly(1, 0, 0);
    }
}
