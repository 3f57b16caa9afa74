package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;

/// Views, joining and indexing.
final class ShapeOperations {
    private ShapeOperations() {
    }

    static void register(OperationTable table) {
        table.one("cat", a -> Variable.cat(a.variables("tensors"), a.integer("dim", 0)));
        table.one("stack", a -> Variable.stack(a.variables("tensors"), a.integer("dim", 0)));
        table.one("reshape", a -> a.variable("input").reshape(a.integers("shape")));
        table.one("expand", a -> a.variable("input").expand(expanded(a.variable("input").shape(), a.integers("size"))));
        table.one("permute", a -> a.variable("input").permute(a.integers("dims")));
        table.one("transpose", a -> a.variable("input").transpose(a.integer("dim0"), a.integer("dim1")));
        table.one("flip", a -> a.variable("input").flip(a.integers("dims")));
        table.one("narrow", a -> a.variable("input").narrow(a.integer("dim"), a.integer("start"), a.integer("length")));
        table.one("squeeze", a -> a.has("dim") ? a.variable("input").squeeze(a.integers("dim")) : a.variable("input").squeeze());
        table.one("unsqueeze", a -> a.variable("input").unsqueeze(a.integer("dim")));
        table.one("gather", a -> a.variable("input").gather(a.integer("dim"), a.tensor("index")));
        table.one("index_select", a -> a.variable("input").indexSelect(a.integer("dim"), a.tensor("index")));
        table.one("scatter_add", a -> a.variable("input").scatterAdd(a.integer("dim"), a.tensor("index"), a.variable("src")));
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
