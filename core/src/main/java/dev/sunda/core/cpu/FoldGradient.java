package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.GemmScratch.FIRST;

import dev.sunda.core.cpu.GemmScratch.Role;

/// The input gradient of a convolution of few channels, as of an image with three colours, which would leave most columns of a tile
/// empty: one product `[positions, channels of the result] * [channels of the result, taps * channels]` gives what each position adds to
/// the patch it sees, and the patches are added to the image where they lie, see [Folding].
///
/// Each term is a chain of fused multiply-adds over the channels of the result. Terms of a pixel are added row after row of positions;
/// within a row of positions they are added in an order that depends on the shapes alone.
///
/// @param grid positions of the result with the taps that look at pixels of the image
record FoldGradient(GemmKernel kernel, Im2colGrid grid, int batch) {
    private static final int TILE = 16;

    /// Whether adding the patches costs less than the columns that are left empty otherwise.
    static boolean pays(int taps, int channels) {
        return Folding.pays(taps, channels, TILE);
    }

    /// @param weights taps in the order of the grid
    /// @param start what the channels of a pixel start from
    void run(Image dy, ConvWeights weights, float[] start, Image dx) {
        var folding = new Folding(grid, batch, dx.channels(), dx.count());
        int length = folding.length();
        var panels = Gemm.pack(kernel, sideBySide(weights), 0, length, 1, weights.inner(), length);
        float[] zeros = new float[panels.count() * panels.width()];
        folding.run(() -> new Floats(kernel, GemmRows.of(kernel, dy.memory().data(), dy.at(0), dy.channels(), 1), panels, zeros, start,
                GemmScratch.floats(Role.BLOCK, folding.positions() * length), dx));
    }

    /// The weights as `[channels of the result, taps * channels]`.
    private static float[] sideBySide(ConvWeights w) {
        int taps = w.taps().length;
        float[] data = new float[w.inner() * taps * w.n()];
        for (int p = 0, i = 0; p < w.inner(); p++)
            for (int tap : w.taps())
                for (int c = 0; c < w.n(); c++)
                    data[i++] = w.data()[w.at() + tap + p * w.rowStride() + c * w.columnStride()];
        return data;
    }

    private record Floats(GemmKernel kernel, GemmRows dy, Gemm.Panels panels, float[] zeros, float[] start, float[] patches,
            Image dx) implements Folding.Numbers {
        @Override
        public void fill(int pixel, int n) {
            float[] to = dx.memory().data();
            for (int i = 0, at = dx.at(pixel); i < n; i++, at += dx.channels())
                for (int c = 0; c < dx.count(); c++)
                    to[at + c] = start[c];
        }

        @Override
        public void multiply(int position, int n) {
            Gemm.block(kernel, position, n, dy, panels, 0, panels.count(), zeros, patches,
                    Gemm.Places.every(panels.n(), FIRST - position * panels.n()));
        }

        @Override
        public void add(int from, int step, int n, int length, int to, int distance) {
            kernel.addPieces(patches, FIRST + from, step, n, length, dx.memory().data(), dx.at(0) + to, distance);
        }
    }
}
