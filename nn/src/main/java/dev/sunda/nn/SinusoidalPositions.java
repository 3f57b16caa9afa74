package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Positions;

/// Adds waves to a sequence, so that positions can be told apart, see [Positions#sinusoidal]. Shapes: `[..., length, width]` to the same.
/// No parameters.
public final class SinusoidalPositions extends Layer {
    private final int width;
    private final double base;

    /// With base 10000.
    public SinusoidalPositions(int width) {
        this(width, 10000);
    }

    /// @param width of the input, at least 1
    /// @param base of the wave lengths, positive
    public SinusoidalPositions(int width, double base) {
        Require.atLeast("SinusoidalPositions", "width", width, 1);
        if (!(base > 0))
            throw new IllegalArgumentException("SinusoidalPositions: the base must be positive (got " + base + ")");
        this.width = width;
        this.base = base;
    }

    /// Positions from 0 on.
    @Override
    protected Variable compute(Variable x) {
        return added(x, 0);
    }

    /// @param offset position of the first row
    public Variable forward(Variable x, int offset) {
        return call(x, v -> added(v, offset));
    }

    private Variable added(Variable x, int offset) {
        if (x.rank() < 2 || x.size(-1) != width)
            throw new ShapeException("sinusoidal", "the input must be [..., length, " + width + "]", x.shape());
        Tensor waves = Positions.sinusoidal(x.size(-2), width, base, offset, x.dtype(), x.device());
        return x.add(Variable.of(waves));
    }

    @Override
    protected String options() {
        return width + (base == 10000 ? "" : ", base " + base);
    }
}
