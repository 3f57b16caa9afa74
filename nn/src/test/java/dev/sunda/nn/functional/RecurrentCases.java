package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.nn.functional.Recurrences.Nonlinearity;
import dev.sunda.nn.functional.Recurrences.Options;
import dev.sunda.nn.functional.Recurrences.Weights;
import java.util.ArrayList;
import java.util.List;

/// Recurrent networks and sequences of different lengths.
final class RecurrentCases {
    private static final Options BOTH = Options.DEFAULT.withBidirectional(true);

    private RecurrentCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("rnn", "2,a,b 1,a,2 2,b 2,2 2 2",
                        x -> Recurrences.rnn(x.get(0), x.get(1), weights(x, 2), Nonlinearity.TANH, Options.DEFAULT).output())
                        .refusing(d -> rnn(d, zeros(d, 2, 1, 3), null, 4, 3, 4, 3))
                        .refusing(d -> rnn(d, zeros(d, 2, 1, 5), null, 4, 3, 4, 4))
                        .refusing(d -> rnn(d, zeros(d, 2, 1, 3), zeros(d, 1, 4), 4, 3, 4, 4))
                        .refusing(d -> rnn(d, zeros(d, 2, 1, 3), zeros(d, 2, 1, 4), 4, 3, 4, 4))
                        .refusing(d -> rnn(d, zeros(d, 0, 1, 3), null, 4, 3, 4, 4)).refusing(d -> rnn(d, zeros(d, 2), null, 4, 3, 4, 4))
                        .refusing(d -> Nonlinearity.of("sigmoid")),
                OpCase.of("rnn", "b,3 2,3 2,2 2,3 2,2", x -> joined(Recurrences.rnn(x.get(0), null,
                        List.of(new Weights(x.get(1), x.get(2)), new Weights(x.get(3), x.get(4))), Nonlinearity.TANH, BOTH))),
                OpCase.of("gru", "a,2,b 1,a,1 3,b 3,1 3 3",
                        x -> joined(Recurrences.gru(x.get(0), x.get(1), weights(x, 2), Options.DEFAULT.withBatchFirst(true))))
                        .refusing(d -> gru(d, zeros(d, 1, 1, 2), Options.DEFAULT, 6, 3, 6, 3))
                        .refusing(d -> gru(d, zeros(d, 1, 1, 2), Options.DEFAULT, 5, 3, 5, 2))
                        .refusing(d -> gru(d, zeros(d, 1, 1, 2), BOTH, 6, 3, 6, 2))
                        .refusing(d -> gru(d, zeros(d, 1, 1, 2), Options.DEFAULT.withLengths(3), 6, 3, 6, 2))
                        .refusing(d -> gru(d, zeros(d, 1, 1, 2), Options.DEFAULT.withLengths(1, 1), 6, 3, 6, 2))
                        .refusing(d -> Options.DEFAULT.withDropout(0.5, null)).refusing(d -> Options.DEFAULT.withDropout(1.5, null)),
                OpCase.of("gru", "2,2,1 3,1 3,1 3,1 3,1", x -> joined(Recurrences.gru(x.get(0), null,
                        List.of(new Weights(x.get(1), x.get(2)), new Weights(x.get(3), x.get(4))), BOTH.withLengths(2, 1)))),
                OpCase.of("lstm", "2,a,b 1,a,1 1,a,1 4,b 4,1 4 4",
                        x -> joined(Recurrences.lstm(x.get(0), x.get(1), x.get(2), weights(x, 3), Options.DEFAULT)))
                        .refusing(d -> lstm(d, zeros(d, 1, 1, 2), zeros(d, 1, 1, 3), null))
                        .refusing(d -> lstm(d, zeros(d, 1, 2, 2), zeros(d, 1, 1, 2), null))
                        .refusing(d -> lstm(d, zeros(d, 1, 1, 2), zeros(d, 1, 1, 2), zeros(d, 1, 2)))
                        .refusing(d -> lstm(d, zeros(d, 1, 1, 2), zeros(d, 1, 1, 2).to(DType.F64), null)),
                OpCase.of("lstm", "2,2,1 1,2,1 1,2,2 8,1 8,1 1,2",
                        x -> joined(Recurrences.lstm(x.get(0), x.get(1), x.get(2),
                                List.of(new Weights(x.get(3), x.get(4), null, null, x.get(5))), Options.DEFAULT.withLengths(1, 2)))),
                OpCase.of("rnnCell", "a,b a,c c,b c,c", x -> Recurrences.rnnCell(x.get(0), x.get(1), weights(x, 2).getFirst(),
                        Nonlinearity.TANH)),
                OpCase.of("rnnCell", "a,2 2,2 2,2",
                        x -> Recurrences.rnnCell(x.get(0), x.get(0).sin(), new Weights(x.get(1), x.get(1)), Nonlinearity.TANH)),
                OpCase.of("gruCell", "b 1 3,b 3,1 3 3", x -> Recurrences.gruCell(x.get(0), x.get(1), weights(x, 2).getFirst())),
                OpCase.of("lstmCell", "a,b a,1 a,1 4,b 4,1", x -> {
                    var state = Recurrences.lstmCell(x.get(0), x.get(1), x.get(2), weights(x, 3).getFirst());
                    return Variable.cat(List.of(state.h(), state.c()), 0);
                }).refusing(d -> Recurrences.lstmCell(zeros(d, 1, 2, 3), null, null, new Weights(zeros(d, 4, 3), zeros(d, 4, 1)))),
                OpCase.of("padSequence", "a,b c,b", x -> Sequences.padSequence(x, true, 0.5)).asLinear()
                        .refusing(d -> Sequences.padSequence(List.of(zeros(d, 2, 3), zeros(d, 2, 4)), true, 0))
                        .refusing(d -> Sequences.padSequence(List.of(), true, 0)),
                OpCase.of("unpadSequence", "3,2,a", x -> Variable.cat(Sequences.unpadSequence(x.get(0), false, 3, 1), 0)).asLinear()
                        .refusing(d -> Sequences.unpadSequence(zeros(d, 3, 2), false, 3)));
    }

    private static List<Weights> weights(List<Variable> x, int from) {
        return List.of(x.size() > from + 2 ? new Weights(x.get(from), x.get(from + 1), x.get(from + 2), x.get(from + 3))
                : new Weights(x.get(from), x.get(from + 1)));
    }

    private static Variable joined(Recurrences.Result result) {
        var parts = new ArrayList<>(List.of(result.output().reshape(-1), result.h().reshape(-1)));
        if (result.c() != null)
            parts.add(result.c().reshape(-1));
        return Variable.cat(parts, 0);
    }

    private static void rnn(Device d, Variable x, Variable h, int... sizes) {
        Recurrences.rnn(x, h, List.of(new Weights(zeros(d, sizes[0], sizes[1]), zeros(d, sizes[2], sizes[3]))), Nonlinearity.TANH,
                Options.DEFAULT);
    }

    private static void gru(Device d, Variable h, Options options, int... sizes) {
        var w = new Weights(zeros(d, sizes[0], sizes[1]), zeros(d, sizes[2], sizes[3]));
        Recurrences.gru(zeros(d, 2, 1, 3), h, List.of(w), options);
    }

    private static void lstm(Device d, Variable h, Variable c, Variable projection) {
        var w = new Weights(zeros(d, 8, 3), zeros(d, 8, 2), null, null, projection);
        Recurrences.lstm(zeros(d, 2, 1, 3), h, c, List.of(w), Options.DEFAULT);
    }
}
