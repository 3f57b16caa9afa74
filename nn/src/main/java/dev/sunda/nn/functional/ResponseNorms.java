package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.List;

/// Local response normalisation.
public final class ResponseNorms {
    private ResponseNorms() {
    }

    /// `y = x / (k + alpha * s)^beta`, where `s` is the sum of the squares of `size` neighbouring channels around each one, divided by
    /// `size`; channels that do not exist count as zeros. Of an even window the larger half lies before.
    ///
    /// PyTorch's defaults are `alpha` 1e-4, `beta` 0.75 and `k` 1. Source: Krizhevsky, Sutskever, Hinton 2012, ImageNet Classification
    /// with Deep Convolutional Neural Networks.
    ///
    /// @param x `[N, C, spatial...]`, at least one spatial axis
    /// @param size number of channels in a window, at least 1
    public static Variable localResponseNorm(Variable x, int size, double alpha, double beta, double k) {
        if (x.rank() < 3)
            throw new ShapeException("localResponseNorm", "the input must be [batch, channels, spatial...]", x.shape());
        if (size < 1)
            throw new IllegalArgumentException("localResponseNorm: the size must be at least 1 (got " + size + ")");
        if (x.shape().numel() == 0)
            return x;
        return x.div(windowMeans(x.square(), size).mul(alpha).add(k).pow(beta));
    }

    /// Means of windows along dimension 1, as a pooling in which channels are rows and positions are channels: so the loops of the pooling
    /// run along neighbours in memory.
    private static Variable windowMeans(Variable x, int size) {
        int channels = x.size(1);
        int positions = x.shape().numel() / (x.size(0) * channels);
        var along = Window.sliding(channels, size, 1, 1, size / 2, (size - 1) / 2);
        var spec = new PoolSpec(x.size(0), positions, List.of(along), true);
        Variable columns = x.reshape(Shape.of(x.size(0), channels, positions)).transpose(1, 2);
        return Poolings.avgPool(columns, spec).transpose(1, 2).reshape(x.shape());
    }
}
