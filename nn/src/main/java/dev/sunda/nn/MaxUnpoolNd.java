package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import java.util.Arrays;
import java.util.Objects;

/// What layers share that put values back to where a max pooling found them, zeros elsewhere. No parameters. They have two inputs, so
/// they are called with [#forward(Variable, Tensor, int...)].
public abstract sealed class MaxUnpoolNd extends Layer permits MaxUnpool1d, MaxUnpool2d, MaxUnpool3d {
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;

    /// @param kernel one number for each axis, as the other arrays
    MaxUnpoolNd(int[] kernel, int[] stride, int[] padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        String name = getClass().getSimpleName();
        Require.atLeast(name, "kernel size", ConvNd.least(kernel), 1);
        Require.atLeast(name, "stride", ConvNd.least(stride), 1);
        Require.atLeast(name, "padding", ConvNd.least(padding), 0);
    }

    /// @param index where the values go, of the shape of `x`: what `forwardWithIndices` of the pooling layer gave
    /// @param outputSize spatial sizes of the result, where several sizes are pooled to that of `x`; none for the smallest usual ones
    public Variable forward(Variable x, Tensor index, int... outputSize) {
        Objects.requireNonNull(outputSize, "MaxUnpoolNd.forward: outputSize is null");
        return call(x, input -> unpool(input, index, kernel, stride, padding, outputSize));
    }

    abstract Variable unpool(Variable x, Tensor index, int[] kernel, int[] stride, int[] padding, int[] outputSize);

    @Override
    protected final Variable compute(Variable x) {
        throw new IllegalArgumentException(getClass().getSimpleName() + ": needs the positions of the maxima, too (got "
                + x.data().describe() + "); call forward(x, index)");
    }

    @Override
    protected String options() {
        return "kernel " + Sliding.text(kernel) + ", stride " + Sliding.text(stride)
                + (Arrays.stream(padding).allMatch(p -> p == 0) ? "" : ", padding " + Sliding.text(padding));
    }
}
