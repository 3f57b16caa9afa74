package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Nonlinearity;
import dev.sunda.nn.functional.Recurrences.Result;
import java.util.Objects;

/// Simple recurrent layers, `h_t = f(W_x x_t + b_x + W_h h_(t-1) + b_h)`. Shapes and parameters stand with [RecurrentLayer]; there is one
/// gate.
public final class Rnn extends RecurrentLayer {
    private final Nonlinearity nonlinearity;

    /// With `tanh` and the default options.
    public Rnn(int in, int hidden, Rng rng) {
        this(in, hidden, Nonlinearity.TANH, Options.DEFAULT, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the state, at least 1
    public Rnn(int in, int hidden, Nonlinearity nonlinearity, Options options, Rng rng) {
        Objects.requireNonNull(nonlinearity, "Rnn: nonlinearity is null; use Nonlinearity.TANH or RELU");
        Objects.requireNonNull(options, "Rnn: options is null; use Options.DEFAULT");
        super("Rnn", 1, in, hidden, hidden, options, rng);
        this.nonlinearity = nonlinearity;
    }

    /// The outputs; the states before the first step are zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.rnn(x, null, weights(), nonlinearity, runOptions(x, null)).output();
    }

    /// Outputs and last states.
    ///
    /// @param h states before the first step, `[layers * directions, N, hidden]`; null for zeros
    public Result forward(Variable x, Variable h) {
        return forward(x, h, null);
    }

    /// Outputs and last states of samples of different lengths, see [Recurrences.Options#lengths].
    public Result forward(Variable x, Variable h, int[] lengths) {
        return called(x, () -> Recurrences.rnn(x, h, weights(), nonlinearity, runOptions(x, lengths)));
    }

    @Override
    protected String options() {
        return super.options() + (nonlinearity == Nonlinearity.TANH ? "" : ", relu");
    }
}
