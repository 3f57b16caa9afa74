package dev.sunda.autograd;

import static dev.sunda.autograd.ShapeCases.at;
import static dev.sunda.autograd.ShapeCases.rows;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Domain;
import dev.sunda.core.Index;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.Device;
import java.util.List;
import java.util.stream.Stream;

/// Reading and writing at places that indices and masks name.
final class IndexCases {
    private IndexCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(elements(), reductions(), rowsAndPlaces(), masks(), brackets()).flatMap(List::stream).toList();
    }

    private static List<OpCase> elements() {
        return List.of(
                OpCase.of("gather", "3,b", x -> x.get(0).gather(0, rows(x.get(0), 2, 0, 2, 1))).asLinear()
                        .refusing(d -> zeros(d, 3).gather(0, at(d, 3))).refusing(d -> zeros(d, 3).gather(0, at(d, -1)))
                        .refusing(d -> zeros(d, 3).gather(1, at(d, 0))).refusing(d -> zeros(d, 3, 2).gather(0, at(d, 0)))
                        .refusing(d -> zeros(d, 3, 1).gather(0, at(d, 0, 1).reshape(1, 2)))
                        .refusing(d -> zeros(d, 3).gather(0, Tensor.of(1f).to(d))),
                OpCase.of("gather", "a,4,b", x -> x.get(0).gather(1, at(x.get(0).device(), 3, 1).reshape(1, 2, 1))).asLinear(),
                OpCase.of("takeAlongDim", "a,4", x -> x.get(0).takeAlongDim(at(x.get(0).device(), 3, 0, 3).reshape(1, 3), -1)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).takeAlongDim(at(d, 0), 1))
                        .refusing(d -> zeros(d, 2, 3).takeAlongDim(at(d, 3).reshape(1, 1), 1))
                        .refusing(d -> zeros(d, 2, 3).takeAlongDim(at(d, 0, 0, 0).reshape(3, 1), 1)),
                OpCase.of("scatterAdd", "3,b 4,b", x -> x.get(0).scatterAdd(0, rows(x.get(0), 2, 0, 2), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).scatterAdd(0, at(d, 3), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).scatterAdd(0, at(d, 0, 1), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).scatterAdd(0, at(d, 0), Variable.of(Tensor.of(1.0).to(d))))
                        .refusing(d -> zeros(d, 3, 2).scatterAdd(0, at(d, 0), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).scatterAdd(2, at(d, 0), zeros(d, 1))),
                OpCase.of("scatter", "3,b 4,b", x -> x.get(0).scatter(0, rows(x.get(0), 2, 0, 2), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).scatter(0, at(d, -1), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).scatter(0, at(d, 0, 1), zeros(d, 1))),
                OpCase.of("scatter", "3,b", x -> x.get(0).scatter(0, rows(x.get(0), 1), 7)).asLinear()
                        .refusing(d -> zeros(d, 3).scatter(0, at(d, 3), 1)).refusing(d -> zeros(d, 3, 3).scatter(0, at(d, 1), 1)));
    }

    private static List<OpCase> reductions() {
        return Stream.of(ScatterReduction.values()).flatMap(how -> Stream.of(true, false).map(self -> OpCase
                .of("scatterReduce", "4,b 4,b", Domain.DISTINCT,
                        x -> x.get(0).scatterReduce(0, rows(x.get(0), 2, 0, 2), x.get(1), how, self))
                .refusing(d -> zeros(d, 3).scatterReduce(0, at(d, 3), zeros(d, 1), how, self))
                .refusing(d -> zeros(d, 3).scatterReduce(0, at(d, 0, 1), zeros(d, 1), how, self)))).toList();
    }

    private static List<OpCase> rowsAndPlaces() {
        return List.of(
                OpCase.of("indexSelect", "a,3", x -> x.get(0).indexSelect(1, at(x.get(0).device(), 1, 1, 0))).asLinear()
                        .refusing(d -> zeros(d, 3).indexSelect(0, at(d, 3))).refusing(d -> zeros(d, 3).indexSelect(0, at(d, -1)))
                        .refusing(d -> zeros(d, 3).indexSelect(1, at(d, 0))).refusing(d -> zeros(d).indexSelect(0, at(d, 0, 0)))
                        .refusing(d -> zeros(d, 3).indexSelect(0, at(d, 0, 1).reshape(1, 2))),
                OpCase.of("indexAdd", "a,3 a,4", x -> x.get(0).indexAdd(-1, at(x.get(0).device(), 2, 0, 0, 2), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).indexAdd(0, at(d, 3), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).indexAdd(0, at(d, 0, 1), zeros(d, 3)))
                        .refusing(d -> zeros(d, 3, 2).indexAdd(0, at(d, 0), zeros(d, 1, 1))),
                OpCase.of("indexCopy", "3,b 4,b", x -> x.get(0).indexCopy(0, at(x.get(0).device(), 2, 0, 0, 2), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).indexCopy(0, at(d, -1), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).indexCopy(0, at(d, 0), Variable.of(Tensor.of(1.0).to(d)))),
                OpCase.of("indexFill", "a,3", x -> x.get(0).indexFill(1, at(x.get(0).device(), -1, 0), 5)).asLinear()
                        .refusing(d -> zeros(d, 3).indexFill(0, at(d, 3), 1)).refusing(d -> zeros(d, 3).indexFill(1, at(d, 0), 1)),
                OpCase.of("indexFill", "a,3 -", x -> x.get(0).indexFill(1, at(x.get(0).device(), 1), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).indexFill(0, at(d, 0), zeros(d, 1))),
                OpCase.of("take", "2,b", x -> x.get(0).take(at(x.get(0).device(), 1, -1, 1, 0).reshape(2, 2))).asLinear()
                        .refusing(d -> zeros(d, 2, 3).take(at(d, 6))).refusing(d -> zeros(d, 2).take(Tensor.of(0f).to(d))),
                OpCase.of("put", "2,b 2,2", x -> x.get(0).put(at(x.get(0).device(), 1, 0, 1, 0), x.get(1), false)).asLinear()
                        .refusing(d -> zeros(d, 2, 3).put(at(d, 6), zeros(d, 1), false))
                        .refusing(d -> zeros(d, 2, 3).put(at(d, 0, 1), zeros(d, 1), true)),
                OpCase.of("put", "2,b 2,2", x -> x.get(0).put(at(x.get(0).device(), 1, -1, 1, 0), x.get(1), true)).asLinear());
    }

    private static List<OpCase> masks() {
        return List.of(
                OpCase.of("maskedFill", "a,3", x -> x.get(0).maskedFill(mask(x.get(0).device()), 7)).asLinear()
                        .refusing(d -> zeros(d, 2).maskedFill(mask(d), 0)).refusing(d -> zeros(d, 2).maskedFill(at(d, 0, 1), 0)),
                OpCase.of("maskedFill", "3 -", x -> x.get(0).maskedFill(mask(x.get(0).device()).expand(2, 3), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).maskedFill(mask(d), zeros(d, 1))),
                OpCase.of("maskedSelect", "a,3", x -> x.get(0).maskedSelect(mask(x.get(0).device()))).asLinear()
                        .refusing(d -> zeros(d, 2).maskedSelect(mask(d))).refusing(d -> zeros(d, 2).maskedSelect(at(d, 0, 1))),
                OpCase.of("maskedSelect", "1", x -> x.get(0).maskedSelect(mask(x.get(0).device()))).asLinear(),
                OpCase.of("maskedScatter", "2,3 b,5", x -> x.get(0).maskedScatter(mask(x.get(0).device()), x.get(1))).asLinear()
                        .refusing(d -> zeros(d, 3).maskedScatter(mask(d), zeros(d, 1)))
                        .refusing(d -> zeros(d, 3).maskedScatter(mask(d), Variable.of(Tensor.of(1.0, 2).to(d))))
                        .refusing(d -> zeros(d, 2).maskedScatter(mask(d), zeros(d, 2))));
    }

    private static List<OpCase> brackets() {
        return List.of(
                OpCase.of("index", "3,b,4", x -> x.get(0).index(Index.at(-1), Index.newAxis(), Index.ellipsis(), Index.range(0, 4, 2)))
                        .asLinear()
                        .refusing(d -> zeros(d, 2).index(Index.at(2))).refusing(d -> zeros(d, 2).index(Index.all(), Index.at(0)))
                        .refusing(d -> zeros(d, 2).index(Index.ellipsis(), Index.ellipsis()))
                        .refusing(d -> zeros(d, 2).index(Index.range(0, 2, 0))).refusing(d -> zeros(d, 2).index(Index.of(Tensor.of(1f)))),
                OpCase.of("index", "a,3,4", x -> x.get(0).index(Index.all(), Index.of(1, -1, 1), Index.of(0, 3, 0))).asLinear()
                        .refusing(d -> zeros(d, 2, 2).index(Index.of(0, 1), Index.of(0, 1, 0)))
                        .refusing(d -> zeros(d, 2).index(Index.of(-3))),
                OpCase.of("index", "3,b,4", x -> x.get(0).index(Index.of(1, -1), Index.all(), Index.of(0, 3))).asLinear(),
                OpCase.of("index", "a,3,b", x -> x.get(0).index(Index.all(), Index.of(mask(x.get(0).device())))).asLinear()
                        .refusing(d -> zeros(d, 2).index(Index.of(mask(d)))),
                OpCase.of("indexPut", "a,4 a,1",
                        x -> x.get(0).indexPut(x.get(1), false, Index.all(), Index.range(1, 4, 2))).asLinear()
                        .refusing(d -> zeros(d, 4).indexPut(zeros(d, 3), false, Index.range(0, 2)))
                        .refusing(d -> zeros(d, 4).indexPut(Variable.of(Tensor.of(1.0).to(d)), false, Index.at(0)))
                        .refusing(d -> zeros(d, 4).indexPut(zeros(d), true, Index.of(4))),
                OpCase.of("indexPut", "3,b,4 4,b", x -> x.get(0).indexPut(x.get(1), false, Index.of(1, 0, 1, 2), Index.all(),
                        Index.of(2, 0, 2, 0))).asLinear(),
                OpCase.of("indexPut", "a,3 3", x -> x.get(0).indexPut(x.get(1), true, Index.all(), Index.of(1, -1, 1))).asLinear(),
                OpCase.of("indexPut", "a,3", x -> x.get(0).indexPut(7, Index.of(0), Index.from(1))).asLinear());
    }

    /// The first and the last of three.
    private static Tensor mask(Device device) {
        return Tensor.of(true, false, true).to(device);
    }
}
