package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.NOT_ZERO;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Arithmetic and products of two variables.
final class ArithmeticCases {
    private ArithmeticCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("add", "a,b a,b", x -> x.get(0).add(x.get(1))).refusing(d -> zeros(d, 2, 3).add(zeros(d, 2, 4))),
                OpCase.of("add", "a,b,c b,1", x -> x.get(0).add(x.get(1))),
                OpCase.of("add", "a,b -", x -> x.get(0).add(x.get(1)).add(2.5)),
                OpCase.of("sub", "a,b b", x -> x.get(0).sub(x.get(1)).sub(0.5)).refusing(d -> zeros(d, 2, 3).sub(zeros(d, 2)))
                        .refusing(d -> bools(d).sub(bools(d))),
                OpCase.of("mul", "a,1,c b,1", x -> x.get(0).mul(x.get(1)).mul(-1.5))
                        .refusing(d -> zeros(d, 3, 1, 2).mul(zeros(d, 2, 3))),
                OpCase.of("mul", "a,b", x -> x.get(0).mul(x.get(0))),
                OpCase.of("div", "a,b b", NOT_ZERO, x -> x.get(0).div(x.get(1)).div(3)).refusing(d -> zeros(d, 2, 3).div(zeros(d, 3, 2))),
                OpCase.of("pow", "a,b", NOT_ZERO, x -> x.get(0).pow(3)).refusing(d -> bools(d).to(DType.I64).pow(-1)),
                OpCase.of("pow", "a,b", POSITIVE, x -> x.get(0).pow(-0.7)),
                OpCase.of("pow", "a,b b", POSITIVE, x -> x.get(0).pow(x.get(1))).refusing(d -> zeros(d, 2).pow(zeros(d, 3)))
                        .refusing(d -> bools(d).pow(bools(d))),
                OpCase.of("maximum", "a,b a,b", DISTINCT, x -> x.get(0).maximum(x.get(1)))
                        .refusing(d -> zeros(d, 2).maximum(zeros(d, 3))),
                OpCase.of("minimum", "a,b b", DISTINCT, x -> x.get(0).minimum(x.get(1)).square())
                        .refusing(d -> zeros(d, 2, 2).minimum(zeros(d, 3))),
                OpCase.of("where", "a,b b", x -> x.get(0).where(checkerboard(x.get(0)), x.get(1)).square())
                        .refusing(d -> zeros(d, 2).where(zeros(d, 2).data(), zeros(d, 2)))
                        .refusing(d -> zeros(d, 2).where(bools(d).data(), zeros(d, 3))),
                OpCase.of("matmul", "a,b b,c", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "a,b,c c,d", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "a,1,b,c d,c,b", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "b a,b,c", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "a,b b", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "b b", x -> x.get(0).matmul(x.get(1))).asLinear(),
                OpCase.of("matmul", "a,b c,b", x -> x.get(0).matmul(x.get(1).mT())).asLinear(),
                OpCase.of("matmul", "a,b b,c c", x -> x.get(0).matmul(x.get(1), x.get(2))).asLinear(),
                OpCase.of("matmul", "a,b,c d,c d", x -> x.get(0).matmul(x.get(1).mT(), x.get(2))).asLinear(),
                OpCase.of("matmul", "b a,b,c c", x -> x.get(0).matmul(x.get(1), x.get(2))).asLinear());
    }

    private static Variable bools(Device device) {
        return Variable.of(Tensor.zeros(Shape.of(2), DType.BOOL, device));
    }

    private static Tensor checkerboard(Variable x) {
        boolean[] values = new boolean[x.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = i % 2 == 0;
        return Tensor.of(values, x.shape()).to(x.device());
    }
}
