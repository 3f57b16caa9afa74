package dev.sunda.examples.conformance;

import static dev.sunda.nn.functional.Convolutions.conv1d;
import static dev.sunda.nn.functional.Convolutions.conv2d;
import static dev.sunda.nn.functional.Convolutions.conv3d;
import static dev.sunda.nn.functional.Convolutions.convTranspose1d;
import static dev.sunda.nn.functional.Convolutions.convTranspose2d;
import static dev.sunda.nn.functional.Convolutions.convTranspose3d;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.LayerNorms;
import dev.sunda.nn.functional.Losses;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import dev.sunda.nn.functional.Normalizations;
import dev.sunda.nn.functional.Poolings;
import dev.sunda.nn.functional.Reduction;
import dev.sunda.optim.Schedule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// All operations of the library that cases may name, by PyTorch's names. One line for each.
final class Operations {
    private static final Map<String, Function<Args, List<Variable>>> TABLE = new TreeMap<>();

    private Operations() {
    }

    /// @throws UnsupportedCase if there is no such operation
    static Function<Args, List<Variable>> named(String op) {
        var operation = TABLE.get(op);
        if (operation == null)
            throw new UnsupportedCase("operation " + op);
        return operation;
    }

    static {
        one("conv1d", a -> conv1d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 1, 1)[0],
                padding(a, 1), a.perAxis("dilation", 1, 1)[0], a.integer("groups", 1)));
        one("conv2d", a -> conv2d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 2, 1),
                padding(a, 2), a.perAxis("dilation", 2, 1), a.integer("groups", 1)));
        one("conv3d", a -> conv3d(a.variable("input"), a.variable("weight"), a.optional("bias"), a.perAxis("stride", 3, 1),
                padding(a, 3), a.perAxis("dilation", 3, 1), a.integer("groups", 1)));
        one("conv_transpose1d", a -> convTranspose1d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 1, 1)[0], padding(a, 1), a.perAxis("output_padding", 1, 0)[0], a.perAxis("dilation", 1, 1)[0],
                a.integer("groups", 1)));
        one("conv_transpose2d", a -> convTranspose2d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 2, 1), padding(a, 2), a.perAxis("output_padding", 2, 0), a.perAxis("dilation", 2, 1),
                a.integer("groups", 1)));
        one("conv_transpose3d", a -> convTranspose3d(a.variable("input"), a.variable("weight"), a.optional("bias"),
                a.perAxis("stride", 3, 1), padding(a, 3), a.perAxis("output_padding", 3, 0), a.perAxis("dilation", 3, 1),
                a.integer("groups", 1)));
        one("depthwise_separable", Operations::depthwiseSeparable);
        one("linear", Operations::linear);
        one("matmul", a -> a.variable("input").matmul(a.variable("other")));
        one("bmm", a -> a.variable("input").matmul(a.variable("mat2")));

        one("max_pool2d", a -> Poolings.maxPool2d(a.variable("input"), a.perAxis("kernel_size", 2), stride(a), a.perAxis("padding", 2, 0),
                a.perAxis("dilation", 2, 1), a.flag("ceil_mode", false)));
        one("avg_pool2d", a -> Poolings.avgPool2d(a.variable("input"), a.perAxis("kernel_size", 2), stride(a), a.perAxis("padding", 2, 0),
                a.flag("ceil_mode", false), a.flag("count_include_pad", true)));
        one("batch_norm", Operations::batchNorm);
        one("layer_norm", a -> LayerNorms.layerNorm(a.variable("input"), Shape.of(a.integers("normalized_shape")), a.optional("weight"),
                a.optional("bias"), a.number("eps", 1e-5)));

        one("scaled_dot_product_attention", AttentionCases::scaledDotProduct);
        TABLE.put("multi_head_attention", AttentionCases::multiHead);

        unary("relu", Variable::relu);
        unary("sigmoid", Variable::sigmoid);
        unary("tanh", Variable::tanh);
        one("gelu", a -> a.variable("input").apply(gelu(a)));
        one("softmax", a -> a.variable("input").softmax(a.integer("dim")));
        one("log_softmax", a -> a.variable("input").logSoftmax(a.integer("dim")));
        one("cross_entropy",
                a -> Losses.crossEntropy(a.variable("input"), a.tensor("target"), new CrossEntropyOptions(a.optionalTensor("weight"),
                        a.integer("ignore_index", -100), a.number("label_smoothing", 0), reduction(a))));

        binary("add", Variable::add, Variable::add);
        binary("sub", Variable::sub, Variable::sub);
        binary("mul", Variable::mul, Variable::mul);
        binary("div", Variable::div, Variable::div);
        one("pow", a -> a.isTensor("exponent") ? a.variable("input").pow(a.variable("exponent"))
                : a.variable("input").pow(a.number("exponent")));
        one("maximum", a -> a.variable("input").maximum(a.variable("other")));
        one("minimum", a -> a.variable("input").minimum(a.variable("other")));
        one("where", a -> a.variable("input").where(a.tensor("condition"), a.variable("other")));
        unary("neg", Variable::neg);
        unary("abs", Variable::abs);
        unary("sign", x -> x.apply(UnaryOp.SIGN));
        unary("square", Variable::square);
        unary("sqrt", Variable::sqrt);
        unary("rsqrt", Variable::rsqrt);
        unary("reciprocal", Variable::reciprocal);
        unary("exp", Variable::exp);
        unary("expm1", x -> x.apply(UnaryOp.EXPM1));
        unary("log", Variable::log);
        unary("log1p", x -> x.apply(UnaryOp.LOG1P));
        unary("sin", Variable::sin);
        unary("cos", Variable::cos);
        unary("erf", Variable::erf);

        one("sum", a -> a.variable("input").sum(dims(a)));
        one("mean", a -> a.variable("input").mean(dims(a)));
        one("prod", a -> a.variable("input").prod(dims(a)));
        one("amax", a -> a.variable("input").amax(dims(a)));
        one("amin", a -> a.variable("input").amin(dims(a)));
        one("max", a -> a.variable("input").amax(Dims.all()));
        one("min", a -> a.variable("input").amin(Dims.all()));
        one("var", a -> a.variable("input").var(dims(a), correction(a)));
        one("std", a -> a.variable("input").var(dims(a), correction(a)).sqrt());
        index("argmax", (x, a) -> x.argmax(a.integer("dim"), a.flag("keepdim", false)), x -> x.argmax(0, false));
        index("argmin", (x, a) -> x.argmin(a.integer("dim"), a.flag("keepdim", false)), x -> x.argmin(0, false));

        one("cat", a -> Variable.cat(a.variables("tensors"), a.integer("dim", 0)));
        one("stack", a -> Variable.stack(a.variables("tensors"), a.integer("dim", 0)));
        one("reshape", a -> a.variable("input").reshape(a.integers("shape")));
        one("expand", a -> a.variable("input").expand(expanded(a.variable("input").shape(), a.integers("size"))));
        one("permute", a -> a.variable("input").permute(a.integers("dims")));
        one("transpose", a -> a.variable("input").transpose(a.integer("dim0"), a.integer("dim1")));
        one("flip", a -> a.variable("input").flip(a.integers("dims")));
        one("narrow", a -> a.variable("input").narrow(a.integer("dim"), a.integer("start"), a.integer("length")));
        one("squeeze", a -> a.has("dim") ? a.variable("input").squeeze(a.integers("dim")) : a.variable("input").squeeze());
        one("unsqueeze", a -> a.variable("input").unsqueeze(a.integer("dim")));
        one("gather", a -> a.variable("input").gather(a.integer("dim"), a.tensor("index")));
        one("index_select", a -> a.variable("input").indexSelect(a.integer("dim"), a.tensor("index")));
        one("scatter_add", a -> a.variable("input").scatterAdd(a.integer("dim"), a.tensor("index"), a.variable("src")));

        TABLE.put("optim/sgd", Training::sgd);
        TABLE.put("optim/adam", Training::adam);
        TABLE.put("optim/adamw", Training::adamW);
        TABLE.put("clip_grad_norm", Training::clipGradNorm);
        schedule("lr/step", a -> Schedule.step(a.integer("step_size"), a.number("gamma", 0.1)));
        schedule("lr/multistep", a -> Schedule.multiStep(a.number("gamma", 0.1), Training.longs(a.integers("milestones"))));
        schedule("lr/exponential", a -> Schedule.exponential(a.number("gamma")));
        schedule("lr/linear",
                a -> Schedule.linear(a.number("start_factor", 1.0 / 3), a.number("end_factor", 1), a.integer("total_iters", 5)));
        schedule("lr/cosine", a -> Schedule.cosine(a.integer("T_max"), a.number("eta_min", 0)));
        TABLE.put("lr/onecycle", Training::oneCycle);
    }

    private static void one(String name, Function<Args, Variable> operation) {
        TABLE.put(name, a -> List.of(operation.apply(a)));
    }

    private static void unary(String name, UnaryOperator<Variable> operation) {
        one(name, a -> operation.apply(a.variable("input")));
    }

    private static void binary(String name, BinaryOperator<Variable> tensors, ScalarOperation scalar) {
        one(name, a -> a.isTensor("other") ? tensors.apply(a.variable("input"), a.variable("other"))
                : scalar.apply(a.variable("input"), a.number("other")));
    }

    private static void index(String name, IndexOperation along, UnaryOperator<Tensor> ofVector) {
        one(name, a -> Variable.of(a.has("dim") ? along.apply(a.variable("input").data(), a)
                : ofVector.apply(a.variable("input").data().reshape(-1))));
    }

    private static void schedule(String name, Function<Args, Schedule> make) {
        TABLE.put(name, a -> Training.rates(a, make.apply(a), a.number("lr")));
    }

    private interface ScalarOperation {
        Variable apply(Variable x, double y);
    }

    private interface IndexOperation {
        Tensor apply(Tensor x, Args args);
    }

    // ---------------------------------------------------------------------------------------------------------- calls of several steps

    private static Variable linear(Args a) {
        Variable x = a.variable("input");
        Variable w = a.variable("weight").mT();
        return a.has("bias") ? x.matmul(w, a.variable("bias")) : x.matmul(w);
    }

    private static Variable depthwiseSeparable(Args a) {
        Variable x = a.variable("input");
        Variable depthwise = conv2d(x, a.variable("depthwise_weight"), a.optional("depthwise_bias"), a.perAxis("stride", 2, 1),
                padding(a, 2), a.perAxis("dilation", 2, 1), x.size(-3));
        return conv2d(depthwise, a.variable("pointwise_weight"), a.optional("pointwise_bias"), new int[] {1, 1}, Padding.VALID,
                new int[] {1, 1}, 1);
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

    // ---------------------------------------------------------------------------------------------------------- arguments

    private static int[] stride(Args a) {
        return a.perAxis("stride", 2, a.perAxis("kernel_size", 2));
    }

    private static Padding padding(Args a, int axes) {
        if (a.isText("padding"))
            return switch (a.text("padding", "")) {
                case "same" -> Padding.SAME;
                case "valid" -> Padding.VALID;
                default -> throw new UnsupportedCase("padding " + a.text("padding", ""));
            };
        int[] pixels = a.perAxis("padding", axes, 0);
        return switch (axes) {
            case 1 -> Padding.of(pixels[0]);
            case 2 -> Padding.of(pixels[0], pixels[1]);
            default -> Padding.of(pixels[0], pixels[1], pixels[2]);
        };
    }

    private static UnaryOp gelu(Args a) {
        return switch (a.text("approximate", "none")) {
            case "none" -> UnaryOp.GELU;
            case "tanh" -> UnaryOp.GELU_TANH;
            default -> throw new IllegalArgumentException("approximate: must be none or tanh (got " + a.text("approximate", "") + ")");
        };
    }

    private static Reduction reduction(Args a) {
        return switch (a.text("reduction", "mean")) {
            case "mean" -> Reduction.MEAN;
            case "sum" -> Reduction.SUM;
            case "none" -> Reduction.NONE;
            default -> throw new IllegalArgumentException("reduction: must be mean, sum or none (got " + a.text("reduction", "") + ")");
        };
    }

    private static Dims dims(Args a) {
        boolean keep = a.flag("keepdim", false);
        int[] dims = a.has("dim") ? a.integers("dim") : new int[0];
        return keep ? Dims.keep(dims) : Dims.of(dims);
    }

    private static int correction(Args a) {
        return a.integer("correction", a.flag("unbiased", true) ? 1 : 0);
    }

    /// With -1 meaning the size the input has.
    private static Shape expanded(Shape input, int[] sizes) {
        int added = sizes.length - input.rank();
        int[] result = sizes.clone();
        for (int d = Math.max(0, added); d < sizes.length; d++)
            result[d] = sizes[d] == -1 ? input.size(d - added) : sizes[d];
        return Shape.of(result);
    }
}
