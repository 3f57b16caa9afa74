package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Window;

/// The tiles of four by four results that a Winograd convolution computes together, counted along the lines of all images, and runs of
/// them; mirrors `winograd.cu`.
///
/// @param down tiles of an image, one below the other
/// @param across tiles of a line
record WinogradTiles(int batch, int down, int across) {
    /// Results along an edge of a tile, pixels that it sees, taps.
    static final int RESULTS = 4;
    static final int SEEN = 6;
    static final int TAPS = 3;
    /// Products that stand for the convolution of a tile.
    static final int PLANES = SEEN * SEEN;
    /// The tile of a product, of which a run is a multiple.
    private static final int RUN_STEP = 128;
    private static final int VECTOR = 4;

    /// Of the results of a geometry that fits.
    static WinogradTiles of(ConvGeometry g) {
        return new WinogradTiles(g.batch(), Grid.ceil(g.resultSize(1), RESULTS), Grid.ceil(g.resultSize(2), RESULTS));
    }

    /// Whether it is a convolution three by three of images, or its transpose, without steps, gaps and groups.
    static boolean fits(ConvGeometry g) {
        boolean square = g.groups() == 1 && !g.hasStrides() && g.resultSize(0) == 1 && g.sourceSize(0) == 1;
        for (int a = 0; a < 3; a++) {
            Window axis = g.axes().get(a);
            square &= axis.kernel() == (a == 0 ? 1 : TAPS) && axis.dilation() == 1;
        }
        return square;
    }

    long count() {
        return (long) batch * down * across;
    }

    /// The length of the runs, as equal as whole tiles of a product allow, with room for at most so many tiles, at least one of a product.
    int run(long most) {
        long steps = Math.max(1, most / RUN_STEP);
        long needed = Math.ceilDiv(count(), RUN_STEP);
        long runs = Math.ceilDiv(needed, steps);
        return (int) Math.min(count(), Math.ceilDiv(needed, runs) * RUN_STEP);
    }

    /// Places for a run of so many tiles where they lie side by side: whole vectors.
    static int room(int tiles) {
        return Grid.ceil(tiles, VECTOR) * VECTOR;
    }

    /// `struct Tiles` for a run.
    int[] struct(int first, int length) {
        var words = new Words(8);
        words.addDivider(across);
        words.addDivider(down);
        words.add(first, length);
        return words.all();
    }

    /// `struct Images`.
    ///
    /// @param height lines of an image
    /// @param top the first line that the first tile sees
    static int[] images(Operand images, int height, int width, int top, int left) {
        return new int[] {images.imageStride(), images.channelStride(), images.pixelStride(1), images.pixelStride(2), height, width, top,
            left, images.hasRuns(VECTOR) ? 1 : 0};
    }

    static int[] source(ConvGeometry g) {
        return images(g.source(), g.sourceSize(1), g.sourceSize(2), -g.padBefore(1), -g.padBefore(2));
    }

    static int[] result(ConvGeometry g) {
        return images(g.result(), g.resultSize(1), g.resultSize(2), 0, 0);
    }
}
