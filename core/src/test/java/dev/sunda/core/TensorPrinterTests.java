package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expected texts from `str(array)` of NumPy 2.4.
class TensorPrinterTests {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    private static String print(Tensor x) {
        return TensorPrinter.print(x);
    }

    /// 0, 1, 2, ... in the given shape.
    private static Tensor count(int... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.arange(shape.numel()).reshape(shape);
    }

    @Test
    void columnsAlign() {
        assertThat(print(Tensor.of(new float[] {0.1f, 2.5f, -3, 1 / 3f}, Shape.of(2, 2)))).isEqualTo("""
                [[ 0.1         2.5       ]
                 [-3.          0.33333334]]""");
        assertThat(print(Tensor.of(new double[] {0.1, 2.5, -3, 1.0 / 3}, Shape.of(2, 2)))).isEqualTo("""
                [[ 0.1         2.5       ]
                 [-3.          0.33333333]]""");
        assertThat(print(Tensor.of(0.123456789, 0.999999999))).isEqualTo("[0.12345679 1.        ]");
        assertThat(print(Tensor.of(-0.0, 0.0))).isEqualTo("[-0.  0.]");
    }

    @Test
    void integersAndBooleans() {
        assertThat(print(Tensor.of(new int[] {1, -20, 300, 4}, Shape.of(2, 2)))).isEqualTo("""
                [[  1 -20]
                 [300   4]]""");
        assertThat(print(Tensor.of(Long.MAX_VALUE, -1))).isEqualTo("[9223372036854775807                  -1]");
        assertThat(print(Tensor.of(new boolean[] {true, false, false, false}, Shape.of(2, 2)))).isEqualTo("""
                [[ True False]
                 [False False]]""");
    }

    @Test
    void notANumberAndInfinity() {
        assertThat(print(Tensor.of(1, NAN, -INF, INF))).isEqualTo("[  1.  nan -inf  inf]");
        assertThat(print(Tensor.of(NAN, -INF))).isEqualTo("[ nan -inf]");
    }

    @Test
    void scientificWhereTheRangeIsWide() {
        assertThat(print(Tensor.of(1, 2.5f, 12345))).isEqualTo("[1.0000e+00 2.5000e+00 1.2345e+04]");
        assertThat(print(Tensor.of(1.0, 1000.0))).isEqualTo("[   1. 1000.]");
        assertThat(print(Tensor.of(1.0, 1001.0))).isEqualTo("[1.000e+00 1.001e+03]");
        assertThat(print(Tensor.of(1e-5f, 0.5f))).isEqualTo("[1.e-05 5.e-01]");
        assertThat(print(Tensor.of(1e-4f, 0.05f))).isEqualTo("[0.0001 0.05  ]");
        assertThat(print(Tensor.of(1e6f, 999999f))).isEqualTo("[1.00000e+06 9.99999e+05]");
        assertThat(print(Tensor.of(1e6, 999999.0))).isEqualTo("[1000000.  999999.]");
        assertThat(print(Tensor.of(1e8, 999999.0))).isEqualTo("[1.00000e+08 9.99999e+05]");
        assertThat(print(Tensor.of(1e-100, 1.0))).isEqualTo("[1.e-100 1.e+000]");
    }

    /// In scientific notation the digits beyond the shortest decimal are those of the exact value, not zeros.
    @Test
    void scientificDigitsAreExact() {
        assertThat(print(Tensor.of(-8.796436e-14f, 7.5092363f))).isEqualTo("[-8.7964358e-14  7.5092363e+00]");
    }

    @Test
    void moreDimensionsAreSetApartByBlankLines() {
        assertThat(print(count(2, 3, 2))).isEqualTo("""
                [[[ 0  1]
                  [ 2  3]
                  [ 4  5]]

                 [[ 6  7]
                  [ 8  9]
                  [10 11]]]""");
        assertThat(print(Tensor.zeros(2, 1, 2, 2))).isEqualTo("""
                [[[[0. 0.]
                   [0. 0.]]]


                 [[[0. 0.]
                   [0. 0.]]]]""");
    }

