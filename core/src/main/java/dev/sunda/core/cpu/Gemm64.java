package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// Products of F64 matrices in blocks, after Goto, van de Geijn 2008, Anatomy of High-Performance Matrix Multiplication.
///
/// The right side is packed in panels as wide as a tile, so many steps of `k` at a time that they fit a share of the third cache; the left
/// side is copied block by block to rows at a constant distance. Each element is one chain of fused multiply-adds in ascending `k` that
/// begins with its start.
final class Gemm64 {
    /// Doubles of the right side packed at a time: 4 MB.
    private static final int PACKED = 512 * 1024;
    /// Rows of the left side at a time: at most 150 KB of the second cache, and enough to use a panel more than once.
    private static final int MOST_ROWS = 12 * Gemm64Kernel.ROWS;
    private static final int LEAST_ROWS = 2 * Gemm64Kernel.ROWS;
    /// Pieces of a product, if it is worth dividing; at least so many multiplications go into one.
    private static final int PIECES = 16;
    private static final int LEAST_WORK = 64 * 1024;
    /// Doubles packed by one thread at a time.
    private static final int PACK = 16 * 1024;

    private Gemm64() {
    }

    /// Steps of `k` of a right side. The panels of the first [Gemm64Kernel#DEPTH] steps come first, each row after row, then those of the
    /// next.
    record Panels(double[] data, int k, int n, int width) {
        int count() {
            return Math.ceilDiv(n, width);
        }

        /// Where step `p`, a multiple of the depth, of a panel lies.
        int at(int panel, int p) {
            return p * count() * width + panel * Math.min(Gemm64Kernel.DEPTH, k - p) * width;
        }
    }

    /// Zeros or `bias` (one number a column) as what chains start from, padded to whole panels.
    static double[] start(Gemm64Kernel kernel, double[] bias, int offset, int stride, int n) {
        var start = new double[Math.ceilDiv(n, kernel.columns()) * kernel.columns()];
        if (bias != null)
            Strips.read(bias, offset, stride, start, n);
        return start;
    }

    /// `c[i][j] = start[j] + sum over p < k of a[i][p] * b[p][j]` for `m` rows and `n` columns, in parallel.
    ///
    /// @param start from [#start]; null adds the products to `c`
    /// @param c rows at `co + i * ldc`, contiguous
    static void multiply(Gemm64Kernel kernel, int m, int n, int k, Matrix64 a, Matrix64 b, double[] start, double[] c, int co, int ldc) {
        int depth = Gemm64Kernel.DEPTH;
        int slab = Math.max(depth, PACKED / Math.max(1, n) / depth * depth);
        for (int p = 0; p == 0 || p < k; p += slab) {
            Matrix64 left = a;
            int first = p;
            if (p > 0)
                left = (row, rows, column, columns, to, at, distance) -> a.copy(row, rows, first + column, columns, to, at, distance);
            var panels = pack(kernel, Role.PANELS, b, p, Math.min(slab, k - p), n);
            multiply(kernel, m, n, panels.k, left, panels, p == 0 ? start : null, c, co, ldc);
        }
    }

    /// Packs the rows `first` to `first + k - 1` of a matrix with `n` columns, in parallel.
    static Panels pack(Gemm64Kernel kernel, Role role, Matrix64 b, int first, int k, int n) {
        return pack(kernel, Scratch64.doubles(role, packed(kernel, k, n)), b, first, k, n);
    }

    /// How many doubles a packed matrix takes.
    static int packed(Gemm64Kernel kernel, int k, int n) {
        return Math.multiplyExact(Math.ceilDiv(n, kernel.columns()) * kernel.columns(), k);
    }

    /// The same, but into memory of the caller's, [#packed] doubles of it.
    static Panels pack(Gemm64Kernel kernel, double[] data, Matrix64 b, int first, int k, int n) {
        int width = kernel.columns();
        int count = Math.ceilDiv(n, width);
        int depth = Gemm64Kernel.DEPTH;
        var panels = new Panels(data, k, n, width);
        int work = width * Math.clamp(k, 1, depth);
        Parallel.forChunks(Math.ceilDiv(k, depth) * count, Math.max(1, PACK / work), (_, from, to) -> {
            for (int i = from; i < to; i++) {
                int p = i / count * depth;
                int panel = i % count;
                int steps = Math.min(depth, k - p);
                int columns = Math.min(width, n - panel * width);
                int at = panels.at(panel, p);
                b.copy(first + p, steps, panel * width, columns, panels.data, at, width);
                for (int row = 0; columns < width && row < steps; row++)
                    Arrays.fill(panels.data, at + row * width + columns, at + (row + 1) * width, 0);
            }
        });
        return panels;
    }

