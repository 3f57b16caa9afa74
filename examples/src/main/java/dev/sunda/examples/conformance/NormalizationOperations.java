package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.GroupNorms;
import dev.sunda.nn.functional.LayerNorms;
import dev.sunda.nn.functional.Normalizations;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import dev.sunda.nn.functional.ResponseNorms;
import dev.sunda.nn.functional.VectorNorms;
import java.util.List;

/// Normalisation.
final class NormalizationOperations {
    private NormalizationOperations() {
    }

    static void register(OperationTable table) {
        table.put("batch_norm", NormalizationOperations::batchNorm);
        table.one("layer_norm",
                a -> LayerNorms.layerNorm(a.variable("input"), Shape.of(a.integers("normalized_shape")), a.optional("weight"),
                        a.optional("bias"), a.number("eps", 1e-5)));
        table.one("rms_norm", NormalizationOperations::rmsNorm);
        table.one("group_norm", a -> GroupNorms.groupNorm(a.variable("input"), a.integer("num_groups"), a.optional("weight"),
                a.optional("bias"), a.number("eps", 1e-5)));
        table.one("instance_norm", NormalizationOperations::instanceNorm);
        table.one("local_response_norm", a -> ResponseNorms.localResponseNorm(a.variable("input"), a.integer("size"),
                a.number("alpha", 1e-4), a.number("beta", 0.75), a.number("k", 1)));
        table.one("normalize", a -> VectorNorms.normalize(a.variable("input"), a.number("p", 2), a.number("eps", 1e-12),
                a.has("dim") ? a.integers("dim") : new int[] {1}));
    }

    /// In training with running statistics also the new ones.
    private static List<Variable> batchNorm(Args a) {
        Variable x = a.variable("input");
        Variable weight = a.optional("weight");
        Variable bias = a.optional("bias");
        double eps = a.number("eps", 1e-5);
        double momentum = a.number("momentum", 0.1);
        if (!a.flag("training", false))
            return List.of(Normalizations.batchNorm(x, a.optionalTensor("running_mean"), a.optionalTensor("running_var"), weight, bias,
                    eps));
        RunningStatistics running = running(a);
        var result = Normalizations.batchNorm(x, weight, bias, eps);
        if (running == null)
            return List.of(result.y());
        running = result.follow(running, momentum);
        return List.of(result.y(), Variable.of(running.mean()), Variable.of(running.variance()));
    }

    private static Variable rmsNorm(Args a) {
        Shape shape = Shape.of(a.integers("normalized_shape"));
        return a.has("eps") ? LayerNorms.rmsNorm(a.variable("input"), shape, a.optional("weight"), a.number("eps"))
                : LayerNorms.rmsNorm(a.variable("input"), shape, a.optional("weight"));
    }

    private static Variable instanceNorm(Args a) {
        Variable x = a.variable("input");
        Variable weight = a.optional("weight");
        Variable bias = a.optional("bias");
        double eps = a.number("eps", 1e-5);
        double momentum = a.number("momentum", 0.1);
        if (!a.flag("use_input_stats", true))
            return Normalizations.batchNorm(x, a.optionalTensor("running_mean"), a.optionalTensor("running_var"), weight, bias, eps);
        RunningStatistics running = running(a);
        var result = GroupNorms.instanceNorm(x, weight, bias, eps);
        if (running != null)
            result.follow(running, momentum);                        // checks them; the new ones are no result
        return result.y();
    }

    /// Null if there are none.
    private static RunningStatistics running(Args a) {
        return a.has("running_mean") || a.has("running_var")
                ? new RunningStatistics(a.optionalTensor("running_mean"), a.optionalTensor("running_var"))
                : null;
    }
}