    @Test
    void longLinesWrap() {
        assertThat(print(count(30).to(DType.F32).div(8))).isEqualTo("""
                [0.    0.125 0.25  0.375 0.5   0.625 0.75  0.875 1.    1.125 1.25  1.375
                 1.5   1.625 1.75  1.875 2.    2.125 2.25  2.375 2.5   2.625 2.75  2.875
                 3.    3.125 3.25  3.375 3.5   3.625]""");
        assertThat(print(count(2, 30).mul(1000))).isEqualTo("""
                [[    0  1000  2000  3000  4000  5000  6000  7000  8000  9000 10000 11000
                  12000 13000 14000 15000 16000 17000 18000 19000 20000 21000 22000 23000
                  24000 25000 26000 27000 28000 29000]
                 [30000 31000 32000 33000 34000 35000 36000 37000 38000 39000 40000 41000
                  42000 43000 44000 45000 46000 47000 48000 49000 50000 51000 52000 53000
                  54000 55000 56000 57000 58000 59000]]""");
    }

    @Test
    void largeTensorsShowTheirEdges() {
        assertThat(print(count(1001))).isEqualTo("[   0    1    2 ...  998  999 1000]");
        assertThat(print(count(1000))).startsWith("[  0   1   2   3 ").endsWith(" 998 999]").doesNotContain("...");
        assertThat(print(count(2, 50, 11).to(DType.F64))).isEqualTo("""
                [[[0.000e+00 1.000e+00 2.000e+00 ... 8.000e+00 9.000e+00 1.000e+01]
                  [1.100e+01 1.200e+01 1.300e+01 ... 1.900e+01 2.000e+01 2.100e+01]
                  [2.200e+01 2.300e+01 2.400e+01 ... 3.000e+01 3.100e+01 3.200e+01]
                  ...
                  [5.170e+02 5.180e+02 5.190e+02 ... 5.250e+02 5.260e+02 5.270e+02]
                  [5.280e+02 5.290e+02 5.300e+02 ... 5.360e+02 5.370e+02 5.380e+02]
                  [5.390e+02 5.400e+02 5.410e+02 ... 5.470e+02 5.480e+02 5.490e+02]]

                 [[5.500e+02 5.510e+02 5.520e+02 ... 5.580e+02 5.590e+02 5.600e+02]
                  [5.610e+02 5.620e+02 5.630e+02 ... 5.690e+02 5.700e+02 5.710e+02]
                  [5.720e+02 5.730e+02 5.740e+02 ... 5.800e+02 5.810e+02 5.820e+02]
                  ...
                  [1.067e+03 1.068e+03 1.069e+03 ... 1.075e+03 1.076e+03 1.077e+03]
                  [1.078e+03 1.079e+03 1.080e+03 ... 1.086e+03 1.087e+03 1.088e+03]
                  [1.089e+03 1.090e+03 1.091e+03 ... 1.097e+03 1.098e+03 1.099e+03]]]""");
    }

    @Test
    void viewsPrintTheirElements() {
        assertThat(print(count(2, 3).mT().flip(0))).isEqualTo("""
                [[2 5]
                 [1 4]
                 [0 3]]""");
    }

    @Test
    void nothing() {
        assertThat(print(Tensor.zeros(0))).isEqualTo("[]");
        assertThat(print(Tensor.zeros(3, 0, 2))).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource({"F64, 0.1, 0.1", "F64, 3, 3.0", "F64, -0.0, -0.0", "F64, 0.123456789012345, 0.123456789012345",
        "F64, 1e15, 1000000000000000.0", "F64, 1e16, 1e+16", "F64, 2.5e-5, 2.5e-05", "F64, NaN, nan", "F64, -Infinity, -inf",
        "F32, 0.1, 0.1", "F32, 999999, 999999.0", "F32, 1e6, 1e+06", "F32, 1e-4, 1e-04", "I64, -7, -7", "I32, 12, 12",
        "BOOL, 1, True", "BOOL, 0, False"})
    void scalars(DType dtype, double value, String expected) {
        assertThat(print(Tensor.of(new double[] {value}, Shape.SCALAR).to(dtype))).isEqualTo(expected);
    }
}
