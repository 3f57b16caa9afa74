package dev.sunda.core.cpu;

import dev.sunda.core.op.Window;
import java.util.ArrayList;
import java.util.List;

/// Pixels of an input gradient that lie at the same place relative to the steps of a strided convolution, and the taps that
/// reach them: without the others no multiplication is wasted on zeros.
///
/// @param grid the pixels as positions, with the taps that reach them
/// @param taps where the weights of these taps lie
/// @param whole the grid of all pixels
/// @param first coordinates of the first pixel, depth, height, width
/// @param every distances between pixels
record GemmPhase(Im2colGrid grid, int[] taps, Im2colGrid whole, int[] first, int[] every) {
    /// Cuts the pixels of `whole` into phases.
    ///
    /// @param axes the windows of the convolution
    /// @param taps where the weight of each tap lies
    static List<GemmPhase> of(Im2colGrid whole, List<Window> axes, int[] taps) {
        int[] every = {1, 1, 1};
        for (int a = 0; a < axes.size(); a++)
            every[3 - axes.size() + a] = axes.get(a).stride();
        var phases = new ArrayList<GemmPhase>();
        for (int z = 0; z < Math.min(every[0], whole.depth().positions()); z++)
            for (int y = 0; y < Math.min(every[1], whole.height().positions()); y++)
                for (int x = 0; x < Math.min(every[2], whole.width().positions()); x++)
                    phases.add(of(whole, new int[] {z, y, x}, every, taps));
        return phases;
    }

    private static GemmPhase of(Im2colGrid whole, int[] first, int[] every, int[] taps) {
        int[] kz = whole.depth().tapsOf(first[0], every[0]);
        int[] ky = whole.height().tapsOf(first[1], every[1]);
        int[] kx = whole.width().tapsOf(first[2], every[2]);
        int[] kept = new int[kz.length * ky.length * kx.length];
        int n = 0;
        for (int z : kz)
            for (int y : ky)
                for (int x : kx)
                    kept[n++] = taps[(z * whole.height().kernel() + y) * whole.width().kernel() + x];
        var grid = new Im2colGrid(whole.depth().part(first[0], every[0], kz), whole.height().part(first[1], every[1], ky),
                whole.width().part(first[2], every[2], kx));
        return new GemmPhase(grid, kept, whole, first, every);
    }

    /// The pixel, counted over the batch, that is position `position` of this phase.
    int pixel(int position) {
        int x = position % grid.width().positions();
        int row = position / grid.width().positions();
        int y = row % grid.height().positions();
        int plane = row / grid.height().positions();
        int z = plane % grid.depth().positions();
        int image = plane / grid.depth().positions();
        int line = (image * whole.depth().positions() + first[0] + z * every[0]) * whole.height().positions() + first[1] + y * every[1];
        return line * whole.width().positions() + first[2] + x * every[2];
    }

    /// Where the pixels of this phase lie in `image`.
    Gemm.Places places(Image image) {
        int columns = grid.width().positions();
        return Gemm.Places.lines(columns, every[2] * image.channels(), row -> image.at(pixel(row * columns)), column -> column);
    }
}
