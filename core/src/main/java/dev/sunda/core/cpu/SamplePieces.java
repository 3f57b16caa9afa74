package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import java.util.function.IntConsumer;

/// The samples of a group normalisation in channels-last order: a sample is a matrix `[pixels, channels]`, whose rows are cut into pieces
/// of one size, which follows from the number of channels alone. Sums of channels are made piece by piece and joined to sums of groups.
///
/// @param wide rows for loops that go element by element
record SamplePieces(int samples, int channels, int groups, int pixels, LongRows wide) {
    private static final int CHUNK = 32 * 1024;
    /// From so many samples on they are handed out as a whole.
    private static final int LEAST_SAMPLES = 8;

    /// Works on some rows of a sample.
    @FunctionalInterface
    interface Piece {
        /// @param index of the piece, counted through all samples
        /// @param at where the first row lies behind the beginning of the samples
        void run(int index, int sample, int at, int rows);
    }

    /// Works on some long rows, element by element.
    @FunctionalInterface
    interface Map {
        void run(int sample, int at, int rows, int width);
    }

    /// @param held how long the kernel likes rows
    /// @param mean one number for each group of each sample
    static SamplePieces of(int held, View x, View mean) {
        int samples = x.shape().size(0);
        int channels = x.shape().size(1);
        int pixels = x.shape().numel() / Math.max(1, samples * channels);
        var wide = LongRows.of(held, channels, Math.min(RowPieces.mostRows(channels), pixels));
        return new SamplePieces(samples, channels, mean.shape().size(1), pixels, wide);
    }

    /// Pieces of a sample.
    int pieces() {
        return Math.ceilDiv(pixels, rows());
    }

    /// Rows of a whole piece.
    private int rows() {
        return RowPieces.mostRows(channels);
    }

    int rowsOf(int piece) {
        return Math.min(rows(), pixels - piece * rows());
    }

    /// First channel of a group.
    int first(int group) {
        return group * (channels / groups);
    }

    /// Elements of a group.
    double count() {
        return (double) (channels / groups) * pixels;
    }

    /// Where a view `[N, G]` has the number of a group.
    static int at(View view, int sample, int group) {
        var layout = view.layout();
        return layout.offset() + sample * layout.stride(0) + group * layout.stride(1);
    }

    /// The same for the group of a channel.
    int ofChannel(View view, int sample, int channel) {
        return at(view, sample, channel / (channels / groups));
    }

    /// Runs `first` over all pieces of a sample, `joined` for the sample, then `second` over its pieces. A sample that a thread takes as a
    /// whole is still in the caches at the second time; few samples are cut.
    void run(Piece first, IntConsumer joined, Map second) {
        if (samples < LEAST_SAMPLES) {
            forPieces(first);
            for (int n = 0; n < samples; n++)
                joined.accept(n);
            forPieces((_, n, at, count) -> run(second, n, at, count));
            return;
        }
        int together = Math.max(1, CHUNK / Math.max(1, pixels * channels));
        Parallel.forChunks(samples, together, (_, from, to) -> {
            for (int n = from; n < to; n++) {
                for (int piece = 0; piece < pieces(); piece++)
                    run(first, n, piece);
                joined.accept(n);
                for (int piece = pieces() - 1; piece >= 0; piece--)  // the last ones are nearest
                    run(second, n, (n * pixels + piece * rows()) * channels, rowsOf(piece));
            }
        });
    }

    private void forPieces(Piece body) {
        int together = Math.max(1, CHUNK / Math.max(1, Math.min(rows(), pixels) * channels));
        int pieces = pieces();
        Parallel.forChunks(samples * pieces, together, (_, from, to) -> {
            for (int index = from; index < to; index++)
                run(body, index / pieces, index % pieces);
        });
    }

    private void run(Piece body, int sample, int piece) {
        body.run(sample * pieces() + piece, sample, (sample * pixels + piece * rows()) * channels, rowsOf(piece));
    }

    private void run(Map body, int sample, int at, int count) {
        wide.run(count, (from, some, width) -> body.run(sample, at + from, some, width));
    }
}
