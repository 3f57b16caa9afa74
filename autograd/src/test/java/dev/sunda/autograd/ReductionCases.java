package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Reductions and the softmax family.
final class ReductionCases {
    private ReductionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("sum", "a,b,c", x -> x.get(0).square().sum()),
                OpCase.of("sum", "a,b,c", x -> x.get(0).square().sum(Dims.of(0, -1))),
                OpCase.of("mean", "a,b,c", x -> x.get(0).square().mean(Dims.keep(1))),
                OpCase.of("mean", "a,b", x -> x.get(0).exp().mean()),
                OpCase.of("var", "a,4", x -> x.get(0).var(Dims.of(1), 1)),
                OpCase.of("prod", "a,b,c", x -> x.get(0).prod(Dims.of(0, 2))),
                OpCase.of("amax", "a,b", DISTINCT, x -> x.get(0).amax(Dims.of(1)).square()),
                OpCase.of("amin", "a,b", DISTINCT, x -> x.get(0).amin(Dims.all()).exp()),
                OpCase.of("sumTo", "a,b,c", x -> x.get(0).square().sumTo(Shape.of(1, x.get(0).size(2)))),
                OpCase.of("softmax", "a,b,c", x -> x.get(0).softmax(1)),
                OpCase.of("logSoftmax", "a,b", x -> x.get(0).logSoftmax(-1)));
    }
}
