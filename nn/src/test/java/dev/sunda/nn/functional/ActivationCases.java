package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.stream.Stream;

/// Activations.
final class ActivationCases {
    private ActivationCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(smooth(), bent(), withChannels()).flatMap(List::stream).toList();
    }

    private static List<OpCase> smooth() {
        return List.of(
                OpCase.of("silu", "a,b", x -> Activations.silu(x.get(0))).refusing(d -> Activations.silu(integers(d))),
                OpCase.of("mish", "a,b", x -> Activations.mish(x.get(0))).refusing(d -> Activations.mish(integers(d))),
                OpCase.of("softplus", "a,b", x -> Activations.softplus(x.get(0), 1, 20))
                        .refusing(d -> Activations.softplus(integers(d), 1, 20)),
                OpCase.of("softplus", "a,b", x -> Activations.softplus(x.get(0).add(7), 0.7, 1)),
                OpCase.of("logSigmoid", "a,b", x -> Activations.logSigmoid(x.get(0))).refusing(d -> Activations.logSigmoid(integers(d))),
                OpCase.of("tanhshrink", "a,b", x -> Activations.tanhshrink(x.get(0))).refusing(d -> Activations.tanhshrink(bools(d))),
                OpCase.of("gumbelSoftmax", "a,b,c", x -> Activations.gumbelSoftmax(x.get(0), 0.8, false, 1, new RandomKey(3, 0)))
                        .refusing(d -> Activations.gumbelSoftmax(zeros(d, 2), 0, false, 0, new RandomKey(3, 0)))
                        .refusing(d -> Activations.gumbelSoftmax(zeros(d, 2), 1, true, 1, new RandomKey(3, 0)))
                        .refusing(d -> Activations.gumbelSoftmax(integers(d), 1, true, 0, new RandomKey(3, 0))),
                OpCase.of("softmin", "a,b,c", x -> Activations.softmin(x.get(0), 1)).refusing(d -> Activations.softmin(zeros(d, 2, 3), 2))
                        .refusing(d -> Activations.softmin(integers(d), 0)));
    }

    private static List<OpCase> bent() {
        return List.of(
                OpCase.of("leakyRelu", "a,b", NOT_ZERO, x -> Activations.leakyRelu(x.get(0), 0.2).mul(x.get(0)))
                        .refusing(d -> Activations.leakyRelu(integers(d), 0.2)),
                OpCase.of("elu", "a,b", NOT_ZERO, x -> Activations.elu(x.get(0), 1.3)).refusing(d -> Activations.elu(integers(d), 1)),
                OpCase.of("selu", "a,b", NOT_ZERO, x -> Activations.selu(x.get(0))).refusing(d -> Activations.selu(integers(d))),
                OpCase.of("celu", "a,b", NOT_ZERO, x -> Activations.celu(x.get(0), 0.6)).refusing(d -> Activations.celu(zeros(d, 2), 0))
                        .refusing(d -> Activations.celu(integers(d), 1)),
                OpCase.of("softsign", "a,b", NOT_ZERO, x -> Activations.softsign(x.get(0)))
                        .refusing(d -> Activations.softsign(bools(d))),
                OpCase.of("softshrink", "a,b", DISTINCT, x -> Activations.softshrink(x.get(0), 0.14).square())
                        .refusing(d -> Activations.softshrink(zeros(d, 2), -1)).refusing(d -> Activations.softshrink(integers(d), 1)),
                OpCase.of("hardshrink", "a,b", DISTINCT, x -> Activations.hardshrink(x.get(0), 0.14).square())
                        .refusing(d -> Activations.hardshrink(integers(d), 1)),
                OpCase.of("hardsigmoid", "a,b", DISTINCT, x -> Activations.hardsigmoid(x.get(0).mul(20)).square())
                        .refusing(d -> Activations.hardsigmoid(integers(d))),
                OpCase.of("hardswish", "a,b", DISTINCT, x -> Activations.hardswish(x.get(0).mul(20)))
                        .refusing(d -> Activations.hardswish(integers(d))),
                OpCase.of("hardtanh", "a,b", DISTINCT, x -> Activations.hardtanh(x.get(0), -0.14, 0.21).mul(x.get(0)))
                        .refusing(d -> Activations.hardtanh(zeros(d, 2), 1, -1)).refusing(d -> Activations.hardtanh(bools(d), 0, 1)),
                OpCase.of("relu6", "a,b", DISTINCT, x -> Activations.relu6(x.get(0).mul(15)).square())
                        .refusing(d -> Activations.relu6(bools(d))),
                OpCase.of("threshold", "a,b", DISTINCT, x -> Activations.threshold(x.get(0), 0.07, 2).square())
                        .refusing(d -> Activations.threshold(bools(d), 0, 1)),
                OpCase.of("rrelu", "a,b", NOT_ZERO, x -> Activations.rrelu(x.get(0), 0.1, 0.3, new RandomKey(3, 0)).mul(x.get(0)))
                        .refusing(d -> Activations.rrelu(zeros(d, 2), 0.5, 0.2, new RandomKey(3, 0)))
                        .refusing(d -> Activations.rrelu(integers(d), 0.1, 0.2, new RandomKey(3, 0))));
    }

    private static List<OpCase> withChannels() {
        return List.of(
                OpCase.of("prelu", "a,b,c b", NOT_ZERO, x -> Activations.prelu(x.get(0), x.get(1)))
                        .refusing(d -> Activations.prelu(zeros(d, 2, 3, 4), zeros(d, 2)))
                        .refusing(d -> Activations.prelu(zeros(d, 4), zeros(d, 4)))
                        .refusing(d -> Activations.prelu(zeros(d, 2, 4), zeros(d, 4, 1)))
                        .refusing(d -> Activations.prelu(zeros(d, 2), zeros(d, 1).to(DType.F64)))
                        .refusing(d -> Activations.prelu(integers(d), integers(d))),
                OpCase.of("prelu", "a,b 1", NOT_ZERO, x -> Activations.prelu(x.get(0), x.get(1))),
                OpCase.of("prelu", "a -", NOT_ZERO, x -> Activations.prelu(x.get(0), x.get(1))),
                OpCase.of("glu", "a,4,b", x -> Activations.glu(x.get(0), 1)).refusing(d -> Activations.glu(zeros(d, 2, 3), 1))
                        .refusing(d -> Activations.glu(zeros(d), 0)).refusing(d -> Activations.glu(zeros(d, 2), 1))
                        .refusing(d -> Activations.glu(integers(d), 0)));
    }

    /// Two zeros.
    private static Variable integers(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.I64, device));
    }

    private static Variable bools(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.BOOL, device));
    }
}
