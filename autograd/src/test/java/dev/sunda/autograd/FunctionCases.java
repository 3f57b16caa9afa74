package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.INSIDE_ONE;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.Domain.PROBABILITY;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Element-wise functions.
final class FunctionCases {
    private FunctionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("neg", "a,b", x -> x.get(0).neg().square()).refusing(d -> bools(d).neg()),
                OpCase.of("abs", "a,b", NOT_ZERO, x -> x.get(0).abs()).refusing(d -> bools(d).abs()),
                OpCase.of("sign", "a,b", NOT_ZERO, x -> x.get(0).sign().mul(x.get(0))),
                OpCase.of("floor", "a,b", PROBABILITY, x -> x.get(0).floor().add(x.get(0))).refusing(d -> bools(d).floor()),
                OpCase.of("ceil", "a,b", PROBABILITY, x -> x.get(0).ceil().mul(x.get(0))).refusing(d -> bools(d).ceil()),
                OpCase.of("round", "a,b", PROBABILITY, x -> x.get(0).mul(0.5).round().add(x.get(0))).refusing(d -> bools(d).round()),
                OpCase.of("round", "a,b", PROBABILITY, x -> x.get(0).mul(0.05).round(1).mul(x.get(0)))
                        .refusing(d -> bools(d).to(DType.I64).round(1)),
                OpCase.of("trunc", "a,b", PROBABILITY, x -> x.get(0).add(2).trunc().mul(x.get(0))).refusing(d -> bools(d).trunc()),
                OpCase.of("frac", "a,b", PROBABILITY, x -> x.get(0).sub(3).frac().square()),
                OpCase.of("square", "a,b", x -> x.get(0).square()),
                OpCase.of("sqrt", "a,b", POSITIVE, x -> x.get(0).sqrt()),
                OpCase.of("rsqrt", "a,b", POSITIVE, x -> x.get(0).rsqrt()),
                OpCase.of("reciprocal", "a,b", NOT_ZERO, x -> x.get(0).mul(2).reciprocal()),
                OpCase.of("exp", "a,b", x -> x.get(0).exp()),
                OpCase.of("exp2", "a,b", x -> x.get(0).exp2()),
                OpCase.of("expm1", "a,b", x -> x.get(0).expm1()),
                OpCase.of("log", "a,b", POSITIVE, x -> x.get(0).log()),
                OpCase.of("log2", "a,b", POSITIVE, x -> x.get(0).log2()),
                OpCase.of("log10", "a,b", POSITIVE, x -> x.get(0).log10()),
                OpCase.of("log1p", "a,b", POSITIVE, x -> x.get(0).log1p()),
                OpCase.of("sin", "a,b", x -> x.get(0).sin()),
                OpCase.of("cos", "a,b", x -> x.get(0).cos()),
                OpCase.of("tan", "a,b", INSIDE_ONE, x -> x.get(0).tan()),
                OpCase.of("asin", "a,b", INSIDE_ONE, x -> x.get(0).asin()),
                OpCase.of("acos", "a,b", INSIDE_ONE, x -> x.get(0).acos()),
                OpCase.of("atan", "a,b", x -> x.get(0).atan()),
                OpCase.of("sinh", "a,b", x -> x.get(0).sinh()),
                OpCase.of("cosh", "a,b", x -> x.get(0).cosh()),
                OpCase.of("asinh", "a,b", x -> x.get(0).asinh()),
                OpCase.of("acosh", "a,b", POSITIVE, x -> x.get(0).add(1).acosh()),
                OpCase.of("atanh", "a,b", INSIDE_ONE, x -> x.get(0).atanh()),
                OpCase.of("tanh", "a,b", x -> x.get(0).tanh()),
                OpCase.of("sigmoid", "a,b", x -> x.get(0).sigmoid()),
                OpCase.of("relu", "a,b", NOT_ZERO, x -> x.get(0).relu().mul(x.get(0))).refusing(d -> bools(d).relu()),
                OpCase.of("erf", "a,b", x -> x.get(0).erf()),
                OpCase.of("erfc", "a,b", x -> x.get(0).erfc()),
                OpCase.of("erfinv", "a,b", INSIDE_ONE, x -> x.get(0).erfinv()),
                OpCase.of("lgamma", "a,b", POSITIVE, x -> x.get(0).lgamma()),
                OpCase.of("digamma", "a,b", POSITIVE, x -> x.get(0).digamma()),
                OpCase.of("polygamma", "a,b", POSITIVE, x -> x.get(0).polygamma(2).mul(0.1)).refusing(d -> bools(d).polygamma(-1)),
                OpCase.of("gelu", "a,b", x -> x.get(0).gelu()),
                OpCase.of("apply", "a,b", x -> x.get(0).apply(UnaryOp.GELU_TANH)),
                OpCase.of("to", "a,b", x -> x.get(0).to(DType.F64).square()));
    }

    private static Variable bools(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.BOOL, device));
    }
}
