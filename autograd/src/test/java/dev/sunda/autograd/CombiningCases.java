package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import java.util.List;

/// Several tensors made one, one split, and parts of one replaced.
final class CombiningCases {
    private CombiningCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("blockDiag", "a,b 2 -", x -> Variable.blockDiag(x)).asLinear()
                        .refusing(d -> Variable.blockDiag(List.of()))
                        .refusing(d -> Variable.blockDiag(List.of(zeros(d, 1, 2, 3)))),
                OpCase.of("cartesianProd", "a b 2", x -> Variable.cartesianProd(x)).asLinear()
                        .refusing(d -> Variable.cartesianProd(List.of(zeros(d, 2, 2), zeros(d, 2))))
                        .refusing(d -> Variable.cartesianProd(List.of())),
                OpCase.of("combinations", "4", x -> x.get(0).combinations(2, false)).asLinear()
                        .refusing(d -> zeros(d, 2, 2).combinations(2, false))
                        .refusing(d -> zeros(d, 2).combinations(-1, false)),
                OpCase.of("combinations", "a", x -> x.get(0).combinations(3, true)),
                OpCase.of("columnStack", "a a,b", x -> Variable.columnStack(x)).asLinear()
                        .refusing(d -> Variable.columnStack(List.of()))
                        .refusing(d -> Variable.columnStack(List.of(zeros(d, 2), zeros(d, 3)))),
                OpCase.of("hsplit", "a,4,b", x -> x.get(0).hsplit(2).get(1)).asLinear()
                        .refusing(d -> zeros(d, 4, 3).hsplit(2))
                        .refusing(d -> zeros(d).hsplit(1)),
                OpCase.of("vsplit", "6,b", x -> x.get(0).vsplit(3).get(1)).asLinear().refusing(d -> zeros(d, 3, 4).vsplit(2)),
                OpCase.of("dsplit", "a,b,4", x -> x.get(0).dsplit(2).get(0)).asLinear().refusing(d -> zeros(d, 4, 4).dsplit(2)),
                OpCase.of("fliplr", "a,b", x -> x.get(0).fliplr()).asLinear().refusing(d -> zeros(d, 4).fliplr()),
                OpCase.of("flipud", "a,b", x -> x.get(0).flipud()).asLinear().refusing(d -> zeros(d).flipud()),
                OpCase.of("diagflat", "a,b", x -> x.get(0).diagflat(-1)).asLinear(),
                OpCase.of("addmv", "- a,b b", x -> x.get(0).addmv(x.get(1), x.get(2), 0.5, 2)).asLinear()
                        .refusing(d -> zeros(d, 2).addmv(zeros(d, 2, 3), zeros(d, 2), 1, 1))
                        .refusing(d -> zeros(d, 3).addmv(zeros(d, 2, 3), zeros(d, 3), 1, 1)),
                OpCase.of("addr", "a,b a b", x -> x.get(0).addr(x.get(1), x.get(2), 0.5, 2))
                        .refusing(d -> zeros(d, 2, 2).addr(zeros(d, 2, 2), zeros(d, 2), 1, 1)),
                OpCase.of("addbmm", "b 3,a,2 3,2,b", x -> x.get(0).addbmm(x.get(1), x.get(2), 1, -1))
                        .refusing(d -> zeros(d, 2, 2).addbmm(zeros(d, 1, 2, 2), zeros(d, 2, 2, 2), 1, 1)),
                OpCase.of("selectScatter", "a,3,b a,b", x -> x.get(0).selectScatter(x.get(1), 1, -2)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).selectScatter(zeros(d, 3), 1, 0))
                        .refusing(d -> zeros(d, 2, 3).selectScatter(zeros(d, 2), 1, 3)),
                OpCase.of("sliceScatter", "a,5 a,2", x -> x.get(0).sliceScatter(x.get(1), 1, 1, 4, 2)).asLinear()
                        .refusing(d -> zeros(d, 2, 5).sliceScatter(zeros(d, 2, 3), 1, 1, 4, 2)),
                OpCase.of("diagonalScatter", "3,2 2", x -> x.get(0).diagonalScatter(x.get(1), -1, 0, 1)).asLinear()
                        .refusing(d -> zeros(d, 3, 2).diagonalScatter(zeros(d, 3), 0, 0, 1)));
    }
}
