package dev.sunda.core.cpu;

import java.util.Arrays;

/// What the positions of a convolution see, as a matrix: row `i` holds for every tap of position `i` (counted over the batch) the channels
/// of the pixel under it, zeros where there is none.
///
/// @param grid positions and taps, all axes even
/// @param together taps along the width that make one piece, because they see neighbouring pixels whole
record Patches64(Im2colGrid grid, Image64 x, int together) implements Matrix64 {
    Patches64(Im2colGrid grid, Image64 x) {
        this(grid, x, x.count() == x.channels() && areNeighbours(grid.width().origin()) ? Math.max(1, grid.width().kernel()) : 1);
    }

    private static boolean areNeighbours(int[] origin) {
        for (int k = 1; k < origin.length; k++)
            if (origin[k] != origin[k - 1] + 1)
                return false;
        return true;
    }

    @Override
    public void copy(int row, int rows, int column, int columns, double[] to, int at, int distance) {
        int length = together * x.count();
        for (int done = 0; done < columns;) {
            int first = (column + done) % length;
            int n = Math.min(length - first, columns - done);
            piece((column + done) / length * together, first, n, row, row + rows, to, at + done, distance);
            done += n;
        }
    }

    /// The `n` numbers from `first` on of a piece that begins with tap `tap`, for the positions `from` to `to - 1`.
    private void piece(int tap, int first, int n, int from, int to, double[] out, int at, int distance) {
        var width = grid.width();
        int origin = width.origin()[tap % width.kernel()];
        int ky = tap / width.kernel() % grid.height().kernel();
        int kz = tap / width.kernel() / grid.height().kernel();
        int columns = width.positions();
        int whole = Math.ceilDiv(-origin, width.step());
        int end = Math.floorDiv(width.size() - together - origin, width.step()) + 1;
        for (int position = from; position < to;) {
            int row = position / columns;
            int x0 = position - row * columns;
            int x1 = Math.min(columns, x0 + to - position);
            int line = line(row, kz, ky);
            int a = line < 0 ? x1 : Math.clamp(whole, x0, x1);
            int b = Math.clamp(end, a, x1);
            clipped(line, origin, x0, a, first, n, out, at, distance);
            pixels(x.at(line + origin + a * width.step()) + first, width.step() * x.channels(), n, out, at + (a - x0) * distance, distance,
                    b - a);
            clipped(line, origin, b, x1, first, n, out, at + (b - x0) * distance, distance);
            at += (x1 - x0) * distance;
            position += x1 - x0;
        }
    }

    /// Number of the first pixel of the line that a row of positions sees through some taps, counted over the batch; -1 if there is none.
    private int line(int row, int kz, int ky) {
        int sz = grid.depth().at(row % grid.rows() / grid.height().positions(), kz);
        int sy = grid.height().at(row % grid.height().positions(), ky);
        if (sz < 0 || sy < 0)
            return -1;
        return ((row / grid.rows() * grid.depth().size() + sz) * grid.height().size() + sy) * grid.width().size();
    }

    private void pixels(int from, int step, int n, double[] out, int at, int distance, int positions) {
        if (n == 1)
            for (int p = 0; p < positions; p++)
                out[at + p * distance] = x.data()[from + p * step];
        else
            for (int p = 0; p < positions; p++)
                Matrix64.stretch(x.data(), from + p * step, out, at + p * distance, n);
    }

    /// For the positions of the columns `from` to `to - 1`, which see some pixels of the piece or none.
    private void clipped(int line, int origin, int from, int to, int first, int n, double[] out, int at, int distance) {
        for (int column = from; column < to; column++, at += distance) {
            int pixel = origin + column * grid.width().step();
            int begin = line < 0 ? first + n : Math.clamp((long) -pixel * x.count(), first, first + n);
            int end = Math.clamp((long) (grid.width().size() - pixel) * x.count(), begin, first + n);
            Arrays.fill(out, at, at + begin - first, 0);
            for (int j = begin; j < end; j++)
                out[at + j - first] = x.data()[x.at(line + pixel) + j];
            Arrays.fill(out, at + end - first, at + n, 0);
        }
    }
}
