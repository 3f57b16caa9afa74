package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Convolutions;
import java.util.Objects;

/// Batch normalisation of images. Shapes: `[N, C, H, W]` to the same. See [BatchNorm].
public final class BatchNorm2d extends BatchNorm {
    /// With the default options.
    public BatchNorm2d(int channels) {
        this(channels, Options.DEFAULT);
    }

    /// @param channels of the input, at least 1
    public BatchNorm2d(int channels, Options options) {
        Objects.requireNonNull(options, "BatchNorm2d: options is null; use Options.DEFAULT");
        super(channels, options);
    }

    /// Behind a convolution whose result it fits, in evaluation.
    Variable computeAfter(Conv2d conv, Variable x, boolean relu) {
        return Convolutions.convBatchNorm(x, conv.current(conv.weight()), conv.current(conv.bias()), conv.spec(x.shape()),
                running().mean(), running().variance(), current(weight()), current(bias()), eps(), relu);
    }

    /// Whether [#computeAfter] stands for the convolution and this layer.
    boolean joins(Conv2d conv, Variable x) {
        return usesRunningStatistics() && x.rank() == 4 && conv.hasZeros() && conv.weight().size(0) == channels();
    }

    @Override
    boolean takes(int rank) {
        return rank == 4;
    }

    @Override
    String axes() {
        return ", height, width";
    }
}
