package dev.sunda.examples.conformance;

import dev.sunda.core.type.Dims;

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
        table.one("max", a -> a.variable("input").amax(Dims.all()));
        table.one("min", a -> a.variable("input").amin(Dims.all()));
        table.one("var", a -> a.variable("input").var(dims(a), correction(a)));
        table.one("std", a -> a.variable("input").var(dims(a), correction(a)).sqrt());
        table.index("argmax", (x, a) -> x.argmax(a.integer("dim"), a.flag("keepdim", false)), x -> x.argmax(0, false));
        table.index("argmin", (x, a) -> x.argmin(a.integer("dim"), a.flag("keepdim", false)), x -> x.argmin(0, false));
    }

    private static Dims dims(Args a) {
        boolean keep = a.flag("keepdim", false);
        int[] dims = a.has("dim") ? a.integers("dim") : new int[0];
        return keep ? Dims.keep(dims) : Dims.of(dims);
    }

    private static int correction(Args a) {
        return a.integer("correction", a.flag("unbiased", true) ? 1 : 0);
    }
}
