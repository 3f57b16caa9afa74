package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import java.util.Arrays;

/// A part of an image's rows and columns, copied into work memory of the second cache with zeros where taps look beside the image. Every
/// tap then sees a pixel, every row is one run, and rows far apart in memory come to lie side by side. Many channels stay together, so that
/// memory is read in long stretches.
///
/// Taps are taken in the order of the pixels they see.
///
/// @param grid even along every axis
/// @param channels of the image
/// @param block channels of a strip, the last one may have fewer
/// @param rows of results of a strip, the last one may have fewer
/// @param columns of results of a strip, the last one may have fewer
/// @param pixel floats of a pixel in work memory: a few more than channels where pixels would compete for places in the first cache
/// @param line floats of a row in work memory
/// @param plane floats of a plane in work memory
/// @param box all taps
/// @param low the first pixel seen along depth, height and width
record DepthwiseStrip(Im2colGrid grid, int channels, int block, int rows, int columns, int pixel, int line, int plane,
        DepthwiseKernel.Box box, Low low) {
    /// What the tap that looks furthest to the front sees from position 0.
    record Low(int depth, int height, int width) {
    }

    /// Floats of work memory: most of a small second cache.
    private static final int MOST_FLOATS = 104 * 1024;
    /// Channels of a strip: as many as possible keep reads in long stretches, but many taps want long rows more.
    private static final int LARGEST_BLOCK = 256;
    private static final int LARGEST_BLOCK_OF_MANY_TAPS = 64;
    private static final int MANY_TAPS = 10;
    /// Rows of results that share what they read.
    private static final int SHARING = 4;

    /// How to cut the images of a grid, or null if even one position is too large for work memory or taps do not move evenly.
    static DepthwiseStrip of(Im2colGrid grid, int channels) {
        if (!grid.depth().isEven() || !grid.height().isEven() || !grid.width().isEven() || grid.positions() == 0)
            return null;
        int block = Math.ceilDiv(channels, Math.ceilDiv(channels, grid.taps() < MANY_TAPS ? LARGEST_BLOCK : LARGEST_BLOCK_OF_MANY_TAPS));
        block = block == channels ? channels : Math.ceilDiv(block, 16) * 16;
        int pixel = block % 32 == 0 ? block + 16 : block;
        int rows = rows(grid, pixel);
        int columns = columns(grid, pixel, rows);
        if (columns == 0)
            return null;
        int line = grid.width().reach(columns) * pixel;
        int plane = line * grid.height().reach(rows);
        var box = new DepthwiseKernel.Box(grid.depth().kernel(), next(grid.depth()) * plane, grid.height().kernel(),
                next(grid.height()) * line, grid.width().kernel(), next(grid.width()) * pixel);
        return new DepthwiseStrip(grid, channels, block, rows, columns, pixel, line, plane, box,
                new Low(grid.depth().lowest(), grid.height().lowest(), grid.width().lowest()));
    }

    /// As many rows, in whole groups that share what they read if possible, as make strips overlap least.
    private static int rows(Im2colGrid grid, int pixel) {
        int positions = grid.height().positions();
        int group = Math.min(positions, SHARING * next(grid.height()));
        int best = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int n = group; n < positions + group; n += group) {
            int rows = Math.min(n, positions);
            int columns = columns(grid, pixel, rows);
            double read = (double) grid.height().reach(rows) * grid.width().reach(columns) / ((double) rows * columns);
            if (columns > 0 && read < least) {
                least = read;
                best = rows;
            }
        }
        return best;
    }

    /// Columns that so many rows leave room for, evenly divided, in fours unless they are all.
    private static int columns(Im2colGrid grid, int pixel, int rows) {
        var width = grid.width();
        long lines = (long) grid.depth().reach(grid.depth().positions()) * grid.height().reach(rows) * pixel;
        long room = MOST_FLOATS / lines;
        if (room < width.reach(1))
            return 0;
        long most = Math.min(width.positions(), (room - width.reach(1)) / width.step() + 1);
        int even = (int) Math.ceilDiv(width.positions(), Math.ceilDiv(width.positions(), most));
        return even == width.positions() || most < SHARING ? even : (int) Math.min(most / SHARING, Math.ceilDiv(even, SHARING)) * SHARING;
    }

    /// Distance of neighbouring taps in pixels.
    static int next(Im2colAxis axis) {
        return axis.kernel() == 1 ? 1 : Math.abs(axis.origin()[1] - axis.origin()[0]);
    }

    /// Strips of an image.
    int count() {
        return Math.ceilDiv(grid.height().positions(), rows) * across() * blocks();
    }

    private int across() {
        return Math.ceilDiv(grid.width().positions(), columns);
    }

    private int blocks() {
        return Math.ceilDiv(channels, block);
    }

    private int firstRow(int index) {
        return index / blocks() / across() * rows;
    }

    private int firstColumn(int index) {
        return index / blocks() % across() * columns;
    }

    /// The first channel of strip `index`.
    int firstChannel(int index) {
        return index % blocks() * block;
    }

    /// How many channels strip `index` has.
    int channelsOf(int index) {
        return Math.min(block, channels - firstChannel(index));
    }

    /// How many rows of results strip `index` has.
    int rowsOf(int index) {
        return Math.min(rows, grid.height().positions() - firstRow(index));
    }

    /// How many columns of results strip `index` has.
    int columnsOf(int index) {
        return Math.min(columns, grid.width().positions() - firstColumn(index));
    }

    /// Copies strip `index` of image number `image` into this thread's work memory.
    float[] load(Dense images, int image, int index) {
        int planes = grid.depth().reach(grid.depth().positions());
        float[] data = GemmScratch.floats(Role.BLOCK, planes * plane);
        int first = low.height + firstRow(index) * grid.height().step();
        int end = first + plane / line - (rows - rowsOf(index)) * grid.height().step();
        for (int z = 0; z < planes; z++) {
            int sz = low.depth + z;
            for (int y = first, to = z * plane; y < end; y++, to += line) {
                if (sz < 0 || sz >= grid.depth().size() || y < 0 || y >= grid.height().size())
                    Arrays.fill(data, to, to + line, 0);
                else
                    loadLine(images, ((image * grid.depth().size() + sz) * grid.height().size() + y) * grid.width().size(), index, data,
                            to);
            }
        }
        return data;
    }

    private void loadLine(Dense images, int row, int index, float[] data, int to) {
        var width = grid.width();
        int first = low.width + firstColumn(index) * width.step();
        int pixels = line / pixel;
        int from = Math.clamp(-first, 0, pixels);
        int end = Math.clamp(width.size() - first, from, pixels);
        int at = images.offset() + (row + first + from) * channels + firstChannel(index);
        Arrays.fill(data, to, to + from * pixel, 0);
        if (end > from && pixel == channels)
            System.arraycopy(images.data(), at, data, to + from * pixel, (end - from) * pixel);
        else
            for (int p = from; p < end; p++, at += channels)
                System.arraycopy(images.data(), at, data, to + p * pixel, channelsOf(index));
        Arrays.fill(data, to + end * pixel, to + line, 0);
    }

    /// Where the first tap looks from the first position of row `row` of a strip, in plane `z` of the result.
    int at(int z, int row) {
        return z * grid.depth().step() * plane + row * grid.height().step() * line;
    }

    /// The number of the first position of row `row` of strip `index` among all of the batch.
    int position(int image, int z, int index, int row) {
        return ((image * grid.depth().positions() + z) * grid.height().positions() + firstRow(index) + row) * grid.width().positions()
                + firstColumn(index);
    }
}
