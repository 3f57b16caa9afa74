package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// The input gradient of a convolution of few channels, as of an image with three colours, which would leave most columns of a tile
/// empty: one
/// product `[positions, channels of the result] * [channels of the result, taps * channels]` gives what each position adds to the patch it
/// sees, and the patches are added to the image where they lie.
///
/// Each term is a chain of fused multiply-adds over the channels of the result. Terms of a pixel are added row after row of positions;
/// within a row of positions they are added in an order that depends on the shapes alone.
///
/// @param grid positions of the result with the taps that look at pixels of the image
record FoldGradient(GemmKernel kernel, Im2colGrid grid, int batch) {
    private static final int TILE = 16;
    /// Positions worked on at a time.
    private static final int POSITIONS = 120;
    private static final int LEAST_CHUNKS = 8;
    private static final int LEAST_LINES = 16;

    /// Whether adding the patches costs less than the columns that are left empty otherwise.
    static boolean pays(int taps, int channels) {
        return 3L * roundUp(taps * channels) <= 2L * taps * roundUp(channels);
    }

    private static int roundUp(int columns) {
        return Math.ceilDiv(columns, TILE) * TILE;
    }

    /// @param weights taps in the order of the grid
    /// @param start what the channels of a pixel start from
    void run(Image dy, ConvWeights weights, float[] start, Image dx) {
        int columns = grid.taps() * weights.n();
        var panels = Gemm.pack(kernel, sideBySide(weights), 0, columns, 1, weights.inner(), columns);
        float[] zeros = new float[panels.count() * panels.width()];
        int height = grid.height().size();
        int bands = Math.clamp(Math.ceilDiv(height, LEAST_LINES), 1, Math.ceilDiv(LEAST_CHUNKS, Math.max(1, batch)));
        int lines = Math.max(1, Math.ceilDiv(height, bands));
        Parallel.forChunks(batch * Math.ceilDiv(height, lines), 1, (index, _, _) -> {
            int image = index / Math.ceilDiv(height, lines);
            int from = index % Math.ceilDiv(height, lines) * lines;
            band(panels, zeros, start, dy, dx, image, from, Math.min(height, from + lines));
        });
    }

    /// The weights as `[channels of the result, taps * channels]`.
    private float[] sideBySide(ConvWeights w) {
        int taps = w.taps().length;
        float[] data = new float[w.inner() * taps * w.n()];
        for (int p = 0, i = 0; p < w.inner(); p++)
            for (int tap : w.taps())
                for (int c = 0; c < w.n(); c++)
                    data[i++] = w.data()[w.at() + tap + p * w.rowStride() + c * w.columnStride()];
        return data;
    }

    /// The lines `from` to `until - 1` of every plane of an image.
    private void band(Gemm.Panels panels, float[] zeros, float[] start, Image dy, Image dx, int image, int from, int until) {
        for (int z = 0; z < grid.depth().size(); z++)
            for (int y = from; y < until; y++)
                fill(start, dx, line(image, z, y));
        int width = grid.width().positions();
        int together = Math.max(1, POSITIONS / Math.max(1, width));
        float[] patches = GemmScratch.floats(Role.BLOCK, together * width * panels.n());
        var rows = GemmRows.of(kernel, dy.memory().data(), dy.at(0), dy.channels(), 1);
        int first = firstRow(from);
        int end = endRow(until);
        for (int z = 0; z < grid.depth().positions(); z++)
            for (int y = first; y < end; y += together) {
                int n = Math.min(together, end - y);
                int row = (image * grid.depth().positions() + z) * grid.height().positions() + y;
                Gemm.block(kernel, row * width, n * width, rows, panels, 0, panels.count(), zeros, patches,
                        i -> (i - row * width) * panels.n());
                for (int r = 0; r < n; r++)
                    add(patches, r * width * panels.n(), panels.n(), dx, image, z, y + r, from, until);
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

    /// Writes what the pixels of a line start from.
    private void fill(float[] start, Image dx, int pixel) {
        float[] to = dx.memory().data();
        for (int x = 0, at = dx.at(pixel); x < grid.width().size(); x++, at += dx.channels())
            for (int c = 0; c < dx.count(); c++)
                to[at + c] = start[c];
    }

    /// Adds the patches of a row of positions to those lines of an image that are from `from` to `until - 1`.
    private void add(float[] patches, int at, int distance, Image dx, int image, int z, int y, int from, int until) {
        boolean merged = grid.width().isSolid() && dx.count() == dx.channels();
        int pieces = merged ? 1 : grid.width().kernel();
        int taps = grid.width().kernel() / pieces;
        int[] origin = grid.width().origin();
        for (int kz = 0; kz < grid.depth().kernel(); kz++)
            for (int ky = 0; ky < grid.height().kernel(); ky++) {
                int sz = grid.depth().at(z, kz);
                int sy = grid.height().at(y, ky);
                if (sz < 0 || sy < from || sy >= until)
                    continue;
                int column = at + (kz * grid.height().kernel() + ky) * grid.width().kernel() * dx.count();
                for (int piece = 0; piece < pieces; piece++)
                    add(patches, column + piece * dx.count(), distance, dx, line(image, sz, sy), origin[piece], taps);
            }
    }

    /// Adds pieces of `taps` pixels; the first pixel of the first one is number `origin` of the line.
    private void add(float[] patches, int at, int distance, Image dx, int line, int origin, int taps) {
        int n = grid.width().positions();
        int step = grid.width().step();
        int count = dx.count();
        int begin = Math.clamp(Math.ceilDiv(-origin, step), 0, n);
        int end = Math.clamp(Math.floorDiv(grid.width().size() - taps - origin, step) + 1, begin, n);
        for (int i = 0; i < begin; i++)
            clipped(patches, at + i * distance, dx, line, origin + i * step, taps);
        int apart = Math.ceilDiv(taps, step);                        // pieces that do not overlap, lest each waits for the one before
        for (int i = begin; i < Math.min(end, begin + apart); i++)
            kernel.addPieces(patches, at + i * distance, apart * distance, Math.ceilDiv(end - i, apart), taps * count, dx.memory().data(),
                    dx.at(line + origin + i * step), apart * step * dx.channels());
        for (int i = end; i < n; i++)
            clipped(patches, at + i * distance, dx, line, origin + i * step, taps);
    }

    /// A piece of which some pixels lie outside of the line.
    private void clipped(float[] patches, int at, Image dx, int line, int pixel, int taps) {
        int first = Math.max(0, -pixel);
        int end = Math.min(taps, grid.width().size() - pixel);
        for (int k = first; k < end; k++)
            for (int c = 0; c < dx.count(); c++)
                dx.memory().data()[dx.at(line + pixel + k) + c] += patches[at + k * dx.count() + c];
    }
}
