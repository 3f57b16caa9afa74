package dev.sunda.cuda.kernel;

/// Blocks of the products on tensor cores; mirrors `tensor.cuh`.
final class TensorTile {
    static final int THREADS = 128;
    /// Steps of k in a tile.
    static final int DEPTH = 16;

    private TensorTile() {
    }

    /// Bytes of shared memory for tiles with `side` rows and columns: three stages of those of 128, four of those of 64.
    static int shared(int side) {
        return stages(side) * 2 * side * DEPTH * Float.BYTES;
    }

    /// The same where the columns have been rounded to words.
    static int sharedWithWords(int side, Precision precision) {
        return stages(side) * (side * DEPTH * Float.BYTES + side * words(DEPTH, precision) * Integer.BYTES);
    }

    private static int stages(int side) {
        return side == 128 ? 3 : 4;
    }

    /// Words of so many numbers.
    static int words(int numbers, Precision precision) {
        return numbers / (precision == Precision.BF16 ? 2 : 1);
    }
}
