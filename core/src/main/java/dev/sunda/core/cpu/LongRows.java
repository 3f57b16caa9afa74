package dev.sunda.core.cpu;

import java.util.Arrays;

/// Neighbouring rows of a matrix `[rows, channels]` as one long row, so that loops along rows fill vectors however few channels there are;
/// what belongs to a channel is repeated as often.
///
/// @param repeats how many rows make a long one, a function of the channels alone: sums have the same chains at every vector width
record LongRows(int channels, int repeats) {
    /// Floats of the widest vector.
    private static final int LANES = 16;
    /// From so many channels on, those that do not fill a vector are few.
    private static final int MANY_CHANNELS = 256;
    private static final int ROW_FLOATS = 512;

    /// Works on some long rows, `width` numbers each, the first of them `at` numbers behind the beginning.
    @FunctionalInterface
    interface Body {
        void run(int at, int rows, int width);
    }

    /// As few rows as fill whole vectors: two of 8 channels, two of 24, sixteen of 3.
    static LongRows filling(int channels) {
        return new LongRows(channels, channels == 0 || channels >= MANY_CHANNELS ? 1 : LANES / Integer.lowestOneBit(channels | LANES));
    }

    /// Rows for loops that go element by element: as long as the kernel likes them, or about 512 numbers; of at most `rows` rows where the
    /// vectors allow it.
    ///
    /// @param held how long the kernel likes them
    static LongRows of(int held, int channels, int rows) {
        if (channels > 0 && channels < held && held % channels == 0 || channels == held)
            return new LongRows(channels, held / channels);
        LongRows filling = filling(channels);
        int times = Math.min(ROW_FLOATS / Math.max(1, filling.width()), rows / filling.repeats);
        return new LongRows(channels, Math.max(1, times) * filling.repeats);
    }

    int width() {
        return channels * repeats;
    }

    /// The first [#channels] values of an array again and again, up to the width.
    float[] repeat(float[] values) {
        float[] row = Arrays.copyOf(values, width());
        for (int i = channels; i < row.length; i++)
            row[i] = row[i - channels];
        return row;
    }

    /// The same for doubles.
    double[] repeat(double[] values) {
        double[] row = Arrays.copyOf(values, width());
        for (int i = channels; i < row.length; i++)
            row[i] = row[i - channels];
        return row;
    }

    /// Runs `body` for whole long rows, then for one of what is left.
    void run(int rows, Body body) {
        int whole = rows / repeats;
        int rest = rows % repeats;
        body.run(0, whole, width());
        if (rest > 0)
            body.run(whole * width(), 1, rest * channels);
    }

    /// About `floats` numbers of whole long rows, in rows.
    int rowsOf(int floats) {
        return Math.max(1, floats / Math.max(1, width())) * repeats;
    }
}
