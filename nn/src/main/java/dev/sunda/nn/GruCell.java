package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.Set;

/// One step of [Gru], with the three gates r, z, n. Shapes: `[N, in]` and states `[N, hidden]`, or both without batch.
///
/// Parameters: `weight_ih` `[3 * hidden, in]`, `weight_hh` `[3 * hidden, hidden]` and, if asked for, the biases `bias_ih` and `bias_hh`,
/// all uniform in `±1 / sqrt(hidden)` at first.
public final class GruCell extends Layer {
    private final int in;
    private final int hidden;
    private final Weights weights;

    /// With biases.
    public GruCell(int in, int hidden, Rng rng) {
        this(in, hidden, true, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the state, at least 1
    public GruCell(int in, int hidden, boolean bias, Rng rng) {
        Require.atLeast("GruCell", "width of the input", in, 1);
        Require.atLeast("GruCell", "width of the state", hidden, 1);
        this.in = in;
        this.hidden = hidden;
        Parameter inputs = uniform("weight_ih", Shape.of(3 * hidden, in), rng);
        Parameter states = uniform("weight_hh", Shape.of(3 * hidden, hidden), rng);
        Parameter inputBias = bias ? uniform("bias_ih", Shape.of(3 * hidden), rng) : null;
        weights = new Weights(inputs, states, inputBias, bias ? uniform("bias_hh", Shape.of(3 * hidden), rng) : null);
    }

    private Parameter uniform(String name, Shape shape, Rng rng) {
        double bound = 1 / Math.sqrt(hidden);
        return parameter(name, Initializers.uniform(shape, -bound, bound, rng));
    }

    /// The state after a step from zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.gruCell(x, null, RecurrentLayer.current(this, weights));
    }

    /// The state after a step.
    ///
    /// @param h state before it; null for zeros
    public Variable forward(Variable x, Variable h) {
        return call(x, _ -> Recurrences.gruCell(x, h, RecurrentLayer.current(this, weights)));
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return in + " -> " + hidden + (weights.inputBias() == null ? ", no bias" : "");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        return 3L * input.numel() / in * hidden * (in + hidden);
    }
}
