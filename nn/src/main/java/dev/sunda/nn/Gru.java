package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Result;
import java.util.Objects;

/// Layers of gated recurrent units, see [Recurrences#gru]. Shapes and parameters stand with [RecurrentLayer]; the three gates are r, z, n.
public final class Gru extends RecurrentLayer {
    /// With the default options.
    public Gru(int in, int hidden, Rng rng) {
        this(in, hidden, Options.DEFAULT, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the state, at least 1
    public Gru(int in, int hidden, Options options, Rng rng) {
        Objects.requireNonNull(options, "Gru: options is null; use Options.DEFAULT");
        super("Gru", 3, in, hidden, hidden, options, rng);
    }

    /// The outputs; the states before the first step are zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.gru(x, null, weights(), runOptions(x, null)).output();
    }

    /// Outputs and last states.
    ///
    /// @param h states before the first step, `[layers * directions, N, hidden]`; null for zeros
    public Result forward(Variable x, Variable h) {
        return forward(x, h, null);
    }

    /// Outputs and last states of samples of different lengths, see [Recurrences.Options#lengths].
    public Result forward(Variable x, Variable h, int[] lengths) {
        return called(x, () -> Recurrences.gru(x, h, weights(), runOptions(x, lengths)));
    }
}
