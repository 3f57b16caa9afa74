package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.State;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.ArrayList;
import java.util.Set;

/// One step of [Lstm], with the four gates i, f, g, o. Shapes: `[N, in]` and states `[N, hidden]`, or both without batch.
///
/// Parameters: `weight_ih` `[4 * hidden, in]`, `weight_hh` `[4 * hidden, hidden]` and, if asked for, the biases `bias_ih` and `bias_hh`,
/// all uniform in `±1 / sqrt(hidden)` at first.
public final class LstmCell extends Layer {
    private final int in;
    private final int hidden;
    private final Weights weights;

    /// With biases.
    public LstmCell(int in, int hidden, Rng rng) {
        this(in, hidden, true, rng);
    }

    /// @param in width of the input, at least 1
    /// @param hidden width of the state, at least 1
    public LstmCell(int in, int hidden, boolean bias, Rng rng) {
        Require.atLeast("LstmCell", "width of the input", in, 1);
        Require.atLeast("LstmCell", "width of the state", hidden, 1);
        this.in = in;
        this.hidden = hidden;
        Parameter inputs = uniform("weight_ih", Shape.of(4 * hidden, in), rng);
        Parameter states = uniform("weight_hh", Shape.of(4 * hidden, hidden), rng);
        Parameter inputBias = bias ? uniform("bias_ih", Shape.of(4 * hidden), rng) : null;
        weights = new Weights(inputs, states, inputBias, bias ? uniform("bias_hh", Shape.of(4 * hidden), rng) : null);
    }

    private Parameter uniform(String name, Shape shape, Rng rng) {
        double bound = 1 / Math.sqrt(hidden);
        return parameter(name, Initializers.uniform(shape, -bound, bound, rng));
    }

    /// The state after a step from zeros.
    @Override
    protected Variable compute(Variable x) {
        return Recurrences.lstmCell(x, null, null, RecurrentLayer.current(this, weights)).h();
    }

    /// The state after a step.
    ///
    /// @param h state before it; null for zeros, as `c`
    public State forward(Variable x, Variable h, Variable c) {
        var states = new ArrayList<State>();
        call(x, _ -> {
            states.add(Recurrences.lstmCell(x, h, c, RecurrentLayer.current(this, weights)));
            return states.getFirst().h();
        });
        return states.getFirst();
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
        return 4L * input.numel() / in * hidden * (in + hidden);
    }
}
