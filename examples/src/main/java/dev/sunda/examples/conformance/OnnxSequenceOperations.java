package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Attention and recurrent networks as ONNX defines them, forward only.
///
/// Source: the operators `Attention`, `RotaryEmbedding`, `RNN`, `GRU` and `LSTM` of the ONNX operator documentation.
final class OnnxSequenceOperations {
    private OnnxSequenceOperations() {
    }

    static void register(OperationTable table) {
        table.put("onnx/Attention", OnnxSequenceOperations::attention);
        table.one("onnx/RotaryEmbedding", OnnxSequenceOperations::rotary);
        table.put("onnx/RNN", a -> new Recurrence(a, 1).run(OnnxSequenceOperations::simple));
        table.put("onnx/GRU", a -> new Recurrence(a, 3).run(OnnxSequenceOperations::gated));
        table.put("onnx/LSTM", a -> new Recurrence(a, 4).run(OnnxSequenceOperations::memory));
    }

    // ---------------------------------------------------------------------------------------------------------- attention

    /// `Y`, `present_key`, `present_value` and `qk_matmul_output`, which is the product of queries and keys by itself (mode 0), limited
    /// (1), with what is added to it (2), or as probabilities (3).
    private static List<Variable> attention(Args a) {
        boolean joined = a.variable("Q").rank() == 3;
        Variable q = heads(a, "Q", "q_num_heads");
        Variable k = continued(a, "past_key", heads(a, "K", "kv_num_heads"));
        Variable v = continued(a, "past_value", heads(a, "V", "kv_num_heads"));
        int past = a.has("past_key") ? a.variable("past_key").size(2) : 0;
        int shared = q.size(1) / Math.max(1, k.size(1));
        Variable product = q.matmul(repeated(k, shared).mT()).mul(a.number("scale", 1 / Math.sqrt(q.size(3))));
        double cap = a.number("softcap", 0);
        Variable limited = cap > 0 ? product.div(cap).tanh().mul(cap) : product;
        Variable biased = hidden(a, limited, past);
        a.integer("softmax_precision", 1);                           // probabilities are computed in the type of the inputs
        Variable p = biased.softmax(-1);
        Variable y = p.matmul(repeated(v, shared));
        if (joined)
            y = y.transpose(1, 2).flatten(2, 3);
        Variable scores = List.of(product, limited, biased, p).get(a.integer("qk_matmul_output_mode", 0));
        return a.outputs(List.of("Y", "present_key", "present_value", "qk_matmul_output"), List.of(y, k, v, scores));
    }

