package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;

/// A matrix `[rows, channels]` cut into pieces, of each of which sums over its rows are made apart, to be joined in their order: `kinds`
/// rows of `width` sums for each piece, one for each number of a long row. The cut depends on the shape alone.
///
/// @param most long rows of a piece; what does not fill one more is the last piece
record RowPieces(LongRows wide, int rows, int most, int kinds) {
    private static final int MOST_ROWS = 256;
    private static final int LEAST_ROWS = 16;
    private static final int CHUNK = 32 * 1024;

    /// Computes the sums of a piece.
    @FunctionalInterface
    interface Partial {
        /// @param at where the piece begins behind the beginning of the matrix
        /// @param so where its sums begin
        void run(int at, int rows, int width, int so);
    }

    /// Takes the sums of all channels over `rows` rows: from `at` on, from `at + width` on, ...
    @FunctionalInterface
    interface Join {
        void add(int at, int width, int rows);
    }

    static RowPieces of(int rows, int channels, int kinds) {
        var wide = LongRows.filling(channels);
        return new RowPieces(wide, rows, mostRows(wide.width()), kinds);
    }

    /// Rows of `width` numbers that make a piece: 256 at most, so that chains of sums stay short.
    static int mostRows(int width) {
        return Math.clamp(CHUNK / Math.max(1, width), LEAST_ROWS, MOST_ROWS);
    }

    /// How many sums there are.
    int size() {
        return Math.multiplyExact(Math.ceilDiv(whole(), most), kinds * wide.width()) + kinds * rest();
    }

    /// Runs `partial` for all pieces, several at once.
    void run(Partial partial) {
        int width = wide.width();
        Parallel.forChunks(whole(), most, (piece, from, to) -> partial.run(from * width, to - from, width, piece * kinds * width));
        if (rest() > 0)
            partial.run(whole() * width, 1, rest(), Math.ceilDiv(whole(), most) * kinds * width);
    }

    /// Hands the sums over piece by piece, within a piece by rows of a long one.
    void join(Join join) {
        int width = wide.width();
        int at = 0;
        for (int first = 0; first < whole(); first += most, at += kinds * width)
            join(join, at, width, Math.min(most, whole() - first));
        join(join, at, rest(), 1);
    }

    private void join(Join join, int at, int width, int rows) {
        for (int c = 0; c < width; c += wide.channels())
            join.add(at + c, width, rows);
    }

    /// Long rows.
    private int whole() {
        return rows / wide.repeats();
    }

    /// Numbers that do not fill a long row.
    private int rest() {
        return rows % wide.repeats() * wide.channels();
    }
}
