package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;
import dev.sunda.core.parallel.Parallel;
import java.util.stream.IntStream;

/// Convolutions as matrix products whose left side is never written out: the patch of a position is read as a few contiguous pieces of
/// the zero-padded pixels of its box, see [ConvBlocks]. After Georganas et al. 2018, arXiv:1808.05567, in channels-last order.
///
/// @param segments where the pieces of a patch lie in it, in floats
/// @param length floats of a piece
/// @param together pieces that a panel has in the first cache
record DirectConvolution(ConvKernel kernel, ConvBlocks blocks, int[] segments, int length, int together) {
    /// Positions of a box.
    private static final int POSITIONS = 480;
    private static final int LEAST_CHUNKS = 16;
    /// Below so many multiplications a chunk is not worth a thread's attention.
    private static final int LEAST_WORK = 1 << 21;
    /// Rows of a panel worked on at a time, so that a panel of two AVX2 vectors takes 24 KB of the first cache.
    private static final int DEPTH = 384;
    private static final int LEAST_LENGTH = 64;
    /// Pieces shorter than this are looked up float by float.
    private static final int SHORT = 32;

    /// A channels-last image: `channels` in all, of which `count` from `first` on take part.
    record Image(Dense memory, int channels, int first, int count) {
    }

    /// Which pixel of the result each position is.
    @FunctionalInterface
    interface Places {
        /// Every position is the pixel of its own number.
        Places SAME = position -> position;

        int pixel(int position);
    }

    static boolean fits(Im2colGrid grid, int channels) {
        return ConvBlocks.fits(grid, channels);
    }

    /// @param work multiplications of a position
    static DirectConvolution of(ConvKernel kernel, Im2colGrid grid, int batch, int channels, long work) {
        long positions = (long) batch * grid.positions();
        long sharing = Math.max(positions / LEAST_CHUNKS, LEAST_WORK / Math.max(1, work));
        var blocks = ConvBlocks.of(grid, batch, channels, Math.clamp(sharing, 1, POSITIONS));
        boolean merged = grid.width().isSolid();
        int whole = merged ? grid.width().kernel() * channels : channels;
        int parts = whole < SHORT ? Math.max(1, whole) : parts(whole);
        int length = whole / parts;
        int[] offsets = blocks.offsets(merged);
        int[] segments = IntStream.range(0, offsets.length * parts).map(s -> offsets[s / parts] * channels + s % parts * length).toArray();
        return new DirectConvolution(kernel, blocks, segments, length, Math.max(1, DEPTH / Math.max(1, length)));
    }

    /// Into how many equal pieces one of `length` floats is cut, so that each fits the first cache; 1 if that cannot be.
    private static int parts(int length) {
        for (int parts = 1; length / parts >= LEAST_LENGTH; parts++)
            if (length % parts == 0 && length / parts <= DEPTH)
                return parts;
        return 1;
    }

    /// @param panels the weights, taps in the order of [ConvBlocks#order]
    /// @param step pixels of the result from one position of a row to the next
    void multiply(ConvPanels panels, float[] start, Image in, Image out, Places places, int step) {
        int boxes = boxesOfChunk();
        int size = blocks.pixels() * blocks.channels();
        Parallel.forChunks(blocks.count(), boxes, (_, from, to) -> {
            float[] x = GemmScratch.floats(Role.BLOCK, boxes * size);
            int[] at = new int[boxes * blocks.rows() * blocks.columns()];
            int[] target = new int[at.length];
            int n = 0;
            for (int b = from; b < to; b++) {
                var box = blocks.box(b);
                blocks.load(box, in.memory, in.channels, in.first, x, (b - from) * size);
                for (int r = 0; r < box.rows(); r++) {
                    int first = places.pixel(blocks.position(box, r));
                    int pixel = r * blocks.grid().height().step() * blocks.width();
                    for (int c = 0; c < box.columns(); c++, n++) {
                        at[n] = (b - from) * size + (pixel + c * blocks.grid().width().step()) * blocks.channels();
                        target[n] = out.memory.offset() + out.first + (first + c * step) * out.channels;
                    }
                }
            }
            rows(panels, start, x, at, n, out.memory.data(), target);
        });
    }

    /// Small boxes are worked on together.
    private int boxesOfChunk() {
        int positions = blocks.rows() * blocks.columns();
        int fitting = Math.min(POSITIONS / positions, ConvBlocks.CACHE_FLOATS / Math.max(1, blocks.pixels() * blocks.channels()));
        return Math.clamp(Math.min(fitting, blocks.count() / LEAST_CHUNKS), 1, POSITIONS);
    }

    private void rows(ConvPanels panels, float[] start, float[] x, int[] at, int n, float[] c, int[] target) {
        int width = panels.width();
        int whole = panels.n() / width;
        for (int s = 0; s < segments.length; s += together) {
            int end = Math.min(segments.length, s + together);
            for (int panel = 0; panel < whole; panel++)
                for (int i = 0; i < n; i += ConvKernel.ROWS)
                    tile(panels, panel, s, end, start, x, at, i, Math.min(ConvKernel.ROWS, n - i), c, target, panel * width);
        }
        if (whole < panels.count())
            lastPanel(panels, start, x, at, n, c, target);
    }

    /// The pieces `s` to `end - 1` of one tile.
    private void tile(ConvPanels panels, int panel, int s, int end, float[] start, float[] x, int[] at, int first, int rows, float[] c,
            int[] target, int co) {
        int width = panels.width();
        int bo = panel * panels.k() * width;
        if (length == 1)
            kernel.patches(x, at, first, rows, segments, s, end, panels.data(), bo + s * width, s == 0 ? start : null, panel * width, c,
                    target, co);
        for (int i = s; i < end && length > 1; i++)
            kernel.tile(x, at, first, rows, segments[i], panels.data(), bo + i * length * width, length, i == 0 ? start : null,
                    panel * width,
                    c, target, co);
    }

    /// The last, partial panel: tiles are computed aside, only their valid columns are written.
    private void lastPanel(ConvPanels panels, float[] start, float[] x, int[] at, int n, float[] c, int[] target) {
        int width = panels.width();
        int panel = panels.count() - 1;
        int columns = panels.n() - panel * width;
        float[] aside = GemmScratch.floats(Role.TILE, ConvKernel.ROWS * width);
        int[] rows = new int[n];
        for (int i = 0; i < n; i++)
            rows[i] = i % ConvKernel.ROWS * width;
        for (int i = 0; i < n; i += ConvKernel.ROWS) {
            int count = Math.min(ConvKernel.ROWS, n - i);
            tile(panels, panel, 0, segments.length, start, x, at, i, count, aside, rows, 0);
            for (int r = 0; r < count; r++)
                System.arraycopy(aside, r * width, c, target[i + r] + panel * width, columns);
        }
    }
}
