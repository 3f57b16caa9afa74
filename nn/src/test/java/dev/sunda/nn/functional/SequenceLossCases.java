package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Losses of sequences.
final class SequenceLossCases {
    private SequenceLossCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("ctcLoss", "4,2,3", x -> SequenceLosses.ctcLoss(x.get(0), labels(x.get(0), 2, 2, 1, 1, 2, 2).reshape(2, 3),
                        lengths(4, 3), lengths(2, 1)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2), lengths(5), lengths(2)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2), lengths(-1), lengths(2)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2), lengths(4, 4), lengths(2)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2), lengths(4), lengths(1)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2).reshape(1, 2), lengths(4), lengths(3)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 2).reshape(2, 1), lengths(4), lengths(1)))
                        .refusing(d -> call(d, 3, labels(zeros(d), 1, 2), lengths(4), lengths(2)))
                        .refusing(d -> call(d, 1, labels(zeros(d), 1, 2), lengths(4), lengths(2)))
                        .refusing(d -> call(d, 0, labels(zeros(d), 1, 3), lengths(4), lengths(2)))
                        .refusing(d -> call(d, 0, zeros(d, 2).data(), lengths(4), lengths(2)))
                        .refusing(d -> SequenceLosses.ctcLoss(zeros(d, 4), labels(zeros(d), 1), lengths(4), lengths(1))),
                OpCase.of("ctcLoss", "3,3,3", x -> SequenceLosses.ctcLoss(x.get(0).logSoftmax(2), labels(x.get(0), 0, 0, 0),
                        lengths(3, 2, 1), lengths(2, 0, 1), 2, Reduction.NONE, false)),
                OpCase.of("ctcLoss", "3,2,3", x -> SequenceLosses.ctcLoss(x.get(0), labels(x.get(0), 1, 2, 1, 1, 1), lengths(3, 3),
                        lengths(2, 3), 0, Reduction.SUM, true)));
    }

    private static Variable call(Device device, int blank, Tensor labels, int[] inputs, int[] targets) {
        return SequenceLosses.ctcLoss(zeros(device, 4, 1, 3), labels, inputs, targets, blank, Reduction.MEAN, false);
    }

    private static int[] lengths(int... lengths) {
        return lengths;
    }

    private static Tensor labels(Variable like, long... labels) {
        return Tensor.of(labels, Shape.of(labels.length)).to(like.device());
    }
}
