package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Layouts.Dense;
import java.util.Arrays;

/// The positions of a convolution cut into boxes of neighbouring rows and columns. What the taps of a box see is copied once, with zeros
/// where there is no pixel; then the patch of every position is a few contiguous pieces at the same distances from each other, and no
/// patch has to be written out.
///
/// @param grid positions and taps, all axes even
/// @param channels of a pixel that take part
/// @param rows of a box, at most
/// @param columns of a box, at most
record ConvBlocks(Im2colGrid grid, int batch, int channels, int rows, int columns) {
    /// Floats that stay in a small second cache.
    static final int CACHE_FLOATS = 48 * 1024;
    private static final int LEAST_COLUMNS = 32;

    /// A part of one plane of one image.
    record Box(int image, int z, int y, int x, int rows, int columns) {
        int positions() {
            return rows * columns;
        }
    }

    /// Boxes of about `positions` positions, smaller where the pixels they see would not stay in cache.
    static ConvBlocks of(Im2colGrid grid, int batch, int channels, int positions) {
        int columns = Math.max(1, grid.width().positions());
        while (columns > LEAST_COLUMNS && (columns > positions || floats(grid, channels, 1, columns) > CACHE_FLOATS))
            columns = Math.ceilDiv(columns, 2);
        int height = Math.max(1, grid.height().positions());
        int rows = Math.clamp(positions / columns, 1, height);
        while (rows > 1 && floats(grid, channels, rows, columns) > CACHE_FLOATS)
            rows--;
        return new ConvBlocks(grid, batch, channels, Math.ceilDiv(height, Math.ceilDiv(height, rows)), columns);
    }

    /// The same boxes, of pixels with `count` channels.
    ConvBlocks withChannels(int count) {
        return new ConvBlocks(grid, batch, count, rows, columns);
    }

    /// Whether the taps move evenly and lie so near each other that a copy of all between them pays.
    static boolean fits(Im2colGrid grid, int channels) {
        return channels > 0 && grid.depth().isEven() && grid.height().isEven() && grid.width().isEven() && grid.taps() > 0
                && floats(grid, channels, 1, Math.min(LEAST_COLUMNS, grid.width().positions())) <= 2L * CACHE_FLOATS;
    }

    private static long floats(Im2colGrid grid, int channels, int rows, int columns) {
        return (long) grid.depth().kernel() * grid.height().reach(rows) * grid.width().reach(columns) * channels;
    }

    int count() {
        return Math.multiplyExact(batch, grid.depth().positions() * ofPlane());
    }

    private int ofPlane() {
        return Math.ceilDiv(grid.height().positions(), rows) * Math.ceilDiv(grid.width().positions(), columns);
    }

    Box box(int index) {
        int across = Math.ceilDiv(grid.width().positions(), columns);
        int plane = index / ofPlane();
        int y = index % ofPlane() / across * rows;
        int x = index % across * columns;
        return new Box(plane / grid.depth().positions(), plane % grid.depth().positions(), y, x,
                Math.min(rows, grid.height().positions() - y), Math.min(columns, grid.width().positions() - x));
    }

    /// Number, counted over the batch, of the first position of a row of a box.
    int position(Box box, int row) {
        return ((box.image * grid.depth().positions() + box.z) * grid.height().positions() + box.y + row) * grid.width().positions()
                + box.x;
    }

    /// Pixels that one box sees, at most.
    int pixels() {
        return grid.depth().kernel() * lines() * width();
    }

    /// Lines of pixels of one tap along the depth.
    int lines() {
        return grid.height().reach(rows);
    }

    /// Pixels of a line.
    int width() {
        return grid.width().reach(columns);
    }

    /// The taps in the order of [#offsets].
    int[] order() {
        return order(grid);
    }

