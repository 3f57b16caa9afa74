package dev.sunda.cuda.kernel;

/// Launches the kernels of a fold of `reduction.cuh`: `NAME_rows4`, `NAME_rows` or `NAME_columns`. Where a row is so long that several
/// blocks share it, the last of them joins what all have found. How the work is cut depends on the numbers of rows and places alone, so
/// that results do, too.
final class Folding {
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /// Enough blocks to fill any device; beyond half of that rows are not cut.
    static final int BLOCKS = 1024;

    /// Fewer items than this for each thread are not worth the joining.
    private static final int ITEMS = 8;

    private final Gpu gpu;
    private final String module;

    Folding(Gpu gpu, String module) {
        this.gpu = gpu;
        this.module = module;
    }

    /// How a kernel is cut: blocks of `width` times `height` threads, `chunks` of `chunk` items each.
    private record Cut(int blocks, int width, int height, int chunk, int chunks) {
        Grid grid() {
            return Grid.of(blocks, chunks, 1, width).threads(width, height);
        }
    }

    /// Folds all rows.
    ///
    /// @param stateBytes size of the fold's state
    /// @param vectors how many views, from the first on, `NAME_rows4` takes four elements at a time; 0 if there is no such kernel
    /// @param arguments of the fold
    void launch(String name, Rows rows, int stateBytes, int vectors, Object... arguments) {
        Plan plan = plan(rows, vectors);
        int chunks = plan.cut.chunks;
        if (chunks == 1) {
            launch(name, rows, plan, new long[2], arguments);
            return;
        }
        try (Scratch states = gpu.scratch((long) rows.count() * chunks * stateBytes)) {
            launch(name, rows, plan, new long[] {states.address(), gpu.tickets()}, arguments);
        }
    }

    /// @param partial `struct Partial`
    private void launch(String name, Rows rows, Plan plan, long[] partial, Object[] arguments) {
        gpu.kernel(module, name + plan.form).launch(plan.cut.grid(),
                joined(new Object[] {rows.kept().struct(), plan.places.struct(), plan.cut.chunk, partial}, arguments));
    }

    /// Launches a kernel that treats each place of each row for itself.
    void map(String name, Rows rows, int vectors, Object... arguments) {
        Plan plan = plan(rows, vectors);
        gpu.kernel(module, name + plan.form).launch(plan.cut.grid(),
                joined(new Object[] {rows.kept().struct(), plan.places.struct(), plan.cut.chunk}, arguments));
    }

    private record Plan(String form, Strided places, Cut cut) {
    }

    private static Plan plan(Rows rows, int vectors) {
        if (!rows.isRowwise())
            return new Plan("_columns", rows.places(), columnwise(rows.count(), rows.length()));
        if (vectors == 0 || !rows.hasQuarters(vectors))
            return new Plan("_rows", rows.places(), rowwise(rows.count(), rows.length(), false));
        return new Plan("_rows4", rows.places().quarters(), rowwise(rows.count(), rows.length() / 4, true));
    }

    /// Arguments of a kernel that several hands have gathered.
    static Object[] joined(Object[]... parts) {
        int count = 0;
        for (Object[] part : parts)
            count += part.length;
        var all = new Object[count];
        int to = 0;
        for (Object[] part : parts) {
            System.arraycopy(part, 0, all, to, part.length);
            to += part.length;
        }
        return all;
    }

    /// Threads side by side take places side by side: few for short rows, a warp for longer ones, a block for long ones.
    private static Cut rowwise(int rows, int items, boolean quarters) {
        int lanes = lanes(rows, items, quarters);
        int height = THREADS / lanes;
        int blocks = Grid.ceil(rows, height);
        return cut(blocks, lanes, height, items, lanes == THREADS ? chunk(blocks, items, lanes) : items);
    }

    /// How many threads fold a row.
    static int lanes(int rows, int items, boolean quarters) {
        int elements = quarters ? 4 * items : items;
        if (elements > BLOCKS || elements >= THREADS && rows < BLOCKS / 2)
            return THREADS;
        return Math.min(WARP, powerOfTwo(quarters ? items : Grid.ceil(items, 4)));
    }

    /// Threads side by side take rows side by side; some share a row.
    private static Cut columnwise(int rows, int items) {
        int height = Math.min(THREADS / Math.min(WARP, powerOfTwo(rows)), powerOfTwo(Grid.ceil(items, 4)));
        int width = Math.min(THREADS / height, powerOfTwo(rows));
        int blocks = Grid.ceil(rows, width);
        return cut(blocks, width, height, items, chunk(blocks, items, height));
    }

    private static Cut cut(int blocks, int width, int height, int items, int chunk) {
        return new Cut(blocks, width, height, chunk, Grid.ceil(items, chunk));
    }

    /// How many items of a row one block folds.
    private static int chunk(int blocks, int items, int lanes) {
        if (blocks > BLOCKS / 2)
            return items;
        int chunks = Math.min(Grid.ceil(BLOCKS, blocks), Grid.ceil(items, lanes * ITEMS));
        return (int) Math.min(items, (long) Grid.ceil(Grid.ceil(items, chunks), lanes) * lanes);
    }

    /// The smallest power of two that is not below `n`, at least 1 and at most 2^30.
    static int powerOfTwo(int n) {
        return n <= 1 ? 1 : Integer.highestOneBit(Math.min(n, 1 << 30) - 1) << 1;
    }
}
