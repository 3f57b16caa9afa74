package dev.sunda.core.cpu;

/// A matrix of doubles, wherever its elements lie: one side of a product in [Gemm64], which copies it rectangle by rectangle to where the
/// innermost loop reads it. So a convolution is a product with another matrix.
@FunctionalInterface
interface Matrix64 {
    /// Copies element `(row + i, column + j)` to `to[at + i * distance + j]` for `i < rows` and `j < columns`.
    void copy(int row, int rows, int column, int columns, double[] to, int at, int distance);

    /// Element `(i, j)` lies at `offset + i * rowStride + j * columnStride`.
    static Matrix64 of(double[] data, int offset, int rowStride, int columnStride) {
        if (columnStride == 1)
            return (row, rows, column, columns, to, at, distance) -> {
                for (int i = 0; i < rows; i++)
                    stretch(data, offset + (row + i) * rowStride + column, to, at + i * distance, columns);
            };
        return (row, rows, column, columns, to, at, distance) -> {
            int from = offset + row * rowStride + column * columnStride;
            int i = 0;
            for (; rowStride == 1 && distance == Gemm64Kernel.STRIDE && i <= rows - 4; i += 4)
                fourRows(data, from + i, columnStride, to, at + i * distance, columns);
            if (rows > i)
                for (int j = 0; j < columns; j++)
                    spread(data, from + i * rowStride + j * columnStride, rowStride, to, at + i * distance + j, distance, rows - i);
        };
    }

    /// Copies `n` neighbours; short stretches are not worth a call into the virtual machine, nor a loop.
    static void stretch(double[] from, int at, double[] to, int out, int n) {
        if (n > 16) {
            System.arraycopy(from, at, to, out, n);
        } else if (n == 8) {
            to[out] = from[at];
            to[out + 1] = from[at + 1];
            to[out + 2] = from[at + 2];
            to[out + 3] = from[at + 3];
            to[out + 4] = from[at + 4];
            to[out + 5] = from[at + 5];
            to[out + 6] = from[at + 6];
            to[out + 7] = from[at + 7];
        } else {
            for (int j = 0; j < n; j++)
                to[out + j] = from[at + j];
        }
    }

    /// `to[out + i * STRIDE + j] = from[at + i + j * step]` for `i < 4`: what is read lies together, and distances are constant where
    /// bounds would otherwise be checked for every element.
    private static void fourRows(double[] from, int at, int step, double[] to, int out, int n) {
        for (int j = 0; j < n; j++) {
            int f = at + j * step;
            to[out + j] = from[f];
            to[out + j + Gemm64Kernel.STRIDE] = from[f + 1];
            to[out + j + 2 * Gemm64Kernel.STRIDE] = from[f + 2];
            to[out + j + 3 * Gemm64Kernel.STRIDE] = from[f + 3];
        }
    }

    private static void spread(double[] from, int at, int step, double[] to, int out, int distance, int n) {
        for (int i = 0; i < n; i++)
            to[out + i * distance] = from[at + i * step];
    }
}
