package dev.sunda.cuda.kernel;

/// Four neighbours at a time: how a kernel walks views whose elements lie in runs that can be read in accesses of 16 bytes (4 bytes for
/// booleans). Within a group of four a view has neighbours, the first of them aligned, or one element for all.
final class Quads {
    private static final int WIDTH = 4;
    private static final int MOST_DIMENSIONS = 3;

    private final Strided walk;

    private Quads(Strided walk) {
        this.walk = walk;
    }

    /// The walk in groups of four, or null if it has none. A single run may have any length.
    ///
    /// @param bytes of an element of each view
    static Quads of(Strided walk, int... bytes) {
        int inner = walk.rank() - 1;
        if (inner < 0 || inner >= MOST_DIMENSIONS || walk.size(inner) < WIDTH || inner > 0 && walk.size(inner) % WIDTH != 0
                || walk.stride(0, inner) != 1)
            return null;
        for (int n = 0; n < bytes.length; n++)
            if (!(walk.stride(n, inner) == 0 || walk.stride(n, inner) == 1 && isAligned(walk, n, WIDTH * bytes[n])))
                return null;
        return new Quads(walk);
    }

    private static boolean isAligned(Strided walk, int n, int bytes) {
        for (int d = 0; d < walk.rank() - 1; d++)
            if (walk.stride(n, d) % WIDTH != 0)
                return false;
        return walk.address(n) % bytes == 0;
    }

    /// One thread for each group.
    Grid grid() {
        return Grid.over(Grid.ceil(walk.numel(), WIDTH));
    }

    /// `struct Quads<N>` of quads.cuh.
    ///
    /// @param views how many the kernel takes
    int[] struct(int views) {
        int inner = walk.rank() - 1;
        var words = new int[8 + MOST_DIMENSIONS * views];
        words[0] = walk.numel();
        for (int d = 0; d < 2; d++) {                                // innermost first
            int size = d == 0 ? Grid.ceil(walk.size(inner), WIDTH) : inner > 0 ? walk.size(inner - 1) : 1;
            words[2 + d] = Strided.magic(size);
            words[4 + d] = Strided.shift(size);
            words[6 + d] = size;
        }
        for (int n = 0; n < views; n++) {
            if (walk.stride(n, inner) == 0)
                words[1] |= 1 << n;
            for (int d = 0; d <= inner; d++)
                words[8 + MOST_DIMENSIONS * n + d] = walk.stride(n, inner - d) * (d == 0 ? WIDTH : 1);
        }
        return words;
    }
}
