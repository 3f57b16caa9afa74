package dev.sunda.nn;

import java.util.Objects;

/// Batch normalisation of vectors and sequences. Shapes: `[N, C]` or `[N, C, L]` to the same. See [BatchNorm].
public final class BatchNorm1d extends BatchNorm {
    /// With the default options.
    public BatchNorm1d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public BatchNorm1d(int channels, Options options) {
        Objects.requireNonNull(options, "BatchNorm1d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    @Override
    boolean takes(int rank) {
        return rank == 2 || rank == 3;
    }

    @Override
    String axes() {
        return "] or [batch, " + channels() + ", length";
    }
}
