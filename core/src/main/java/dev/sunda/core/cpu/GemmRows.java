package dev.sunda.core.cpu;

/// The left side of a matrix product, which [Gemm] has brought block by block to where a tile wants it.
@FunctionalInterface
interface GemmRows {
    /// Copies the elements `p` to `p + steps - 1` of the rows `first` to `first + rows - 1`: row `i` to `out + i * GemmKernel.STRIDE`, or
    /// as [#isPacked] says. Up to [GemmKernel#slack] floats beyond each contiguous piece may be overwritten.
    void load(int first, int rows, int p, int steps, float[] to, int out);

    /// Whether rows of one tile lie side by side, step by step, see [GemmKernel#packed], and tiles `GemmKernel.TILE` floats apart.
    default boolean isPacked() {
        return false;
    }

    /// How many tiles of rows to load at a time: more than one, because a call costs something, and few enough for the first cache.
    default int tiles() {
        return 4;
    }

    /// A matrix with element `(i, p)` at `offset + i * rowStride + p * columnStride`.
    static GemmRows of(GemmKernel kernel, float[] a, int offset, int rowStride, int columnStride) {
        if (rowStride == 1 && columnStride != 1)
            return new Transposed(kernel, a, offset, columnStride);
        return (first, rows, p, steps, to, out) -> Layouts.square(a, offset + first * rowStride + p * columnStride, rowStride, columnStride,
                to, out, GemmKernel.STRIDE, 1, rows, steps);
    }

    /// A matrix with element `(i, p)` at `offset + i + p * distance`, of whose lines some cache lines each are read at a time.
    record Transposed(GemmKernel kernel, float[] a, int offset, int distance) implements GemmRows {
        private static final int TILES = 8;
        private static final int FEW_TILES = 2;

        @Override
        public int tiles() {
            return TILES;
        }

        @Override
        public boolean isPacked() {
            return true;
        }

        @Override
        public void load(int first, int rows, int p, int steps, float[] to, int out) {
            int tile = kernel.rows();
            int at = offset + first + p * distance;
            int end = at + Math.max(0, (steps - 1) * distance) + TILES * tile + kernel.slack();
            if (rows > FEW_TILES * tile && end <= a.length)          // columns beyond the last row do no harm
                kernel.copyTiles(a, at, distance, steps, to, out);
            else
                for (int i = 0; i < rows; i += tile)
                    kernel.copy(a, at + i, distance, steps, Math.min(tile, rows - i), to, out + i / tile * GemmKernel.TILE, tile);
        }
    }
}
