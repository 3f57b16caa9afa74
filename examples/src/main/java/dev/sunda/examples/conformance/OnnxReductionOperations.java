package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.axes;
import static dev.sunda.examples.conformance.OnnxArgs.dim;
import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.integer;
import static dev.sunda.examples.conformance.OnnxArgs.integers;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/// Operators of ONNX that reduce or run along an axis, forward only. Source: the ONNX operator documentation.
final class OnnxReductionOperations {
    private OnnxReductionOperations() {
    }

    static void register(OperationTable table) {
        reduce(table, "L1", (x, dims) -> x.abs().sum(dims));
        reduce(table, "L2", (x, dims) -> x.square().sum(dims).sqrt());
        reduce(table, "LogSum", (x, dims) -> x.sum(dims).log());
        reduce(table, "LogSumExp", Variable::logSumExp);
        reduce(table, "Max", (x, dims) -> extreme(x, dims, true));
        reduce(table, "Mean", Variable::mean);
        reduce(table, "Min", (x, dims) -> extreme(x, dims, false));
        reduce(table, "Prod", Variable::prod);
        reduce(table, "Sum", Variable::sum);
        reduce(table, "SumSquare", (x, dims) -> x.square().sum(dims));
        table.one("onnx/ArgMax", a -> argument(a, true));
        table.one("onnx/ArgMin", a -> argument(a, false));
        table.one("onnx/CumSum", a -> running(a, Variable::cumsum, 0));
        table.one("onnx/CumProd", a -> running(a, Variable::cumprod, 1));
        table.put("onnx/TopK", OnnxReductionOperations::topK);
        table.one("onnx/Softmax", a -> alongAxis(a, Variable::softmax));
        table.one("onnx/LogSoftmax", a -> alongAxis(a, Variable::logSoftmax));
        table.one("onnx/Hardmax", a -> alongAxis(a, OnnxReductionOperations::hardmax));
        table.one("onnx/LpNormalization", OnnxReductionOperations::lpNormalization);
        table.one("onnx/MeanVarianceNormalization", OnnxReductionOperations::standardize);
    }

    /// The result keeps the type. Without axes all are meant, unless the operator is told to do nothing then.
    private static void reduce(OperationTable table, String name, BiFunction<Variable, Dims, Variable> operation) {
        table.one("onnx/Reduce" + name, a -> {
            Variable x = x(a);
            Dims dims = axes(a, flag(a, "keepdims", true));
            boolean nothing = flag(a, "noop_with_empty_axes", false) && integers(a, "axes").length == 0;
            return nothing ? x : operation.apply(x, dims).to(x.dtype());
        });
    }

    /// Of no elements it is the infinity that changes no other number; of truth values any or all.
    private static Variable extreme(Variable x, Dims dims, boolean largest) {
        if (x.dtype() == DType.BOOL)
            return Variable.of(largest ? x.data().any(dims) : x.data().all(dims));
        if (dims.count("reduce", x.shape()) > 0)
            return largest ? x.amax(dims) : x.amin(dims);
        double none = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        return Variable.of(Tensor.full(dims.reduce("reduce", x.shape()), none, x.dtype(), x.device()));
    }

    private static Variable argument(Args a, boolean largest) {
        Tensor x = x(a).data();
        int axis = a.integer("axis", 0);
        boolean keep = flag(a, "keepdims", true);
        boolean last = flag(a, "select_last_index", false);
        Tensor seen = last ? x.flip(axis) : x;
        Tensor index = largest ? seen.argmax(axis, keep) : seen.argmin(axis, keep);
        return Variable.of(last ? index.neg().add(x.size(axis) - 1) : index);
    }

    private static Variable running(Args a, BiFunction<Variable, Integer, Variable> operation, double start) {
        Variable x = x(a);
        int axis = dim(x, integer(a, "axis", 0));
        boolean reverse = flag(a, "reverse", false);
        boolean exclusive = flag(a, "exclusive", false);
        Variable ordered = reverse ? x.flip(axis) : x;
        if (exclusive && x.size(axis) > 0) {
            Shape one = x.shape().with(axis, 1);
            Variable first = Variable.of(Tensor.full(one, start, x.dtype(), x.device()));
            ordered = Variable.cat(List.of(first, ordered.narrow(axis, 0, x.size(axis) - 1)), axis);
        }
        Variable result = operation.apply(ordered, axis).to(x.dtype());
        return reverse ? result.flip(axis) : result;
    }

    private static List<Variable> topK(Args a) {
        flag(a, "sorted", true);                                     // in order whether that was asked for or not
        int k = a.has("K") ? integer(a, "K", 0) : a.integer("k");
        var result = x(a).topK(k, a.integer("axis", -1), flag(a, "largest", true));
        return List.of(result.values(), Variable.of(result.indices()));
    }

    /// Before version 13 over all axes from `axis` on at once.
    private static Variable alongAxis(Args a, BiFunction<Variable, Integer, Variable> operation) {
        Variable x = x(a);
        if (a.opset() >= 13)
            return operation.apply(x, a.integer("axis", -1));
        int axis = dim(x, a.integer("axis", 1));
        int rows = Arrays.stream(x.shape().sizes()).limit(axis).reduce(1, (m, n) -> m * n);
        return operation.apply(x.reshape(rows, rows == 0 ? 0 : x.shape().numel() / rows), 1).reshape(x.shape());
    }

    private static Variable hardmax(Variable x, int axis) {
        Tensor index = x.data().argmax(axis, true);
        return Variable.of(Tensor.zeros(x.shape(), x.dtype(), x.device()).scatter(axis, index, 1));
    }

    /// Divided by its norm, where that is not 0.
    private static Variable lpNormalization(Args a) {
        Variable x = x(a);
        Variable norm = x.norm(a.integer("p", 2), Dims.keep(a.integer("axis", -1)));
        Variable ones = Variable.of(Tensor.ones(norm.shape(), norm.dtype(), norm.device()));
        return x.div(norm.where(norm.data().ne(0), ones));
    }

    private static Variable standardize(Args a) {
        Variable x = x(a);
        int[] axes = integers(a, "axes");
        Dims dims = axes.length == 0 ? Dims.keep(0, 2, 3) : Dims.keep(axes);
        return x.sub(x.mean(dims)).div(x.var(dims, 0).sqrt().add(1e-9));
    }
}