    /// `[batch, heads, length, width]`, from three dimensions or four.
    private static Variable heads(Args a, String name, String count) {
        Variable x = a.variable(name);
        if (x.rank() == 4) {
            a.integer(count, 0);
            return x;
        }
        int heads = a.integer(count);
        if (x.rank() != 3 || heads < 1 || x.size(2) % heads != 0)
            throw new ShapeException("attention", "needs [batch, length, width] with a width that " + heads + " heads divide", x.shape());
        return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    private static Variable continued(Args a, String past, Variable x) {
        return a.has(past) ? Variable.cat(List.of(a.variable(past), x), 2) : x;
    }

    /// Each head so many times in a row.
    private static Variable repeated(Variable x, int times) {
        if (times == 1)
            return x;
        Shape shape = Shape.of(x.size(0), x.size(1), times, x.size(2), x.size(3));
        return x.unsqueeze(2).expand(shape).flatten(1, 2);
    }

    private static Variable hidden(Args a, Variable scores, int past) {
        Variable s = scores;
        int keys = s.size(-1);
        Variable never = Variable.of(Tensor.full(s.shape(), Double.NEGATIVE_INFINITY, s.dtype(), s.device()));
        if (a.has("attn_mask")) {
            Tensor mask = a.tensor("attn_mask");
            int given = mask.size(-1);
            if (mask.dtype() == DType.BOOL) {
                Tensor rest = Tensor.zeros(mask.shape().with(-1, keys - given), DType.BOOL, mask.device());
                s = s.where(Tensor.cat(List.of(mask, rest), -1).expand(s.shape()), never);
            } else {
                Tensor rest = Tensor.full(mask.shape().with(-1, keys - given), Double.NEGATIVE_INFINITY, mask.dtype(), mask.device());
                s = s.add(Variable.of(Tensor.cat(List.of(mask, rest), -1)));
            }
        }
        long[] lengths = a.has("nonpad_kv_seqlen") ? a.tensor("nonpad_kv_seqlen").toLongArray() : null;
        boolean causal = a.integer("is_causal", 0) != 0;
        if (lengths == null && !causal)
            return s;
        return s.where(visible(s.shape(), causal, past, lengths).to(s.device()), never);
    }

    /// Which keys a query may see: those up to its own position, and no padding.
    private static Tensor visible(Shape scores, boolean causal, int past, long[] lengths) {
        int queries = scores.size(2);
        int keys = scores.size(3);
        var seen = new boolean[scores.numel()];
        for (int i = 0; i < seen.length; i++) {
            int batch = i / (scores.size(1) * queries * keys);
            int key = i % keys;
            long offset = past > 0 || lengths == null ? past : lengths[batch] - queries;
            seen[i] = (lengths == null || key < lengths[batch]) && (!causal || key <= i / keys % queries + offset);
        }
        return Tensor.of(seen, scores);
    }

    /// Angles come as tables, by position if positions are given, else for each row.
    private static Variable rotary(Args a) {
        boolean joined = a.variable("X").rank() == 3;
        Variable x = heads(a, "X", "num_heads");
        a.integer("rotary_embedding_dim", 0);                        // the tables are as wide
        var angles = new Positions.Angles(placed(a, "cos_cache"), placed(a, "sin_cache"));
        Variable y = Positions.rotary(x, angles, a.integer("interleaved", 0) != 0);
        return joined ? y.transpose(1, 2).flatten(2, 3) : y;
    }

    /// `[batch, 1, length, width]`.
    private static Tensor placed(Args a, String name) {
        Tensor table = a.tensor(name);
        if (!a.has("position_ids"))
            return table.unsqueeze(1);
        Tensor positions = a.tensor("position_ids");
        return table.indexSelect(0, positions.reshape(-1)).reshape(positions.size(0), 1, positions.size(1), table.size(1));
    }

    // ---------------------------------------------------------------------------------------------------------- recurrences

    /// What a step of one direction works with.
    ///
    /// @param x what the inputs contribute, gate by gate
    /// @param r the weights of the state, gate by gate
    /// @param b their biases, gate by gate
    /// @param peepholes gate by gate in the order i, o, f; empty without
    private record Step(List<Variable> x, List<Variable> r, List<Variable> b, List<Variable> peepholes, List<UnaryOperator<Variable>> f,
            Args a) {
        Variable product(Variable h, int gate) {
            return h.matmul(r.get(gate).mT()).add(b.get(gate));
        }

        Variable sum(Variable h, int gate) {
            return x.get(gate).add(product(h, gate));
        }

        Variable peeped(Variable sum, Variable c, int gate) {
            return peepholes.isEmpty() ? sum : sum.add(c.mul(peepholes.get(gate)));
        }
    }

    private record State(Variable h, Variable c) {
    }

    private interface Cell {
        State after(Step step, State before);
    }

    private static State simple(Step s, State before) {
        return new State(s.f.get(0).apply(s.sum(before.h, 0)), before.c);
    }

    /// Gates z, r, h.
    private static State gated(Step s, State before) {
        Variable z = s.f.get(0).apply(s.sum(before.h, 0));
        Variable r = s.f.get(0).apply(s.sum(before.h, 1));
        boolean linearFirst = s.a.integer("linear_before_reset", 0) != 0;
        Variable inner = linearFirst ? r.mul(s.product(before.h, 2)) : s.product(r.mul(before.h), 2);
        Variable n = s.f.get(1).apply(s.x.get(2).add(inner));
        return new State(n.add(z.mul(before.h.sub(n))), before.c);
    }

    /// Gates i, o, f, c.
    private static State memory(Step s, State before) {
        Variable i = s.f.get(0).apply(s.peeped(s.sum(before.h, 0), before.c, 0));
        boolean coupled = s.a.integer("input_forget", 0) != 0;
        Variable f = coupled ? i.neg().add(1) : s.f.get(0).apply(s.peeped(s.sum(before.h, 2), before.c, 2));
        Variable c = f.mul(before.c).add(i.mul(s.f.get(1).apply(s.sum(before.h, 3))));
        Variable o = s.f.get(0).apply(s.peeped(s.sum(before.h, 1), c, 1));
        return new State(o.mul(s.f.get(2).apply(c)), c);
    }

    /// The arguments of a recurrent operator, and its loops over directions and steps.
    private static final class Recurrence {
        private final Args a;
        private final int gates;
        private final boolean batchFirst;
        private final Variable x;
        private final String direction;
        private final int hidden;
        private final long[] lengths;

        Recurrence(Args a, int gates) {
            this.a = a;
            this.gates = gates;
            batchFirst = a.integer("layout", 0) != 0;
            x = batchFirst ? a.variable("X").transpose(0, 1) : a.variable("X");
            direction = a.text("direction", "forward");
            hidden = a.integer("hidden_size", a.variable("R").size(2));
            lengths = a.has("sequence_lens") ? a.tensor("sequence_lens").toLongArray() : null;
        }

        List<Variable> run(Cell cell) {
            int directions = direction.equals("bidirectional") ? 2 : 1;
            var outputs = new ArrayList<Variable>();
            var states = new ArrayList<Variable>();
            var cells = new ArrayList<Variable>();
            for (int d = 0; d < directions; d++) {
                boolean reverse = direction.equals("reverse") || d == 1;
                var steps = new ArrayList<Variable>();
                State last = run(cell, d, reverse, steps);
                outputs.add(Variable.stack(reverse ? steps.reversed() : steps, 0));
                states.add(last.h);
                cells.add(last.c);
            }
            Variable y = Variable.stack(outputs, 1);
            Variable h = Variable.stack(states, 0);
            Variable c = Variable.stack(cells, 0);
            if (batchFirst)
                return a.outputs(List.of("Y", "Y_h", "Y_c"), List.of(y.permute(2, 0, 1, 3), h.transpose(0, 1), c.transpose(0, 1)));
            return a.outputs(List.of("Y", "Y_h", "Y_c"), List.of(y, h, c));
        }

        private State run(Cell cell, int d, boolean reverse, List<Variable> outputs) {
            var functions = functions(d);
            var r = a.variable("R").select(0, d).chunk(gates, 0);
            Variable w = a.variable("W").select(0, d);
            Variable zeros = Variable.of(Tensor.zeros(Shape.of(2 * gates * hidden), x.dtype(), x.device()));
            Variable bias = a.has("B") ? a.variable("B").select(0, d) : zeros;
            Variable inputs = x.matmul(w.mT()).add(bias.narrow(0, 0, gates * hidden));
            var b = bias.narrow(0, gates * hidden, gates * hidden).chunk(gates, 0);
            List<Variable> peepholes = a.has("P") ? a.variable("P").select(0, d).chunk(3, 0) : List.of();
            var state = new State(first("initial_h", d), first("initial_c", d));
            for (int s = 0; s < x.size(0); s++) {
                int t = reverse ? x.size(0) - 1 - s : s;
                State fresh = cell.after(new Step(inputs.select(0, t).chunk(gates, 1), r, b, peepholes, functions, a), state);
                Tensor active = active(t);
                outputs.add(fresh.h.where(active, Variable.zerosLike(fresh.h)));
                state = new State(fresh.h.where(active, state.h), fresh.c.where(active, state.c));
            }
            return state;
        }

        private Variable first(String name, int d) {
            if (!a.has(name))
                return Variable.of(Tensor.zeros(Shape.of(x.size(1), hidden), x.dtype(), x.device()));
            return a.variable(name).select(batchFirst ? 1 : 0, d);
        }

        /// `[batch, 1]`.
        private Tensor active(int t) {
            var active = new boolean[x.size(1)];
            for (int i = 0; i < active.length; i++)
                active[i] = lengths == null || t < lengths[i];
            return Tensor.of(active, Shape.of(active.length, 1)).to(x.device());
        }

        /// The functions of one direction behind a limit of their arguments, if there is one.
        private List<UnaryOperator<Variable>> functions(int d) {
            List<String> names =
                    gates == 1 ? List.of("Tanh") : gates == 3 ? List.of("Sigmoid", "Tanh") : List.of("Sigmoid", "Tanh", "Tanh");
            if (a.has("activations"))
                names = a.texts("activations").subList(d * names.size(), (d + 1) * names.size());
            double limit = a.number("clip", Double.POSITIVE_INFINITY);
            var functions = new ArrayList<UnaryOperator<Variable>>();
            for (String name : names)
                functions.add(v -> function(name, limited(v, limit)));
            return functions;
        }

        private static Variable limited(Variable v, double limit) {
            if (limit == Double.POSITIVE_INFINITY)
                return v;
            Tensor most = Tensor.scalar(limit, v.dtype(), v.device());
            return v.minimum(Variable.of(most)).maximum(Variable.of(most.neg()));
        }

        private static Variable function(String name, Variable v) {
            return switch (name) {
                case "Sigmoid" -> v.sigmoid();
                case "Tanh" -> v.tanh();
                case "Relu" -> v.relu();
                default -> throw new UnsupportedCase("activation " + name);
            };
        }
    }
}
