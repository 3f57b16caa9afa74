package dev.sunda.autograd;

import static dev.sunda.autograd.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.OpCase.Domain.POSITIVE;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// Every differentiable operation of [Variable]; a test fails when one is missing.
final class OpCases {
    static final List<OpCase> ALL = all();

    private OpCases() {
    }

    private static List<OpCase> all() {
        var all = new ArrayList<OpCase>();
        all.addAll(arithmetic());
        all.addAll(functions());
        all.addAll(reductions());
        all.addAll(shapes());
        return List.copyOf(all);
    }

    private static List<OpCase> arithmetic() {
        return List.of(
                OpCase.of("add", "a,b a,b", x -> x.get(0).add(x.get(1))),
                OpCase.of("add", "a,b,c b,1", x -> x.get(0).add(x.get(1))),
                OpCase.of("add", "a,b -", x -> x.get(0).add(x.get(1)).add(2.5)),
                OpCase.of("sub", "a,b b", x -> x.get(0).sub(x.get(1)).sub(0.5)),
                OpCase.of("mul", "a,1,c b,1", x -> x.get(0).mul(x.get(1)).mul(-1.5)),
                OpCase.of("mul", "a,b", x -> x.get(0).mul(x.get(0))),
                OpCase.of("div", "a,b b", NOT_ZERO, x -> x.get(0).div(x.get(1)).div(3)),
                OpCase.of("pow", "a,b", NOT_ZERO, x -> x.get(0).pow(3)),
                OpCase.of("pow", "a,b", POSITIVE, x -> x.get(0).pow(-0.7)),
                OpCase.of("pow", "a,b b", POSITIVE, x -> x.get(0).pow(x.get(1))),
                OpCase.of("maximum", "a,b a,b", DISTINCT, x -> x.get(0).maximum(x.get(1))),
                OpCase.of("minimum", "a,b b", DISTINCT, x -> x.get(0).minimum(x.get(1)).square()),
                OpCase.of("where", "a,b b", x -> x.get(0).where(checkerboard(x.get(0)), x.get(1)).square()),
                OpCase.of("matmul", "a,b b,c", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "a,b,c c,d", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "a,1,b,c d,c,b", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "b a,b,c", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "a,b b", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "b b", x -> x.get(0).matmul(x.get(1))),
                OpCase.of("matmul", "a,b c,b", x -> x.get(0).matmul(x.get(1).mT())),
                OpCase.of("matmul", "a,b b,c c", x -> x.get(0).matmul(x.get(1), x.get(2))),
                OpCase.of("matmul", "a,b,c d,c d", x -> x.get(0).matmul(x.get(1).mT(), x.get(2))),
                OpCase.of("matmul", "b a,b,c c", x -> x.get(0).matmul(x.get(1), x.get(2))));
    }

    private static List<OpCase> functions() {
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

    private static List<OpCase> reductions() {
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

    private static List<OpCase> shapes() {
        return List.of(
                OpCase.of("reshape", "a,b,c", x -> x.get(0).square().reshape(-1, x.get(0).size(0))),
                OpCase.of("reshape", "a,b", x -> x.get(0).square().reshape(Shape.of(x.get(0).size(1), x.get(0).size(0)))),
                OpCase.of("flatten", "a,b,c", x -> x.get(0).flatten(1, -1).square()),
                OpCase.of("squeeze", "a,1,b", x -> x.get(0).squeeze(1).square()),
                OpCase.of("unsqueeze", "a,b", x -> x.get(0).unsqueeze(-1).square()),
                OpCase.of("expand", "a,1", x -> x.get(0).expand(Shape.of(3, x.get(0).size(0), 2)).square()),
                OpCase.of("permute", "a,b,c", x -> x.get(0).permute(2, 0, -2).square()),
                OpCase.of("transpose", "a,b,c", x -> x.get(0).transpose(0, -1).square()),
                OpCase.of("mT", "a,b,c", x -> x.get(0).mT().square()),
                OpCase.of("flip", "a,b,c", x -> x.get(0).flip(0, 2).square()),
                OpCase.of("narrow", "4,b", x -> x.get(0).narrow(0, 1, 2).square()),
                OpCase.of("chunk", "5,b", x -> Variable.cat(x.get(0).chunk(3, 0).reversed(), 0).square()),
                OpCase.of("slice", "a,5", x -> x.get(0).slice(1, -4, 5, 2).square()),
                OpCase.of("select", "a,3,b", x -> x.get(0).select(1, -1).square()),
                OpCase.of("cat", "a,b a,c", x -> Variable.cat(List.of(x.get(0), x.get(1), x.get(0)), 1).square()),
                OpCase.of("stack", "a,b a,b", x -> Variable.stack(x, 1).square()),
                OpCase.of("gather", "3,b", x -> x.get(0).gather(0, rows(x.get(0), 2, 0, 2, 1)).square()),
                OpCase.of("indexSelect", "a,3", x -> x.get(0).indexSelect(1, Tensor.of(1, 1, 0).to(x.get(0).device())).square()),
                OpCase.of("scatterAdd", "3,b 4,b", x -> x.get(0).scatterAdd(0, rows(x.get(0), 2, 0, 2), x.get(1)).square()));
    }

    /// An index that names these rows for every column of `x`.
    private static Tensor rows(Variable x, long... rows) {
        return Tensor.of(rows).to(x.device()).reshape(rows.length, 1).expand(Shape.of(rows.length, x.size(1)));
    }

    private static Tensor checkerboard(Variable x) {
        boolean[] values = new boolean[x.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = i % 2 == 0;
        return Tensor.of(values, x.shape()).to(x.device());
    }
}
