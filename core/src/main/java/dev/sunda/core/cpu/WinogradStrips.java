package dev.sunda.core.cpu;

import dev.sunda.core.cpu.WinogradTiles.Lines;
import dev.sunda.core.cpu.WinogradTiles.Places;
import java.util.Arrays;

/// The strips of a Winograd convolution, transformed.
record WinogradStrips(WinogradKernel kernel, WinogradTiles tiles) {
    private static final int PIXELS = WinogradTiles.PIXELS;

    /// The transformed pixels, from `oo` on, that the tiles of a strip see through the first tap along the depth, or `shift` planes behind
    /// it.
    void input(Image x, int strip, int shift, float[] work, float[] out, int oo, Places places) {
        strip(WinogradTransform.INPUT, x, tiles.seen(strip, shift), work, out, oo, places);
    }

    /// The transformed gradients of the results of a strip.
    void gradient(Image dy, int strip, float[] work, float[] out, int oo, Places places) {
        strip(WinogradTransform.RESULT_GRADIENT, dy, tiles.results(strip), work, out, oo, places);
    }

    private void strip(WinogradTransform transform, Image image, Lines seen, float[] work, float[] out, int oo, Places places) {
        int edge = transform.from();
        int count = image.count();
        int pixels = tiles.pixels(edge);
        int length = pixels * count;
        int first = GemmScratch.FIRST;
        int lines = first + PIXELS * length;
        for (int i = 0; i < edge; i++)
            copyLine(image, seen, i * tiles.rowDistance(), pixels, work, lines + i * length);
        kernel.apply(transform, work, lines, length, length, work, first, length);
        int together = tiles.columnDistance() == 1 ? tiles.across() : 1;        // tiles at a constant distance
        for (int t = 0; t < tiles.across(); t += together)
            for (int r = 0; r < PIXELS; r++)
                kernel.applyTiles(transform, together, work, first + r * length + tiles.columns()[t] * count,
                        WinogradTiles.RESULTS * count, tiles.columnDistance() * count, count, out, oo + places.of(r, t, count),
                        places.tile(), places.plane());
    }

    /// A line of so many pixels, zeros where there is none.
    private static void copyLine(Image image, Lines seen, int down, int pixels, float[] to, int at) {
        int count = image.count();
        int n = seen.within(down, pixels);
        int begin = at + seen.before(pixels) * count;
        int end = begin + n * count;
        Arrays.fill(to, at, begin, 0);
        if (image.channels() == count && n > 0)
            System.arraycopy(image.memory().data(), image.at(seen.pixel(down)), to, begin, n * count);
        else
            for (int p = 0; p < n; p++)
                System.arraycopy(image.memory().data(), image.at(seen.pixel(down) + p), to, begin + p * count, count);
        Arrays.fill(to, end, at + pixels * count, 0);
    }
}
