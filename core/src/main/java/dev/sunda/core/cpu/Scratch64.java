package dev.sunda.core.cpu;

/// Work memory of the F64 kernels: one growing `double[]` for each thread and role, contents undefined. As in [GemmScratch] a role has one
/// user at a time, because a caller that waits for a parallel loop and the loop's body may run in one thread.
final class Scratch64 {
    /// What a buffer is used for.
    enum Role {
        /// Packed right sides and results; held by the caller of a loop.
        PANELS, SECOND_PANELS, THIRD_PANELS, BLOCK_PANELS, RESULT,
        /// An image with each channel as often as it has filters; held by the caller of a loop.
        WIDE,
        /// Transformed sources of a Winograd convolution; held by the caller of a loop.
        TRANSFORMED, SECOND_TRANSFORMED,
        /// Sums of the pieces of a loop; held by its caller.
        PARTIAL,
        /// Used within one chunk of a loop.
        LEFT, TILE, SCORES, GRADIENTS, BLOCK, WORK, SUMS, EXPONENTIALS
    }

    /// Larger buffers are left to the garbage collector: 64 MB.
    private static final int LARGEST_KEPT = 1 << 23;
    private static final ThreadLocal<double[][]> BUFFERS = ThreadLocal.withInitial(() -> new double[Role.values().length][0]);

    private Scratch64() {
    }

    /// At least `size` doubles, valid until this thread asks for the same role again.
    static double[] doubles(Role role, int size) {
        double[][] buffers = BUFFERS.get();
        double[] buffer = buffers[role.ordinal()];
        if (buffer.length >= size)
            return buffer;
        double[] larger = new double[size];
        if (size <= LARGEST_KEPT)
            buffers[role.ordinal()] = larger;
        return larger;
    }
}
