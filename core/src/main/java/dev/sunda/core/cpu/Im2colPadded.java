package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.cpu.Layouts.Dense;

/// One image at a time, copied into work memory with zeros around it, so that every tap sees a pixel and a row is one run. Pays where
/// images are small: there the border is a large part of them and the copy stays in the second cache.
///
/// @param data the padded image, pixel after pixel
/// @param at where each tap looks from position 0
record Im2colPadded(Im2colGrid grid, int channels, float[] data, int[] at) {
    /// Floats of a padded image up to which it pays.
    private static final int LARGEST = 96 * 1024;
    /// Images in a batch from which on they are enough to share among threads.
    private static final int LEAST_BATCH = 8;

    /// Whether a batch of such images is worth it.
    static boolean pays(Im2colGrid grid, int batch, int channels) {
        if (batch < LEAST_BATCH || grid.depth().step() == 0 || grid.height().step() == 0 || grid.width().step() == 0)
            return false;
        return (long) grid.depth().padded() * grid.height().padded() * grid.width().padded() * channels <= LARGEST;
    }

    /// Work memory of this thread, zeros all over.
    static Im2colPadded of(Im2colGrid grid, int channels) {
        int height = grid.height().padded();
        int width = grid.width().padded();
        int[] at = new int[grid.taps()];
        int t = 0;
        for (int z : grid.depth().origin())
            for (int y : grid.height().origin())
                for (int x : grid.width().origin())
                    at[t++] = (((z + grid.depth().before()) * height + y + grid.height().before()) * width + x + grid.width().before()) * channels;
        return new Im2colPadded(grid, channels, GemmScratch.zeros(Role.BLOCK, grid.depth().padded() * height * width * channels), at);
    }

    /// Copies image number `image` into the middle.
    void load(Dense images, int image) {
        int line = grid.width().size() * channels;
        int from = images.offset() + image * grid.pixels() * channels;
        for (int z = 0; z < grid.depth().size(); z++)
            for (int y = 0; y < grid.height().size(); y++, from += line) {
                int to = ((z + grid.depth().before()) * grid.height().padded() + y + grid.height().before()) * grid.width().padded()
                        + grid.width().before();
                System.arraycopy(images.data(), from, data, to * channels, line);
            }
    }

    /// How much further the taps look from the first position of row `row`.
    int shift(int row) {
        int z = row / grid.height().positions() * grid.depth().step();
        int y = row % grid.height().positions() * grid.height().step();
        return (z * grid.height().padded() + y) * grid.width().padded() * channels;
    }
}
