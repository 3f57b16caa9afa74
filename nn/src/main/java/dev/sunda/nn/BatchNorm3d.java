package dev.sunda.nn;

import java.util.Objects;

/// Batch normalisation of volumes. Shapes: `[N, C, D, H, W]` to the same. See [BatchNorm].
public final class BatchNorm3d extends BatchNorm {
    /// With the default options.
    public BatchNorm3d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public BatchNorm3d(int channels, Options options) {
        Objects.requireNonNull(options, "BatchNorm3d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    @Override
    boolean takes(int rank) {
        return rank == 5;
    }

    @Override
    String axes() {
        return ", depth, height, width";
    }
}