    /// The same with a packed right side, of which only the first `n` columns and `k` steps count.
    static void multiply(Gemm64Kernel kernel, int m, int n, int k, Matrix64 a, Panels b, double[] start, double[] c, int co, int ldc) {
        int tile = Gemm64Kernel.ROWS;
        int pieces = Math.clamp((long) m * n * k / LEAST_WORK, 1, PIECES);
        int rows = Math.clamp(Math.ceilDiv(Math.ceilDiv(m, pieces), tile) * tile, LEAST_ROWS, MOST_ROWS);
        int rowBlocks = m == 0 ? 0 : Math.ceilDiv(m, rows);
        int count = Math.ceilDiv(n, b.width);
        int panels = Math.max(1, Math.ceilDiv(count, Math.max(1, pieces / Math.max(1, rowBlocks))));
        int panelBlocks = Math.ceilDiv(count, panels);
        Parallel.forChunks(rowBlocks * panelBlocks, 1, (index, _, _) -> {
            int i = index / panelBlocks * rows;
            int j = index % panelBlocks * panels;
            var block = new Block(kernel, Scratch64.doubles(Role.LEFT, MOST_ROWS * Gemm64Kernel.STRIDE), Math.min(rows, m - i), n, b, c,
                    co + i * ldc, ldc);
            for (int p = 0; p == 0 || p < k; p += Gemm64Kernel.DEPTH) {
                int steps = Math.min(Gemm64Kernel.DEPTH, k - p);
                if (steps > 0)
                    a.copy(i, block.m, p, steps, block.left, 0, Gemm64Kernel.STRIDE);
                for (int panel = j; panel < Math.min(count, j + panels); panel++)
                    block.tiles(panel, p, steps, p == 0 ? start : null);
            }
        });
    }

    /// Some rows of a product.
    ///
    /// @param left the rows, [Gemm64Kernel#STRIDE] apart, of some steps of `k`
    private record Block(Gemm64Kernel kernel, double[] left, int m, int n, Panels b, double[] c, int co, int ldc) {
        /// Adds `steps` steps of `k` from `p` on to one panel of all rows.
        void tiles(int panel, int p, int steps, double[] start) {
            int column = panel * b.width;
            int bo = b.at(panel, p);
            for (int i = 0; i < m; i += Gemm64Kernel.ROWS) {
                int rows = Math.min(Gemm64Kernel.ROWS, m - i);
                int at = co + i * ldc + column;
                if (n - column < b.width)
                    edge(i, rows, n - column, bo, steps, start, column, at);
                else if (start != null)
                    kernel.tile(left, i * Gemm64Kernel.STRIDE, rows, b.data, bo, steps, start, column, 0, c, at, ldc);
                else
                    kernel.tile(left, i * Gemm64Kernel.STRIDE, rows, b.data, bo, steps, c, at, ldc, c, at, ldc);
            }
        }

        /// A tile of the last, partial panel is computed aside, only its valid columns are written.
        private void edge(int i, int rows, int columns, int bo, int steps, double[] start, int column, int at) {
            int width = b.width;
            double[] aside = Scratch64.doubles(Role.TILE, Gemm64Kernel.ROWS * width);
            if (start == null)
                for (int r = 0; r < rows; r++)
                    System.arraycopy(c, at + r * ldc, aside, r * width, columns);
            kernel.tile(left, i * Gemm64Kernel.STRIDE, rows, b.data, bo, steps, start == null ? aside : start, start == null ? 0 : column,
                    start == null ? width : 0, aside, 0, width);
            for (int r = 0; r < rows; r++)
                System.arraycopy(aside, r * width, c, at + r * ldc, columns);
        }
    }
}
