package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.RecurrentPass.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Recurrent networks over sequences, and single steps of them.
///
/// Shapes: `T` steps, `N` samples, inputs of width `I`, states of width `H`, or `P` where an lstm projects them; `G` gates, in the order
/// r, z, n (gru) or i, f, g, o (lstm). Formulas and gradients stand with [dev.sunda.core.kernel.RnnKernel],
/// [dev.sunda.core.kernel.GruKernel] and [dev.sunda.core.kernel.LstmKernel].
public final class Recurrences {
    private Recurrences() {
    }

    /// The function of a simple recurrence.
    public enum Nonlinearity {
        TANH(Cell.RNN_TANH), RELU(Cell.RNN_RELU);

        private final Cell cell;

        Nonlinearity(Cell cell) {
            this.cell = cell;
        }

        /// By PyTorch's name.
        ///
        /// @param name `tanh` or `relu`
        public static Nonlinearity of(String name) {
            Objects.requireNonNull(name, "rnn: the name of the nonlinearity is null; use tanh or relu");
            return switch (name) {
                case "tanh" -> TANH;
                case "relu" -> RELU;
                default -> throw new IllegalArgumentException("rnn: the nonlinearity must be tanh or relu (got " + name + ")");
            };
        }
    }

    /// What one layer has learned for one direction.
    ///
    /// @param inputs `[G * H, I]`, or, behind the first layer, as many columns as the outputs of the layer before
    /// @param states `[G * H, P]`, `P` being `H` without projection
    /// @param inputBias `[G * H]` or null
    /// @param stateBias `[G * H]` or null
    /// @param projection `[P, H]` for an lstm whose states are narrower than its cells, else null
    public record Weights(Variable inputs, Variable states, Variable inputBias, Variable stateBias, Variable projection) {
        /// Refuses null where something must be.
        public Weights {
            Objects.requireNonNull(inputs, "Recurrences.Weights: inputs is null");
            Objects.requireNonNull(states, "Recurrences.Weights: states is null");
        }

        /// Without projection.
        public Weights(Variable inputs, Variable states, Variable inputBias, Variable stateBias) {
            this(inputs, states, inputBias, stateBias, null);
        }

        /// Without biases.
        public Weights(Variable inputs, Variable states) {
            this(inputs, states, null, null, null);
        }
    }

    /// @param batchFirst whether inputs and outputs are `[N, T, ...]` instead of `[T, N, ...]`; states are not
    /// @param bidirectional whether each layer runs over the sequence in both directions, which doubles the width of its outputs
    /// @param lengths how many steps each sample has, from 1 to `T`; null if all have `T`. Behind its end a sample gives zeros, its last
    ///     state is that of its last step, and the reverse direction starts there
    /// @param dropout probability that an output of a layer is dropped before the next one, from 0 to 1
    /// @param key which random numbers decide, `T * N * width` for each layer but the last; null without dropout
    public record Options(boolean batchFirst, boolean bidirectional, int[] lengths, double dropout, RandomKey key) {
        /// `[T, N, I]`, one direction, all of one length, no dropout.
        public static final Options DEFAULT = new Options(false, false, null, 0, null);

        public Options {
            if (!(dropout >= 0 && dropout <= 1))
                throw new IllegalArgumentException("recurrence: the probability of dropout must be from 0 to 1 (got " + dropout + ")");
            if (dropout > 0 && key == null)
                throw new IllegalArgumentException("recurrence: dropout needs a random key (got null)");
        }

        public Options withBatchFirst(boolean batchFirst) {
            return new Options(batchFirst, bidirectional, lengths, dropout, key);
        }

        public Options withBidirectional(boolean bidirectional) {
            return new Options(batchFirst, bidirectional, lengths, dropout, key);
        }

        /// @param lengths null if all have `T` steps
        public Options withLengths(int... lengths) {
            return new Options(batchFirst, bidirectional, lengths, dropout, key);
        }

        public Options withDropout(double dropout, RandomKey key) {
            return new Options(batchFirst, bidirectional, lengths, dropout, key);
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }
    }

