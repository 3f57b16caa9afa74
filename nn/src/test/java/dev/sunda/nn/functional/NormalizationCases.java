package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Normalisation and dropout.
final class NormalizationCases {
    private NormalizationCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("batchNorm", "3,a,2,b a a", x -> Normalizations.batchNorm(x.get(0), x.get(1), x.get(2), 1e-3).y())
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 1, 3), null, null, 1e-5))
                        .refusing(d -> Normalizations.batchNorm(zeros(d, 4, 3), zeros(d, 2), null, 1e-5)),
                OpCase.of("batchNorm", "a,3,b 3", x -> Normalizations.batchNorm(x.get(0), row(x.get(0), 0.1, -0.2, 0.3),
                        row(x.get(0), 0.5, 1, 2), x.get(1), null, 1e-5)).asLinear(),
                OpCase.of("batchNormRelu", "3,2,4",
                        x -> Normalizations.batchNormRelu(x.get(0), null, Variable.of(row(x.get(0), 5, -5)), 1e-3).y()),
                OpCase.of("layerNorm", "a,b,4 4 4", x -> LayerNorms.layerNorm(x.get(0), Shape.of(4), x.get(1), x.get(2), 1e-3))
                        .refusing(d -> LayerNorms.layerNorm(zeros(d, 2, 3), Shape.of(4), null, null, 1e-5)),
                OpCase.of("dropout", "a,b,c", x -> Dropouts.dropout(x.get(0), 0.4, new RandomKey(7, 3))).asLinear()
                        .refusing(d -> Dropouts.dropout(zeros(d, 2), 1.5, new RandomKey(1, 0))));
    }

    private static Tensor row(Variable like, double... values) {
        return Tensor.of(values).to(like.dtype()).to(like.device());
    }
}
