package dev.sunda.examples.conformance;

import dev.sunda.autograd.LinearAlgebra;
import dev.sunda.autograd.MatrixNorm;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import java.util.List;

/// Reductions.
final class ReductionOperations {
    private ReductionOperations() {
    }

    static void register(OperationTable table) {
        table.one("sum", a -> a.variable("input").sum(dims(a)));
        table.one("mean", a -> a.variable("input").mean(dims(a)));
        table.one("prod", a -> a.variable("input").prod(dims(a)));
        table.one("amax", a -> a.variable("input").amax(dims(a)));
        table.one("amin", a -> a.variable("input").amin(dims(a)));
        table.put("max", a -> a.has("dim") ? indexed(a.variable("input").max(a.integer("dim"), a.flag("keepdim", false)))
                : List.of(a.variable("input").max()));
        table.put("min", a -> a.has("dim") ? indexed(a.variable("input").min(a.integer("dim"), a.flag("keepdim", false)))
                : List.of(a.variable("input").min()));
        table.one("var", a -> a.variable("input").var(dims(a), correction(a)));
        table.one("std", a -> a.variable("input").std(dims(a), correction(a)));
        table.one("norm", ReductionOperations::norm);
        table.one("logsumexp", a -> a.variable("input").logSumExp(dims(a)));
        table.index("argmax", (x, a) -> x.argmax(a.integer("dim"), a.flag("keepdim", false)), Tensor::argmax);
        table.index("argmin", (x, a) -> x.argmin(a.integer("dim"), a.flag("keepdim", false)), Tensor::argmin);
        table.one("cumsum", a -> a.variable("input").cumsum(a.integer("dim")));
        table.one("cumprod", a -> a.variable("input").cumprod(a.integer("dim")));
        table.put("sort", ReductionOperations::sort);
        table.put("topk", ReductionOperations::topK);
    }

    /// Sorting is stable whether that was asked for or not.
    private static List<Variable> sort(Args a) {
        a.flag("stable", false);
        return indexed(a.variable("input").sort(a.integer("dim", -1), a.flag("descending", false)));
    }

    /// The result is in order whether that was asked for or not.
    private static List<Variable> topK(Args a) {
        a.flag("sorted", true);
        return indexed(a.variable("input").topK(a.integer("k"), a.integer("dim", -1), a.flag("largest", true)));
    }

    private static List<Variable> indexed(Variable.Indexed result) {
        return List.of(result.values(), Variable.of(result.indices()));
    }

    private static Variable norm(Args a) {
        return switch (a.isText("p") ? a.text("p", "") : "") {
            case "fro" -> a.variable("input").norm(2, dims(a));
            case "nuc" -> nuclearNorm(a);
            default -> a.variable("input").norm(a.number("p", 2), dims(a));
        };
    }

    private static Variable nuclearNorm(Args a) {
        int[] dims = a.has("dim") ? a.integers("dim") : new int[] {0, 1};
        if (dims.length != 2)
            throw new UnsupportedCase("p nuc over " + dims.length + " dimensions");
        return LinearAlgebra.matrixNorm(a.variable("input"), MatrixNorm.NUCLEAR, dims[0], dims[1], a.flag("keepdim", false));
    }

    private static Dims dims(Args a) {
        boolean keep = a.flag("keepdim", false);
        int[] dims = a.has("dim") ? a.integers("dim") : new int[0];
        return keep ? Dims.keep(dims) : Dims.of(dims);
    }

    private static double correction(Args a) {
        return a.number("correction", a.flag("unbiased", true) ? 1 : 0);
    }
}
