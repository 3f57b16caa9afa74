package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Nonlinearity;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.Objects;
import java.util.Set;

/// One step of [Rnn], with one gate. Shapes: `[N, in]` and states `[N, hidden]`, or both without batch.
///
/// Parameters: `weight_ih` `[hidden, in]`, `weight_hh` `[hidden, hidden]` and, if asked for, the biases `bias_ih` and `bias_hh`, all
/// uniform in `±1 / sqrt(hidden)` at first.
public final class RnnCell extends Layer {
    private final int in;
    private final int hidden;
    private final Weights weights;
    private final Nonlinearity nonlinearity;

    /// With biases and `tanh`.
    public RnnCell(int in, int hidden, Rng rng) {
        this(in, hidden, true, Nonlinearity.TANH, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the state, at least 1
    public RnnCell(int in, int hidden, boolean bias, Nonlinearity nonlinearity, Rng rng) {
        Objects.requireNonNull(nonlinearity, "RnnCell: nonlinearity is null; use Nonlinearity.TANH or RELU");
        Require.atLeast("RnnCell", "width of the input", in, 1);
        Require.atLeast("RnnCell", "width of the state", hidden, 1);
        this.in = in;
        this.hidden = hidden;
        this.nonlinearity = nonlinearity;
        Parameter inputs = uniform("weight_ih", Shape.of(hidden, in), rng);
        Parameter states = uniform("weight_hh", Shape.of(hidden, hidden), rng);
        Parameter inputBias = bias ? uniform("bias_ih", Shape.of(hidden), rng) : null;
        weights = new Weights(inputs, states, inputBias, bias ? uniform("bias_hh", Shape.of(hidden), rng) : null);
    }

    private Parameter uniform(String name, Shape shape, Rng rng) {
        double bound = 1 / Math.sqrt(hidden);
        return parameter(name, Initializers.uniform(shape, -bound, bound, rng));
    }

    /// The state after a step from zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.rnnCell(x, null, RecurrentLayer.current(this, weights), nonlinearity);
    }

    /// The state after a step.
    ///
    /// @param h state before it; null for zeros
    public Variable forward(Variable x, Variable h) {
        return call(x, _ -> Recurrences.rnnCell(x, h, RecurrentLayer.current(this, weights), nonlinearity));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return in + " -> " + hidden + (weights.inputBias() == null ? ", no bias" : "")
                + (nonlinearity == Nonlinearity.TANH ? "" : ", relu");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return (long) input.numel() / in * hidden * (in + hidden);
    }
}
