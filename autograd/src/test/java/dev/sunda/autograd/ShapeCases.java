package dev.sunda.autograd;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Views, joining and indexing.
final class ShapeCases {
    private ShapeCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("reshape", "a,b,c", x -> x.get(0).reshape(-1, x.get(0).size(0))),
                OpCase.of("reshape", "a,b", x -> x.get(0).reshape(Shape.of(x.get(0).size(1), x.get(0).size(0)))),
                OpCase.of("flatten", "a,b,c", x -> x.get(0).flatten(1, -1)).asLinear(),
                OpCase.of("squeeze", "a,1,b", x -> x.get(0).squeeze(1)).asLinear(),
                OpCase.of("unsqueeze", "a,b", x -> x.get(0).unsqueeze(-1)).asLinear(),
                OpCase.of("expand", "a,1", x -> x.get(0).expand(Shape.of(3, x.get(0).size(0), 2))).asLinear(),
                OpCase.of("permute", "a,b,c", x -> x.get(0).permute(2, 0, -2)).asLinear(),
                OpCase.of("transpose", "a,b,c", x -> x.get(0).transpose(0, -1)).asLinear(),
                OpCase.of("mT", "a,b,c", x -> x.get(0).mT()).asLinear(),
                OpCase.of("flip", "a,b,c", x -> x.get(0).flip(0, 2)).asLinear(),
                OpCase.of("narrow", "4,b", x -> x.get(0).narrow(0, 1, 2)).asLinear(),
                OpCase.of("chunk", "5,b", x -> Variable.cat(x.get(0).chunk(3, 0).reversed(), 0)).asLinear(),
                OpCase.of("slice", "a,5", x -> x.get(0).slice(1, -4, 5, 2)).asLinear(),
                OpCase.of("select", "a,3,b", x -> x.get(0).select(1, -1)).asLinear(),
                OpCase.of("cat", "a,b a,c", x -> Variable.cat(List.of(x.get(0), x.get(1), x.get(0)), 1)).asLinear(),
                OpCase.of("stack", "a,b a,b", x -> Variable.stack(x, 1)).asLinear(),
                OpCase.of("gather", "3,b", x -> x.get(0).gather(0, rows(x.get(0), 2, 0, 2, 1))).asLinear(),
                OpCase.of("indexSelect", "a,3", x -> x.get(0).indexSelect(1, Tensor.of(1, 1, 0).to(x.get(0).device()))).asLinear(),
                OpCase.of("scatterAdd", "3,b 4,b", x -> x.get(0).scatterAdd(0, rows(x.get(0), 2, 0, 2), x.get(1))).asLinear());
    }

    /// An index that names these rows for every column of `x`.
    private static Tensor rows(Variable x, long... rows) {
        return Tensor.of(rows).to(x.device()).reshape(rows.length, 1).expand(Shape.of(rows.length, x.size(1)));
    }
}
