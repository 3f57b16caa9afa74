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
import dev.sunda.nn.functional.LayerNorms;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.Reduction;
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
        table.put("onnx/LayerNormalization", OnnxLayerOperations::layerNorm);
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
