package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Poolings;
import java.util.Arrays;

/// What adaptive max pooling layers share: the size of the result. No parameters.
public abstract sealed class AdaptiveMaxPoolNd extends Layer permits AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d {
    private final Integer[] size;

    AdaptiveMaxPoolNd(Integer[] size, int axes) {
        Images.checkSizes(getClass().getSimpleName(), size, axes);
        this.size = size.clone();
    }

    abstract Poolings.MaxPool pool(Variable x, Integer[] size);

    @Override
    protected final Variable compute(Variable x) {
        return pool(x, size).values();
    }

    /// The maxima and where they were.
    public Poolings.MaxPool forwardWithIndices(Variable x) {
        var index = new Tensor[1];
        Variable values = call(x, input -> {
            Poolings.MaxPool found = pool(input, size);
            index[0] = found.index();
            return found.values();
        });
        return new Poolings.MaxPool(values, index[0]);
    }

    @Override
    protected String options() {
        return "size " + Arrays.toString(size);
    }
}
