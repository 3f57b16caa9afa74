package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
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
                OpCase.of("sum", "a,b,c", x -> x.get(0).square().sum(Dims.of(0, -1)))
                        .refusing(device -> zeros(device, 2, 3).sum(Dims.of(2)))
                        .refusing(device -> zeros(device, 2, 3).sum(Dims.of(1, -1))),
                OpCase.of("mean", "a,b,c", x -> x.get(0).square().mean(Dims.keep(1)))
                        .refusing(device -> zeros(device, 2, 3).mean(Dims.of(0, 0))),
                OpCase.of("mean", "a,b", x -> x.get(0).exp().mean()),
                OpCase.of("nansum", "a,b,c", x -> x.get(0).square().nansum(Dims.of(1)))
                        .refusing(device -> zeros(device, 2).nansum(Dims.of(1))),
                OpCase.of("nanmean", "a,b", x -> x.get(0).square().nanmean(Dims.keep(0)))
                        .refusing(device -> zeros(device, 2).nanmean(Dims.of(1))),
                OpCase.of("var", "a,4", x -> x.get(0).var(Dims.of(1), 1)).refusing(device -> zeros(device, 2).var(Dims.of(1), 1))
                        .refusing(device -> zeros(device, 2).var(Dims.all(), Double.NaN))
                        .refusing(device -> integers(device).var(Dims.all(), 1)),
                OpCase.of("std", "3,b,4", DISTINCT, x -> x.get(0).std(Dims.keep(0, 2), 0.5))
                        .refusing(device -> zeros(device, 2).std(Dims.of(0, -1), 1))
                        .refusing(device -> integers(device).std(Dims.all(), 1)),
                OpCase.of("varMean", "a,3", x -> {
                    Variable.Moments moments = x.get(0).varMean(Dims.of(1), 0);
                    return moments.variance().mul(moments.mean());
                }).refusing(device -> zeros(device, 2).varMean(Dims.of(-2), 1)),
                OpCase.of("norm", "a,b,c", NOT_ZERO, x -> x.get(0).norm(2, Dims.of(0, 2)).add(x.get(0).norm(1, Dims.of(0, 2))))
                        .refusing(device -> zeros(device, 2).norm(2, Dims.of(1)))
                        .refusing(device -> zeros(device, 2).norm(Double.NaN, Dims.all()))
                        .refusing(device -> zeros(device, 0, 2).norm(Double.POSITIVE_INFINITY, Dims.of(0)))
                        .refusing(device -> zeros(device, 0).norm(-1, Dims.all())).refusing(device -> integers(device).norm()),
                OpCase.of("norm", "a,b", NOT_ZERO, x -> x.get(0).norm(3, Dims.keep(1)).add(x.get(0).norm(0.5, Dims.keep(1)))),
                OpCase.of("norm", "a,b", NOT_ZERO, x -> x.get(0).norm(-1.5, Dims.of(0)).add(x.get(0).norm(0, Dims.of(0)))),
                OpCase.of("norm", "a,b", DISTINCT, x -> x.get(0).sub(2).norm(Double.POSITIVE_INFINITY, Dims.of(1))
                        .mul(x.get(0).add(2).norm(Double.NEGATIVE_INFINITY, Dims.of(1)))),
                OpCase.of("norm", "a,b", NOT_ZERO, x -> x.get(0).norm()),
                OpCase.of("logSumExp", "a,b,c", x -> x.get(0).logSumExp(Dims.of(0, 2)))
                        .refusing(device -> zeros(device, 2, 3).logSumExp(Dims.of(0, 0)))
                        .refusing(device -> zeros(device, 2).logSumExp(Dims.of(3))),
                OpCase.of("prod", "a,b,c", x -> x.get(0).prod(Dims.of(0, 2))).refusing(device -> zeros(device, 2).prod(Dims.of(1))),
                OpCase.of("amax", "a,b", DISTINCT, x -> x.get(0).amax(Dims.of(1)).square())
                        .refusing(device -> zeros(device, 0, 2).amax(Dims.of(0))).refusing(device -> zeros(device, 2).amax(Dims.of(-2))),
                OpCase.of("amin", "a,b", DISTINCT, x -> x.get(0).amin(Dims.all()).exp())
                        .refusing(device -> zeros(device, 0).amin(Dims.all())).refusing(device -> zeros(device, 2).amin(Dims.of(0, 0))),
                OpCase.of("max", "a,b", DISTINCT, x -> x.get(0).max().square()).refusing(device -> zeros(device, 0).max()),
                OpCase.of("min", "a,b", DISTINCT, x -> x.get(0).min().square()).refusing(device -> zeros(device, 0).min()),
                OpCase.of("sumTo", "a,b,c", x -> x.get(0).square().sumTo(Shape.of(1, x.get(0).size(2))))
                        .refusing(device -> zeros(device, 2, 3).sumTo(Shape.of(2))),
                OpCase.of("softmax", "a,b,c", x -> x.get(0).softmax(1)).refusing(device -> zeros(device, 2).softmax(1)),
                OpCase.of("logSoftmax", "a,b", x -> x.get(0).logSoftmax(-1)).refusing(device -> zeros(device, 2).logSoftmax(-2)));
    }

    private static Variable integers(Device device) {
        return Variable.of(Tensor.arange(3).to(device));
    }
}
