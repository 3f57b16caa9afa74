package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Positions;
import dev.sunda.nn.functional.Positions.Angles;

/// Turns pairs of columns of queries and keys by angles that grow with the position, see [Positions#rotary]. Shapes: `[..., length,
/// columns]` to the same. No parameters; the table of angles grows as needed.
public final class RotaryEmbedding extends Layer {
    private final int width;
    private final double base;
    private final boolean interleaved;
    private Angles table;

    /// All columns, with base 10000, column `j` with column `j + width / 2`.
    public RotaryEmbedding(int width) {
        this(width, 10000, false);
    }

    /// @param width how many columns are turned, even
    /// @param base of the wave lengths, positive
    /// @param interleaved whether a pair are neighbours; otherwise column `j` goes with column `j + width / 2`
    public RotaryEmbedding(int width, double base, boolean interleaved) {
        Require.atLeast("RotaryEmbedding", "width", width, 2);
        if (width % 2 != 0)
            throw new IllegalArgumentException("RotaryEmbedding: the width must be even (got " + width + ")");
        if (!(base > 0))
            throw new IllegalArgumentException("RotaryEmbedding: the base must be positive (got " + base + ")");
        this.width = width;
        this.base = base;
        this.interleaved = interleaved;
    }

    /// Positions from 0 on.
    @Override
    protected Variable compute(Variable x) {
        return turned(x, 0);
    }

    /// @param offset position of the first row
    public Variable forward(Variable x, int offset) {
        return call(x, v -> turned(v, offset));
    }

    private Variable turned(Variable x, int offset) {
        if (x.rank() < 2)
            throw new ShapeException("rotary", "the input must be [..., length, columns]", x.shape());
        if (offset < 0)
            throw new IllegalArgumentException("rotary: the offset must not be negative (got " + offset + ")");
        int end = offset + x.size(-2);
        if (table == null || table.cos().size(0) < end || table.cos().dtype() != x.dtype() || !table.cos().device().equals(x.device()))
            table = Positions.angles(Math.max(end, table == null ? 0 : 2 * table.cos().size(0)), width, base, 0, x.dtype(), x.device());
        return Positions.rotary(x, table.narrow(offset, x.size(-2)), interleaved);
    }

    @Override
    protected String options() {
        return width + (base == 10000 ? "" : ", base " + base) + (interleaved ? ", interleaved" : "");
    }
}
