package dev.sunda.cuda.kernel;

/// How a kernel that keeps rows in registers is launched: a power of two of threads for each row, which hold it in `SLOTS` items each.
///
/// @param variant of the kernel: the type of an item and the slots of a thread
/// @param places in items
record RowGrid(String variant, Strided places, Grid grid) {
    private static final int THREADS = 256;
    private static final int MOST_THREADS = 1024;
    private static final int SLOTS = 4;
    private static final int WARP = 32;

    /// The grid for rows that fit into registers, else null.
    ///
    /// @param vectors how many views, from the first on, must allow it for items to be four elements
    static RowGrid of(Rows rows, boolean wide, int vectors) {
        if (!rows.isRowwise())
            return null;
        if (!wide && rows.hasQuarters(vectors))
            return quarters(rows, rows.places().quarters());
        if (rows.length() > MOST_THREADS * SLOTS)
            return null;
        return grid(wide ? "f64_4" : "f32_4", rows, rows.places(), Folding.powerOfTwo(Grid.ceil(rows.length(), SLOTS)));
    }

    private static RowGrid quarters(Rows rows, Strided places) {
        int items = places.numel();
        if (items <= WARP)
            return grid("f32x4_1", rows, places, Folding.powerOfTwo(items));
        if (items > WARP * SLOTS && items <= 2 * WARP * SLOTS)       // up to 1,024 elements are the business of a warp
            return grid("f32x4_8", rows, places, WARP);
        return items > MOST_THREADS * SLOTS ? null : grid("f32x4_4", rows, places, Folding.powerOfTwo(Grid.ceil(items, SLOTS)));
    }

    private static RowGrid grid(String variant, Rows rows, Strided places, int lanes) {
        int height = lanes > WARP ? 1 : THREADS / lanes;                 // more than a warp has the block for itself
        return new RowGrid(variant, places, Grid.of(Grid.ceil(rows.count(), height), 1).threads(lanes, height));
    }
}