    /// With `L` layers and `D` directions:
    ///
    /// @param output `[T, N, D * P]`: the states of the last layer after each step, both directions side by side
    /// @param h `[L * D, N, P]`: the last states
    /// @param c `[L * D, N, H]`: the last cells; null but for an lstm
    public record Result(Variable output, Variable h, Variable c) {
    }

    /// @param h `[N, P]`
    /// @param c `[N, H]`
    public record State(Variable h, Variable c) {
    }

    // ---------------------------------------------------------------------------------------------------------- sequences

    /// `h_t = f(W_x x_t + b_x + W_h h_(t-1) + b_h)`.
    ///
    /// @param x `[T, N, I]`, or `[T, I]` without batch, then states and results have none either
    /// @param h `[L * D, N, H]`: the states before the first step; null for zeros
    /// @param weights layer by layer, with two directions forward and then reverse
    public static Result rnn(Variable x, Variable h, List<Weights> weights, Nonlinearity f, Options options) {
        Objects.requireNonNull(weights, "rnn: weights is null");
        Objects.requireNonNull(f, "rnn: f is null; use Nonlinearity.TANH or RELU");
        Objects.requireNonNull(options, "rnn: options is null; use Options.DEFAULT");
        return run(f.cell, x, h, null, weights, options);
    }

    /// `r, z = sigmoid(...)`, `n = tanh(W_xn x_t + b_xn + r * (W_hn h_(t-1) + b_hn))`, `h_t = (1 - z) * n + z * h_(t-1)`.
    ///
    /// @param x `[T, N, I]`, or `[T, I]` without batch, then states and results have none either
    /// @param h `[L * D, N, H]`: the states before the first step; null for zeros
    /// @param weights layer by layer, with two directions forward and then reverse
    public static Result gru(Variable x, Variable h, List<Weights> weights, Options options) {
        Objects.requireNonNull(weights, "gru: weights is null");
        Objects.requireNonNull(options, "gru: options is null; use Options.DEFAULT");
        return run(Cell.GRU, x, h, null, weights, options);
    }

    /// `i, f, o = sigmoid(...)`, `g = tanh(...)`, `c_t = f * c_(t-1) + i * g`, `h_t = o * tanh(c_t)`, projected if there is a projection.
    ///
    /// @param x `[T, N, I]`, or `[T, I]` without batch, then states and results have none either
    /// @param h `[L * D, N, P]`: the states before the first step; null for zeros
    /// @param c `[L * D, N, H]`: the cells before the first step; null for zeros
    /// @param weights layer by layer, with two directions forward and then reverse
    public static Result lstm(Variable x, Variable h, Variable c, List<Weights> weights, Options options) {
        Objects.requireNonNull(weights, "lstm: weights is null");
        Objects.requireNonNull(options, "lstm: options is null; use Options.DEFAULT");
        return run(Cell.LSTM, x, h, c, weights, options);
    }

    private static Result run(Cell cell, Variable x, Variable h, Variable c, List<Weights> weights, Options options) {
        check(cell, x, h, c, weights, options);
        boolean batched = x.rank() == 3;
        Variable y = !batched ? x.unsqueeze(1) : options.batchFirst ? x.transpose(0, 1) : x;
        Tensor active = options.lengths == null ? null : Sequences.active(options.lengths, y.size(0)).to(x.device());
        var states = new ArrayList<Variable>();
        var cells = new ArrayList<Variable>();
        int directions = options.directions();
        long drawn = 0;
        for (int i = 0; i < weights.size(); i += directions) {
            var outputs = new ArrayList<Variable>();
            for (int d = 0; d < directions; d++) {
                Weights w = weights.get(i + d);
                var pass = new RecurrentPass(cell, y, first(h, i + d, batched, y, w.states().size(1)),
                        cell == Cell.LSTM ? first(c, i + d, batched, y, w.states().size(0) / 4) : null, w, d == 1, active);
                var result = pass.run();
                outputs.add(result.output);
                states.add(result.h);
                cells.add(result.c);
            }
            y = directions == 1 ? outputs.getFirst() : Variable.cat(outputs, 2);
            if (options.dropout > 0 && i + directions < weights.size()) {
                y = Dropouts.dropout(y, options.dropout, new RandomKey(options.key.key(), options.key.offset() + drawn));
                drawn += y.shape().numel();
            }
        }
        Variable output = !batched ? y.squeeze(1) : options.batchFirst ? y.transpose(0, 1) : y;
        return new Result(output, stacked(states, batched), cell == Cell.LSTM ? stacked(cells, batched) : null);
    }

