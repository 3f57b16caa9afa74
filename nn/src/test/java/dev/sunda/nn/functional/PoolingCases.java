package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.Domain.POSITIVE;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.stream.Stream;

/// Pooling with windows of one size.
final class PoolingCases {
    private PoolingCases() {
    }

    static List<OpCase> cases() {
        return Stream.of(maxima(), averages(), powers(), unpooling(), whole()).flatMap(List::stream).toList();
    }

    private static List<OpCase> maxima() {
        return List.of(
                OpCase.of("maxPool1d", "a,b,6", DISTINCT, x -> Poolings.maxPool1d(x.get(0), 2, 2, 1, 2, true).square())
                        .refusing(d -> Poolings.maxPool1d(zeros(d, 1, 1, 8), 3, 1, 2, 2, false))
                        .refusing(d -> Poolings.maxPool1d(zeros(d, 8), 3, 1, 0, 1, false))
                        .refusing(d -> Poolings.maxPool1d(integers(d, 1, 1, 8), 3, 1, 0, 1, false)),
                OpCase.of("maxPool2d", "a,b,5,6", DISTINCT,
                        x -> Poolings.maxPool2d(x.get(0), pair(2), new int[] {2, 1}, pair(1), new int[] {1, 2}, true).square())
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 2, 2), pair(4), pair(1), pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), new int[] {2}, pair(1), pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), pair(2), new int[] {1}, pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), pair(0), pair(1), pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), pair(2), pair(0), pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(-1), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(0), pair(0), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 0, 4, 4), pair(2), pair(1), pair(0), pair(1), false))
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 0, 4), pair(2), pair(1), pair(1), pair(1), false)),
                OpCase.of("maxPool3d", "a,b,3,4,3", DISTINCT,
                        x -> Poolings.maxPool3d(x.get(0), new int[] {2, 3, 1}, new int[] {1, 2, 2}, new int[] {1, 1, 0}, triple(1), true))
                        .refusing(d -> Poolings.maxPool3d(zeros(d, 1, 1, 2, 2, 2), triple(3), triple(1), triple(0), triple(1), false)),
                OpCase.of("maxPool1dWithIndices", "a,5", DISTINCT,
                        x -> Poolings.maxPool1dWithIndices(x.get(0), 3, 1, 1, 1, false).values()),
                OpCase.of("maxPool2dWithIndices", "b,4,4", DISTINCT,
                        x -> Poolings.maxPool2dWithIndices(x.get(0), pair(3), pair(2), pair(1), pair(1), false).values()),
                OpCase.of("maxPool3dWithIndices", "a,2,3,2,2", DISTINCT,
                        x -> Poolings.maxPool3dWithIndices(x.get(0), triple(2), triple(1), triple(1), triple(1), false).values()),
                OpCase.of("maxPool", "a,b,4,4", DISTINCT, x -> Poolings.maxPool(x.get(0), spec(x.get(0).shape())).values()),
                OpCase.of("maxPoolValues", "a,b,4,4", DISTINCT, x -> Poolings.maxPoolValues(x.get(0), spec(x.get(0).shape()), true)));
    }

    private static List<OpCase> averages() {
        return List.of(
                OpCase.of("avgPool1d", "a,b,5", x -> Poolings.avgPool1d(x.get(0), 3, 2, 1, true, true)).asLinear()
                        .refusing(d -> Poolings.avgPool1d(zeros(d, 5), 3, 2, 1, true, true)),
                OpCase.of("avgPool2d", "a,b,5,4", x -> Poolings.avgPool2d(x.get(0), pair(3), pair(2), pair(1), true, false)).asLinear()
                        .refusing(d -> Poolings.avgPool2d(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(2), false, true)),
                OpCase.of("avgPool3d", "a,b,3,4,2",
                        x -> Poolings.avgPool3d(x.get(0), new int[] {2, 3, 1}, triple(2), new int[] {1, 1, 0}, false, true)).asLinear()
                        .refusing(d -> Poolings.avgPool3d(zeros(d, 1, 4, 4), triple(2), triple(1), triple(0), false, true)),
                OpCase.of("avgPool2dByDivisor", "a,b,5,4",
                        x -> Poolings.avgPool2dByDivisor(x.get(0), pair(3), pair(2), pair(1), true, -2)).asLinear()
                        .refusing(d -> Poolings.avgPool2dByDivisor(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(0), false, 0)),
                OpCase.of("avgPool3dByDivisor", "b,3,4,2",
                        x -> Poolings.avgPool3dByDivisor(x.get(0), triple(2), triple(2), triple(0), true, 5)).asLinear()
                        .refusing(d -> Poolings.avgPool3dByDivisor(zeros(d, 1, 1, 4, 4), triple(2), triple(1), triple(0), false, 0)),
                OpCase.of("avgPool", "a,b,4,4", x -> Poolings.avgPool(x.get(0), spec(x.get(0).shape()))).asLinear());
    }

    private static List<OpCase> powers() {
        return List.of(
                OpCase.of("lpPool1d", "a,b,5", POSITIVE, x -> Poolings.lpPool1d(x.get(0), 3, 2, 2, true))
                        .refusing(d -> Poolings.lpPool1d(zeros(d, 1, 1, 5), 0, 2, 2, true)),
                OpCase.of("lpPool2d", "a,b,4,3", x -> Poolings.lpPool2d(x.get(0), 2, pair(2), new int[] {2, 1}, false))
                        .refusing(d -> Poolings.lpPool2d(zeros(d, 1, 1, 5, 5), Double.NaN, pair(2), pair(1), true))
                        .refusing(d -> Poolings.lpPool2d(zeros(d, 5, 5), 2, pair(2), pair(1), true)),
                OpCase.of("lpPool3d", "a,b,2,3,2", POSITIVE, x -> Poolings.lpPool3d(x.get(0), 1.5, triple(2), triple(1), false))
                        .refusing(d -> Poolings.lpPool3d(zeros(d, 1, 1, 2, 2, 2), 2, triple(3), triple(1), false)));
    }

    private static List<OpCase> unpooling() {
        return List.of(
                OpCase.of("maxUnpool1d", "1,b,3", x -> Poolings.maxUnpool1d(x.get(0), index(x.get(0), 1, 3, 4), 2, 2, 0)).asLinear()
                        .refusing(d -> Poolings.maxUnpool1d(zeros(d, 1, 1, 3), index(zeros(d, 1, 1, 3), 1, 3, 6), 2, 2, 0))
                        .refusing(d -> Poolings.maxUnpool1d(zeros(d, 1, 1, 3), index(zeros(d, 1, 1, 3), 1, 3, -1), 2, 2, 0))
                        .refusing(d -> Poolings.maxUnpool1d(zeros(d, 1, 1, 3), index(zeros(d, 1, 1, 2), 1, 3), 2, 2, 0))
                        .refusing(d -> Poolings.maxUnpool1d(zeros(d, 1, 1, 3), index(zeros(d, 1, 1, 3), 1, 3, 4), 2, 2, 0, 8))
                        .refusing(d -> Poolings.maxUnpool1d(zeros(d, 1, 1, 3), zeros(d, 1, 1, 3).data(), 2, 2, 0)),
                OpCase.of("maxUnpool2d", "a,2,2,2", x -> Poolings.maxUnpool2d(x.get(0), index(x.get(0), 0, 3, 8, 3), pair(2), pair(2),
                        pair(0), 5, 4)).asLinear()
                        .refusing(d -> Poolings.maxUnpool2d(zeros(d, 2, 2), index(zeros(d, 2, 2), 0, 3, 8, 10), pair(2), pair(2), pair(0))),
                OpCase.of("maxUnpool3d", "a,1,2,2", x -> Poolings.maxUnpool3d(x.get(0), index(x.get(0), 0, 3, 15, 12), triple(2),
                        triple(2), triple(0))).asLinear()
                        .refusing(
                                d -> Poolings.maxUnpool3d(zeros(d, 1, 1, 2, 2), index(zeros(d, 1, 1, 2, 2), 0, 1, 2, 3), triple(2), pair(2),
                                        triple(0))));
    }

    private static List<OpCase> whole() {
        return List.of(
                OpCase.of("globalAvgPool1d", "a,b,3", x -> Poolings.globalAvgPool1d(x.get(0))).asLinear()
                        .refusing(d -> Poolings.globalAvgPool1d(zeros(d, 2))),
                OpCase.of("globalAvgPool2d", "a,b,3,2", x -> Poolings.globalAvgPool2d(x.get(0))).asLinear()
                        .refusing(d -> Poolings.globalAvgPool2d(zeros(d, 2, 2))),
                OpCase.of("globalAvgPool3d", "b,3,2,2", x -> Poolings.globalAvgPool3d(x.get(0))).asLinear()
                        .refusing(d -> Poolings.globalAvgPool3d(zeros(d, 2, 2, 2))),
                OpCase.of("globalMaxPool1d", "a,b,3", DISTINCT, x -> Poolings.globalMaxPool1d(x.get(0)))
                        .refusing(d -> Poolings.globalMaxPool1d(zeros(d, 2))),
                OpCase.of("globalMaxPool2d", "a,b,3,2", DISTINCT, x -> Poolings.globalMaxPool2d(x.get(0)))
                        .refusing(d -> Poolings.globalMaxPool2d(zeros(d, 2, 2, 0))),
                OpCase.of("globalMaxPool3d", "b,3,2,2", DISTINCT, x -> Poolings.globalMaxPool3d(x.get(0)))
                        .refusing(d -> Poolings.globalMaxPool3d(zeros(d, 2, 2, 2))));
    }

    private static PoolSpec spec(Shape x) {
        return PoolSpec.of("maxPool2d", x, pair(2), pair(2), pair(0), pair(1), false, false);
    }

    private static Variable integers(Device device, int... sizes) {
        return Variable.of(Tensor.zeros(Shape.of(sizes), DType.I64, device));
    }

    /// The same positions for every image.
    private static Tensor index(Variable like, int... positions) {
        int[] sizes = like.shape().sizes();
        int[] inner = like.rank() == 3 ? new int[] {1, 1, sizes[2]} : sizes.clone();
        for (int d = 0; d < like.rank() && Shape.of(inner).numel() != positions.length; d++)
            inner[d] = 1;
        return Tensor.of(positions).reshape(Shape.of(inner)).expand(like.shape()).contiguous().to(like.device());
    }

    private static int[] pair(int n) {
        return new int[] {n, n};
    }

    private static int[] triple(int n) {
        return new int[] {n, n, n};
    }
}
