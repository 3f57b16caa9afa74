package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.CacheLine;
import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/// Matrix products in blocks: the right side is packed into panels as wide as a register tile, and some of them stay in the second cache
/// while tiles of rows pass by. A row of tiles is copied to where its rows have the distance the tile wants, meets all these panels
/// while it is in the first cache, and leaves rows of the result that are written from end to end. After Goto, van de Geijn 2008,
/// "Anatomy of high-performance matrix multiplication", with the sides exchanged.
///
/// Each element is one chain of fused multiply-adds in ascending `k` that starts from its bias (or 0); between blocks of `k` it
/// rests in the result. Blocking, tile shape and threads therefore never show in the bits.
final class Gemm {
    /// Floats of the right side that meet a row of tiles: 256 KB, half of the second cache.
    private static final int RIGHT_FLOATS = 64 * 1024;
    /// Rows for which they stay there, at most; where `k` is cut into blocks, their part of the result has to stay in the caches.
    private static final int MOST_ROWS = 192;
    private static final int LEAST_CHUNKS = 16;
    /// Steps of `k` for which writing the result weighs as much as computing it.
    private static final int SHALLOW = 192;
    /// Floats of a result that does not stay in a core's caches: 1 MB.
    private static final int LARGE = 256 * 1024;
    /// Rows of a panel that are packed at a time.
    private static final int PACKED_ROWS = 1024;

    private Gemm() {
    }

    /// The right side of a product, `k` rows and `n` columns: panel `j` holds columns `j * width` and following, row after row,
    /// padded with zeros to the full width. If the last panel has no more columns than half of that, it is so narrow, see
    /// [GemmKernel#narrow].
    ///
    /// @param whole panels of full width, which come first
    record Panels(float[] data, int k, int n, int width, int whole) {
        Panels(float[] data, int k, int n, int width) {
            this(data, k, n, width, (n + (width - 1) / 2) / width);
        }

        /// Where row `p` of a panel lies.
        int at(int panel, int p) {
            return GemmScratch.FIRST + panel * k * width + p * width(panel);
        }

        /// Floats from one row of a panel to the next.
        int width(int panel) {
            return panel < whole ? width : width / 2;
        }

        int count() {
            return Math.ceilDiv(n, width);
        }

        /// Panels without padding, which come first.
        int full() {
            return n / width;
        }
    }

    /// Packs the matrix with element `(p, j)` at `offset + p * rowStride + j * columnStride` into this thread's panel memory.
    static Panels pack(GemmKernel kernel, float[] b, int offset, int rowStride, int columnStride, int k, int n) {
        return pack(kernel, GemmScratch.floats(Role.PANELS, packed(kernel, k, n)), b, offset, rowStride, columnStride, k, n);
    }

    /// The same, but into memory of the caller's, [#packed] floats of it behind [GemmScratch#FIRST].
    static Panels pack(GemmKernel kernel, float[] data, float[] b, int offset, int rowStride, int columnStride, int k, int n) {
        return pack(kernel, data, b, offset, new int[] {0}, k, rowStride, columnStride, n);
    }

    /// How many floats a packed matrix takes, behind [GemmScratch#FIRST].
    static int packed(GemmKernel kernel, int k, int n) {
        return Math.multiplyExact(Math.multiplyExact(Math.ceilDiv(n, kernel.columns()), kernel.columns()), k);
    }

    /// Packs a matrix whose rows come in groups, as the taps of a convolution's weight: row `g * inner + p`, column `j` is at
    /// `offset + group[g] + p * rowStride + j * columnStride`.
    static Panels pack(GemmKernel kernel, float[] b, int offset, int[] group, int inner, int rowStride, int columnStride, int n) {
        int k = Math.multiplyExact(group.length, inner);
        return pack(kernel, GemmScratch.floats(Role.PANELS, packed(kernel, k, n)), b, offset, group, inner, rowStride, columnStride, n);
    }

    private static Panels pack(GemmKernel kernel, float[] data, float[] b, int offset, int[] group, int inner, int rowStride,
            int columnStride, int n) {
        int k = Math.multiplyExact(group.length, inner);
        int width = kernel.columns();
        int pieces = Math.ceilDiv(inner, PACKED_ROWS);                // of a group
        int chunk = Math.max(1, PACKED_ROWS / Math.clamp(inner, 1, PACKED_ROWS));
        var panels = new Panels(data, k, n, width);
        Parallel.forChunks(Math.multiplyExact(panels.count() * group.length, pieces), chunk, (_, from, to) -> {
            for (int i = from; i < to; i++) {
                int panel = i / pieces / group.length;
                int g = i / pieces % group.length;
                int p = i % pieces * PACKED_ROWS;
                packRows(kernel, b, offset + group[g] + p * rowStride + panel * width * columnStride, rowStride, columnStride,
                        Math.min(PACKED_ROWS, inner - p), Math.min(width, n - panel * width), data, panels.at(panel, g * inner + p),
                        panels.width(panel));
            }
        });
        return panels;
    }

