package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.LayerNorms;
import dev.sunda.nn.functional.Normalizations;

/// Normalisation.
final class NormalizationOperations {
    private NormalizationOperations() {
    }

    static void register(OperationTable table) {
        table.one("batch_norm", NormalizationOperations::batchNorm);
        table.one("layer_norm",
                a -> LayerNorms.layerNorm(a.variable("input"), Shape.of(a.integers("normalized_shape")), a.optional("weight"),
                        a.optional("bias"), a.number("eps", 1e-5)));
    }

    private static Variable batchNorm(Args a) {
        Variable x = a.variable("input");
        Variable weight = a.optional("weight");
        Variable bias = a.optional("bias");
        double eps = a.number("eps", 1e-5);
        if (a.flag("training", false))
            return Normalizations.batchNorm(x, weight, bias, eps).y();
        a.number("momentum", 0.1);                                   // without meaning outside training
        return Normalizations.batchNorm(x, a.tensor("running_mean"), a.tensor("running_var"), weight, bias, eps);
    }
}
