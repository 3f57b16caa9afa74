package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.PaddingMode;
import dev.sunda.nn.functional.Paddings;
import java.util.Arrays;
import java.util.Objects;

/// What padding layers share. Each pads the last axes of its input, as many as its name says; see [Paddings#pad]. No parameters.
public abstract sealed class PadNd extends Layer
        permits CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d,
        ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d,
        ReplicationPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d {
    private final PaddingMode mode;
    private final double value;
    private final int[] pads;

    PadNd(int axes, PaddingMode mode, double value, int... pads) {
        Objects.requireNonNull(pads, () -> getClass().getSimpleName() + ": pads is null");
        if (pads.length != 1 && pads.length != 2 * axes)
            throw new IllegalArgumentException(getClass().getSimpleName() + ": there must be one number or " + 2 * axes + " (got "
                    + Arrays.toString(pads) + ")");
        this.mode = mode;
        this.value = value;
        this.pads = pads.length == 1 ? new int[2 * axes] : pads.clone();
        if (pads.length == 1)
            Arrays.fill(this.pads, pads[0]);
    }

    @Override
    protected final Variable compute(Variable x) {
        return Paddings.pad(x, pads, mode, value);
    }

    @Override
    protected final String options() {
        return Arrays.toString(pads) + (value == 0 ? "" : ", value " + value);
    }
}
