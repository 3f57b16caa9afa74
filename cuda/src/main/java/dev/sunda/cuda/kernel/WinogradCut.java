package dev.sunda.cuda.kernel;

/// Tiles and slices of the products of [Winograd]: they suit a GPU with [GemmConvolution#MULTIPROCESSORS], and depend on sizes alone.
final class WinogradCut {
    private static final int LARGE = 128;
    private static final int SMALL = 64;
    private static final int LARGE_EACH = 2;                         // blocks that a multiprocessor runs at a time
    private static final int SMALL_EACH = 4;
    private static final double SMALL_WORK = 0.525;                  // of a step of so many small tiles, beside as many large ones
    private static final double PART = 0.75;                         // of a round for less than half of the blocks of one
    private static final double WEIGHTS = 1 << 16;                   // that are added up in the time of a step
    private static final int LEAST_SLICE = 64;
    private static final int MOST_SLICES = 64;

    private WinogradCut() {
    }

    /// Rows and columns of the tiles of products that add up in one piece.
    static int side(int m, int n) {
        return rounds(LARGE, m, n, 1) <= SMALL_WORK * rounds(SMALL, m, n, 1) ? LARGE : SMALL;
    }

    /// Rows and columns of the tiles of products that are cut into slices.
    static int slicedSide(int m, int n) {
        return Math.min(m, n) > SMALL ? LARGE : SMALL;
    }

    /// How many blocks share the `k` steps of a tile, so that the products and the additions after them take the least time.
    static int slices(int m, int n, int k) {
        int best = 1;
        for (int slices = 2; slices <= Math.min(MOST_SLICES, k / LEAST_SLICE); slices++)
            if (time(m, n, k, slices) < time(m, n, k, best))
                best = slices;
        return best;
    }

    /// In steps of a round of large tiles.
    private static double time(int m, int n, int k, int slices) {
        int side = slicedSide(m, n);
        double work = side == LARGE ? 1 : SMALL_WORK;
        return rounds(side, m, n, slices) * Grid.ceil(k, slices) * work + slices * (double) WinogradTiles.PLANES * m * n / WEIGHTS;
    }

    /// How often the GPU is filled with blocks.
    private static double rounds(int side, int m, int n, int slices) {
        long blocks = (long) WinogradTiles.PLANES * Grid.ceil(m, side) * Grid.ceil(n, side) * slices;
        int each = GemmConvolution.MULTIPROCESSORS * (side == LARGE ? LARGE_EACH : SMALL_EACH);
        long rest = blocks % each;
        return blocks / each + (rest == 0 ? 0 : 2 * rest <= each ? PART : 1);
    }
}
