package dev.sunda.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Random products of matrices, computed with kernels and element by element.
final class MatmulCheck {
    /// How matrices lie in memory.
    enum Order {
        ROWS, COLUMNS, ROWS_WITH_GAPS, COLUMNS_WITH_GAPS, ODD, SHARED, SHARED_COLUMNS
    }

    final Mirrored x;
    final Mirrored y;
    final Mirrored bias;
    final Mirrored out;
    private Precision precision = Precision.FLOAT32;

    MatmulCheck(DType dtype, int batches, int m, int n, int k, Order xOrder, Order yOrder, Order outOrder, boolean biased, long seed) {
        var random = new SplittableRandom(seed);
        x = Mirrored.random(dtype, layout(xOrder, batches, m, k), random);
        y = Mirrored.random(dtype, layout(yOrder, batches, k, n), random);
        bias = biased ? Mirrored.random(dtype, Layout.contiguous(Shape.of(n)), random) : null;
        out = Mirrored.blank(dtype, layout(outOrder, batches, m, n));
    }

    private static Layout layout(Order order, int batches, int rows, int columns) {
        Shape shape = Shape.of(batches, rows, columns);
        int longer = (columns + 7) / 4 * 4;
        int taller = (rows + 7) / 4 * 4;
        return switch (order) {
            case ROWS -> Layout.contiguous(shape);
            case COLUMNS -> Layout.dense(shape, 0, 2, 1);
            case ROWS_WITH_GAPS -> Layout.strided(shape, new int[] {rows * longer, longer, 1}, 4);
            case COLUMNS_WITH_GAPS -> Layout.strided(shape, new int[] {columns * taller, 1, taller}, 8);
            case ODD -> Layout.strided(shape, new int[] {1, batches * (columns + 1), batches}, 3);
            case SHARED -> Layout.strided(shape, new int[] {0, columns, 1}, 0);
            case SHARED_COLUMNS -> Layout.strided(shape, new int[] {0, 1, rows}, 0);
        };
    }

    Product product() {
        return Product.of(x.device(), y.device(), bias == null ? null : bias.device(), out.device());
    }

    void run() {
        Mirrored.DEVICE.matmul(x.device(), y.device(), bias == null ? null : bias.device(), out.device());
    }

    /// Checks that each result is the chain of fused multiply-adds that the specification names, to the bit but for the sign of 0, and that
    /// nothing beside the results has been written.
    void chainsAreRight() {
        resultsAre(true);
    }

    /// Checks results that are sums of several chains: their error is at most that of one chain.
    void sumsAreRight() {
        resultsAre(false);
    }

    /// The same for operands that have been rounded first.
    void sumsAreRight(Precision factors) {
        precision = factors;
        resultsAre(false);
    }

    private double operand(Mirrored matrix, int i) {
        return Rounded.to(precision, Mirrored.element(matrix.host(), i));
    }

    private void resultsAre(boolean exact) {
        View result = out.downloaded();
        int[] sizes = result.shape().sizes();
        int depth = x.host().shape().size(2);
        boolean[] written = new boolean[result.storage().numel()];
        for (int i = 0; i < result.shape().numel(); i++) {
            int column = i % sizes[2];
            int row = i / sizes[2] % sizes[1];
            int batch = i / sizes[2] / sizes[1];
            written[Mirrored.at(result.layout(), i)] = true;
            check(result, i, (batch * sizes[1] + row) * depth, batch * depth * sizes[2] + column, column, exact);
        }
        for (int i = 0; i < written.length; i++)
            if (!written[i])
                assertThat(Double.valueOf(result.heap().getDouble(i))).as("memory beside the results")
                        .isEqualTo(Double.valueOf(out.host().heap().getDouble(i)));
    }

    private void check(View result, int i, int left, int right, int column, boolean exact) {
        DType dtype = result.dtype();
        if (!dtype.isFloating()) {
            long expected = integer(left, right, column);
            long actual = result.heap().getLong(Mirrored.at(result.layout(), i));
            assertThat(actual).as("element " + i).isEqualTo(dtype == DType.I32 ? (int) expected : expected);
            return;
        }
        double actual = Mirrored.element(result, i);
        double[] expected = floating(left, right, column, dtype == DType.F32 && exact);
        double error = exact ? 0 : (x.host().shape().size(2) + 2) * (dtype == DType.F32 ? 0x1p-24 : 0x1p-53) * expected[1];
        if (!(Math.abs(actual - expected[0]) <= error))
            assertThat(Double.valueOf(actual)).as("element " + i + " of " + Arrays.toString(result.shape().sizes()))
                    .isEqualTo(Double.valueOf(expected[0]));
    }

    /// A result and the sum of its terms' sizes.
    private double[] floating(int left, int right, int column, boolean single) {
        int depth = x.host().shape().size(2);
        int n = y.host().shape().size(2);
        double sum = bias == null ? 0 : Mirrored.element(bias.host(), column);
        double size = Math.abs(sum);
        for (int k = 0; k < depth; k++) {
            double a = operand(x, left + k);
            double b = operand(y, right + k * n);
            sum = single ? Math.fma((float) a, (float) b, (float) sum) : Math.fma(a, b, sum);
            size += Math.abs(a * b);
        }
        return new double[] {sum, size};
    }

    private long integer(int left, int right, int column) {
        int depth = x.host().shape().size(2);
        int n = y.host().shape().size(2);
        long sum = bias == null ? 0 : bias.host().heap().getLong(Mirrored.at(bias.host().layout(), column));
        for (int k = 0; k < depth; k++)
            sum += x.host().heap().getLong(Mirrored.at(x.host().layout(), left + k))
                    * y.host().heap().getLong(Mirrored.at(y.host().layout(), right + k * n));
        return sum;
    }
}
