package dev.sunda.cuda.kernel;

/// How many threads run a kernel: blocks in the grid, threads in a block, and the shared memory that a block asks for beside its own.
///
/// @param x blocks; the large number goes here, `y` and `z` end at 65,535
/// @param threadsX threads of a block, together with `threadsY` at most 1,024
/// @param shared bytes of dynamic shared memory
public record Grid(int x, int y, int z, int threadsX, int threadsY, int shared) {
    private static final int THREADS = 256;
    private static final int BLOCKS = 4096;
    private static final String BLOCKS_OF_A_LAUNCH = "cuda: the blocks of one launch";

    /// One dimension.
    ///
    /// @throws IllegalArgumentException if there are more blocks than a grid can have
    public static Grid of(long blocks, int threads) {
        return new Grid(count(BLOCKS_OF_A_LAUNCH, blocks), 1, 1, threads, 1, 0);
    }

    /// A number that a kernel takes as an `int`.
    ///
    /// @param what is counted, for the message
    static int count(String what, long number) {
        if (number > Integer.MAX_VALUE)
            throw new IllegalArgumentException(what + " must be below 2^31 (got " + number + "); take smaller batches");
        return (int) number;
    }

    /// Blocks of one dimension in a grid of three.
    public static Grid of(int x, int y, int z, int threads) {
        return new Grid(x, y, z, threads, 1, 0);
    }

    /// Enough threads for one element each, up to a number beyond which they walk on in strides of the grid.
    ///
    /// @param elements at least 1
    public static Grid over(int elements) {
        return of(Math.min(BLOCKS, ceil(elements, THREADS)), THREADS);
    }

    /// So many of such blocks, in one dimension.
    Grid times(long blocks) {
        return new Grid(count(BLOCKS_OF_A_LAUNCH, blocks), 1, 1, threadsX, threadsY, shared);
    }

    /// The same with dynamic shared memory.
    public Grid shared(int bytes) {
        return new Grid(x, y, z, threadsX, threadsY, bytes);
    }

    /// The same with blocks of two dimensions.
    public Grid threads(int x, int y) {
        return new Grid(this.x, this.y, z, x, y, shared);
    }

    /// The size of the parts if `count` is cut into as few equal ones as possible, none larger than `most`.
    static int evenly(int count, int most) {
        return ceil(count, ceil(count, most));
    }

    /// `a / b`, rounded up.
    public static int ceil(int a, int b) {
        return (int) (((long) a + b - 1) / b);
    }
}