    private static void packRows(GemmKernel kernel, float[] b, int at, int rowStride, int columnStride, int rows, int columns, float[] to,
            int out, int width) {
        if (columnStride == 1 && columns == width) {
            if (width == kernel.columns())
                kernel.copyRows(b, at, rowStride, rows, to, out);
            else
                kernel.copyPieces(b, at, rowStride, rows, width, to, out, width);
            return;
        }
        Layouts.square(b, at, rowStride, columnStride, to, out, width, 1, rows, columns);
        if (columns < width)
            for (int p = 0; p < rows; p++)
                Arrays.fill(to, out + p * width + columns, out + (p + 1) * width, 0);
    }

    /// What the chains of a product start from: the elements of `bias` from `first` on (one a column) or, if it is null, zeros, padded to
    /// whole panels.
    static float[] start(GemmKernel kernel, View bias, int first, int n) {
        int padded = Math.ceilDiv(n, kernel.columns()) * kernel.columns();
        float[] start = GemmScratch.zeros(Role.START, padded);
        if (bias != null)
            for (int j = 0; j < n; j++)
                start[j] = bias.heap().floats()[bias.layout().offset() + (first + j) * bias.layout().stride(0)];
        return start;
    }

    /// Where the rows of a result lie.
    @FunctionalInterface
    interface Places {
        int of(int row);

        /// How far behind the first element of its row column `column` lies. A row may be in pieces; each begins with a panel.
        default int behind(int column) {
            return column;
        }

        /// Those of `n` rows from `first` on, to `places[at]` and following.
        default void fill(int first, int n, int[] places, int at) {
            for (int i = 0; i < n; i++)
                places[at + i] = of(first + i);
        }

        /// Row after row at one distance.
        static Places every(int distance, int at) {
            return new Evenly(at, distance);
        }

        /// The pixels of an image, line by line.
        ///
        /// @param across how many there are in a line
        /// @param distance from one to the next
        /// @param line where the first of a line is
        /// @param behind see [#behind]
        static Places lines(int across, int distance, IntUnaryOperator line, IntUnaryOperator behind) {
            return new Lines(across, distance, line, behind);
        }
    }

    private record Lines(int across, int distance, IntUnaryOperator line, IntUnaryOperator behind) implements Places {
        @Override
        public int of(int row) {
            return line.applyAsInt(row / across) + row % across * distance;
        }

        @Override
        public void fill(int first, int n, int[] places, int at) {
            int x = first % across;
            for (int i = 0, number = first / across; i < n; number++, x = 0)
                for (int start = line.applyAsInt(number); i < n && x < across; i++, x++)
                    places[at + i] = start + x * distance;
        }

        @Override
        public int behind(int column) {
            return behind.applyAsInt(column);
        }
    }

    private record Evenly(int at, int distance) implements Places {
        @Override
        public int of(int row) {
            return at + row * distance;
        }

        @Override
        public void fill(int first, int n, int[] places, int to) {
            int start = of(first);
            for (int i = 0; i < n; i++)
                places[to + i] = start + i * distance;
        }
    }

    /// `c[i][j] = start[j] + sum over p of a[i][p] * b[p][j]` for `m` rows, in parallel.
    ///
    /// @param c row `i` at `places.of(i)`, contiguous
    static void multiply(GemmKernel kernel, int m, GemmRows a, Panels b, float[] start, float[] c, Places places) {
        multiply(kernel, m, a, b, start, c, places, null);
    }

