package dev.sunda.core.cpu;

import java.util.Arrays;
import java.util.stream.IntStream;

/// The four by four results that a Winograd convolution computes together, and the six by six pixels they see. With a dilation `d` a tile
/// takes every `d`-th row and column. A strip is a row of tiles across a plane of an image; strips that differ in their plane alone follow
/// one another, so that they meet the taps along the depth of a volume at constant distances.
///
/// @param grid three by three taps in each plane, all steps 1
/// @param batch images
/// @param rows the first row of the results of each strip of a plane
/// @param columns the first column of the results of each tile of a strip
/// @param rowDistance rows from one tap to the next
/// @param columnDistance columns from one tap to the next
/// @param top the row that the first tap sees from row 0
/// @param left the column that the first tap sees from column 0
record WinogradTiles(Im2colGrid grid, int batch, int[] rows, int[] columns, int rowDistance, int columnDistance, int top, int left) {
    /// Results along an edge of a tile.
    static final int RESULTS = 4;
    /// Pixels along an edge of what a tile sees.
    static final int PIXELS = 6;
    /// Fewer channels leave too little work between the transforms, fewer tiles do not pay for the transform of the weights.
    private static final int LEAST_CHANNELS = 16;
    private static final int LEAST_TILES = 48;
    /// Planes from the first to the last that a plane of results sees: transformed ones between them have to be kept.
    private static final int MOST_PLANES = 5;

    static WinogradTiles of(Im2colGrid grid, int batch) {
        return new WinogradTiles(grid, batch, starts(grid.height()), starts(grid.width()), distance(grid.height()),
                distance(grid.width()), grid.height().lowest(), grid.width().lowest());
    }

    /// Whether there are such tiles at all.
    static boolean fits(Im2colGrid grid) {
        return grid.depth().isEven() && grid.depth().step() == 1 && fits(grid.height()) && fits(grid.width());
    }

    private static boolean fits(Im2colAxis axis) {
        if (axis.kernel() != 3 || !axis.isEven() || axis.step() != 1)
            return false;
        int[] order = axis.ascending();
        return axis.origin()[order[1]] - axis.origin()[order[0]] == axis.origin()[order[2]] - axis.origin()[order[1]];
    }

    /// Whether the transforms and the results beyond the borders cost less than the multiplications they save.
    static boolean pays(Im2colGrid grid, int batch, int channels, int resultChannels) {
        if (!fits(grid) || Math.min(channels, resultChannels) < LEAST_CHANNELS || grid.depth().reach(1) > MOST_PLANES)
            return false;
        var tiles = of(grid, batch);
        long results = (long) batch * grid.positions();
        return tiles.count() >= LEAST_TILES && (long) tiles.count() * RESULTS * RESULTS <= 2 * results;
    }

    private static int[] starts(Im2colAxis axis) {
        int every = distance(axis);
        return IntStream.range(0, Math.min(every, axis.positions())).flatMap(phase -> IntStream
                .iterate(phase, p -> p < axis.positions(), p -> p + RESULTS * every)).toArray();
    }

    /// Pixels between taps.
    private static int distance(Im2colAxis axis) {
        int[] order = axis.ascending();
        return axis.origin()[order[1]] - axis.origin()[order[0]];
    }

    /// Planes of results of an image, which are as many strips in a row.
    int planes() {
        return grid.depth().positions();
    }

    /// Strips of the batch.
    int strips() {
        return batch * rows.length * planes();
    }

    /// Number of the plane of a strip, counted over the batch.
    int plane(int strip) {
        return strip / planes() / rows.length * planes() + strip % planes();
    }

    /// The first row of the results of a strip.
    int row(int strip) {
        return rows[strip / planes() % rows.length];
    }

    /// For each tap along the depth how many planes it looks behind the one that looks furthest to the front, in ascending order.
    int[] shifts() {
        int[] shifts = grid.depth().origin().clone();
        Arrays.sort(shifts);
        for (int i = shifts.length - 1; i >= 0; i--)
            shifts[i] -= shifts[0];
        return shifts;
    }

    /// Tiles of a strip.
    int across() {
        return columns.length;
    }

    int count() {
        return strips() * across();
    }

    /// The taps as the transform of the weights wants them.
    int[] order() {
        return Patches.order(grid);
    }

    /// Numbers of work memory that [WinogradStrips] takes.
    int workSize(int channels) {
        return 2 * PIXELS * pixels(PIXELS) * channels;
    }

    /// Pixels of a line that a strip sees, with so many along the edge of a tile.
    int pixels(int edge) {
        int last = 0;
        for (int column : columns)
            last = Math.max(last, column);
        return last + (edge - 1) * columnDistance + 1;
    }

    /// Where transformed planes are put: plane `(i, j)` of tile `t` at `(i / together * 6 + j) * plane + i % together * count + t * tile`.
    ///
    /// @param together planes of a tile that lie side by side
    record Places(int plane, int tile, int together) {
        int of(int i, int tile, int count) {
            return i / together * PIXELS * plane + i % together * count + tile * this.tile;
        }
    }

    /// The pixels that a strip sees through the first tap along the depth, or `shift` planes behind it.
    Lines seen(int strip, int shift) {
        int depth = grid.depth().size();
        int z = strip % planes() + grid.depth().lowest() + shift;
        int height = z < 0 || z >= depth ? 0 : grid.height().size();
        return new Lines((strip / planes() / rows.length * depth + z) * grid.height().size(), height, row(strip) + top,
                grid.width().size(), left);
    }

    /// The results of a strip.
    Lines results(int strip) {
        int height = grid.height().positions();
        return new Lines(plane(strip) * height, height, row(strip), grid.width().positions(), 0);
    }

    /// What a strip is about of a plane of an image.
    ///
    /// @param first number of the first line of the plane, counted over the batch
    /// @param height lines of the plane; 0 if it is not there
    /// @param row the first line that counts, perhaps before the plane
    /// @param width pixels of a line of the plane
    /// @param column the first pixel that counts, perhaps before the line
    record Lines(int first, int height, int row, int width, int column) {
        /// How many of the first `n` pixels lie before the line.
        int before(int n) {
            return Math.min(n, Math.max(0, -column));
        }

        /// How many of `n` pixels lie in a line, `down` lines below the first one.
        int within(int down, int n) {
            int y = row + down;
            return y < 0 || y >= height ? 0 : Math.clamp(n - before(n), 0, Math.max(0, width - Math.max(0, column)));
        }

        /// Number of the first of them, counted over the batch.
        int pixel(int down) {
            return (first + row + down) * width + Math.max(0, column);
        }
    }
}
