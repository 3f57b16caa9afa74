package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.Arrays;
import java.util.Objects;

/// One dimension cut into several: what [Flatten] joined. No parameters.
public final class Unflatten extends Layer {
    private final int dim;
    private final int[] sizes;

    /// @param dim the dimension to cut; negative numbers count from the end
    /// @param sizes of the new dimensions, whose product is the size of the old one; one of them may be -1
    public Unflatten(int dim, int... sizes) {
        Objects.requireNonNull(sizes, "Unflatten: sizes is null");
        if (sizes.length == 0)
            throw new IllegalArgumentException("Unflatten: there must be at least one size (got " + Arrays.toString(sizes) + ")");
        this.dim = dim;
        this.sizes = sizes.clone();
    }

    @Override
    protected Variable compute(Variable x) {
        return x.unflatten(dim, sizes);
    }

    @Override
    protected String options() {
        return "dim " + dim + " to " + Arrays.toString(sizes);
    }
}