    /// The same for rows side by side, to which something is done afterwards.
    ///
    /// @param after may be null
    static void multiply(GemmKernel kernel, int m, GemmRows a, Panels b, float[] start, float[] c, Places places, Finishing after) {
        int most = Math.max(1, RIGHT_FLOATS / (b.width() * Math.clamp(b.k(), 1, GemmKernel.DEPTH)));
        int panelBlocks = Math.max(1, Math.ceilDiv(b.count(), most));
        int panels = Math.ceilDiv(b.count(), panelBlocks);
        int rows = rowsOfBlock(b.whole() < b.count() ? kernel.narrowRows() : kernel.rows(), m, Math.ceilDiv(LEAST_CHUNKS, panelBlocks));
        int rowBlocks = Math.ceilDiv(m, rows);
        int half = Math.ceilDiv(rowBlocks, 2);
        boolean fetched = b.k() <= SHALLOW && (long) m * b.n() >= LARGE;
        Parallel.forChunks(rowBlocks * panelBlocks, 1, (index, _, _) -> {
            // The first half of the rows meets all panels, then the second: two threads read the same panels side by side.
            boolean second = index >= half * panelBlocks;
            int within = second ? index - half * panelBlocks : index;
            int height = second ? rowBlocks - half : half;
            int i = (within % height + (second ? half : 0)) * rows;
            int j = within / height * panels;
            int n = Math.min(rows, m - i);
            block(kernel, i, n, a, b, j, Math.min(b.count(), j + panels), start, c, places, fetched);
            if (after != null && panelBlocks == 1)
                after.rows(c, places.of(i), n);
        });
        if (after != null && panelBlocks > 1)
            after.all(c, places.of(0), m);
    }

    /// Whole tiles of rows in blocks of nearly equal size, at least `blocks` of them as far as there are so many tiles.
    static int rowsOfBlock(int tile, int m, int blocks) {
        int count = Math.clamp(Math.ceilDiv(m, tile), 1, Math.max(blocks, Math.ceilDiv(m, MOST_ROWS)));
        return Math.max(1, Math.ceilDiv(Math.ceilDiv(m, count), tile)) * tile;
    }

    /// The same for `m` rows from `first` on and the panels `from` to `to - 1`, in the calling thread.
    static void block(GemmKernel kernel, int first, int m, GemmRows a, Panels b, int from, int to, float[] start, float[] c,
            Places places) {
        block(kernel, first, m, a, b, from, to, start, c, places, false);
    }

    /// @param fetched whether rows of the result are brought into the caches in one go before they are computed. Tiles write a line of each
    ///        of their rows at a time; lines that nothing has fetched come one after the other, each later than a shallow tile takes
    private static void block(GemmKernel kernel, int first, int m, GemmRows a, Panels b, int from, int to, float[] start, float[] c,
            Places places, boolean fetched) {
        int k = b.k();
        int depth = Math.max(1, Math.ceilDiv(k, Math.max(1, Math.ceilDiv(k, GemmKernel.DEPTH))));
        int height = kernel.rows();
        int whole = Math.min(to, b.whole());
        int together = a.tiles() * height;
        float[] left = GemmScratch.floats(Role.LEFT, a.isPacked() ? a.tiles() * GemmKernel.TILE : (together + 1) * GemmKernel.STRIDE);
        int edge = to * b.width() <= b.n() ? 0 : b.width(to - 1);    // the width of a panel that is not full
        float[] aside = GemmScratch.floats(Role.TILE, m * edge);
        int ahead = 2 * m + to - from;
        int[] where = GemmScratch.places(ahead + (to - from) * Math.ceilDiv(b.width(), CacheLine.FLOATS));
        places.fill(first, m, where, 0);
        Places.every(edge, GemmScratch.FIRST).fill(0, m, where, m);
        int lines = 0;
        for (int panel = from; panel < to; panel++) {
            int column = panel * b.width();
            int behind = places.behind(column);
            where[2 * m + panel - from] = behind;
            for (int j = 0; fetched && j < Math.min(b.width(), b.n() - column); j += CacheLine.FLOATS)
                where[ahead + lines++] = behind + j;
        }
        var block = new Block(kernel, left, a.isPacked(), b, start, c, aside, where, m, 2 * m - from);
        for (int p = 0; p == 0 || p < k; p += depth) {
            int steps = Math.min(depth, k - p);
            for (int i = 0; i < m; i += together) {
                int n = Math.min(together, m - i);
                if (p == 0 && lines > 0)
                    fetch(c, where, i, n, ahead, lines, left);
                if (steps > 0)
                    a.load(first + i, n, p, steps, left, GemmScratch.FIRST);
                for (int r = 0; r < n; r += height) {
                    block.tiles(r, Math.min(height, n - r), i + r, from, whole, p, steps);
                    int pair = r - r / height % 2 * height;
                    if (whole < to && (pair < r || r + height >= n))
                        block.narrow(pair, Math.min(2 * height, n - pair), i + pair, p, steps);
                }
            }
        }
    }

