package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import java.util.List;

/// Element-wise functions.
final class FunctionCases {
    private FunctionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("neg", "a,b", x -> x.get(0).neg().square()),
                OpCase.of("abs", "a,b", NOT_ZERO, x -> x.get(0).abs()),
                OpCase.of("square", "a,b", x -> x.get(0).square()),
                OpCase.of("sqrt", "a,b", POSITIVE, x -> x.get(0).sqrt()),
                OpCase.of("rsqrt", "a,b", POSITIVE, x -> x.get(0).rsqrt()),
                OpCase.of("reciprocal", "a,b", NOT_ZERO, x -> x.get(0).mul(2).reciprocal()),
                OpCase.of("exp", "a,b", x -> x.get(0).exp()),
                OpCase.of("log", "a,b", POSITIVE, x -> x.get(0).log()),
                OpCase.of("sin", "a,b", x -> x.get(0).sin()),
                OpCase.of("cos", "a,b", x -> x.get(0).cos()),
                OpCase.of("tanh", "a,b", x -> x.get(0).tanh()),
                OpCase.of("sigmoid", "a,b", x -> x.get(0).sigmoid()),
                OpCase.of("relu", "a,b", NOT_ZERO, x -> x.get(0).relu().mul(x.get(0))),
                OpCase.of("erf", "a,b", x -> x.get(0).erf()),
                OpCase.of("gelu", "a,b", x -> x.get(0).gelu()),
                OpCase.of("apply", "a,b", x -> x.get(0).apply(UnaryOp.GELU_TANH)),
                OpCase.of("apply", "a,b", POSITIVE, x -> x.get(0).apply(UnaryOp.EXPM1).add(x.get(0).apply(UnaryOp.LOG1P))),
                OpCase.of("apply", "a,b", DISTINCT, x -> x.get(0).apply(UnaryOp.SIGN).add(x.get(0).mul(1e-3).apply(UnaryOp.FLOOR))),
                OpCase.of("to", "a,b", x -> x.get(0).to(DType.F64).square()));
    }
}
