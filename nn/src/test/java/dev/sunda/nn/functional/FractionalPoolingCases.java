package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Pooling with windows at random distances.
final class FractionalPoolingCases {
    private static final int[] PAIR = {2, 2};

    private FractionalPoolingCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("fractionalMaxPool2d", "a,2,5,4", DISTINCT,
                        x -> FractionalPoolings.fractionalMaxPool2d(x.get(0), PAIR, new int[] {3, 2}, samples(x.get(0), 2)).square())
                        .refusing(d -> FractionalPoolings.fractionalMaxPool2d(zeros(d, 4, 4), PAIR, PAIR, samples(zeros(d, 4, 4), 2)))
                        .refusing(d -> pool(zeros(d, 1, 1, 4, 4), PAIR, new int[] {2}))
                        .refusing(d -> pool(zeros(d, 1, 1, 4, 4), PAIR, new int[] {4, 2}))
                        .refusing(d -> pool(zeros(d, 1, 1, 4, 4), new int[] {0, 1}, PAIR))
                        .refusing(d -> FractionalPoolings.fractionalMaxPool2d(zeros(d, 1, 1, 4, 4), PAIR, PAIR,
                                samples(zeros(d, 1, 2, 4, 4), 2)))
                        .refusing(d -> FractionalPoolings.fractionalMaxPool2d(zeros(d, 1, 1, 4, 4), PAIR, PAIR,
                                zeros(d, 1, 1, 2).add(1).data())),
                OpCase.of("fractionalMaxPool2dWithIndices", "b,4,4", DISTINCT, x -> FractionalPoolings
                        .fractionalMaxPool2dWithIndices(x.get(0), PAIR, PAIR, samples(x.get(0).unsqueeze(0), 2)).values()),
                OpCase.of("fractionalMaxPool3d", "1,b,3,3,2", DISTINCT, x -> FractionalPoolings.fractionalMaxPool3d(x.get(0),
                        new int[] {2, 2, 1}, new int[] {2, 1, 2}, samples(x.get(0), 3)))
                        .refusing(d -> FractionalPoolings.fractionalMaxPool3d(zeros(d, 1, 1, 4, 4), PAIR, PAIR,
                                samples(zeros(d, 1, 1), 3))),
                OpCase.of("fractionalMaxPool3dWithIndices", "a,1,3,2,2", DISTINCT, x -> FractionalPoolings.fractionalMaxPool3dWithIndices(
                        x.get(0), new int[] {2, 1, 1}, new int[] {2, 2, 1}, samples(x.get(0), 3)).values()));
    }

    private static Variable pool(Variable x, int[] kernel, int[] size) {
        return FractionalPoolings.fractionalMaxPool2d(x, kernel, size, samples(x, 2));
    }

    /// Numbers from 0 to below 1, the same in every type.
    private static Tensor samples(Variable x, int axes) {
        Shape shape = Shape.of(x.size(0), x.size(1), axes);
        return Tensor.arange(shape.numel()).to(x.dtype()).mul(0.34375).add(0.125).frac().reshape(shape).to(x.device());
    }
}