    /// Brings `n` rows, from number `row` on, into the caches by reading a number of each line.
    ///
    /// @param where where the rows lie, and from `ahead` on how far behind the first element of a row its lines do
    /// @param scratch what was read leaves a trace in it, so that the compiler does not leave the reading out
    private static void fetch(float[] c, int[] where, int row, int n, int ahead, int lines, float[] scratch) {
        int read = 0;
        for (int i = row; i < row + n; i++)
            for (int line = ahead; line < ahead + lines; line++)
                read |= Float.floatToRawIntBits(c[where[i] + where[line]]);
        scratch[0] = read;
    }

    /// Rows of tiles of a product.
    ///
    /// @param left rows of the left side, for some steps of `k`
    /// @param packed how they lie, see [GemmRows#isPacked]
    /// @param c row `i` at `to[i]`
    /// @param aside where the sums of the last panel rest if it is not full, row `i` at `to[m + i]`
    /// @param panels how far behind the first element of its row panel `j` lies: `to[panels + j]`
    private record Block(GemmKernel kernel, float[] left, boolean packed, Panels b, float[] start, float[] c, float[] aside, int[] to,
            int m, int panels) {
        /// Adds `steps` steps of `k` from `p` on to some panels of full width of the rows from `row` on.
        ///
        /// @param at which row of `left` is the first of them
        void tiles(int at, int rows, int row, int from, int until, int p, int steps) {
            int width = b.width;
            float[] first = p == 0 ? start : null;
            for (int panel = from; panel < until; panel++) {
                int column = panel * width;
                if (b.n - column >= width) {
                    tile(at, rows, b.at(panel, p), steps, first, column, c, row, to[panels + panel]);
                } else {
                    tile(at, rows, b.at(panel, p), steps, first, column, aside, m + row, 0);
                    finish(rows, row, panel, width, p + steps);
                }
            }
        }

        /// The same for the rows of a narrow tile and the last panel.
        void narrow(int at, int rows, int row, int p, int steps) {
            int panel = b.whole();
            int column = panel * b.width;
            int width = kernel.narrowColumns();
            float[] first = p == 0 ? start : null;
            if (b.n - column == width) {
                narrowTile(at, rows, b.at(panel, p), steps, first, column, c, row, to[panels + panel]);
            } else {
                narrowTile(at, rows, b.at(panel, p), steps, first, column, aside, m + row, 0);
                finish(rows, row, panel, width, p + steps);
            }
        }

        /// Writes the valid columns of the last, partial panel once all `k` steps are done.
        private void finish(int rows, int row, int panel, int width, int done) {
            if (done == b.k)
                kernel.put(aside, to[m + row], width, rows, b.n - panel * b.width, c, to, row, to[panels + panel]);
        }

        private void tile(int i, int rows, int bo, int steps, float[] start, int so, float[] c, int first, int co) {
            if (packed)
                kernel.packed(left, GemmScratch.FIRST + i / kernel.rows() * GemmKernel.TILE, rows, b.data, bo, steps, start, so, c, to,
                        first, co);
            else
                kernel.scattered(left, GemmScratch.FIRST + i * GemmKernel.STRIDE, rows, b.data, bo, steps, start, so, c, to, first, co);
        }

        private void narrowTile(int i, int rows, int bo, int steps, float[] start, int so, float[] c, int first, int co) {
            if (packed)
                kernel.narrowPacked(left, GemmScratch.FIRST + i / kernel.rows() * GemmKernel.TILE, rows, b.data, bo, steps, start, so, c,
                        to, first, co);
            else
                kernel.narrow(left, GemmScratch.FIRST + i * GemmKernel.STRIDE, rows, b.data, bo, steps, start, so, c, to, first, co);
        }
    }

    /// `c[i][j] += sum over p < k of a[p][i] * b[p][j]` for `m` by `n` elements in the calling thread, `b` being readable and `c`
    /// writable up to whole tiles of columns.
    static void addOuter(GemmKernel kernel, int m, int n, int k, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co,
            int ldc) {
        int width = kernel.columns();
        for (int j = 0; j < n; j += width) {
            boolean narrow = n - j <= kernel.narrowColumns();
            int tile = narrow ? GemmKernel.OUTER_ROWS : kernel.rows();
            for (int i = 0; i < m; i += tile)
                if (narrow) {
                    kernel.narrowOuter(a, ao + i, lda, Math.min(tile, m - i), b, bo + j, ldb, k, c, co + i * ldc + j, ldc);
                } else {
                    kernel.outer(a, ao + i, lda, Math.min(tile, m - i), b, bo + j, ldb, k, c, co + i * ldc + j, ldc);
                }
        }
    }
}
