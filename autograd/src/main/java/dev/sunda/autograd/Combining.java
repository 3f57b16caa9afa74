package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.GridOrder;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Tensors made of several others, or of several picks from one.
final class Combining {
    private Combining() {
    }

    /// The matrices along a diagonal of blocks, with zeros around them; a vector is one row, a scalar one number.
    static Variable blockDiag(List<Variable> parts) {
        ShapeRules.some("blockDiag", parts);
        int width = 0;
        for (Variable part : parts) {
            if (part.rank() > 2)
                throw new ShapeException("blockDiag", "needs matrices, or fewer dimensions", part.shape());
            width += part.atLeast2d().size(1);
        }
        var rows = new ArrayList<Variable>();
        int before = 0;
        for (Variable part : parts) {
            Variable block = part.atLeast2d();
            rows.add(Variable.cat(List.of(zeros(block, before), block, zeros(block, width - before - block.size(1))), 1));
            before += block.size(1);
        }
        return Variable.cat(rows, 0);
    }

    private static Variable zeros(Variable like, int columns) {
        return Variable.of(Tensor.zeros(Shape.of(like.size(0), columns), like.dtype(), like.device()));
    }

    /// All rows with an element of each vector, the last one changing fastest.
    static Variable cartesianProd(List<Variable> vectors) {
        ShapeRules.some("cartesianProd", vectors);
        for (Variable vector : vectors)
            if (vector.rank() != 1)
                throw new ShapeException("cartesianProd", "needs vectors", vector.shape());
        if (vectors.size() == 1)
            return vectors.getFirst();
        return Variable.stack(Variable.meshgrid(vectors, GridOrder.IJ).stream().map(grid -> grid.reshape(-1)).toList(), 1);
    }

    /// Rows of `size` elements whose places ascend, in lexicographic order of the places.
    static Variable combinations(Variable x, int size, boolean withReplacement) {
        if (x.rank() != 1)
            throw new ShapeException("combinations", "needs a vector", x.shape());
        if (size < 0)
            throw new IllegalArgumentException("combinations: the size must not be negative (got " + size + ")");
        if (size == 0)
            return x.narrow(0, 0, 0);
        var places = new ArrayList<long[]>();
        extend(new long[size], 0, 0, x.size(0), withReplacement ? 0 : 1, places);
        long[] all = places.stream().flatMapToLong(Arrays::stream).toArray();
        return x.indexSelect(0, Tensor.of(all).to(x.device())).reshape(places.size(), size);
    }

    /// @param step from one place to the smallest one that may follow
    private static void extend(long[] picked, int at, long from, int n, int step, List<long[]> places) {
        if (at == picked.length) {
            places.add(picked.clone());
            return;
        }
        for (long i = from; i < n; i++) {
            picked[at] = i;
            extend(picked, at + 1, i + step, n, step, places);
        }
    }

    /// Side by side, vectors as columns.
    static Variable columnStack(List<Variable> parts) {
        return Variable.hstack(ShapeRules.some("columnStack", parts).stream().map(x -> x.rank() < 2 ? x.reshape(-1, 1) : x).toList());
    }
}
