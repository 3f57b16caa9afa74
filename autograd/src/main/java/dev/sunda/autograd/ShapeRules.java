package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Derivatives of views, joining and indexing. Each comes with its adjoint, so the set is closed under differentiation.
final class ShapeRules {
    private ShapeRules() {
    }

    static Variable permute(Variable x, int... dims) {
        Tensor y = x.data().permute(dims);
        int[] inverse = new int[dims.length];
        for (int i = 0; i < dims.length; i++)
            inverse[Math.floorMod(dims[i], dims.length)] = i;
        return output("permute", y, wrt(x, dy -> dy.permute(inverse)));
    }

    static Variable narrow(Variable x, int dim, int start, int length) {
        Shape from = x.shape();
        Tensor y = x.data().narrow(dim, start, length);
        int first = start < 0 ? start + from.size(dim) : start;
        return output("narrow", y, wrt(x, dy -> embed(dy, from, dim, first, 1)));
    }

    static List<Variable> chunk(Variable x, int chunks, int dim) {
        if (chunks < 1)
            throw new IllegalArgumentException("chunk: the number of parts must be positive (got " + chunks + ")");
        int size = x.size(dim);
        int length = Math.max(1, Math.ceilDiv(size, chunks));
        var parts = new ArrayList<Variable>();
        for (int start = 0; start == 0 || start < size; start += length)
            parts.add(x.narrow(dim, start, Math.min(length, size - start)));
        return List.copyOf(parts);
    }

    static Variable slice(Variable x, int dim, int start, int end, int step) {
        Shape from = x.shape();
        Tensor y = x.data().slice(dim, start, end, step);
        int first = Math.clamp(start < 0 ? (long) start + from.size(dim) : start, 0, from.size(dim));
        return output("slice", y, wrt(x, dy -> embed(dy, from, dim, first, step)));
    }

    static Variable select(Variable x, int dim, int index) {
        int d = x.shape().dim("select", dim);
        x.data().select(d, index);                                   // checks the index under this operation's name
        return narrow(x, d, index, 1).reshape(without(x.shape(), d));
    }

    /// Zeros of shape `into` with `x` at the positions `first, first + step, ...` of `dim`: the adjoint of a slice.
    private static Variable embed(Variable x, Shape into, int dim, int first, int step) {
        Tensor y = Tensor.zeros(into, x.dtype(), x.device());
        int length = x.size(dim);
        int end = length == 0 ? first : first + (length - 1) * step + 1;
        y.slice(dim, first, end, step).copyFrom(x.data());
        return output("embed", y, wrt(x, dy -> dy.slice(dim, first, end, step)));
    }

    static Variable cat(List<Variable> parts, int dim) {
        Tensor y = Tensor.cat(parts.stream().map(Variable::data).toList(), dim);
        var sizes = parts.stream().map(x -> x.rank() == 1 && x.size(0) == 0 ? 0 : x.size(dim)).toList();
        return output("cat", y, parts, dy -> {
            var gradients = new ArrayList<Variable>();
            int at = 0;
            for (int size : sizes) {
                gradients.add(size == 0 ? null : dy.narrow(dim, at, size));
                at += size;
            }
            return gradients;
        });
    }

    static Variable stack(List<Variable> parts, int dim) {
        Tensor y = Tensor.stack(parts.stream().map(Variable::data).toList(), dim);
        int d = y.shape().dim("stack", dim);
        int count = parts.size();
        return output("stack", y, parts, dy -> {
            var gradients = new ArrayList<Variable>();
            for (int i = 0; i < count; i++)
                gradients.add(dy.select(d, i));
            return gradients;
        });
    }

    static Variable gather(Variable x, int dim, Tensor index) {
        Shape from = x.shape();
        return output("gather", x.data().gather(dim, index), wrt(x, dy -> zeros(dy, from).scatterAdd(dim, index, dy)));
    }

    static Variable indexSelect(Variable x, int dim, Tensor index) {
        if (x.rank() == 0)
            return indexSelect(x.reshape(1), dim, index).reshape();
        Shape from = x.shape();
        int d = from.dim("indexSelect", dim);
        return output("indexSelect", x.data().indexSelect(dim, index), wrt(x, dy -> {
            int[] sizes = new int[from.rank()];
            Arrays.fill(sizes, 1);
            sizes[d] = index.numel();
            return zeros(dy, from).scatterAdd(d, index.reshape(sizes).expand(from.with(d, index.numel())), dy);
        }));
    }

    static Variable scatterAdd(Variable x, int dim, Tensor index, Variable source) {
        Shape from = source.shape();
        return output("scatterAdd", x.data().scatterAdd(dim, index, source.data()), wrt(x, dy -> dy),
                wrt(source, dy -> pad(dy.gather(dim, index), from)));
    }

    /// `x` in the first corner of zeros of shape `into`: the part of a source that the index did not reach has no influence.
    private static Variable pad(Variable x, Shape into) {
        Variable y = x;
        for (int d = 0; d < into.rank(); d++)
            if (y.size(d) != into.size(d))
                y = embed(y, y.shape().with(d, into.size(d)), d, 0, 1);
        return y;
    }

    private static Variable zeros(Variable like, Shape shape) {
        return Variable.of(Tensor.zeros(shape, like.dtype(), like.device()));
    }

    private static Shape without(Shape shape, int dim) {
        int[] sizes = new int[shape.rank() - 1];
        for (int d = 0, i = 0; d < shape.rank(); d++)
            if (d != dim)
                sizes[i++] = shape.size(d);
        return Shape.of(sizes);
    }
}
