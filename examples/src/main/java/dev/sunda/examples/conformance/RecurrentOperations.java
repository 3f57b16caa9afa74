package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Recurrences;
import dev.sunda.nn.functional.Recurrences.Nonlinearity;
import dev.sunda.nn.functional.Recurrences.Options;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.List;

/// Recurrent networks of one layer and one direction.
final class RecurrentOperations {
    private RecurrentOperations() {
    }

    static void register(OperationTable table) {
        table.put("rnn", a -> outputs(Recurrences.rnn(a.variable("input"), a.optional("h0"), weights(a),
                Nonlinearity.of(a.text("nonlinearity", "tanh")), options(a))));
        table.put("gru", a -> outputs(Recurrences.gru(a.variable("input"), a.optional("h0"), weights(a), options(a))));
        table.put("lstm", a -> outputs(Recurrences.lstm(a.variable("input"), a.optional("h0"), a.optional("c0"), weights(a), options(a))));
    }

    private static Options options(Args a) {
        return Options.DEFAULT.withBatchFirst(a.flag("batch_first", false));
    }

    private static List<Weights> weights(Args a) {
        return List.of(new Weights(a.variable("weight_ih"), a.variable("weight_hh"), a.optional("bias_ih"), a.optional("bias_hh")));
    }

    private static List<Variable> outputs(Recurrences.Result result) {
        return result.c() == null ? List.of(result.output(), result.h()) : List.of(result.output(), result.h(), result.c());
    }
}
