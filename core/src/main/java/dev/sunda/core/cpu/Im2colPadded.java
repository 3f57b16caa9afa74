package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;

/// One image at a time, copied into work memory with zeros around it, so that every tap sees a pixel and a row is one run. Pays where
/// images are small: there the border is a large part of them and the copy stays in the second cache.
///
/// @param data the padded image, pixel after pixel
/// @param at where each tap looks from position 0
/// @param line floats of a padded line
/// @param plane floats of a padded plane
/// @param middle where the first pixel of the image goes
record Im2colPadded(Im2colGrid grid, int channels, float[] data, int[] at, int line, int plane, int middle) {
    /// Floats of a padded image up to which it pays.
    private static final int LARGEST = 96 * 1024;
    /// Images in a batch from which on they are enough to share among threads.
    private static final int LEAST_BATCH = 8;

    /// Whether a batch of such images is worth it.
    static boolean pays(Im2colGrid grid, int batch, int channels) {
        if (batch < LEAST_BATCH || !grid.depth().isEven() || !grid.height().isEven() || !grid.width().isEven())
            return false;
        return (long) grid.depth().padded() * grid.height().padded() * grid.width().padded() * channels <= LARGEST;
    }

    /// Work memory of this thread, zeros all over.
    static Im2colPadded of(Im2colGrid grid, int channels) {
        int line = grid.width().padded() * channels;
        int plane = grid.height().padded() * line;
        int middle = grid.depth().before() * plane + grid.height().before() * line + grid.width().before() * channels;
        int[] at = new int[grid.taps()];
        int t = 0;
        for (int z : grid.depth().origin())
            for (int y : grid.height().origin())
                for (int x : grid.width().origin())
                    at[t++] = middle + z * plane + y * line + x * channels;
        float[] data = GemmScratch.zeros(Role.BLOCK, grid.depth().padded() * plane);
        return new Im2colPadded(grid, channels, data, at, line, plane, middle);
    }

    /// Copies image number `image` into the middle.
    void load(Dense images, int image) {
        int floats = grid.width().size() * channels;
        if (floats == 0)
            return;
        int from = images.offset() + image * grid.pixels() * channels;
        for (int z = 0; z < grid.depth().size(); z++)
            for (int y = 0; y < grid.height().size(); y++, from += floats)
                System.arraycopy(images.data(), from, data, middle + z * plane + y * line, floats);
    }

    /// How much further the taps look from the first position of row `row`.
    int shift(int row) {
        int z = row / grid.height().positions() * grid.depth().step();
        int y = row % grid.height().positions() * grid.height().step();
        return z * plane + y * line;
    }
}
