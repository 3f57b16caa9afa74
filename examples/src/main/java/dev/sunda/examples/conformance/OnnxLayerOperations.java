package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.dim;
import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.ClassificationLosses;
import dev.sunda.nn.functional.GroupNorms;
import dev.sunda.nn.functional.LayerNorms;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.Normalizations;
import dev.sunda.nn.functional.Normalizations.RunningStatistics;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.nn.functional.ResponseNorms;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Products, normalisation and losses of ONNX, forward only. Source: the ONNX operator documentation.
final class OnnxLayerOperations {
    private OnnxLayerOperations() {
    }

    static void register(OperationTable table) {
        table.one("onnx/MatMul", a -> a.variable("A").matmul(a.variable("B")));
        table.one("onnx/Gemm", OnnxLayerOperations::gemm);
        table.one("onnx/Einsum", a -> Variable.einsum(a.text("equation", ""), a.variables("Inputs").toArray(Variable[]::new)));
        table.put("onnx/BatchNormalization", OnnxLayerOperations::batchNorm);
        table.one("onnx/InstanceNormalization",
                a -> GroupNorms.instanceNorm(x(a), a.variable("scale"), a.variable("B"), a.number("epsilon", 1e-5)).y());
        table.one("onnx/GroupNormalization", OnnxLayerOperations::groupNorm);
        table.put("onnx/LayerNormalization", OnnxLayerOperations::layerNorm);
        table.one("onnx/RMSNormalization", OnnxLayerOperations::rmsNorm);
        table.one("onnx/LRN", a -> ResponseNorms.localResponseNorm(x(a), a.integer("size"), a.number("alpha", 1e-4),
                a.number("beta", 0.75), a.number("bias", 1)));
        table.put("onnx/Dropout", OnnxLayerOperations::dropout);
        table.one("onnx/NegativeLogLikelihoodLoss", a -> ClassificationLosses.nllLoss(x(a), a.tensor("target"), a.optionalTensor("weight"),
                a.integer("ignore_index", -100), reduction(a)));
        table.put("onnx/SoftmaxCrossEntropyLoss", OnnxLayerOperations::softmaxCrossEntropy);
    }

    /// `alpha * A B + beta * C`, both factors transposed if asked for.
    private static Variable gemm(Args a) {
        flag(a, "broadcast", true);
        Variable left = flag(a, "transA", false) ? a.variable("A").mT() : a.variable("A");
        Variable right = flag(a, "transB", false) ? a.variable("B").mT() : a.variable("B");
        Variable product = left.matmul(right).mul(a.number("alpha", 1));
        double beta = a.number("beta", 1);
        return a.has("C") ? product.add(a.variable("C").mul(beta)) : product;
    }

    // ---------------------------------------------------------------------------------------------------------- normalisation

    /// In training the statistics of the batch move the running ones, the variance without a correction; momentum is the share that stays.
    private static List<Variable> batchNorm(Args a) {
        Variable x = x(a);
        Variable scale = a.variable("scale");
        Variable bias = a.variable("B");
        Tensor mean = a.tensor(a.has("input_mean") ? "input_mean" : "mean");
        Tensor variance = a.tensor(a.has("input_var") ? "input_var" : "var");
        double eps = a.number("epsilon", 1e-5);
        double momentum = a.number("momentum", 0.9);
        flag(a, "spatial", true);
        flag(a, "is_test", true);
        if (!flag(a, "training_mode", false))
            return List.of(Normalizations.batchNorm(x, mean, variance, scale, bias, eps));
        var result = Normalizations.batchNorm(x, scale, bias, eps);
        RunningStatistics running = new RunningStatistics(mean, variance).after(result.mean(), result.variance(), 1 - momentum);
        return List.of(result.y(), Variable.of(running.mean()), Variable.of(running.variance()));
    }

    /// Before version 21 there is one factor for each group.
    private static Variable groupNorm(Args a) {
        Variable x = x(a);
        int groups = a.integer("num_groups");
        a.integer("stash_type", 1);
        int times = a.opset() < 21 ? x.size(1) / groups : 1;
        Variable scale = a.variable("scale").repeatInterleave(times, 0);
        Variable bias = a.variable("bias").repeatInterleave(times, 0);
        return GroupNorms.groupNorm(x, groups, scale, bias, a.number("epsilon", 1e-5));
    }

    /// `Y`, and as far as they are wanted the mean and the inverse of the standard deviation.
    private static List<Variable> layerNorm(Args a) {
        Variable x = x(a);
        int axis = dim(x, a.integer("axis", -1));
        double eps = a.number("epsilon", 1e-5);
        a.integer("stash_type", 1);
        Shape normalized = Shape.of(Arrays.copyOfRange(x.shape().sizes(), axis, x.rank()));
        Variable y = LayerNorms.layerNorm(x, normalized, expanded(a.variable("Scale"), normalized),
                a.has("B") ? expanded(a.variable("B"), normalized) : null, eps);
        Dims dims = Dims.keep(IntStream.range(axis, x.rank()).toArray());
        return List.of(y, x.mean(dims), x.var(dims, 0).add(eps).rsqrt()).subList(0, a.outputCount());
    }

    private static Variable rmsNorm(Args a) {
        Variable x = x(a);
        int axis = dim(x, a.integer("axis", -1));
        a.integer("stash_type", 1);
        Shape normalized = Shape.of(Arrays.copyOfRange(x.shape().sizes(), axis, x.rank()));
        return LayerNorms.rmsNorm(x, normalized, expanded(a.variable("scale"), normalized), a.number("epsilon", 1e-5));
    }

    private static Variable expanded(Variable weight, Shape shape) {
        return weight.shape().equals(shape) ? weight : weight.expand(shape);
    }

    /// Outside training nothing is dropped.
    private static List<Variable> dropout(Args a) {
        Variable x = x(a);
        OnnxArgs.number(a, "ratio", 0.5);
        a.integer("seed", 0);
        a.integer("is_test", 1);
        if (a.has("training_mode") && a.tensor("training_mode").item() != 0 && OnnxArgs.number(a, "ratio", 0.5) != 0)
            throw new UnsupportedCase("random numbers in training");
        Variable mask = Variable.of(Tensor.ones(x.shape(), DType.BOOL, x.device()));
        return List.of(x, mask).subList(0, a.outputCount());
    }

    // ---------------------------------------------------------------------------------------------------------- losses

    private static List<Variable> softmaxCrossEntropy(Args a) {
        Variable scores = a.variable("scores");
        var options = new CrossEntropyOptions(a.optionalTensor("weights"), a.integer("ignore_index", -100), 0, reduction(a));
        Variable loss = Losses.crossEntropy(scores, a.tensor("labels"), options);
        return List.of(loss, scores.logSoftmax(1)).subList(0, a.outputCount());
    }

    private static Reduction reduction(Args a) {
        return Reduction.valueOf(a.text("reduction", "mean").toUpperCase(Locale.ROOT));
    }
}
