package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;

/// Views, joining and indexing.
final class ShapeOperations {
    private ShapeOperations() {
    }

    static void register(OperationTable table) {
        table.one("cat", a -> Variable.cat(a.variables("tensors"), a.integer("dim", 0)));
        table.one("stack", a -> Variable.stack(a.variables("tensors"), a.integer("dim", 0)));
        table.one("reshape", a -> a.variable("input").reshape(a.integers("shape")));
        table.one("expand", a -> a.variable("input").expand(a.integers("size")));
        table.one("permute", a -> a.variable("input").permute(a.integers("dims")));
        table.one("transpose", a -> a.variable("input").transpose(a.integer("dim0"), a.integer("dim1")));
        table.one("flip", a -> a.variable("input").flip(a.integers("dims")));
        table.one("narrow", a -> a.variable("input").narrow(a.integer("dim"), a.integer("start"), a.integer("length")));
        table.one("squeeze", a -> a.has("dim") ? a.variable("input").squeeze(a.integers("dim")) : a.variable("input").squeeze());
        table.one("unsqueeze", a -> a.variable("input").unsqueeze(a.integer("dim")));
        table.one("gather", a -> a.variable("input").gather(a.integer("dim"), a.tensor("index")));
        table.one("index_select", a -> a.variable("input").indexSelect(a.integer("dim"), a.tensor("index")));
        table.one("scatter_add", a -> a.variable("input").scatterAdd(a.integer("dim"), a.tensor("index"), a.variable("src")));
        table.one("masked_fill", a -> a.isTensor("value") ? a.variable("input").maskedFill(a.tensor("mask"), a.variable("value"))
                : a.variable("input").maskedFill(a.tensor("mask"), a.number("value")));
        table.one("roll", a -> a.variable("input").roll(a.integers("shifts"), a.has("dims") ? a.integers("dims") : new int[0]));
        table.put("split", a -> a.isList("split_size_or_sections")
                ? a.variable("tensor").split(a.integers("split_size_or_sections"), a.integer("dim", 0))
                : a.variable("tensor").split(a.integer("split_size_or_sections"), a.integer("dim", 0)));
        table.one("tril", a -> a.variable("input").tril(a.integer("diagonal", 0)));
        table.one("triu", a -> a.variable("input").triu(a.integer("diagonal", 0)));
    }
}
