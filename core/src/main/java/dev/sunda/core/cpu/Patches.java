package dev.sunda.core.cpu;

import java.util.Arrays;

/// The patches that the positions of a convolution see, as rows of a matrix: taps in the order in which they look at pixels, in each the
/// channels, zeros where a tap sees no pixel. The matrix is never written out; pieces of its rows are contiguous in channels-last images.
final class Patches implements GemmRows {
    private static final int TILES = 20;

    private final GemmKernel kernel;
    private final Im2colGrid grid;
    private final Image image;
    private final int[] depth;
    private final int[] height;
    private final int[] width;
    /// Taps along the width that make one piece: all of them if they see neighbouring pixels whole, else one.
    private final int together;
    /// For each piece of a row of taps the first column whose position sees all of it, and the column after the last.
    private final int[] first;
    private final int[] end;
    /// Whether each position sees the pixel of its own number and nothing else.
    private final boolean identity;

    /// @param grid all axes even
    Patches(GemmKernel kernel, Im2colGrid grid, Image image) {
        this.kernel = kernel;
        this.grid = grid;
        this.image = image;
        depth = sorted(grid.depth());
        height = sorted(grid.height());
        width = sorted(grid.width());
        identity = grid.isIdentity();
        together = grid.width().isSolid() && image.count() == image.channels() ? Math.max(1, width.length) : 1;
        int step = grid.width().step();
        first = new int[width.length / together];
        end = new int[first.length];
        for (int i = 0; i < first.length; i++) {
            first[i] = Math.ceilDiv(-width[i * together], step);
            end[i] = Math.floorDiv(grid.width().size() - together - width[i * together], step) + 1;
        }
    }

