package dev.sunda.core.cpu;

import dev.sunda.core.cpu.WinogradTiles.Places;

/// How a Winograd convolution is cut: strips whose transformed pixels fit the second cache make a block. Those pixels are the left sides of
/// 36 products, whose rows lie at the distance that the kernel of the products wants.
///
/// @param channels of the source
/// @param shifts see [WinogradTiles#shifts]
/// @param neighbours strips that may share a block: all, or the planes of an image where taps look at more than one
/// @param strips of a block, at most
/// @param stride numbers from one row to the next
/// @param depth channels multiplied at a time
/// @param together planes of a tile in one row
/// @param rows of each tile
record WinogradBlocks(WinogradTiles tiles, int channels, int[] shifts, int neighbours, int strips, int stride, int depth, int together,
        int rows) {
    private static final int PIXELS = WinogradTiles.PIXELS;
    private static final int MOST_TILES = 72;
    private static final int LEAST_CHUNKS = 16;

    /// @param most numbers of transformed pixels held at a time
    /// @param height rows of a tile of the products
    /// @param steps of the innermost loop of the products, at most
    /// @param stride numbers from one row of their left side to the next
    static WinogradBlocks of(WinogradTiles tiles, int channels, int most, int height, int steps, int stride) {
        int[] shifts = tiles.shifts();
        int pieces = Math.ceilDiv(channels, steps);
        int depth = Math.ceilDiv(channels, pieces);
        int together = Math.min(PIXELS, steps / depth);
        int rows = Math.ceilDiv(PIXELS, together) * PIXELS;
        int fitting = Math.clamp(most / (pieces * rows * stride), height, MOST_TILES) / tiles.across();
        int strips = Math.clamp(Math.min(fitting - shifts[shifts.length - 1], tiles.strips() / LEAST_CHUNKS), 1, MOST_TILES);
        int neighbours = shifts.length == 1 ? tiles.strips() : tiles.planes();
        return new WinogradBlocks(tiles, channels, shifts, neighbours,
                shifts.length == 1 ? fullest(tiles, strips, height) : Math.ceilDiv(neighbours, Math.ceilDiv(neighbours, strips)), stride,
                depth, together, rows);
    }

    /// The number of strips from half of `most` to `most` whose tiles leave the fewest rows of products unused.
    private static int fullest(WinogradTiles tiles, int most, int height) {
        int best = most;
        for (int s = most - 1; s > most / 2; s--)
            if (filled(s * tiles.across(), height) > filled(best * tiles.across(), height))
                best = s;
        return best;
    }

    private static double filled(int n, int height) {
        return (double) n / (Math.ceilDiv(n, height) * height);
    }

    int count() {
        return tiles.strips() / neighbours * perGroup();
    }

    /// Blocks of strips that may share one.
    private int perGroup() {
        return Math.ceilDiv(neighbours, strips);
    }

    Block get(int index) {
        int first = index / perGroup() * neighbours;
        int from = index % perGroup() * strips;
        return new Block(this, first + from, first + Math.min(neighbours, from + strips));
    }

    /// The strips `from` to `to - 1`.
    record Block(WinogradBlocks all, int from, int to) {
        /// Tiles of results.
        int count() {
            return (to - from) * all.tiles.across();
        }

        /// Strips of pixels: taps along the depth see some behind the last plane of results.
        int seen() {
            return to - from + all.shifts[all.shifts.length - 1];
        }

        /// Which strip the pixels of number `i` are seen from.
        int strip(int i) {
            return Math.min(from + i, to - 1);
        }

        /// How many planes behind what that one sees through its first tap they lie.
        int shift(int i) {
            return Math.max(0, from + i - to + 1);
        }

        /// Where the transformed pixels of a piece are put.
        Places places() {
            return new Places(plane(), all.stride, all.together);
        }

        private int plane() {
            return seen() * all.tiles.across() * all.stride;
        }

        /// Numbers of the transformed pixels of all channels.
        int size() {
            return Math.ceilDiv(all.channels, all.depth) * all.rows * plane();
        }

        /// Channels from `channel`, a multiple of the depth, on that are multiplied at a time.
        int piece(int channel) {
            return Math.min(all.depth, all.channels - channel);
        }

        /// Where their transformed pixels of number `i` begin.
        int at(int i, int channel) {
            return channel / all.depth * all.rows * plane() + i * all.tiles.across() * all.stride;
        }

        /// Where the left side of product `k` begins for a tap along the depth.
        int left(int k, int tap, int channel) {
            return at(0, channel) + places().of(k / PIXELS, all.shifts[tap] * all.tiles.across(), piece(channel)) + k % PIXELS * plane();
        }
    }
}
