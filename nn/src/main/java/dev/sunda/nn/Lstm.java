package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Result;
import java.util.Objects;

/// Layers of long short-term memory, see [Recurrences#lstm]. Shapes and parameters stand with [RecurrentLayer]; the four gates are i, f,
/// g, o. With a projection the states have its width and there is `weight_hr_lk` `[projection, hidden]` as well.
public final class Lstm extends RecurrentLayer {
    /// With the default options.
    public Lstm(int in, int hidden, Rng rng) {
        this(in, hidden, 0, Options.DEFAULT, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the cells, at least 1
    /// @param projection width the states are projected to, below `hidden`; 0 for none
    public Lstm(int in, int hidden, int projection, Options options, Rng rng) {
        Objects.requireNonNull(rng, "Lstm: rng is null; pass new Rng(seed)");
        Objects.requireNonNull(options, "Lstm: options is null; use Options.DEFAULT");
        super("Lstm", 4, in, hidden, projected(hidden, projection), options, rng);
    }

    private static int projected(int hidden, int projection) {
        Require.atLeast("Lstm", "width of the projection", projection, 0);
        if (projection > 0 && projection >= hidden)
            throw new IllegalArgumentException(
                    "Lstm: the projection must be narrower than the state (got " + projection + ", " + hidden + ")");
        return projection == 0 ? hidden : projection;
    }

    /// The outputs; states and cells before the first step are zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.lstm(x, null, null, weights(), runOptions(x, null)).output();
    }

    /// Outputs, last states and last cells.
    ///
    /// @param h states before the first step, `[layers * directions, N, hidden]` or as wide as the projection; null for zeros
    /// @param c cells before the first step, `[layers * directions, N, hidden]`; null for zeros
    public Result forward(Variable x, Variable h, Variable c) {
        return forward(x, h, c, null);
    }

    /// Outputs, last states and last cells of samples of different lengths, see [Recurrences.Options#lengths].
    public Result forward(Variable x, Variable h, Variable c, int[] lengths) {
        return called(x, () -> Recurrences.lstm(x, h, c, weights(), runOptions(x, lengths)));
    }
}
