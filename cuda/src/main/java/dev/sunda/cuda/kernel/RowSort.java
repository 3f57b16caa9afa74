package dev.sunda.cuda.kernel;

import dev.sunda.core.type.DType;

/// Stable order of the elements of rows of any type and stride: `sort.cu`. Short rows are sorted in one kernel, long ones by their digits.
///
/// Rows are found by a walk over three views, of which the last is sorted and the first may be written.
final class RowSort {
    private static final int MAX_ROW_32 = 4096;
    private static final int MAX_ROW_64 = 2048;
    /// Elements of a thread, and of the smallest block.
    private static final int ITEMS = 8;
    private static final int SMALL_TILE = 1024;
    private static final int MIN_LOG = 5;
    private static final int THREADS = 256;
    private static final int DIGITS = 256;
    private static final int DIGIT_BITS = 8;
    /// Elements sorted at once, so that intermediate results stay small beside the tensor.
    private static final int BATCH = 1 << 26;
    /// The code of an index among the types, which have their ordinals else; see `enum Type`.
    private static final int INDEX = 5;

    private final Gpu gpu;
    private final Strided walk;
    private final int n;
    private final int step;
    private final boolean wide;
    private final int bits;
    private final int[] source;

    private RowSort(Gpu gpu, Strided walk, int n, int step, boolean wide, int bits, int[] source) {
        this.gpu = gpu;
        this.walk = walk;
        this.n = n;
        this.step = step;
        this.wide = wide;
        this.bits = bits;
        this.source = source;
    }

    /// Elements in ascending order, NaN last, or in descending order.
    ///
    /// @param n elements of a row, at least 1
    /// @param step between neighbours
    static RowSort elements(Gpu gpu, Strided walk, DType dtype, int n, int step, boolean descending) {
        boolean wide = dtype.bytes() == 8;
        int type = switch (dtype) {
            case BOOL -> 0;
            case I32 -> 1;
            case I64 -> 2;
            case F32 -> 3;
            case F64 -> 4;
        };
        int bits = dtype == DType.BOOL ? 1 : 8 * dtype.bytes();
        return new RowSort(gpu, walk, n, step, wide, bits, source(walk.address(2), type, descending ? 1 : 0, 0, 0, 0));
    }

    /// Indices below `limit`. One outside is reported under `code` and comes last, with the key `limit`.
    static RowSort indices(Gpu gpu, Strided walk, int n, int step, int limit, int code) {
        int bits = 32 - Integer.numberOfLeadingZeros(limit);
        return new RowSort(gpu, walk, n, step, false, bits, source(walk.address(2), INDEX, 0, limit, code, gpu.faults().address()));
    }

    /// `struct Source` of sort.cu.
    private static int[] source(long x, int type, int descending, int limit, int code, long fault) {
        return new int[] {(int) x, (int) (x >> 32), type, descending, limit, code, (int) fault, (int) (fault >> 32)};
    }

    /// Sorted rows in the making: what comes after them is launched while their memory is there.
    interface Sorted {
        /// @param row the first row
        /// @param rows how many
        /// @param keys `[rows, n]`, `uint32`: of indices only, in order
        /// @param places `[rows, n]`, `int32`
        void use(int row, int rows, long keys, long places);
    }

    /// Writes the first `count` places of each row to the first view of the walk, whose neighbours are `outStep` apart.
    void write(int count, int outStep) {
        if (isShort()) {
            block(0, walk.numel(), result(walk.address(0), 0, 0, count, outStep));
            return;
        }
        each((row, rows, _, places) -> gpu.kernel("sort", "sort_first").launch(Grid.over(rows * count), places, walk.address(0), n, count,
                outStep, row, rows, walk.struct()));
    }

    /// Hands over sorted rows, some at a time.
    void each(Sorted then) {
        int most = Math.max(1, BATCH / n);
        for (int row = 0; row < walk.numel(); row += most) {
            int rows = Math.min(most, walk.numel() - row);
            if (isShort())
                inBlocks(row, rows, then);
            else
                byDigits(row, rows, then);
        }
    }

    private boolean isShort() {
        return n <= (wide ? MAX_ROW_64 : MAX_ROW_32);
    }

    private void inBlocks(int row, int rows, Sorted then) {
        try (Scratch keys = gpu.scratch(4L * rows * n); Scratch places = gpu.scratch(4L * rows * n)) {
            block(row, rows, result(0, wide ? 0 : keys.address(), places.address(), n, 0));
            then.use(row, rows, keys.address(), places.address());
        }
    }

    /// `struct Result` of sort.cu.
    private static int[] result(long out, long keys, long places, int count, int step) {
        return new int[] {(int) out, (int) (out >> 32), (int) keys, (int) (keys >> 32), (int) places, (int) (places >> 32), count, step};
    }

    private void block(int row, int rows, int[] result) {
        int log = Math.max(MIN_LOG, 32 - Integer.numberOfLeadingZeros(n - 1));
        int tile = Math.max(SMALL_TILE, 1 << log);
        Grid grid = Grid.of(Grid.ceil(rows, tile >> log), tile / ITEMS).shared(tile * (wide ? 12 : 8));
        gpu.kernel("sort", "sort_block" + suffix()).launch(grid, source, result, n, log, step, row, rows, walk.struct());
    }

    private void byDigits(int row, int rows, Sorted then) {
        long total = (long) rows * n;
        int keyBytes = wide ? 8 : 4;
        int chunk = THREADS * (wide ? 8 : 12);
        int chunks = Grid.ceil(n, chunk);
        try (Scratch keys = gpu.scratch(total * keyBytes);
                Scratch otherKeys = gpu.scratch(total * keyBytes);
                Scratch places = gpu.scratch(4 * total);
                Scratch otherPlaces = gpu.scratch(4 * total);
                Scratch counts = gpu.scratch(4L * rows * DIGITS * chunks);
                Scratch totals = gpu.scratch(4L * rows * DIGITS)) {
            gpu.kernel("sort", "sort_keys" + suffix()).launch(Grid.over((int) total), source, keys, n, step, row, rows, walk.struct());
            Grid grid = Grid.of(chunks, rows, 1, THREADS);
            long fromKeys = keys.address(), toKeys = otherKeys.address(), fromPlaces = 0, toPlaces = places.address();
            for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
                gpu.kernel("sort", "sort_count" + suffix()).launch(grid, fromKeys, counts, n, shift);
                gpu.kernel("sort", "sort_sum").launch(Grid.of(rows * DIGITS, THREADS), counts, totals, chunks);
                gpu.kernel("sort", "sort_move" + suffix()).launch(grid, fromKeys, fromPlaces, toKeys, toPlaces, counts, totals, n, shift);
                long swap = fromKeys;
                fromKeys = toKeys;
                toKeys = swap;
                fromPlaces = toPlaces;
                toPlaces = toPlaces == places.address() ? otherPlaces.address() : places.address();
            }
            then.use(row, rows, fromKeys, fromPlaces);
        }
    }

    private String suffix() {
        return wide ? "_64" : "_32";
    }
}
