package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Poolings;
import java.util.Arrays;
import java.util.Objects;

/// What fractional max pooling layers share: windows at random places, drawn anew in every call, in evaluation mode, too. No parameters;
/// the random stream is the random state `rng`.
public abstract sealed class FractionalMaxPoolNd extends Layer permits FractionalMaxPool2d, FractionalMaxPool3d {
    private final int[] kernel;
    private final int[] size;
    private final double[] ratio;
    private final Rng rng;

    /// @param size of the result for each axis, or null
    /// @param ratio of the result's size to the input's for each axis, between 0 and 1, or null
    FractionalMaxPoolNd(int[] kernel, int[] size, double[] ratio, Rng rng) {
        this.kernel = kernel;
        this.size = size;
        this.ratio = ratio;
        String name = getClass().getSimpleName();
        Objects.requireNonNull(rng, () -> name + ": rng is null; pass new Rng(seed)");
        Require.atLeast(name, "kernel size", ConvNd.least(kernel), 1);
        if (size != null)
            Require.atLeast(name, "output size", ConvNd.least(size), 1);
        if (ratio != null && (ratio.length != kernel.length || !Arrays.stream(ratio).allMatch(r -> r > 0 && r < 1)))
            throw new IllegalArgumentException(
                    name + ": the output ratio must be between 0 and 1 for each axis (got " + Arrays.toString(ratio) + ")");
        this.rng = randomState("rng", new Rng(rng.nextLong()));
    }

    abstract Poolings.MaxPool pool(Variable x, int[] kernel, int[] size, Tensor samples);

    @Override
    protected final Variable compute(Variable x) {
        return maxima(x).values();
    }

    /// The maxima and where they were.
    public Poolings.MaxPool forwardWithIndices(Variable x) {
        var index = new Tensor[1];
        Variable values = call(x, input -> {
            Poolings.MaxPool found = maxima(input);
            index[0] = found.index();
            return found.values();
        });
        return new Poolings.MaxPool(values, index[0]);
    }

    private Poolings.MaxPool maxima(Variable x) {
        Shape batched = Images.batched(x.shape(), kernel.length);
        if (batched.rank() != kernel.length + 2 || !x.dtype().isFloating())
            return pool(x, kernel, kernel, x.data());                // refuses it
        int[] target = size;
        if (ratio != null) {
            target = new int[ratio.length];
            for (int a = 0; a < target.length; a++)
                target[a] = (int) (batched.size(a - target.length) * ratio[a]);
        }
        return pool(x, kernel, target, Tensor.rand(Shape.of(batched.size(0), batched.size(1), kernel.length), rng, x.dtype(), x.device()));
    }

    @Override
    protected String options() {
        return "kernel " + Sliding.text(kernel) + (size != null ? ", size " + Sliding.text(size) : ", ratio " + Arrays.toString(ratio));
    }
}
