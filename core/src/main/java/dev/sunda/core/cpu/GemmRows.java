package dev.sunda.core.cpu;

/// The left side of a matrix product, which [Gemm] has brought block by block to where a tile wants it.
@FunctionalInterface
interface GemmRows {
    /// Copies the elements `p` to `p + steps - 1` of the rows `first` to `first + rows - 1`: row `i` to `i * GemmKernel.STRIDE`, or as
    /// [#isPacked] says. Up to [GemmKernel#slack] floats beyond each contiguous piece may be overwritten.
    void load(int first, int rows, int p, int steps, float[] to);

    /// Whether rows of one tile lie side by side, step by step, see [GemmKernel#packed], and tiles `GemmKernel.DEPTH` steps apart.
    default boolean isPacked() {
        return false;
    }

    /// A matrix with element `(i, p)` at `offset + i * rowStride + p * columnStride`.
    static GemmRows of(GemmKernel kernel, float[] a, int offset, int rowStride, int columnStride) {
        if (rowStride == 1 && columnStride != 1)
            return new Transposed(kernel, a, offset, columnStride);
        return (first, rows, p, steps, to) -> Layouts.square(a, offset + first * rowStride + p * columnStride, rowStride, columnStride, to,
                0,
                GemmKernel.STRIDE, 1, rows, steps);
    }

    /// A matrix with element `(i, p)` at `offset + i + p * distance`.
    record Transposed(GemmKernel kernel, float[] a, int offset, int distance) implements GemmRows {
        @Override
        public boolean isPacked() {
            return true;
        }

        @Override
        public void load(int first, int rows, int p, int steps, float[] to) {
            int tile = kernel.rows();
            for (int i = 0; i < rows; i += tile)
                kernel.copy(a, offset + first + i + p * distance, distance, steps, Math.min(tile, rows - i), to, i * GemmKernel.DEPTH,
                        tile);
        }
    }
}
