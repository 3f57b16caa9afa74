package dev.sunda.nn;

import java.util.Objects;

/// Instance normalisation of volumes. Shapes: `[N, C, D, H, W]` or `[C, D, H, W]` to the same. See [InstanceNorm].
public final class InstanceNorm3d extends InstanceNorm {
    /// With the default options: neither parameters nor running statistics.
    public InstanceNorm3d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public InstanceNorm3d(int channels, Options options) {
        Objects.requireNonNull(options, "InstanceNorm3d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    @Override
    int axes() {
        return 3;
    }
}
