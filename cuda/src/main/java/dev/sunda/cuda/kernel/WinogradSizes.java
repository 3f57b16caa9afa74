package dev.sunda.cuda.kernel;

/// From which sizes on [Winograd] pays, and how much memory it takes at a time.
///
/// A quarter of the multiplications must save more time than the transforms take. Transformed images are 2.25 times as large as images and
/// written and read once, which costs the less beside the products the more channels there are; a transformed weight is four times as
/// large, which takes enough tiles to be worth it; and tiles at the borders must not be mostly empty.
///
/// @param channels of the source and of the result, at least
/// @param tiles at least
/// @param weightTiles at least, for the gradient of a weight
/// @param places of tiles for each result, at most
/// @param memory bytes for the transformed images of a run, at most, and for a transformed weight
record WinogradSizes(int channels, long tiles, long weightTiles, int places, long memory) {
    /// Measured on an H100, where 32 channels take as long as without, and 16 channels longer.
    static final WinogradSizes LARGE = new WinogradSizes(64, 64, 256, 2, 256L << 20);
    private static final int VECTOR = 4;
    private static final long PLANES_BYTES = (long) WinogradTiles.PLANES * Float.BYTES;

    /// Whether it pays for a convolution.
    boolean suit(ConvGeometry g) {
        return suit(g, tiles);
    }

    /// Whether it pays for the gradient of a weight.
    boolean suitWeight(ConvGeometry g) {
        return suit(g, weightTiles);
    }

    private boolean suit(ConvGeometry g, long least) {
        if (!WinogradTiles.fits(g) || g.reduced() % VECTOR != 0 || g.produced() % VECTOR != 0)
            return false;
        long count = WinogradTiles.of(g).count();
        return Math.min(g.reduced(), g.produced()) >= channels && count >= least
                && count * WinogradTiles.RESULTS * WinogradTiles.RESULTS <= (long) places * g.positions()
                && PLANES_BYTES * g.reduced() * g.produced() <= memory;
    }

    /// Tiles that are transformed at a time.
    int run(ConvGeometry g) {
        return WinogradTiles.of(g).run(memory / (PLANES_BYTES * (g.reduced() + g.produced())));
    }
}