    private static Variable first(Variable states, int index, boolean batched, Variable x, int width) {
        if (states == null)
            return Variable.of(Tensor.zeros(Shape.of(x.size(1), width), x.dtype(), x.device()));
        Variable state = states.size(0) == 1 ? states.squeeze(0) : states.select(0, index);
        return batched ? state : state.unsqueeze(0);
    }

    private static Variable stacked(List<Variable> states, boolean batched) {
        Variable all = states.size() == 1 ? states.getFirst().unsqueeze(0) : Variable.stack(states, 0);
        return batched ? all : all.squeeze(1);
    }

    // ---------------------------------------------------------------------------------------------------------- one step

    /// One step of [#rnn].
    ///
    /// @param x `[N, I]` or `[I]`
    /// @param h `[N, H]` or `[H]`; null for zeros
    /// @return `[N, H]` or `[H]`
    public static Variable rnnCell(Variable x, Variable h, Weights w, Nonlinearity f) {
        Objects.requireNonNull(w, "rnnCell: w is null");
        Objects.requireNonNull(f, "rnnCell: f is null; use Nonlinearity.TANH or RELU");
        return step("rnnCell", f.cell, x, h, null, w).h;
    }

    /// One step of [#gru].
    ///
    /// @param x `[N, I]` or `[I]`
    /// @param h `[N, H]` or `[H]`; null for zeros
    /// @return `[N, H]` or `[H]`
    public static Variable gruCell(Variable x, Variable h, Weights w) {
        Objects.requireNonNull(w, "gruCell: w is null");
        return step("gruCell", Cell.GRU, x, h, null, w).h;
    }

    /// One step of [#lstm].
    ///
    /// @param x `[N, I]` or `[I]`
    /// @param h `[N, P]` or `[P]`; null for zeros
    /// @param c `[N, H]` or `[H]`; null for zeros
    public static State lstmCell(Variable x, Variable h, Variable c, Weights w) {
        Objects.requireNonNull(w, "lstmCell: w is null");
        return step("lstmCell", Cell.LSTM, x, h, c, w);
    }

    private static State step(String operation, Cell cell, Variable x, Variable h, Variable c, Weights w) {
        if (x.rank() != 1 && x.rank() != 2)
            throw new ShapeException(operation, "the input must be [batch, width] or [width]", x.shape());
        var result = run(cell, x.unsqueeze(0), h == null ? null : h.unsqueeze(0), c == null ? null : c.unsqueeze(0), List.of(w),
                Options.DEFAULT);
        return new State(result.h.squeeze(0), result.c == null ? null : result.c.squeeze(0));
    }

    // ---------------------------------------------------------------------------------------------------------- checks

