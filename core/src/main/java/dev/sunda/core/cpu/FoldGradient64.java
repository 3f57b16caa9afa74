package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;

/// [FoldGradient] of F64.
///
/// @param grid positions of the result with the taps that look at pixels of the image
record FoldGradient64(Gemm64Kernel kernel, Im2colGrid grid, int batch) {
    private static final int TILE = 8;

    /// Whether adding the patches costs less than the columns that are left empty otherwise.
    static boolean pays(int taps, int channels) {
        return taps > 1 && Folding.pays(taps, channels, TILE);
    }

    /// @param weights a row for each channel of `dy`, a column for each tap and channel of `dx`
    /// @param start what the channels of a pixel start from
    void run(Image64 dy, Matrix64 weights, double[] start, Image64 dx) {
        var folding = new Folding(grid, batch, dx.channels(), dx.count());
        int length = folding.length();
        var panels = Gemm64.pack(kernel, Role.PANELS, weights, 0, dy.count(), length);
        double[] zeros = Gemm64.start(kernel, null, 0, 0, length);
        folding.run(() -> new Doubles(kernel, dy, panels, zeros, start, Scratch64.doubles(Role.BLOCK, folding.positions() * length), dx));
    }

    private record Doubles(Gemm64Kernel kernel, Image64 dy, Gemm64.Panels panels, double[] zeros, double[] start, double[] patches,
            Image64 dx) implements Folding.Numbers {
        @Override
        public void fill(int pixel, int n) {
            for (int i = 0, at = dx.at(pixel); i < n; i++, at += dx.channels())
                for (int c = 0; c < dx.count(); c++)
                    dx.data()[at + c] = start[c];
        }

        @Override
        public void multiply(int position, int n) {
            Gemm64.multiply(kernel, n, panels.n(), dy.count(), Matrix64.of(dy.data(), dy.at(position), dy.channels(), 1), panels, zeros,
                    patches, 0, panels.n());
        }

        @Override
        public void add(int from, int step, int n, int length, int to, int distance) {
            kernel.addPieces(patches, from, step, n, length, dx.data(), dx.at(0) + to, distance);
        }
    }
}
