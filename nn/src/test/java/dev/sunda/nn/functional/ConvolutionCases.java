package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Convolutions of every kind. More of their options are drawn by [ConvolutionProperties] and [ConvolutionNdProperties].
final class ConvolutionCases {
    private ConvolutionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("conv1d", "a,2,6 4,1,3 4", x -> Convolutions.conv1d(x.get(0), x.get(1), x.get(2), 1, Padding.CAUSAL, 2, 2))
                        .asLinear().refusing(d -> Convolutions.conv1d(zeros(d, 1, 2, 6), zeros(d, 4, 2, 9), null, 1, Padding.VALID, 1, 1)),
                OpCase.of("conv2d", "a,b,5,6 c,b,3,2 c",
                        x -> Convolutions.conv2d(x.get(0), x.get(1), x.get(2), new int[] {2, 1}, Padding.of(1, 2), new int[] {1, 2}, 1))
                        .asLinear()
                        .refusing(d -> Convolutions.conv2d(zeros(d, 1, 3, 5, 5), zeros(d, 4, 2, 3, 3), null, pair(1), Padding.VALID,
                                pair(1), 1))
                        .refusing(d -> Convolutions.conv2d(zeros(d, 5, 5), zeros(d, 4, 2, 3, 3), null, pair(1), Padding.VALID, pair(1), 1))
                        .refusing(d -> Convolutions.conv2d(zeros(d, 1, 3, 5, 5), zeros(d, 4, 3, 3, 3), null, pair(0), Padding.VALID,
                                pair(1), 1)),
                OpCase.of("conv2d", "a,4,5,4 4,1,3,3",
                        x -> Convolutions.conv2d(x.get(0), x.get(1), null, pair(1), Padding.SAME, pair(2), 4))
                        .asLinear(),
                OpCase.of("conv3d", "a,2,3,4,3 b,2,2,2,2", x -> Convolutions.conv3d(x.get(0), x.get(1), null, triple(1),
                        Padding.of(1, 0, 1), triple(1), 1)).asLinear()
                        .refusing(d -> Convolutions.conv3d(zeros(d, 1, 2, 3, 3), zeros(d, 1, 2, 2, 2), null, triple(1), Padding.VALID,
                                triple(1), 1)),
                OpCase.of("convTranspose1d", "a,2,4 2,b,3 b", x -> Convolutions.convTranspose1d(x.get(0), x.get(1), x.get(2), 2,
                        Padding.of(1), 1, 1, 1)).asLinear()
                        .refusing(d -> Convolutions.convTranspose1d(zeros(d, 1, 2, 4), zeros(d, 3, 1, 3), null, 2, Padding.of(1), 1, 1, 1)),
                OpCase.of("convTranspose2d", "a,4,3,2 4,b,2,3", x -> Convolutions.convTranspose2d(x.get(0), x.get(1), null, pair(2),
                        Padding.of(0, 1), new int[] {1, 0}, pair(1), 2)).asLinear()
                        .refusing(
                                d -> Convolutions.convTranspose2d(zeros(d, 1, 4, 3, 2), zeros(d, 4, 1, 2, 3), null, pair(2), Padding.VALID,
                                        pair(2), pair(1), 1)),
                OpCase.of("convTranspose3d", "1,2,2,3,2 2,b,2,1,2", x -> Convolutions.convTranspose3d(x.get(0), x.get(1), null, triple(1),
                        Padding.VALID, triple(0), triple(1), 1)).asLinear()
                        .refusing(d -> Convolutions.convTranspose3d(zeros(d, 2, 3, 2), zeros(d, 2, 1, 2, 1, 2), null, triple(1),
                                Padding.VALID,
                                triple(0), triple(1), 1)),
                OpCase.of("conv", "a,2,5 3,2,2", x -> Convolutions.conv(x.get(0), x.get(1), null, line(x.get(0).shape(), x.get(1).shape())))
                        .asLinear().refusing(d -> Convolutions.conv(zeros(d, 1, 2, 5), zeros(d, 3, 1, 2), null,
                                line(Shape.of(1, 2, 5), Shape.of(3, 2, 2)))),
                OpCase.of("conv", "a,2,4,3 2,2,3,2 2", x -> Convolutions.conv(x.get(0), x.get(1), x.get(2), new int[] {2, 1},
                        Padding.of(1, 2, 1, 0), PaddingMode.REFLECT, pair(1), 1)).asLinear()
                        .refusing(d -> Convolutions.conv(zeros(d, 1, 2, 3, 3), zeros(d, 2, 2, 3, 3), null, pair(1), Padding.of(3),
                                PaddingMode.REFLECT, pair(1), 1))
                        .refusing(d -> Convolutions.conv(zeros(d, 1, 2, 3, 3), zeros(d, 2, 2, 3, 3), null, pair(2), Padding.SAME,
                                PaddingMode.CIRCULAR, pair(1), 1))
                        .refusing(d -> Convolutions.conv(zeros(d, 1, 2), zeros(d, 2, 2), null, new int[0], Padding.VALID,
                                PaddingMode.CIRCULAR, new int[0], 1)),
                OpCase.of("convRelu", "a,2,5 3,2,2", OpCase.Domain.POSITIVE,      // far from 0 on both sides
                        x -> Convolutions.convRelu(x.get(0), x.get(1).mul(Variable.of(row(x.get(1), 1, -1, 0.5).reshape(3, 1, 1))), null,
                                line(x.get(0).shape(), x.get(1).shape()))),
                OpCase.of("convBatchNorm", "a,2,5 3,2,2 3 3", x -> Convolutions.convBatchNorm(x.get(0), x.get(1), null,
                        line(x.get(0).shape(), x.get(1).shape()), row(x.get(0), 0.1, -0.2, 0.3), row(x.get(0), 0.5, 1, 2), x.get(2),
                        x.get(3),
                        1e-5, false)),
                OpCase.of("convTranspose", "a,3,4 3,2,2", x -> Convolutions.convTranspose(x.get(0), x.get(1), null,
                        line(Shape.of(x.get(0).size(0), 2, 5), x.get(1).shape()))).asLinear(),
                OpCase.of("convWeight", "a,2,5 a,3,4", x -> Convolutions.convWeight(x.get(0), x.get(1),
                        line(x.get(0).shape(), Shape.of(3, 2, 2)))).asLinear());
    }

    private static ConvSpec line(Shape x, Shape w) {
        return ConvSpec.of("conv1d", x, w, new int[] {1}, Padding.VALID, new int[] {1}, 1);
    }

    private static Tensor row(Variable like, double... values) {
        return Tensor.of(values).to(like.dtype()).to(like.device());
    }

    private static int[] pair(int n) {
        return new int[] {n, n};
    }

    private static int[] triple(int n) {
        return new int[] {n, n, n};
    }
}
