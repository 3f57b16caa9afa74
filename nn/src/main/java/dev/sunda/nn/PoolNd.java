package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Poolings;
import java.util.Arrays;
import java.util.List;

/// What pooling layers with windows of one size share: how the windows slide. No parameters.
public abstract sealed class PoolNd extends Layer
        permits AvgPool1d, AvgPool2d, AvgPool3d, LpPool1d, LpPool2d, LpPool3d, MaxPool1d, MaxPool2d, MaxPool3d {
    private final String operation;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final boolean ceilMode;
    private final boolean countPadding;

    /// @param operation name for messages
    /// @param kernel one number for each axis, as the other arrays
    PoolNd(String operation, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode, boolean countPadding) {
        this.operation = operation;
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceilMode = ceilMode;
        this.countPadding = countPadding;
        String name = getClass().getSimpleName();
        Require.atLeast(name, "kernel size", ConvNd.least(kernel), 1);
        Require.atLeast(name, "stride", ConvNd.least(stride), 1);
        Require.atLeast(name, "padding", ConvNd.least(padding), 0);
        Require.atLeast(name, "dilation", ConvNd.least(dilation), 1);
    }

    /// The sizes for an input, which may lack the batch dimension.
    final PoolSpec spec(Shape input) {
        return PoolSpec.of(operation, Images.batched(input, kernel.length), kernel, stride, padding, dilation, ceilMode, countPadding);
    }

    /// The maxima and where they were.
    final Poolings.MaxPool maxima(Variable x) {
        var index = new Tensor[1];
        Variable values = call(x, input -> {
            Poolings.MaxPool found = Poolings.maxPool(input, spec(input.shape()));
            index[0] = found.index();
            return found.values();
        });
        return new Poolings.MaxPool(values, index[0]);
    }

    final int[] kernel() {
        return kernel;
    }

    final int[] stride() {
        return stride;
    }

    final boolean ceilMode() {
        return ceilMode;
    }

    final boolean isPadded() {
        return Arrays.stream(padding).anyMatch(p -> p != 0);
    }

    @Override
    protected String options() {
        return "kernel " + Sliding.text(kernel) + ", stride " + Sliding.text(stride)
                + (isPadded() ? ", padding " + Sliding.text(padding) : "")
                + (Sliding.isOne(dilation) ? "" : ", dilation " + Sliding.text(dilation)) + (ceilMode ? ", ceil mode" : "");
    }

    @Override
    protected final List<Window> windows(Shape input) {
        return spec(input).axes();
    }
}
