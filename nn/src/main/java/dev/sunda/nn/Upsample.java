package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Interpolation;
import dev.sunda.nn.functional.Interpolations;
import java.util.Objects;

/// Resizes sequences, images and volumes, see [Interpolations#interpolate]. Shapes: `[N, C, spatial...]` to another spatial size. No
/// parameters.
public final class Upsample extends Layer {
    private final Interpolation how;

    /// @param how size or factors, and how pixels between the given ones are found
    public Upsample(Interpolation how) {
        Objects.requireNonNull(how, "Upsample: how is null");
        this.how = how;
    }

    @Override
    protected Variable compute(Variable x) {
        return Interpolations.interpolate(x, how);
    }

    @Override
    protected String options() {
        return how.toString();
    }
}