    /// The taps of an even grid in the order in which they look at pixels.
    static int[] order(Im2colGrid grid) {
        int[] order = new int[grid.taps()];
        int n = 0;
        for (int kz : grid.depth().ascending())
            for (int ky : grid.height().ascending())
                for (int kx : grid.width().ascending())
                    order[n++] = (kz * grid.height().kernel() + ky) * grid.width().kernel() + kx;
        return order;
    }

    /// Where taps look from the first position of a box, in pixels; one number a line of taps if `merged`, else one a tap.
    int[] offsets(boolean merged) {
        int[] offsets = new int[merged ? grid.taps() / grid.width().kernel() : grid.taps()];
        int n = 0;
        for (int kz : grid.depth().ascending())
            for (int ky : grid.height().ascending()) {
                int line = (kz * lines() + grid.height().origin()[ky] - grid.height().lowest()) * width();
                if (merged)
                    offsets[n++] = line;
                else
                    for (int kx : grid.width().ascending())
                        offsets[n++] = line + grid.width().origin()[kx] - grid.width().lowest();
            }
        return offsets;
    }

    /// Receives the pixels of a box line by line.
    private interface Lines {
        /// @param line number of the line within the box
        /// @param pixel number of the first pixel within the line that there is
        /// @param n pixels from there on
        /// @param from number of the pixel in the batch
        void line(int line, int pixel, int n, int from);
    }

    private void visit(Box box, Lines visitor) {
        int first = grid.width().lowest() + box.x * grid.width().step();
        int left = Math.clamp(-first, 0, width());
        int n = Math.max(0, Math.min(width(), grid.width().size() - first) - left);
        for (int kz = 0; kz < grid.depth().kernel(); kz++) {
            int z = grid.depth().at(box.z, kz);
            for (int l = 0; l < lines(); l++) {
                int y = grid.height().lowest() + box.y * grid.height().step() + l;
                boolean there = z >= 0 && y >= 0 && y < grid.height().size();
                int row = (box.image * grid.depth().size() + z) * grid.height().size() + y;
                visitor.line(kz * lines() + l, left, there ? n : 0, there && n > 0 ? row * grid.width().size() + first + left : 0);
            }
        }
    }

    /// Copies what a box sees to `at`, pixel after pixel.
    void load(Box box, Dense images, int imageChannels, int firstChannel, float[] to, int at) {
        float[] from = images.data();
        int length = width() * channels;
        visit(box, (line, pixel, n, source) -> {
            int begin = at + line * length;
            int end = begin + (pixel + n) * channels;
            int in = images.offset() + source * imageChannels + firstChannel;
            Arrays.fill(to, begin, begin + pixel * channels, 0);
            if (imageChannels == channels && n > 0)
                System.arraycopy(from, in, to, begin + pixel * channels, n * channels);
            else
                for (int p = 0; p < n; p++)
                    System.arraycopy(from, in + p * imageChannels, to, begin + (pixel + p) * channels, channels);
            Arrays.fill(to, end, begin + length, 0);
        });
    }

    /// The same for channels `first` to `first + count - 1` of the batch, at most a tile's columns; each pixel is filled up to these with
    /// zeros.
    void loadColumns(ConvKernel kernel, Box box, Dense images, int imageChannels, int first, int count, float[] to, int at) {
        int tile = kernel.columns();
        float[] from = images.data();
        int length = width() * tile;
        visit(box, (line, pixel, n, source) -> {
            int begin = at + line * length;
            int middle = begin + pixel * tile;
            int in = images.offset() + source * imageChannels + first;
            Arrays.fill(to, begin, middle, 0);
            if (count == tile)
                kernel.gather(from, in, imageChannels, n, to, middle);
            else
                for (int p = 0; p < n; p++) {
                    System.arraycopy(from, in + p * imageChannels, to, middle + p * tile, count);
                    Arrays.fill(to, middle + p * tile + count, middle + (p + 1) * tile, 0);
                }
            Arrays.fill(to, middle + n * tile, begin + length, 0);
        });
    }
}