    private static void check(Cell cell, Variable x, Variable h, Variable c, List<Weights> weights, Options options) {
        String operation = cell.operation();
        weights.forEach(w -> Objects.requireNonNull(w, () -> operation + ": the weights of a layer are missing, one of them is null"));
        if (x.rank() != 2 && x.rank() != 3)
            throw new ShapeException(operation,
                    "the input must be " + (options.batchFirst ? "[batch, steps, width]" : "[steps, batch, width]") + " or [steps, width]",
                    x.shape());
        boolean swapped = options.batchFirst && x.rank() == 3;
        if (x.size(swapped ? 1 : 0) < 1)
            throw new ShapeException(operation, "there must be at least one step", x.shape());
        int directions = options.directions();
        if (weights.isEmpty() || weights.size() % directions != 0)
            throw new IllegalArgumentException(operation + ": needs weights for every layer and direction (got " + weights.size()
                    + " for " + directions + (directions == 1 ? " direction)" : " directions)"));
        int width = x.size(-1);
        for (int i = 0; i < weights.size(); i++) {
            checkWeights(cell, x, weights.get(i), width);
            if (i % directions == directions - 1)
                width = directions * weights.get(i).states.size(1);
        }
        Weights w = weights.getFirst();
        if (!weights.stream().allMatch(v -> v.states.shape().equals(w.states.shape())))
            throw new IllegalArgumentException(operation + ": the states of all layers must have one width (got "
                    + weights.stream().map(v -> v.states.shape().toString()).toList() + ")");
        int samples = x.rank() == 2 ? -1 : x.size(swapped ? 0 : 1);
        checkState(operation, "states", x, h, weights.size(), samples, w.states.size(1));
        checkState(operation, "cells", x, c, weights.size(), samples, w.states.size(0) / cell.gates());
        if (options.lengths != null)
            checkLengths(operation, options.lengths, Math.abs(samples), x.size(swapped ? 1 : 0));
    }

    private static void checkWeights(Cell cell, Variable x, Weights w, int width) {
        String operation = cell.operation();
        Shape inputs = w.inputs.shape();
        Shape states = w.states.shape();
        if (inputs.rank() != 2 || states.rank() != 2)
            throw new ShapeException(operation, "the weights must be matrices", inputs, states);
        if (inputs.size(1) != width)
            throw new ShapeException(operation, "the input has " + width + " columns but its weight has " + inputs.size(1), x.shape(),
                    inputs);
        int hidden = states.size(0) / cell.gates();
        if (states.size(0) != inputs.size(0) || states.size(0) != cell.gates() * hidden)
            throw new ShapeException(operation, "both weights must have " + cell.gates() + " times the width of the state as rows", inputs,
                    states);
        int narrow = states.size(1);
        if (w.projection == null ? narrow != hidden : cell != Cell.LSTM || !w.projection.shape().equals(Shape.of(narrow, hidden)))
            throw new ShapeException(operation, w.projection == null ? "the weight of the states must have " + hidden + " columns"
                    : "a projection is for an lstm and must be [" + narrow + ", " + hidden + "]", states);
        for (Variable bias : Arrays.asList(w.inputBias, w.stateBias))
            if (bias != null && !bias.shape().equals(Shape.of(states.size(0))))
                throw new ShapeException(operation, "a bias must be [" + states.size(0) + "]", bias.shape());
        for (Variable other : Arrays.asList(w.inputs, w.states, w.inputBias, w.stateBias, w.projection))
            checkType(operation, x, other);
    }

    private static void checkType(String operation, Variable x, Variable other) {
        if (other == null)
            return;
        if (!x.dtype().isFloating() || other.dtype() != x.dtype())
            throw new DTypeException(operation + ": needs operands of one floating type (got " + x.data().describe() + ", "
                    + other.data().describe() + "); convert with to(dtype)");
        Tensor.checkSameDevice(operation, x.data(), other.data());
    }

    /// @param samples -1 without batch
    private static void checkState(String operation, String what, Variable x, Variable given, int count, int samples, int width) {
        if (given == null)
            return;
        Shape wanted = samples < 0 ? Shape.of(count, width) : Shape.of(count, samples, width);
        if (!given.shape().equals(wanted))
            throw new ShapeException(operation, "the first " + what + " must be " + wanted, given.shape());
        checkType(operation, x, given);
    }

    private static void checkLengths(String operation, int[] lengths, int samples, int steps) {
        if (lengths.length != samples)
            throw new ShapeException(operation, "there must be one length for each sample, " + samples, Shape.of(lengths.length));
        if (!Arrays.stream(lengths).allMatch(n -> 1 <= n && n <= steps))
            throw new IllegalArgumentException(
                    operation + ": lengths must be from 1 to " + steps + " (got " + Arrays.toString(lengths) + ")");
    }
}
