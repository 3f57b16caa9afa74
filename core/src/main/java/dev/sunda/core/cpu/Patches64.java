package dev.sunda.core.cpu;

import java.util.Arrays;

/// What the positions of a convolution see, as a matrix: row `i` holds for every tap of position `i` (counted over the batch) the channels
/// of the pixel under it, zeros where there is none.
///
/// @param grid positions and taps, all axes even
/// @param x images of `channels` channels from `offset` on, channels innermost; `offset` names the first channel that is seen
/// @param count channels that are seen
record Patches64(Im2colGrid grid, double[] x, int offset, int channels, int count) implements Matrix64 {
    @Override
    public void copy(int row, int rows, int column, int columns, double[] to, int at, int distance) {
        for (int done = 0; done < columns;) {
            int tap = (column + done) / count;
            int channel = (column + done) % count;
            int n = Math.min(count - channel, columns - done);
            tap(tap, channel, n, row, row + rows, to, at + done, distance);
            done += n;
        }
    }

    /// The `n` channels from `channel` on of one tap, for the positions `from` to `to - 1`.
    private void tap(int tap, int channel, int n, int from, int to, double[] out, int at, int distance) {
        var width = grid.width();
        int kx = tap % width.kernel();
        int ky = tap / width.kernel() % grid.height().kernel();
        int kz = tap / width.kernel() / grid.height().kernel();
        int columns = width.positions();
        int first = width.first(kx);
        int end = width.end(kx);
        int step = width.step() * channels;
        for (int position = from; position < to;) {
            int row = position / columns;
            int x0 = position - row * columns;
            int x1 = Math.min(columns, x0 + to - position);
            int image = row / grid.rows();
            int sz = grid.depth().at(row % grid.rows() / grid.height().positions(), kz);
            int sy = grid.height().at(row % grid.height().positions(), ky);
            boolean seen = sz >= 0 && sy >= 0;
            int a = seen ? Math.clamp(first, x0, x1) : x1;
            int b = seen ? Math.clamp(end, a, x1) : x1;
            int line = offset + channel + ((image * grid.depth().size() + sz) * grid.height().size() + sy) * width.size() * channels;
            zeros(out, at, distance, n, a - x0);
            pixels(line + (width.origin()[kx] + a * width.step()) * channels, step, n, out, at + (a - x0) * distance, distance, b - a);
            zeros(out, at + (b - x0) * distance, distance, n, x1 - b);
            at += (x1 - x0) * distance;
            position += x1 - x0;
        }
    }

    private void pixels(int from, int step, int n, double[] out, int at, int distance, int positions) {
        if (n == 1)
            for (int p = 0; p < positions; p++)
                out[at + p * distance] = x[from + p * step];
        else
            for (int p = 0; p < positions; p++)
                Matrix64.stretch(x, from + p * step, out, at + p * distance, n);
    }

    private static void zeros(double[] out, int at, int distance, int n, int positions) {
        for (int p = 0; p < positions; p++)
            Arrays.fill(out, at + p * distance, at + p * distance + n, 0);
    }
}
