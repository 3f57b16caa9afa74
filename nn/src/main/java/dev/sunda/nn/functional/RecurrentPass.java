package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.recorded;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.GruKernel;
import dev.sunda.core.kernel.LstmKernel;
import dev.sunda.core.kernel.RecurrentKernel;
import dev.sunda.core.kernel.RnnKernel;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.nn.functional.Recurrences.Result;
import dev.sunda.nn.functional.Recurrences.State;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/// One layer in one direction over a sequence; the arguments have been checked.
///
/// An ordinary pass runs the kernel of the cell in both directions. Where the backward pass itself is recorded, the steps are taken again
/// as recorded operations.
///
/// @param x `[T, N, I]`
/// @param h `[N, P]`
/// @param c `[N, H]`, or null without cells
/// @param active boolean `[T, N, 1]`, true where a sample has not ended; null if none ends early
record RecurrentPass(Cell cell, Variable x, Variable h, Variable c, Weights w, boolean reverse, Tensor active) {

    /// What a step computes.
    enum Cell {
        RNN_TANH("rnn", 1), RNN_RELU("rnn", 1), GRU("gru", 3), LSTM("lstm", 4);

        private final String operation;
        private final int gates;

        Cell(String operation, int gates) {
            this.operation = operation;
            this.gates = gates;
        }

        String operation() {
            return operation;
        }

        /// How many times the width of the state the weights have as rows.
        int gates() {
            return gates;
        }
    }

    Result run() {
        Variable inputs = inputs();
        Tensor hh = w.states().data();
        Tensor bias = data(w.stateBias());
        boolean remembers = GradMode.isRecording()
                && Stream.of(inputs, h, c, w.states(), w.stateBias(), w.projection()).anyMatch(v -> v != null && v.requiresGrad());
        Variable states = switch (cell) {
            case RNN_TANH, RNN_RELU -> {
                UnaryOp f = cell == Cell.RNN_TANH ? UnaryOp.TANH : UnaryOp.RELU;
                var kernel = RnnKernel.of(f, inputs.data(), h.data(), hh, bias, active, reverse, remembers);
                yield states(inputs, kernel.forward(), kernel::backward);
            }
            case GRU -> {
                var kernel = GruKernel.of(inputs.data(), h.data(), hh, bias, active, reverse, remembers);
                yield states(inputs, kernel.forward(), kernel::backward);
            }
            case LSTM -> {
                var kernel = LstmKernel.of(inputs.data(), h.data(), c.data(), hh, bias, data(w.projection()), active, reverse, remembers);
                yield states(inputs, kernel.forward(), kernel::backward);
            }
        };
        return result(states);
    }

    /// What the inputs contribute to the gates, all steps in one product: `[T, N, G * H]`. What lies behind the end of a sample is not
    /// looked at.
    private Variable inputs() {
        Variable used = active == null ? x : x.where(active, Variable.zerosLike(x));
        return w.inputBias() == null ? used.matmul(w.inputs().mT()) : used.matmul(w.inputs().mT(), w.inputBias());
    }

    /// The numbers of a run, recorded with both forms of its gradient.
    private Variable states(Variable inputs, Tensor value, Function<Tensor, RecurrentKernel.Gradients> backward) {
        var all = Arrays.asList(inputs, h, c, w.states(), w.stateBias(), w.projection());
        var present = all.stream().filter(Objects::nonNull).toList();
        return output(cell.operation, value, present, fused(dy -> {
            var g = backward.apply(dy);
            return Stream.of(g.dx(), g.dh(), g.dc(), g.dweight(), g.dbias(), g.dprojection()).filter(Objects::nonNull).toList();
        }, recorded(present, again -> composed(all, again))));
    }

    /// Parts of the numbers of a run: the states, `[T + 1, N, P]`, and, of an lstm, behind them the last cells.
    private Result result(Variable states) {
        int steps = x.size(0);
        int size = h.shape().numel();
        Variable flat = states.reshape(-1);
        Variable y = flat.narrow(0, reverse ? 0 : size, steps * size).reshape(steps, h.size(0), h.size(1));
        Variable last = flat.narrow(0, reverse ? 0 : steps * size, size).reshape(h.shape());
        Variable cells = c == null ? null : flat.narrow(0, (steps + 1) * size, c.shape().numel()).reshape(c.shape());
        return new Result(active == null ? y : y.where(active, Variable.zerosLike(y)), last, cells);
    }

    // ---------------------------------------------------------------------------------------------------------- recorded steps

    /// The numbers of a run by recorded operations.
    ///
    /// @param all the arguments, null where there is none
    /// @param present those that are there, to be used in their place
    private Variable composed(List<Variable> all, List<Variable> present) {
        var arguments = new ArrayList<Variable>();
        var next = present.iterator();
        for (Variable v : all)
            arguments.add(v == null ? null : next.next());
        var weights = new Weights(w.inputs(), arguments.get(3), w.inputBias(), arguments.get(4), arguments.get(5));
        var states = new ArrayList<Variable>();
        var state = new State(arguments.get(1), arguments.get(2));
        states.add(state.h());
        for (int s = 0; s < x.size(0); s++) {
            int t = reverse ? x.size(0) - 1 - s : s;
            State fresh = step(arguments.get(0).select(0, t), state, weights);
            state = active == null ? fresh : kept(active.select(0, t), fresh, state);
            states.add(state.h());
        }
        Variable joined = Variable.stack(reverse ? states.reversed() : states, 0);
        return c == null ? joined : Variable.cat(List.of(joined.reshape(-1), state.c().reshape(-1)), 0);
    }

    private static State kept(Tensor active, State fresh, State old) {
        return new State(fresh.h().where(active, old.h()), fresh.c() == null ? null : fresh.c().where(active, old.c()));
    }

    private State step(Variable gates, State before, Weights weights) {
        Variable hh = weights.states().mT();
        Variable product = weights.stateBias() == null ? before.h().matmul(hh) : before.h().matmul(hh, weights.stateBias());
        return switch (cell) {
            case RNN_TANH -> new State(gates.add(product).tanh(), null);
            case RNN_RELU -> new State(gates.add(product).relu(), null);
            case GRU -> gru(gates.chunk(3, 1), product.chunk(3, 1), before.h());
            case LSTM -> lstm(gates.add(product).chunk(4, 1), before.c(), weights.projection());
        };
    }

    private static State gru(List<Variable> x, List<Variable> product, Variable h) {
        Variable r = x.get(0).add(product.get(0)).sigmoid();
        Variable z = x.get(1).add(product.get(1)).sigmoid();
        Variable n = x.get(2).add(r.mul(product.get(2))).tanh();
        return new State(n.add(z.mul(h.sub(n))), null);
    }

    private static State lstm(List<Variable> a, Variable before, Variable projection) {
        Variable c = a.get(1).sigmoid().mul(before).add(a.get(0).sigmoid().mul(a.get(2).tanh()));
        Variable q = a.get(3).sigmoid().mul(c.tanh());
        return new State(projection == null ? q : q.matmul(projection.mT()), c);
    }

    private static Tensor data(Variable x) {
        return x == null ? null : x.data();
    }
}
