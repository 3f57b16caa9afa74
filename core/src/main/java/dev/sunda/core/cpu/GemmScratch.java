package dev.sunda.core.cpu;

import dev.sunda.core.spi.CacheLine;
import java.util.Arrays;

/// Work memory of the kernels: one growing `float[]` for each thread and role, contents undefined, used from [#FIRST] on. A caller that
/// waits for a parallel loop and the loop's body may run in one thread, hence each role has one user at a time.
final class GemmScratch {
    /// What a buffer is used for.
    enum Role {
        /// Sources and results in channels-last order; held by the caller of a loop.
        SOURCE, SECOND_SOURCE, WIDE, RESULT,
        /// The packed right side, the values chains start from, partial sums; held by the caller of a loop.
        PANELS, START, PARTIAL,
        /// Transformed sources of a Winograd convolution; held by the caller of a loop.
        TRANSFORMED, SECOND_TRANSFORMED,
        /// Used within one chunk of a loop.
        BLOCK, LEFT, COLUMNS, TILE, VALUES
    }

    /// Where buffers are used from, so that what comes first begins a line of the cache; what vector loops do not read may begin at 0.
    static final int FIRST = CacheLine.FLOATS;

    /// Larger buffers are left to the garbage collector: 64 MB.
    private static final int LARGEST_KEPT = 1 << 24;
    private static final ThreadLocal<float[][]> BUFFERS = ThreadLocal.withInitial(() -> new float[Role.values().length][0]);

    private static final ThreadLocal<int[]> PLACES = ThreadLocal.withInitial(() -> new int[0]);

    private GemmScratch() {
    }

    /// At least `size` floats from [#FIRST] on, valid until this thread asks for the same role again.
    static float[] floats(Role role, int size) {
        return whole(role, Math.addExact(FIRST, size));
    }

    private static float[] whole(Role role, int size) {
        float[][] buffers = BUFFERS.get();
        float[] buffer = buffers[role.ordinal()];
        if (buffer.length >= size)
            return buffer;
        float[] larger = new float[size];
        if (size <= LARGEST_KEPT)
            buffers[role.ordinal()] = larger;
        return larger;
    }

    /// At least `size` floats from [#FIRST] on, of which the first `size`, and those before, are zero.
    static float[] zeros(Role role, int size) {
        float[] buffer = floats(role, size);
        Arrays.fill(buffer, 0, FIRST + size, 0);
        return buffer;
    }

    /// At least `n` ints, where the rows of a block of a product lie, valid until this thread asks again.
    static int[] places(int n) {
        int[] places = PLACES.get();
        if (places.length >= n)
            return places;
        int[] longer = new int[n];
        PLACES.set(longer);
        return longer;
    }
}
