package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.Domain.DISTINCT;
import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Pooling to a given size: overlapping windows, windows side by side, sizes that stay and sizes that grow.
final class AdaptivePoolingCases {
    private AdaptivePoolingCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("adaptiveAvgPool1d", "a,b,5", x -> AdaptivePoolings.adaptiveAvgPool1d(x.get(0), 3)).asLinear()
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool1d(zeros(d, 4), 2))
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool1d(zeros(d, 1, 4), 2, 2))
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool1d(Variable.of(Tensor.zeros(Shape.of(1, 4), DType.I64, d)), 2)),
                OpCase.of("adaptiveAvgPool2d", "a,b,4,3", x -> AdaptivePoolings.adaptiveAvgPool2d(x.get(0), 3, null)).asLinear()
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool2d(zeros(d, 1, 1, 4, 4), -1, 2))
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool2d(zeros(d, 4, 4), 2)),
                OpCase.of("adaptiveAvgPool3d", "a,b,2,4,3", x -> AdaptivePoolings.adaptiveAvgPool3d(x.get(0), 3, 2, 1)).asLinear()
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool3d(zeros(d, 1, 1, 4, 4, 4), 2, 2))
                        .refusing(d -> AdaptivePoolings.adaptiveAvgPool3d(zeros(d, 1, 1, 4, 0, 4), 2)),
                OpCase.of("adaptiveMaxPool1d", "a,b,5", DISTINCT, x -> AdaptivePoolings.adaptiveMaxPool1d(x.get(0), 3))
                        .refusing(d -> AdaptivePoolings.adaptiveMaxPool1d(zeros(d, 4), 2)),
                OpCase.of("adaptiveMaxPool2d", "a,b,4,3", DISTINCT, x -> AdaptivePoolings.adaptiveMaxPool2d(x.get(0), 2, null).square())
                        .refusing(d -> AdaptivePoolings.adaptiveMaxPool2d(zeros(d, 1, 0, 4, 4), 2)),
                OpCase.of("adaptiveMaxPool3d", "a,b,2,4,3", DISTINCT, x -> AdaptivePoolings.adaptiveMaxPool3d(x.get(0), 3, 2, 2))
                        .refusing(d -> AdaptivePoolings.adaptiveMaxPool3d(zeros(d, 1, 1, 4, 4, 4), 2, -2, 2)),
                OpCase.of("adaptiveMaxPool1dWithIndices", "a,5", DISTINCT,
                        x -> AdaptivePoolings.adaptiveMaxPool1dWithIndices(x.get(0), 2).values()),
                OpCase.of("adaptiveMaxPool2dWithIndices", "a,b,3,3", DISTINCT,
                        x -> AdaptivePoolings.adaptiveMaxPool2dWithIndices(x.get(0), 2).values()),
                OpCase.of("adaptiveMaxPool3dWithIndices", "a,2,3,2", DISTINCT,
                        x -> AdaptivePoolings.adaptiveMaxPool3dWithIndices(x.get(0), 1, 2, 2).values()));
    }
}
