package dev.sunda.nn;

import java.util.Objects;

/// Instance normalisation of images. Shapes: `[N, C, H, W]` or `[C, H, W]` to the same. See [InstanceNorm].
public final class InstanceNorm2d extends InstanceNorm {
    /// With the default options: neither parameters nor running statistics.
    public InstanceNorm2d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public InstanceNorm2d(int channels, Options options) {
        Objects.requireNonNull(options, "InstanceNorm2d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    @Override
    int axes() {
        return 2;
    }
}
