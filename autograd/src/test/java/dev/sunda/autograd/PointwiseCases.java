package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.Domain.PROBABILITY;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ParametricOp;
import dev.sunda.core.op.Rounding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// Element-wise functions with parameters and of several variables.
final class PointwiseCases {
    private PointwiseCases() {
    }

    static List<OpCase> cases() {
        var cases = new ArrayList<OpCase>();
        cases.addAll(withNumbers());
        cases.addAll(ofTwo());
        cases.addAll(divisions());
        return List.copyOf(cases);
    }

    private static List<OpCase> withNumbers() {
        return List.of(
                OpCase.of("apply", "a,b", NOT_ZERO, x -> x.get(0).apply(ParametricOp.elu(0.7)).mul(x.get(0))),
                OpCase.of("apply", "a,b", NOT_ZERO, x -> x.get(0).apply(ParametricOp.celu(-1.5))),
                OpCase.of("apply", "a,b", x -> x.get(0).apply(ParametricOp.softplus(1.5, 20))),
                OpCase.of("clamp", "a,b", DISTINCT, x -> x.get(0).clamp(-0.2, 0.15).mul(x.get(0))),
                OpCase.of("clamp", "a,b", DISTINCT, x -> x.get(0).clamp(Double.NEGATIVE_INFINITY, 0)),
                OpCase.of("clamp", "a,b b a,1", DISTINCT, x -> x.get(0).clamp(x.get(1), x.get(2)).square())
                        .refusing(d -> zeros(d, 2).clamp((Variable) null, null))
                        .refusing(d -> zeros(d, 2).clamp(zeros(d, 3), null)),
                OpCase.of("clamp", "a,b b", DISTINCT, x -> x.get(0).clamp(x.get(1), null).square()),
                OpCase.of("clamp", "a,b b", DISTINCT, x -> x.get(0).clamp(null, x.get(1)).square()),
                OpCase.of("maximum", "a,b", DISTINCT, x -> x.get(0).maximum(0.1).square()),
                OpCase.of("minimum", "a,b", DISTINCT, x -> x.get(0).minimum(-0.1).square()),
                OpCase.of("fmax", "a,b b", DISTINCT, x -> x.get(0).fmax(x.get(1)).square()).refusing(d -> zeros(d, 2).fmax(zeros(d, 3))),
                OpCase.of("fmin", "a,b b", DISTINCT, x -> x.get(0).fmin(x.get(1)).square()).refusing(d -> zeros(d, 2).fmin(zeros(d, 3))),
                OpCase.of("logit", "a,b", PROBABILITY, x -> x.get(0).logit().add(x.get(0).logit(1e-3)))
                        .refusing(d -> zeros(d, 2).logit(-0.1)).refusing(d -> zeros(d, 2).logit(Double.NaN)),
                OpCase.of("nanToNum", "a,b", x -> x.get(0).nanToNum(0, 1, 2).add(x.get(0).nanToNum().square())),
                OpCase.of("rsub", "a,b", x -> x.get(0).rsub(2).square()).refusing(d -> integers(d).to(DType.I32).rsub(1e12)));
    }

    private static List<OpCase> ofTwo() {
        return List.of(
                OpCase.of("add", "a,b b", x -> x.get(0).add(x.get(1), -1.5))
                        .refusing(d -> zeros(d, 2, 3).add(zeros(d, 2, 4), 2))
                        .refusing(d -> integers(d).add(integers(d), 0.5)),
                OpCase.of("sub", "a,b a,b", x -> x.get(0).sub(x.get(1), 0.3)).refusing(d -> bools(d).sub(bools(d), 2)),
                OpCase.of("addcmul", "a,b b a,1", x -> x.get(0).addcmul(x.get(1), x.get(2), 0.5))
                        .refusing(d -> zeros(d, 2).addcmul(zeros(d, 3), zeros(d, 2), 1)),
                OpCase.of("addcdiv", "a,b b a,1", NOT_ZERO, x -> x.get(0).addcdiv(x.get(1), x.get(2), 0.5))
                        .refusing(d -> zeros(d, 2).addcdiv(integers(d), integers(d), 1)),
                OpCase.of("lerp", "a,b b", x -> x.get(0).lerp(x.get(1), 0.3).add(x.get(0).lerp(x.get(1), 0.8)))
                        .refusing(d -> zeros(d, 2).lerp(integers(d), 0.5)).refusing(d -> zeros(d, 2).lerp(zeros(d, 3), 0.5)),
                OpCase.of("lerp", "a,b b a,b", x -> x.get(0).lerp(x.get(1), x.get(2)))
                        .refusing(d -> zeros(d, 2).lerp(zeros(d, 2), integers(d))),
                OpCase.of("atan2", "a,b b", NOT_ZERO, x -> x.get(0).atan2(x.get(1))),
                OpCase.of("hypot", "a,b b", NOT_ZERO, x -> x.get(0).hypot(x.get(1))),
                OpCase.of("logaddexp", "a,b b", x -> x.get(0).logaddexp(x.get(1))).refusing(d -> zeros(d, 2).logaddexp(zeros(d, 3))),
                OpCase.of("logaddexp2", "a,b b", x -> x.get(0).logaddexp2(x.get(1))),
                OpCase.of("xlogy", "a,b b", POSITIVE, x -> x.get(0).xlogy(x.get(1))),
                OpCase.of("copysign", "a,b b", DISTINCT, x -> x.get(0).copysign(x.get(1)).mul(x.get(0))));
    }

    private static List<OpCase> divisions() {
        return List.of(
                OpCase.of("div", "a,b b", POSITIVE, x -> x.get(0).div(x.get(1).add(7), Rounding.TRUNC).add(x.get(0).square()))
                        .refusing(d -> integers(d).div(integers(d), Rounding.TRUNC))
                        .refusing(d -> integers(d).div(0, Rounding.FLOOR)),
                OpCase.of("floorDivide", "a,b b", POSITIVE, x -> x.get(0).floorDivide(x.get(1).add(7)).add(x.get(0).floorDivide(-9)))
                        .refusing(d -> integers(d).floorDivide(integers(d))).refusing(d -> bools(d).floorDivide(bools(d))),
                OpCase.of("remainder", "a,b b", POSITIVE, x -> x.get(0).mul(0.3).sub(2).remainder(x.get(1).add(2)).square())
                        .refusing(d -> integers(d).remainder(integers(d))).refusing(d -> bools(d).remainder(bools(d))),
                OpCase.of("remainder", "a,b", POSITIVE, x -> x.get(0).mul(0.1).remainder(3).square()),
                OpCase.of("fmod", "a,b b", POSITIVE, x -> x.get(0).mul(0.3).add(7).fmod(x.get(1).add(2)).square().mul(0.1))
                        .refusing(d -> integers(d).fmod(integers(d))),
                OpCase.of("fmod", "a,b", POSITIVE, x -> x.get(0).mul(0.1).fmod(-3).square()));
    }

    /// Zeros.
    private static Variable integers(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.I64, device));
    }

    private static Variable bools(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.BOOL, device));
    }
}
