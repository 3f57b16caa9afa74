package dev.sunda.autograd;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import java.util.List;
import java.util.stream.Stream;

/// Products beyond [Variable#matmul].
final class ProductCases {
    private ProductCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(products(), equations()).flatMap(List::stream).toList();
    }

    private static List<OpCase> products() {
        return List.of(
                OpCase.of("dot", "a a", x -> x.get(0).dot(x.get(1))).asLinear().refusing(device -> zeros(device, 2).dot(zeros(device, 3)))
                        .refusing(device -> zeros(device, 2, 2).dot(zeros(device, 2))),
                OpCase.of("inner", "a,b c,d,b", x -> x.get(0).inner(x.get(1))).asLinear()
                        .refusing(device -> zeros(device, 2).inner(zeros(device, 3))),
                OpCase.of("inner", "- a,b", x -> x.get(0).inner(x.get(1))).asLinear(),
                OpCase.of("outer", "a b", x -> x.get(0).outer(x.get(1))).asLinear()
                        .refusing(device -> zeros(device, 2, 1).outer(zeros(device, 3))),
                OpCase.of("mv", "a,b b", x -> x.get(0).mv(x.get(1))).asLinear().refusing(device -> zeros(device, 2, 3).mv(zeros(device, 2)))
                        .refusing(device -> zeros(device, 2).mv(zeros(device, 2))),
                OpCase.of("bmm", "a,b,c a,c,d", x -> x.get(0).bmm(x.get(1))).asLinear()
                        .refusing(device -> zeros(device, 1, 2, 3).bmm(zeros(device, 2, 3, 4)))
                        .refusing(device -> zeros(device, 2, 2, 3).bmm(zeros(device, 2, 4, 4)))
                        .refusing(device -> zeros(device, 2, 3).bmm(zeros(device, 2, 3, 4))),
                OpCase.of("addmm", "c a,b b,c", x -> x.get(0).addmm(x.get(1), x.get(2), 0.5, -2)).asLinear()
                        .refusing(device -> zeros(device, 4).addmm(zeros(device, 2, 3), zeros(device, 3, 3), 1, 1))
                        .refusing(device -> zeros(device, 5, 2, 2).addmm(zeros(device, 2, 2), zeros(device, 2, 2), 1, 1)),
                OpCase.of("baddbmm", "b,1 a,b,c a,c,d", x -> x.get(0).baddbmm(x.get(1), x.get(2), 2, 3)).asLinear()
                        .refusing(device -> zeros(device, 2).baddbmm(zeros(device, 2, 2), zeros(device, 2, 2), 1, 1)),
                OpCase.of("trace", "a,b", x -> x.get(0).trace()).asLinear().refusing(device -> zeros(device, 2).trace()),
                OpCase.of("cross", "a,3 b,a,3", x -> x.get(0).cross(x.get(1), -1)).asLinear()
                        .refusing(device -> zeros(device, 2).cross(zeros(device, 2), 0))
                        .refusing(device -> zeros(device, 3).cross(zeros(device, 3), 1)),
                OpCase.of("kron", "a,b c,1,d", x -> x.get(0).kron(x.get(1))).asLinear(),
                OpCase.of("tensordot", "a,b,c b,c,d", x -> x.get(0).tensordot(x.get(1), 2)).asLinear()
                        .refusing(device -> zeros(device, 2).tensordot(zeros(device, 2), 2))
                        .refusing(device -> zeros(device, 2).tensordot(zeros(device, 3), 1)),
                OpCase.of("tensordot", "a,b,c c,d,a",
                        x -> x.get(0).tensordot(x.get(1), new int[] {0, -1}, new int[] {2, 0})).asLinear()
                        .refusing(device -> zeros(device, 2, 2).tensordot(zeros(device, 2, 2), new int[] {0, 0}, new int[] {0, 1}))
                        .refusing(device -> zeros(device, 2, 2).tensordot(zeros(device, 2, 2), new int[] {0}, new int[] {0, 1})));
    }

    private static List<OpCase> equations() {
        return List.of(
                OpCase.of("einsum", "a,b,c a,c,d", x -> Variable.einsum("bij,bjk->bik", x.get(0), x.get(1))).asLinear()
                        .refusing(device -> Variable.einsum("ij->ik", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ij->ii", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("i->i", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ijk", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ij,jk", zeros(device, 2, 2))).refusing(device -> Variable.einsum(""))
                        .refusing(device -> Variable.einsum("ij.->ij", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("....", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("i...j...", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("i1", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ij->ij->ij", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ij-ij", zeros(device, 2, 2)))
                        .refusing(device -> Variable.einsum("ii", zeros(device, 1, 3)))
                        .refusing(device -> Variable.einsum("ij,jk", zeros(device, 2, 2), zeros(device, 3, 2)))
                        .refusing(device -> Variable.einsum("i,i", zeros(device, 2),
                                Variable.of(Tensor.arange(2).to(device)))),
                OpCase.of("einsum", "a,b,a,a", x -> Variable.einsum("iji i -> ij", x.get(0))).asLinear(),
                OpCase.of("einsum", "a,b,1 b", x -> Variable.einsum("...j, ...", x.get(0), x.get(1))).asLinear(),
                OpCase.of("einsum", "a,b b,c c,a,d", x -> Variable.einsum("ij,jk,kil->li", x.get(0), x.get(1), x.get(2))).asLinear(),
                OpCase.of("einsum", "a,b,c 1,d,b", x -> Variable.einsum("...ij,Bki->k...B", x.get(0), x.get(1))).asLinear(),
                OpCase.of("einsum", "a,b", x -> Variable.einsum("bA", x.get(0))).asLinear(),
                OpCase.of("einsum", "a b -", x -> Variable.einsum("i,j,->", x.get(0), x.get(1), x.get(2))).asLinear());
    }
}
