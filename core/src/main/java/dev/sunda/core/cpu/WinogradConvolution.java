package dev.sunda.core.cpu;

import dev.sunda.core.cpu.DirectConvolution.Image;
import dev.sunda.core.cpu.GemmConvolution.Kernels;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.parallel.Parallel;
import java.util.Arrays;

/// Three by three convolutions with step 1 by Winograd's minimal filtering `F(4x4, 3x3)`: sixteen results of a channel take 36
/// multiplications instead of 144. The tiles of a few strips are transformed, multiplied by the transformed weights in 36
/// matrix products and transformed back, all within the second cache. Source: Lavin, Gray 2016, arXiv:1509.09308.
///
/// Each of the 36 sums is one chain of fused multiply-adds over the channels, so the bits depend on nothing but the shapes. Rounding:
/// see [WinogradTransform].
final class WinogradConvolution {
    private static final int PLANES = WinogradTiles.PIXELS * WinogradTiles.PIXELS;
    private static final int RESULTS = WinogradTiles.RESULTS;
    /// Floats of transformed pixels held at a time.
    private static final int BLOCK_FLOATS = 64 * 1024;
    private static final int MOST_TILES = 72;
    private static final int LEAST_CHUNKS = 16;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final Image in;
    private final Image out;
    private final float[] start;
    private final float[] zeros;
    private final int strips;

    WinogradConvolution(Kernels kernels, WinogradTiles tiles, Image in, Image out, float[] start) {
        this.kernels = kernels;
        this.tiles = tiles;
        this.in = in;
        this.out = out;
        this.start = start;
        zeros = new float[kernels.conv().columns()];
        int fitting = Math.clamp(BLOCK_FLOATS / (PLANES * in.count()), ConvKernel.ROWS, MOST_TILES) / tiles.across();
        strips = Math.clamp(Math.min(fitting, tiles.strips() / LEAST_CHUNKS), 1, MOST_TILES);
    }

    /// @param weights taps in the order of [WinogradTiles#order]
    void run(ConvPanels.Source weights) {
        var panels = transform(weights);
        Parallel.forChunks(tiles.strips(), strips, (_, from, to) -> block(panels, from, to));
    }

    /// The transformed weights: panel after panel, in each plane after plane.
    private ConvPanels transform(ConvPanels.Source weights) {
        var plain = ConvPanels.pack(kernels.conv(), weights);
        int inner = weights.inner();
        int plane = inner * plain.width();
        float[] data = GemmScratch.floats(Role.TRANSFORMED, plain.count() * PLANES * plane);
        Parallel.forChunks(plain.count(), 1, (_, from, to) -> {
            float[] between = GemmScratch.floats(Role.BLOCK, PLANES * plane);
            for (int p = from; p < to; p++)
                WinogradTransform.WEIGHT.square(kernels.winograd(), plain.data(), p * 9 * plane, plane, plane, between, data,
                        p * PLANES * plane, plane);
        });
        return new ConvPanels(data, inner, plain.n(), plain.width());
    }

    private void block(ConvPanels panels, int from, int to) {
        int n = (to - from) * tiles.across();
        int channels = in.count();
        float[] pixels = GemmScratch.floats(Role.BLOCK, PLANES * n * channels);
        float[] work = GemmScratch.floats(Role.COLUMNS, Math.max(tiles.workFloats(channels), PLANES * n * panels.width()));
        for (int s = from; s < to; s++)
            tiles.input(kernels.winograd(), in, s, work, pixels, (s - from) * tiles.across() * channels, n * channels);
        int[] at = new int[n];
        Arrays.setAll(at, t -> t * channels);
        int[] target = new int[n];
        Arrays.setAll(target, t -> t * panels.width());
        for (int panel = 0; panel < panels.count(); panel++)
            panel(panels, panel, pixels, at, target, work, from, to);
    }

    /// The results of one panel of channels for some strips.
    private void panel(ConvPanels panels, int panel, float[] pixels, int[] at, int[] target, float[] work, int from, int to) {
        int width = panels.width();
        int n = at.length;
        int plane = n * width;
        float[] sums = GemmScratch.floats(Role.TILE, 2 * PLANES * plane);
        for (int k = 0; k < PLANES; k++)
            for (int i = 0; i < n; i += ConvKernel.ROWS)
                kernels.conv().tile(pixels, at, i, Math.min(ConvKernel.ROWS, n - i), k * n * in.count(), panels.data(),
                        (panel * PLANES + k) * panels.k() * width, panels.k(), zeros, 0, sums, target, k * plane);
        WinogradTransform.RESULT.square(kernels.winograd(), sums, 0, plane, plane, work, sums, PLANES * plane, plane);
        int columns = Math.min(width, out.count() - panel * width);
        for (int t = 0; t < n; t++)
            store(from + t / tiles.across(), t % tiles.across(), sums, PLANES * plane + t * width, plane, panel * width, columns);
    }

    /// Writes the results of one tile that are within the image.
    private void store(int strip, int tile, float[] results, int at, int plane, int channel, int columns) {
        var grid = tiles.grid();
        int height = grid.height().positions();
        int width = grid.width().positions();
        int image = strip / tiles.rows().length;
        int y = tiles.rows()[strip % tiles.rows().length];
        int x = tiles.columns()[tile];
        int rows = Math.min(RESULTS, Math.ceilDiv(height - y, tiles.rowDistance()));
        int count = Math.min(RESULTS, Math.ceilDiv(width - x, tiles.columnDistance()));
        for (int i = 0; i < rows; i++) {
            int pixel = (image * height + y + i * tiles.rowDistance()) * width + x;
            kernels.winograd().add(results, at + i * RESULTS * plane, plane, count, columns, start, channel, out.memory().data(),
                    out.memory().offset() + out.first() + pixel * out.channels() + channel, tiles.columnDistance() * out.channels());
        }
    }
}
