package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;
import java.util.function.Supplier;

/// Adds the patches that positions of a convolution make to the pixels they lie on, whatever the type of the numbers: bands of lines in
/// parallel, row after row of positions, within a row in an order that depends on the shapes alone.
///
/// @param grid positions of the result with the taps that look at pixels of the image
/// @param channels of the image
/// @param count channels that take part
record Folding(Im2colGrid grid, int batch, int channels, int count) {
    /// Positions worked on at a time.
    private static final int POSITIONS = 120;
    private static final int LEAST_CHUNKS = 8;
    private static final int LEAST_LINES = 16;

    /// What a band of lines is done with; used by one thread.
    interface Numbers {
        /// Writes what `n` pixels from number `pixel` on start from.
        void fill(int pixel, int n);

        /// Makes the patches of `n` positions from number `position` on, which lie side by side from 0 on.
        void multiply(int position, int n);

        /// Adds `n` pieces of `length` numbers, those of the patches at `from + i * step` to those of the image at `to + i * distance`, in
        /// ascending order; `to` counts from the first channel that takes part.
        void add(int from, int step, int n, int length, int to, int distance);
    }

    /// Whether adding patches costs less than the columns that are left empty otherwise.
    ///
    /// @param tile columns of a tile of products
    static boolean pays(int taps, int channels, int tile) {
        return 3L * roundUp(taps * channels, tile) <= 2L * taps * roundUp(channels, tile);
    }

    private static int roundUp(int columns, int tile) {
        return Math.ceilDiv(columns, tile) * tile;
    }

    /// Numbers of a patch.
    int length() {
        return grid.taps() * count;
    }

    /// Rows of positions worked on at a time.
    private int together() {
        return Math.max(1, POSITIONS / Math.max(1, grid.width().positions()));
    }

    /// Positions whose patches are made at a time, at most.
    int positions() {
        return together() * grid.width().positions();
    }

    void run(Supplier<Numbers> numbers) {
        int height = grid.height().size();
        int bands = Math.clamp(Math.ceilDiv(height, LEAST_LINES), 1, Math.ceilDiv(LEAST_CHUNKS, Math.max(1, batch)));
        int lines = Math.max(1, Math.ceilDiv(height, bands));
        Parallel.forChunks(batch * Math.ceilDiv(height, lines), 1, (index, _, _) -> {
            int image = index / Math.ceilDiv(height, lines);
            int from = index % Math.ceilDiv(height, lines) * lines;
            band(numbers.get(), image, from, Math.min(height, from + lines));
        });
    }

    /// The lines `from` to `until - 1` of every plane of an image.
    private void band(Numbers numbers, int image, int from, int until) {
        int width = grid.width().positions();
        int first = firstRow(from);
        int end = endRow(until);
        for (int z = 0; z < grid.depth().size(); z++)
            numbers.fill(line(image, z, from), (until - from) * grid.width().size());
        for (int z = 0; z < grid.depth().positions(); z++)
            for (int y = first; y < end; y += together()) {
                int n = Math.min(together(), end - y);
                numbers.multiply(((image * grid.depth().positions() + z) * grid.height().positions() + y) * width, n * width);
                for (int r = 0; r < n; r++)
                    add(numbers, r * width * length(), image, z, y + r, from, until);
            }
    }

    /// The first row of positions that sees line `line` or one after it.
    private int firstRow(int line) {
        int last = Arrays.stream(grid.height().origin()).max().orElse(0);
        return Math.clamp(Math.ceilDiv(line - last, grid.height().step()), 0, grid.height().positions());
    }

    /// The row of positions after the last that sees a line before `line`.
    private int endRow(int line) {
        return Math.clamp(Math.floorDiv(line - 1 - grid.height().lowest(), grid.height().step()) + 1, 0, grid.height().positions());
    }

    /// Number, counted over the batch, of the first pixel of a line.
    private int line(int image, int z, int y) {
        return ((image * grid.depth().size() + z) * grid.height().size() + y) * grid.width().size();
    }

    /// Adds the patches of a row of positions to those lines of an image that are from `from` to `until - 1`.
    private void add(Numbers numbers, int at, int image, int z, int y, int from, int until) {
        boolean merged = grid.width().isSolid() && count == channels;
        int pieces = merged ? 1 : grid.width().kernel();
        int taps = grid.width().kernel() / pieces;
        int[] origin = grid.width().origin();
        for (int kz = 0; kz < grid.depth().kernel(); kz++)
            for (int ky = 0; ky < grid.height().kernel(); ky++) {
                int sz = grid.depth().at(z, kz);
                int sy = grid.height().at(y, ky);
                if (sz < 0 || sy < from || sy >= until)
                    continue;
                int column = at + (kz * grid.height().kernel() + ky) * grid.width().kernel() * count;
                for (int piece = 0; piece < pieces; piece++)
                    add(numbers, column + piece * count, line(image, sz, sy), origin[piece], taps);
            }
    }

    /// Adds pieces of `taps` pixels; the first pixel of the first one is number `origin` of the line.
    private void add(Numbers numbers, int at, int line, int origin, int taps) {
        int n = grid.width().positions();
        int step = grid.width().step();
        int begin = Math.clamp(Math.ceilDiv(-origin, step), 0, n);
        int end = Math.clamp(Math.floorDiv(grid.width().size() - taps - origin, step) + 1, begin, n);
        for (int i = 0; i < begin; i++)
            clipped(numbers, at + i * length(), line, origin + i * step, taps);
        int apart = Math.ceilDiv(taps, step);                        // pieces that do not overlap, lest each waits for the one before
        for (int i = begin; i < Math.min(end, begin + apart); i++)
            numbers.add(at + i * length(), apart * length(), Math.ceilDiv(end - i, apart), taps * count,
                    (line + origin + i * step) * channels, apart * step * channels);
        for (int i = end; i < n; i++)
            clipped(numbers, at + i * length(), line, origin + i * step, taps);
    }

    /// A piece of which some pixels lie outside of the line.
    private void clipped(Numbers numbers, int at, int line, int pixel, int taps) {
        int first = Math.max(0, -pixel);
        int end = Math.min(taps, grid.width().size() - pixel);
        if (first < end)
            numbers.add(at + first * count, 0, 1, (end - first) * count, (line + pixel + first) * channels, 0);
    }
}
