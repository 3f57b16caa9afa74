package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Pooling.
final class PoolingCases {
    private PoolingCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("maxPool2d", "a,b,5,6", DISTINCT,
                        x -> Poolings.maxPool2d(x.get(0), pair(2), new int[] {2, 1}, pair(1), new int[] {1, 2}, true).square())
                        .refusing(d -> Poolings.maxPool2d(zeros(d, 1, 1, 2, 2), pair(4), pair(1), pair(0), pair(1), false)),
                OpCase.of("maxPool2dValues", "a,b,4,4", DISTINCT, x -> Poolings.maxPool2dValues(x.get(0), spec(x.get(0).shape()), true)),
                OpCase.of("avgPool2d", "a,b,5,4", x -> Poolings.avgPool2d(x.get(0), pair(3), pair(2), pair(1), true, false)).asLinear()
                        .refusing(d -> Poolings.avgPool2d(zeros(d, 1, 1, 4, 4), pair(2), pair(1), pair(2), false, true)),
                OpCase.of("globalAvgPool2d", "a,b,3,2", x -> Poolings.globalAvgPool2d(x.get(0))).asLinear()
                        .refusing(d -> Poolings.globalAvgPool2d(zeros(d, 2, 2))));
    }

    private static PoolSpec spec(Shape x) {
        return PoolSpec.of("maxPool2d", x, pair(2), pair(2), pair(0), pair(1), false, false);
    }

    private static int[] pair(int n) {
        return new int[] {n, n};
    }
}
