package dev.sunda.nn;

import java.util.Objects;

/// Instance normalisation of sequences. Shapes: `[N, C, L]` or `[C, L]` to the same. See [InstanceNorm].
public final class InstanceNorm1d extends InstanceNorm {
    /// With the default options: neither parameters nor running statistics.
    public InstanceNorm1d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public InstanceNorm1d(int channels, Options options) {
        Objects.requireNonNull(options, "InstanceNorm1d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    @Override
    int axes() {
        return 1;
    }
}