    private static int[] sorted(Im2colAxis axis) {
        int[] origin = axis.origin().clone();
        Arrays.sort(origin);
        return origin;
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

    /// Whether each position sees the pixel of its own number and nothing else.
    boolean isIdentity() {
        return identity;
    }

    Image image() {
        return image;
    }

    /// Enough rows for long runs of neighbours.
    @Override
    public int tiles() {
        return TILES;
    }

    @Override
    public void load(int first, int rows, int p, int steps, float[] to, int out) {
        load(first, rows, p, steps, to, out, GemmKernel.STRIDE);
    }

    /// The same with rows `distance` apart: at least `steps` and [GemmKernel#slack], or less where pieces [#endWithin] it.
    void load(int first, int rows, int p, int steps, float[] to, int out, int distance) {
        if (identity) {
            kernel.copy(image.memory().data(), image.at(first) + p, image.channels(), rows, steps, to, out, distance);
            return;
        }
        int columns = grid.width().positions();
        for (int position = first; position < first + rows;) {
            int x = position % columns;
            int n = Math.min(columns - x, first + rows - position);
            neighbours(position / columns, x, n, p, p + steps, to, out + (position - first) * distance, distance);
            position += n;
        }
    }

    /// Copies as many columns as a tile has, `p` and following, of the rows `first` to `first + rows - 1` to lie side by side, as far as
    /// there
    /// are that many; two more rows of `to` may be overwritten. Does nothing and returns false where they belong to more than two pieces.
    boolean loadPanel(int first, int rows, int p, float[] to, int out) {
        int width = kernel.columns();
        int until = Math.min(p + width, grid.taps() * image.count());
        int split = length() - p % length();
        if (endWithin(p, until, width)) {
            load(first, rows, p, until - p, to, out, width);
            return true;
        }
        if (split + length() < until - p)
            return false;
        int columns = grid.width().positions();
        for (int position = first; position < first + rows;) {
            int x = position % columns;
            int n = Math.min(columns - x, first + rows - position);
            pairs(position / columns, x, n, p, until, split, to, out + (position - first) * width);
            position += n;
        }
        return true;
    }

    /// Whether the pieces of the elements `from` to `until - 1`, copied in whole vectors, end before `distance`.
    private boolean endWithin(int from, int until, int distance) {
        int vector = kernel.slack() + 1;
        for (int at = from; at < until;) {
            int end = Math.min(until, at - at % length() + length());
            if (at - from + Math.ceilDiv(end - at, vector) * vector > distance)
                return false;
            at = end;
        }
        return true;
    }

    /// Floats of a piece.
    private int length() {
        return together * image.count();
    }

    /// The first pixel of a piece relative to a position.
    private int origin(int piece) {
        return width[piece % first.length * together];
    }

    /// The line of the images, counted over the batch, in which positions of a row see a piece; -1 if there is none.
    private int line(int row, int piece) {
        int above = piece / first.length;
        int plane = row / grid.height().positions();
        int z = plane % grid.depth().positions() * grid.depth().step() + depth[above / height.length];
        int y = row % grid.height().positions() * grid.height().step() + height[above % height.length];
        if (z < 0 || z >= grid.depth().size() || y < 0 || y >= grid.height().size())
            return -1;
        return (plane / grid.depth().positions() * grid.depth().size() + z) * grid.height().size() + y;
    }

    /// The first of `n` positions from column `x` on that see all of a piece.
    private int begin(int piece, int x, int n) {
        return Math.clamp(first[piece % first.length] - x, 0, n);
    }

    /// The position after the last of them, at least `begin`.
    private int end(int piece, int x, int n, int begin) {
        return Math.clamp(end[piece % end.length] - x, begin, n);
    }

    /// Where the first float of a piece lies that the position in column `x` sees in a line.
    private int source(int line, int piece, int x) {
        return image.at(line * grid.width().size() + origin(piece) + x * grid.width().step());
    }

    /// The elements `from` to `until - 1` of the patches of `n` positions of one row, from column `x` on.
    private void neighbours(int row, int x, int n, int from, int until, float[] to, int at, int distance) {
        for (int piece = from / length(); piece * length() < until; piece++) {
            int begin = Math.max(from, piece * length());
            int end = Math.min(until, (piece + 1) * length());
            int out = at + begin - from;
            int line = line(row, piece);
            if (line < 0)
                for (int i = 0; i < n; i++)
                    Arrays.fill(to, out + i * distance, out + i * distance + end - begin, 0);
            else
                pieces(line, piece, x, n, begin - piece * length(), end - piece * length(), to, out, distance);
        }
    }

    /// The elements `from` to `until - 1` of a piece of `n` positions.
    private void pieces(int line, int piece, int x, int n, int from, int until, float[] to, int at, int distance) {
        int begin = begin(piece, x, n);
        int end = end(piece, x, n, begin);
        for (int i = 0; i < begin; i++)
            clipped(line, origin(piece) + (x + i) * grid.width().step(), from, until, to, at + i * distance);
        kernel.copy(image.memory().data(), source(line, piece, x + begin) + from, grid.width().step() * image.channels(), end - begin,
                until - from, to, at + begin * distance, distance);
        for (int i = end; i < n; i++)
            clipped(line, origin(piece) + (x + i) * grid.width().step(), from, until, to, at + i * distance);
    }

    /// A piece from pixel `pixel` on of which some lies outside of the line.
    private void clipped(int line, int pixel, int from, int until, float[] to, int at) {
        int count = image.count();
        int begin = Math.clamp((long) -pixel * count, from, until);
        int end = Math.clamp((long) (grid.width().size() - pixel) * count, begin, until);
        Arrays.fill(to, at, at + begin - from, 0);
        if (begin < end)
            System.arraycopy(image.memory().data(), image.at(line * grid.width().size() + pixel) + begin, to, at + begin - from,
                    end - begin);
        Arrays.fill(to, at + end - from, at + until - from, 0);
    }

    /// The elements `from` to `until - 1`, which belong to two pieces, of `n` positions; `split` of them to the first piece.
    private void pairs(int row, int x, int n, int from, int until, int split, float[] to, int at) {
        int width = kernel.columns();
        int piece = from / length();
        int first = line(row, piece);
        int second = line(row, piece + 1);
        int step = grid.width().step() * image.channels();
        float[] data = image.memory().data();
        int begin = n;
        int end = n;
        if (first >= 0 && second >= 0) {
            begin = Math.max(begin(piece, x, n), begin(piece + 1, x, n));
            end = Math.min(end(piece, x, n, 0), end(piece + 1, x, n, 0));
            int last = Math.max(source(first, piece, x) + from % length(), source(second, piece + 1, x)) + width;
            while (end > begin && last + (end - 1) * step > data.length)
                end--;
        }
        end = Math.max(begin, end);
        for (int i = 0; i < begin; i++)
            neighbours(row, x + i, 1, from, until, to, at + i * width, width);
        if (begin < end)
            kernel.copyPairs(data, source(first, piece, x + begin) + from % length(), source(second, piece + 1, x + begin), step,
                    end - begin,
                    split, to, at + begin * width);
        for (int i = end; i < n; i++)
            neighbours(row, x + i, 1, from, until, to, at + i * width, width);
    }
}
