package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Result;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// What [Rnn], [Gru] and [Lstm] share: layers of recurrences one upon the other, in one direction or both.
///
/// Shapes: `[T, N, I]` to `[T, N, D * H]`, with `batchFirst` `[N, T, I]` to `[N, T, D * H]`, without batch `[T, I]` to `[T, D * H]`; `D`
/// is the number of directions. With dropout the random stream is the random state `rng`.
///
/// Parameters of layer `k`: `weight_ih_lk` `[G * H, I]`, `weight_hh_lk` `[G * H, H]` and the biases `bias_ih_lk` and `bias_hh_lk`, each
/// once more with the suffix `_reverse` for the other direction; all uniform in `±1 / sqrt(H)` at first.
public abstract sealed class RecurrentLayer extends Layer permits Rnn, Gru, Lstm {
    private final int gates;
    private final int in;
    private final int hidden;
    private final int projected;
    private final Options options;
    private final List<Weights> weights = new ArrayList<>();
    private final Rng rng;

    /// @param layers how many, at least 1
    /// @param bias whether there are biases
    /// @param batchFirst whether sequences are `[N, T, ...]` instead of `[T, N, ...]`; states never are
    /// @param dropout probability that an output of a layer is dropped in training before the next one, from 0 to 1
    /// @param bidirectional whether each layer runs in both directions
    public record Options(int layers, boolean bias, boolean batchFirst, double dropout, boolean bidirectional) {
        /// One layer with biases, time first, without dropout, in one direction.
        public static final Options DEFAULT = new Options(1, true, false, 0, false);

        public Options {
            Require.atLeast("recurrence", "number of layers", layers, 1);
            if (!(dropout >= 0 && dropout <= 1))
                throw new IllegalArgumentException("recurrence: dropout must be from 0 to 1 (got " + dropout + ")");
        }

        public Options withLayers(int layers) {
            return new Options(layers, bias, batchFirst, dropout, bidirectional);
        }

        public Options withBias(boolean bias) {
            return new Options(layers, bias, batchFirst, dropout, bidirectional);
        }

        public Options withBatchFirst(boolean batchFirst) {
            return new Options(layers, bias, batchFirst, dropout, bidirectional);
        }

        public Options withDropout(double dropout) {
            return new Options(layers, bias, batchFirst, dropout, bidirectional);
        }

        public Options withBidirectional(boolean bidirectional) {
            return new Options(layers, bias, batchFirst, dropout, bidirectional);
        }
    }

    /// @param projected width of the states, `hidden` without projection
    RecurrentLayer(String name, int gates, int in, int hidden, int projected, Options options, Rng rng) {
        Require.atLeast(name, "width of the input", in, 1);
        Require.atLeast(name, "width of the state", hidden, 1);
        this.gates = gates;
        this.in = in;
        this.hidden = hidden;
        this.projected = projected;
        this.options = options;
        int directions = options.bidirectional ? 2 : 1;
        for (int layer = 0; layer < options.layers; layer++)
            for (int d = 0; d < directions; d++)
                weights.add(weights("_l" + layer + (d == 0 ? "" : "_reverse"), layer == 0 ? in : directions * projected, rng));
        this.rng = options.dropout > 0 && options.layers > 1 ? randomState("rng", new Rng(rng.nextLong())) : null;
    }

    private Weights weights(String suffix, int width, Rng rng) {
        Parameter inputs = uniform("weight_ih" + suffix, Shape.of(gates * hidden, width), rng);
        Parameter states = uniform("weight_hh" + suffix, Shape.of(gates * hidden, projected), rng);
        Parameter inputBias = options.bias ? uniform("bias_ih" + suffix, Shape.of(gates * hidden), rng) : null;
        Parameter stateBias = options.bias ? uniform("bias_hh" + suffix, Shape.of(gates * hidden), rng) : null;
        Parameter projection = projected == hidden ? null : uniform("weight_hr" + suffix, Shape.of(projected, hidden), rng);
        return new Weights(inputs, states, inputBias, stateBias, projection);
    }

    private Parameter uniform(String name, Shape shape, Rng rng) {
        double bound = 1 / Math.sqrt(hidden);
        return parameter(name, Initializers.uniform(shape, -bound, bound, rng));
    }

    /// Layer by layer, with two directions forward and then reverse, as they are to be used in this call.
    final List<Weights> weights() {
        return weights.stream().map(w -> current(this, w)).toList();
    }

    /// Weights made of the parameters of a layer, as they are to be used in this call.
    static Weights current(Layer layer, Weights w) {
        return new Weights(layer.current((Parameter) w.inputs()), layer.current((Parameter) w.states()),
                layer.current((Parameter) w.inputBias()), layer.current((Parameter) w.stateBias()),
                layer.current((Parameter) w.projection()));
    }

    /// The call that `result` makes, reported as one of this layer.
    final Result called(Variable x, Supplier<Result> result) {
        var results = new ArrayList<Result>();
        call(x, _ -> {
            results.add(result.get());
            return results.getFirst().output();
        });
        return results.getFirst();
    }

    /// How a call is to run; in training it takes the random numbers of its dropout.
    ///
    /// @param lengths may be null
    final Recurrences.Options runOptions(Variable x, int[] lengths) {
        var run = new Recurrences.Options(options.batchFirst, options.bidirectional, lengths, 0, null);
        if (rng == null || !isTraining() || x.rank() < 2)
            return run;
        long outputs = (long) x.shape().numel() / in * projected * (options.bidirectional ? 2 : 1);
        RandomKey key = rng.take(outputs * (options.layers - 1));
        return run.withDropout(options.dropout, key);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return in + " -> " + hidden + (projected == hidden ? "" : ", projected to " + projected)
                + (options.layers == 1 ? "" : ", layers " + options.layers) + (options.bias ? "" : ", no bias")
                + (options.batchFirst ? ", batch first" : "") + (options.dropout == 0 ? "" : ", dropout " + options.dropout)
                + (options.bidirectional ? ", bidirectional" : "");
    }

    @Override
    protected long multiplyAdds(Shape input, Shape output) {
        long steps = input.numel() / in;
        return steps * weights.stream().mapToLong(w -> w.inputs().shape().numel() + w.states().shape().numel()
                + (w.projection() == null ? 0 : w.projection().shape().numel())).sum();
    }
}
