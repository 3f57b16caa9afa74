package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.GridOrder;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Derivatives of views, joining and repeating. Each comes with its adjoint, so the set is closed under differentiation.
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

    /// What takes each element at most once, by its place alone. Its adjoint puts the elements back into zeros.
    ///
    /// @param view gives a view of any tensor of the shape of `x`
    static Variable view(String name, Variable x, UnaryOperator<Tensor> view) {
        Shape from = x.shape();
        return output(name, view.apply(x.data()), wrt(x, dy -> embed(dy, from, view)));
    }

    /// Zeros of shape `into` with `x` at the places that `view` takes.
    static Variable embed(Variable x, Shape into, UnaryOperator<Tensor> view) {
        Tensor y = Tensor.zeros(into, x.dtype(), x.device());
        view.apply(y).copyFrom(x.data());
        return output("embed", y, wrt(x, dy -> view("view", dy, view)));
    }

    /// A copy of `x` with `source` at the places that `view` takes.
    static Variable replaced(String name, Variable x, Variable source, UnaryOperator<Tensor> view) {
        Tensor y = x.data().copy();
        Tensor places = view.apply(y);
        Tensor.checkSameDevice(name, y, source.data());
        if (!places.shape().equals(source.shape()))
            throw new ShapeException(name, "the source must have the shape of what it replaces, " + places.shape(), source.shape());
        places.copyFrom(source.data());
        Shape from = source.shape();
        return output(name, y, wrt(x, dy -> replaced(name, dy, Variable.of(Tensor.zeros(from, dy.dtype(), dy.device())), view)),
                wrt(source, dy -> view("view", dy, view)));
    }

    static Variable flip(String name, Variable x, int dim) {
        if (x.rank() <= dim)
            throw new ShapeException(name, "needs at least " + (dim + 1) + " dimensions", x.shape());
        return x.flip(dim);
    }

    /// As many as were asked for, if they can be equally large.
    static int splitSections(String name, Variable x, int sections, int dim) {
        if (x.rank() <= dim || sections < 1 || x.size(dim) % sections != 0)
            throw new ShapeException(name, "cannot be split into " + sections + " equal parts along dimension " + dim, x.shape());
        return sections;
    }

    /// One view of `x` for each of the parts, which lie side by side along `dim`.
    static List<Variable> parts(String name, Variable x, int dim, List<Tensor> parts) {
        var variables = new ArrayList<Variable>();
        int at = 0;
        for (Tensor part : parts) {
            int start = at;
            int length = part.size(dim);
            variables.add(view(name, x, t -> t.narrow(dim, start, length)));
            at += length;
        }
        return List.copyOf(variables);
    }

    static List<Variable> tensorSplit(Variable x, int[] indices, int dim) {
        int n = x.data().tensorSplit(indices, dim).size();
        var parts = new ArrayList<Variable>();
        for (int i = 0; i < n; i++) {
            int part = i;
            parts.add(view("tensorSplit", x, t -> t.tensorSplit(indices, dim).get(part)));
        }
        return List.copyOf(parts);
    }

    static List<Variable> unbind(Variable x, int dim) {
        int n = x.data().unbind(dim).size();
        var parts = new ArrayList<Variable>();
        for (int i = 0; i < n; i++) {
            int position = i;
            parts.add(view("unbind", x, t -> t.select(dim, position)));
        }
        return List.copyOf(parts);
    }

    /// Windows overlap, so the gradient of an element is a sum over the windows it is in: `dx[k + step * i] += dy[i, k]`.
    static Variable unfold(Variable x, int dim, int size, int step) {
        Shape from = x.shape();
        return output("unfold", x.data().unfold(dim, size, step), wrt(x, dy -> addWindows(dy, from, dim, size, step)));
    }

    /// Adds one position of all windows after the other, since these places differ.
    private static Variable addWindows(Variable x, Shape into, int dim, int size, int step) {
        Tensor y = Tensor.zeros(into, x.dtype(), x.device());
        if (into.rank() == 0) {
            if (size > 0)
                y = x.data().reshape(Shape.SCALAR);
        } else {
            int windows = x.size(into.dim("unfold", dim));
            for (int k = 0; k < size; k++) {
                Tensor places = y.slice(dim, k, k + (windows - 1) * step + 1, step);
                places.copyFrom(places.add(x.data().select(-1, k)));
            }
        }
        return output("addWindows", y, wrt(x, dy -> dy.unfold(dim, size, step)));
    }

    static Variable movedim(Variable x, int[] source, int[] destination) {
        return output("movedim", x.data().movedim(source, destination), wrt(x, dy -> dy.movedim(destination, source)));
    }

    static Variable roll(Variable x, int[] shifts, int... dims) {
        int[] back = Arrays.stream(shifts).map(s -> -s).toArray();
        return output("roll", x.data().roll(shifts, dims), wrt(x, dy -> dy.roll(back, dims)));
    }

    static Variable rot90(Variable x, int times, int dim0, int dim1) {
        return output("rot90", x.data().rot90(times, dim0, dim1), wrt(x, dy -> dy.rot90(-Math.floorMod(times, 4), dim0, dim1)));
    }

    /// The gradient is the sum over the repetitions, which are dimensions of their own before each dimension of `x`.
    static Variable repeat(Variable x, Tensor y) {
        Shape from = x.shape();
        int added = y.rank() - from.rank();
        int[] apart = new int[2 * y.rank()];
        int[] repetitions = new int[y.rank()];
        for (int d = 0; d < y.rank(); d++) {
            int size = d < added ? 1 : from.size(d - added);
            apart[2 * d] = size == 0 ? 1 : y.size(d) / size;
            apart[2 * d + 1] = size;
            repetitions[d] = 2 * d;
        }
        return output("repeat", y, wrt(x, dy -> dy.rank() == 0 ? dy : dy.reshape(apart).sum(Dims.of(repetitions)).reshape(from)));
    }

    static Variable repeatInterleave(Variable x, int times, int dim) {
        Tensor y = x.data().repeatInterleave(times, dim);
        int d = x.shape().dim("repeatInterleave", dim);
        Shape from = x.shape();
        Shape apart = x.data().unsqueeze(d + 1).shape().with(d + 1, times);
        return output("repeatInterleave", y, wrt(x, dy -> dy.reshape(apart).sum(Dims.of(d + 1)).reshape(from)));
    }

    static Variable repeatInterleave(Variable x, Tensor times, int dim) {
        int d = x.shape().dim("repeatInterleave", dim);
        return x.indexSelect(d, Tensor.arange(x.size(d)).repeatInterleave(times, 0).to(x.device()));
    }

    /// A diagonal of a matrix, or a vector as one.
    static Variable diag(Variable x, int offset) {
        Tensor y = x.data().diag(offset);
        return x.rank() == 2 ? x.diagonal(offset, 0, 1) : output("diag", y, wrt(x, dy -> dy.diagonal(offset, 0, 1)));
    }

    static List<Variable> broadcast(List<Variable> all) {
        Shape shape = Tensor.broadcastTensors(data(all)).getFirst().shape();
        return all.stream().map(x -> x.expand(shape)).toList();
    }

    static List<Variable> meshgrid(List<Variable> vectors, GridOrder order) {
        Objects.requireNonNull(order, "meshgrid: order is null; use GridOrder.IJ or XY");
        Shape grid = Tensor.meshgrid(data(vectors), order).getFirst().shape();
        var grids = new ArrayList<Variable>();
        for (int i = 0; i < vectors.size(); i++) {
            int[] along = new int[grid.rank()];
            Arrays.fill(along, 1);
            along[order.place(i, along.length)] = -1;
            grids.add(vectors.get(i).reshape(along).expand(grid));
        }
        return List.copyOf(grids);
    }

    static Variable hstack(List<Variable> parts) {
        List<Variable> rows = some("hstack", parts).stream().map(Variable::atLeast1d).toList();
        return cat(rows, rows.getFirst().rank() == 1 ? 0 : 1);
    }

    /// @throws ShapeException if there is none
    static List<Variable> some(String operation, List<Variable> parts) {
        if (parts.isEmpty())
            throw new ShapeException(operation + ": needs at least one variable (got none)");
        return parts;
    }

    private static List<Tensor> data(List<Variable> variables) {
        return variables.stream().map(Variable::data).toList();
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
}
