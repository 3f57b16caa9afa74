package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Normalisation.
final class NormalizationCases {
    private NormalizationCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("batchNorm", "3,a,2,b a a", x -> Normalizations.batchNorm(x.get(0), x.get(1), x.get(2), 1e-3).y())
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 1, 3), null, null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), zeros(d, 2), null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), null, null, 0))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4), null, null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), null, null, null, null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), zeros(d, 2).data(), zeros(d, 2).data(), null, null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), zeros(d, 3).data(), zeros(d, 3).data(), null, null, -1)),
                OpCase.of("batchNorm", "a,3,b 3", x -> Normalizations.batchNorm(x.get(0), row(x.get(0), 0.1, -0.2, 0.3),
                        row(x.get(0), 0.5, 1, 2), x.get(1), null, 1e-5)).asLinear(),
                OpCase.of("batchNormRelu", "3,2,4",
                        x -> Normalizations.batchNormRelu(x.get(0), null, Variable.of(row(x.get(0), 5, -5)), 1e-3).y()),
                OpCase.of("layerNorm", "a,b,4 4 4", x -> LayerNorms.layerNorm(x.get(0), Shape.of(4), x.get(1), x.get(2), 1e-3))
                        .refusing(d -> LayerNorms.layerNorm(zeros(d, 2, 3), Shape.of(4), null, null, 1e-5)),
                OpCase.of("rmsNorm", "a,b,4 b,4", x -> LayerNorms.rmsNorm(x.get(0), x.get(1).shape(), x.get(1), 1e-3))
                        .refusing(d -> LayerNorms.rmsNorm(zeros(d, 2, 3), Shape.of(4), null))
                        .refusing(d -> LayerNorms.rmsNorm(zeros(d, 2, 3), Shape.SCALAR, null))
                        .refusing(d -> LayerNorms.rmsNorm(zeros(d, 2, 3), Shape.of(3), zeros(d, 2)))
                        .refusing(d -> LayerNorms.rmsNorm(Variable.of(zeros(d, 2, 3).data().to(DType.I32)), Shape.of(3), null))
                        .refusing(d -> LayerNorms.rmsNorm(zeros(d, 2, 3), Shape.of(3), null, -1)),
                OpCase.of("rmsNorm", "a,3", x -> LayerNorms.rmsNorm(x.get(0), Shape.of(3), null)),
                OpCase.of("groupNorm", "a,4,b,2 4 4", x -> GroupNorms.groupNorm(x.get(0), 2, x.get(1), x.get(2), 1e-3))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 2, 4, 3), 3, null, null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 2, 4, 3), 0, null, null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 4), 2, null, null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 1, 4), 4, null, null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 2, 4, 3), 2, zeros(d, 2), null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(Variable.of(zeros(d, 2, 4).data().to(DType.I64)), 2, null, null, 1e-5))
                        .refusing(d -> GroupNorms.groupNorm(zeros(d, 2, 4, 3), 2, null, null, Double.NaN)),
                OpCase.of("groupNorm", "a,3", x -> GroupNorms.groupNorm(x.get(0), 1, null, null, 0.1)),
                OpCase.of("instanceNorm", "a,b,2,3 b b", x -> GroupNorms.instanceNorm(x.get(0), x.get(1), x.get(2), 0.1).y())
                        .refusing(d -> GroupNorms.instanceNorm(zeros(d, 2, 3, 1), null, null, 1e-5))
                        .refusing(d -> GroupNorms.instanceNorm(zeros(d, 2, 3), null, null, 1e-5))
                        .refusing(d -> GroupNorms.instanceNorm(zeros(d, 2, 3, 4), null, zeros(d, 2), 1e-5)),
                OpCase.of("localResponseNorm", "a,5,b", x -> ResponseNorms.localResponseNorm(x.get(0), 3, 0.5, 0.75, 1))
                        .refusing(d -> ResponseNorms.localResponseNorm(zeros(d, 2, 3), 2, 1, 1, 1))
                        .refusing(d -> ResponseNorms.localResponseNorm(zeros(d, 2, 3, 4), 0, 1, 1, 1)),
                OpCase.of("normalize", "a,3,b", x -> VectorNorms.normalize(x.get(0), 2, 1e-12, 1))
                        .refusing(d -> VectorNorms.normalize(zeros(d, 2, 3), 2, 1e-12))
                        .refusing(d -> VectorNorms.normalize(zeros(d, 2, 3), 2, 1e-12, 2)),
                OpCase.of("normalize", "a,3,2", OpCase.Domain.NOT_ZERO, x -> VectorNorms.normalize(x.get(0), 3, 0.1, 0, -1)),
                OpCase.of("weightNorm", "3,a,2 3,1,1", x -> VectorNorms.weightNorm(x.get(0), x.get(1), 0))
                        .refusing(d -> VectorNorms.weightNorm(zeros(d, 2, 3), zeros(d, 3, 1), 0))
                        .refusing(d -> VectorNorms.weightNorm(zeros(d, 3), zeros(d, 3), 0))
                        .refusing(d -> VectorNorms.weightNorm(zeros(d, 2, 3), zeros(d, 2, 1), 2)),
                OpCase.of("weightNorm", "3,a -", x -> VectorNorms.weightNorm(x.get(0), x.get(1), null)),
                OpCase.of("lengths", "a,3", x -> VectorNorms.lengths(x.get(0), 1)),
                OpCase.of("localResponseNorm", "a,3,2,b", x -> ResponseNorms.localResponseNorm(x.get(0), 4, 0.5, 2, 2)));
    }

    private static Tensor row(Variable like, double... values) {
        return Tensor.of(values).to(like.dtype()).to(like.device());
    }
}
