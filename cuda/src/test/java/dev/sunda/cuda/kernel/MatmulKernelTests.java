package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.cuda.driver.FakeDriver;
import dev.sunda.cuda.driver.FakeMachine;
import dev.sunda.cuda.kernel.MatmulCheck.Order;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MatmulKernelTests {
    private final Matmul matmul = new Matmul(Mirrored.GPU);

    @BeforeEach
    void forgetLaunches() {
        Mirrored.DRIVER.launches();
    }

    private static MatmulCheck floats(int batches, int m, int n, int k, Order x, Order y) {
        return new MatmulCheck(DType.F32, batches, m, n, k, x, y, Order.ROWS, true, 31 * m + n);
    }

    private static void ran(String... kernels) {
        List<String> launches = Mirrored.DRIVER.launches();
        assertThat(launches).hasSameSizeAs(kernels);
        for (int i = 0; i < kernels.length; i++)
            assertThat(launches.get(i)).contains(kernels[i]);
    }

    @ParameterizedTest
    @CsvSource({"ROWS, ROWS, nn", "ROWS, COLUMNS, nt", "COLUMNS, ROWS, tn", "COLUMNS_WITH_GAPS, COLUMNS, tt", "ODD, ROWS, any"})
    void largeTilesComputeChains(Order x, Order y, String kernel) {
        var check = floats(1, 132, 136, 20, x, y);
        matmul.tiled(check.product(), 128, 1);
        ran("matmul_128_" + kernel + "_f32");
        check.chainsAreRight();
    }

    @ParameterizedTest
    @CsvSource({"ROWS, ROWS, wide", "COLUMNS, COLUMNS, wide", "ROWS_WITH_GAPS, COLUMNS_WITH_GAPS, wide", "SHARED, SHARED_COLUMNS, wide",
        "ROWS, ODD, any", "ODD, COLUMNS, any"})
    void smallerTilesComputeChains(Order x, Order y, String kernel) {
        for (int side : List.of(64, 32)) {
            var check = floats(2, 68, 36, 44, x, y);
            matmul.tiled(check.product(), side, 1);
            ran("matmul_" + side + "_" + kernel + "_f32");
            check.chainsAreRight();
        }
    }

    @ParameterizedTest
    @CsvSource({"128, 20", "64, 20", "32, 16", "32, 7"})
    void slicesOfKAreAddedUpInOrder(int side, int columns) {
        var check = floats(2, 24, columns, 150, Order.ROWS, Order.ROWS);
        matmul.tiled(check.product(), side, 4);
        ran("matmul_" + side, "matmul_join_f32");
        check.sumsAreRight();
    }

    @ParameterizedTest
    @CsvSource({"ROWS, ROWS, 68, 36, 128", "COLUMNS, COLUMNS, 20, 44, 132", "ROWS_WITH_GAPS, COLUMNS_WITH_GAPS, 17, 33, 340",
        "COLUMNS, ROWS, 36, 68, 131", "ROWS, SHARED_COLUMNS, 40, 31, 512", "SHARED, ROWS, 19, 80, 260"})
    void warpsOfABlockShareAFewResults(Order x, Order y, int m, int n, int k) {
        for (int columns : List.of(16, 32)) {
            var check = floats(2, m, n, k, x, y);
            matmul.warps(check.product(), columns);
            ran("matmul_warps_" + columns + "_f32");
            check.sumsAreRight();
        }
    }

    /// By size, and only where operands can be read by vectors and one launch is all.
    @Test
    void fewResultsAreComputedByWarps() {
        floats(1, 64, 512, 128, Order.ROWS, Order.ROWS).run();
        ran("matmul_warps_32_f32");
        floats(1, 64, 64, 64, Order.ROWS, Order.ROWS).run();
        ran("matmul_warps_32_f32");
        floats(1, 64, 256, 132, Order.ROWS, Order.COLUMNS).run();
        ran("matmul_warps_16_f32");
        floats(1, 64, 256, 60, Order.ROWS, Order.COLUMNS).run();
        ran("matmul_32_wide_f32");
        floats(72, 32, 32, 68, Order.ROWS, Order.COLUMNS).run();
        ran("matmul_32_wide_f32");
        floats(1, 64, 64, 128, Order.ODD, Order.COLUMNS).run();
        ran("matmul_32_any_f32");
        floats(1, 32, 32, 2048, Order.ROWS, Order.COLUMNS).run();
        ran("matmul_32_wide_f32", "matmul_join_f32");
    }

    @ParameterizedTest
    @CsvSource({"ROWS, ROWS, wide", "COLUMNS, COLUMNS, wide", "ODD, ROWS, any"})
    void doublesComputeChains(Order x, Order y, String kernel) {
        var check = new MatmulCheck(DType.F64, 2, 66, 70, 38, x, y, Order.ROWS, true, 5);
        check.run();
        ran("matmul_64_" + kernel + "_f64");
        check.chainsAreRight();
    }

    @ParameterizedTest
    @CsvSource({"I32, i32", "I64, i64"})
    void integersWrapAround(DType dtype, String type) {
        var check = new MatmulCheck(dtype, 2, 19, 70, 33, Order.ROWS, Order.COLUMNS, Order.ROWS_WITH_GAPS, true, 6);
        check.run();
        ran("matmul_64_any_" + type);
        check.chainsAreRight();
        var small = new MatmulCheck(dtype, 3, 2, 5, 7, Order.ODD, Order.ROWS, Order.COLUMNS, false, 7);
        small.run();
        ran("matmul_plain_" + type);
        small.chainsAreRight();
        var deep = new MatmulCheck(dtype, 1, 17, 3, 1100, Order.ROWS, Order.ROWS, Order.ROWS, true, 8);
        deep.run();
        ran("matmul_64_any_" + type, "matmul_join_" + type);
        deep.chainsAreRight();
    }

    @ParameterizedTest
    @CsvSource({"1, 40, 300, ROWS, COLUMNS, along_1", "1, 136, 300, ROWS, ROWS, across_1", "3, 36, 76, COLUMNS, ROWS, across_4",
        "4, 35, 260, ODD, COLUMNS, along_4", "9, 36, 132, ROWS, COLUMNS_WITH_GAPS, along_16", "16, 32, 68, COLUMNS, ROWS, across_16"})
    void fewRowsAndFewColumns(int few, int many, int k, Order x, Order y, String kernel) {
        var rows = floats(2, few, many, k, x, y);
        rows.run();
        ran("matmul_" + kernel + "_f32");
        rows.sumsAreRight();
        Order left = y == Order.COLUMNS ? Order.ROWS : y == Order.ROWS ? Order.COLUMNS : Order.ROWS_WITH_GAPS;
        Order right = x == Order.ROWS ? Order.COLUMNS : x == Order.COLUMNS ? Order.ROWS : Order.ODD;
        var columns = floats(2, many, few, k, left, right);
        columns.run();
        ran("matmul_" + kernel + "_f32");
        columns.sumsAreRight();
    }

    @Test
    void fewRowsOfDoubles() {
        var along = new MatmulCheck(DType.F64, 1, 1, 33, 130, Order.ROWS, Order.COLUMNS, Order.ROWS, true, 1);
        along.run();
        ran("matmul_along_1_f64");
        along.sumsAreRight();
        var across = new MatmulCheck(DType.F64, 1, 4, 70, 66, Order.ROWS, Order.ROWS, Order.ODD, true, 2);
        across.run();
        ran("matmul_across_4_f64");
        across.sumsAreRight();
    }

    @Test
    void longSumsOfFewRowsAreSliced() {
        var along = floats(1, 2, 33, 1100, Order.ROWS, Order.COLUMNS);
        along.run();
        ran("matmul_along_4_f32", "matmul_join_f32");
        along.sumsAreRight();
        var across = floats(1, 36, 1, 1100, Order.COLUMNS, Order.ROWS);
        across.run();
        ran("matmul_across_1_f32", "matmul_join_f32");
        across.sumsAreRight();
    }

    @ParameterizedTest
    @CsvSource({"1024, 768, 3072, 64, 4", "1024, 768, 300, 64, 1", "1024, 1024, 3072, 64, 1", "512, 768, 3072, 64, 6",
        "2048, 2048, 4096, 128, 1",
        "1024, 1024, 8192, 128, 8", "512, 256, 3072, 32, 1", "256, 256, 1024, 32, 4"})
    void tilesThatFillAGpuUnevenlyAreSliced(int m, int n, int k, int side, int slices) {
        var matrix = new Product.Matrix(0, 0, 0, 1);
        assertThat(Matmul.slices(new Product(DType.F32, 1, m, n, k, matrix, matrix, matrix, new int[2], 0), side)).isEqualTo(slices);
    }

    private static void onTensorCores(MatmulCheck check, Precision precision, String kind, int side, int slices) {
        new Matmul(Mirrored.GPU, precision).tiled(check.product(), side, slices);
        String kernel = "matmul_" + precision + "_" + kind + "_f32";
        if (slices == 1)
            ran(kernel);
        else
            ran(kernel, "matmul_join_f32");
        check.sumsAreRight(precision);
    }

    @ParameterizedTest
    @CsvSource({"128_nn, 128, 136, 132, 28, ROWS, ROWS", "128_nt, 128, 132, 140, 60, ROWS, COLUMNS",
        "128_tn, 128, 260, 132, 100, COLUMNS, ROWS", "128_tt, 128, 132, 136, 48, COLUMNS, COLUMNS",
        "64_any, 128, 130, 20, 16, COLUMNS, ODD", "64_tt, 64, 68, 40, 44, COLUMNS, COLUMNS", "64_nn, 64, 68, 132, 80, ROWS, ROWS",
        "64_nt, 64, 64, 64, 16, ROWS, COLUMNS", "64_any, 64, 20, 67, 21, ROWS, ROWS_WITH_GAPS",
        "64_tn, 64, 64, 64, 8, SHARED_COLUMNS, SHARED", "64_any, 64, 33, 30, 1, COLUMNS_WITH_GAPS, ODD"})
    void tensorCoresMultiplyRoundedNumbers(String kind, int side, int m, int n, int k, Order x, Order y) {
        onTensorCores(floats(2, m, n, k, x, y), Precision.TF32, kind, side, 1);
        onTensorCores(floats(2, m, n, k, x, y), Precision.BF16, kind, side, 1);
    }

    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void tensorCoresTakeSlicesAndOddResults(Precision precision) {
        onTensorCores(floats(1, 24, 40, 152, Order.ROWS, Order.ROWS), precision, "64_nn", 64, 3);
        onTensorCores(new MatmulCheck(DType.F32, 1, 24, 40, 150, Order.ROWS, Order.ROWS, Order.ODD, true, 4), precision, "64_any", 64, 3);
        onTensorCores(new MatmulCheck(DType.F32, 1, 24, 40, 20, Order.ROWS, Order.ROWS, Order.ODD, false, 4), precision, "64_any", 64, 1);
    }

    /// Steps behind the last one are zeros of both factors, so that numbers which are not finite stay in their rows and columns.
    @ParameterizedTest
    @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
    void tensorCoresKeepInfinitiesAndNaN(Precision precision) {
        var check = floats(1, 36, 40, 20, Order.ROWS, Order.ROWS);
        check.x.host().heap().setDouble(20 * 35 + 19, Float.intBitsToFloat(-1));
        check.y.host().heap().setDouble(40 * 19 + 39, Double.POSITIVE_INFINITY);
        check.y.host().heap().setDouble(40 * 3 + 1, Float.MAX_VALUE);
        new Matmul(Mirrored.GPU, precision).tiled(check.product(), 64, 1);
        View out = check.out.downloaded();
        for (int i = 0; i < 36 * 40; i++) {
            boolean odd = i / 40 == 35 || i % 40 == 39 || i % 40 == 1;
            assertThat(Math.abs(Mirrored.element(out, i)) < 1e6).as("element %d", i).isEqualTo(!odd);
        }
        assertThat(Mirrored.element(out, 35 * 40)).isNaN();
    }

    @Test
    void theSameBitsFromTensorCoresAgain() {
        var check = floats(1, 70, 68, 300, Order.ROWS, Order.COLUMNS);
        for (Precision precision : List.of(Precision.TF32, Precision.BF16)) {
            new Matmul(Mirrored.GPU, precision).tiled(check.product(), 64, 2);
            Object first = check.out.downloaded().heap().array();
            new Matmul(Mirrored.GPU, precision).tiled(check.product(), 64, 2);
            assertThat(check.out.downloaded().heap().array()).isEqualTo(first);
        }
    }

    @Test
    void tensorCoresAreUsedWhenAskedForAndThere() {
        var wide = floats(1, 68, 64, 32, Order.ROWS, Order.ROWS);
        matmul.tiled(wide.product(), 64, 1);
        ran("matmul_64_wide_f32");
        var tensor = new Matmul(Mirrored.GPU, Precision.BF16);
        tensor.tiled(wide.product(), 32, 1);
        ran("matmul_32_wide_f32");
        var doubles = new MatmulCheck(DType.F64, 1, 68, 64, 32, Order.ROWS, Order.ROWS, Order.ROWS, false, 1);
        tensor.tiled(doubles.product(), 64, 1);
        ran("matmul_64_wide_f64");
        assertThat(Precision.BF16.on(Mirrored.GPU)).isEqualTo(Precision.BF16);
        assertThat(Precision.TF32.on(Mirrored.gpu(new FakeDriver(FakeMachine.LEAST)))).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void smallMatricesTakeAThreadForEachResult() {
        var check = floats(300, 3, 5, 7, Order.ROWS, Order.SHARED);
        check.run();
        ran("matmul_plain_f32");
        check.chainsAreRight();
    }

    @Test
    void withoutTermsTheBiasRemains() {
        var check = floats(2, 40, 50, 0, Order.ROWS, Order.ROWS);
        check.run();
        check.chainsAreRight();
        var none = new MatmulCheck(DType.F64, 2, 40, 50, 0, Order.ROWS, Order.ROWS, Order.ROWS, false, 3);
        none.run();
        none.chainsAreRight();
    }

    @Test
    void nothingIsLaunchedForNoResults() {
        floats(0, 3, 4, 5, Order.ROWS, Order.ROWS).run();
        floats(3, 0, 4, 5, Order.ROWS, Order.ROWS).run();
        floats(3, 4, 0, 5, Order.ROWS, Order.ROWS).run();
        ran();
    }

    @Test
    void infinitiesAndNaNStayInTheirRowsAndColumns() {
        var check = floats(1, 36, 40, 24, Order.ROWS, Order.ROWS);
        check.x.host().heap().setDouble(24 * 35 + 3, Double.NaN);      // in the last row and column, which tiles read again at their edges
        check.y.host().heap().setDouble(40 * 3 + 39, Double.POSITIVE_INFINITY);
        check.run();
        check.chainsAreRight();
    }

    @Test
    void theSameProductHasTheSameBits() {
        var check = floats(1, 40, 44, 600, Order.ROWS, Order.COLUMNS);
        check.run();
        Object first = check.out.downloaded().heap().array();
        check.run();
        assertThat(check.out.downloaded().heap().array()).isEqualTo(first);
    }
}
