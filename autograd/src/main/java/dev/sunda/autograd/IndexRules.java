package dev.sunda.autograd;

import static dev.sunda.autograd.Operation.output;
import static dev.sunda.autograd.Operation.wrt;

import dev.sunda.core.Index;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/// Derivatives of reading and writing at places that indices and masks name. Reading and adding are adjoint to each other. Where numbers
/// are written one after the other to one place the last stays, and only that one gets the gradient.
final class IndexRules {
    private IndexRules() {
    }

    // ---------------------------------------------------------------------------------------------------------- along one dimension

    static Variable gather(Variable x, int dim, Tensor index) {
        Shape from = x.shape();
        return output("gather", x.data().gather(dim, index), wrt(x, dy -> zeros(dy, from).scatterAdd(dim, index, dy)));
    }

    static Variable indexSelect(Variable x, int dim, Tensor index) {
        if (x.rank() == 0)
            return output("indexSelect", x.data().indexSelect(dim, index), wrt(x, dy -> dy));
        Shape from = x.shape();
        return output("indexSelect", x.data().indexSelect(dim, index), wrt(x, dy -> zeros(dy, from).indexAdd(dim, index, dy)));
    }

    static Variable takeAlongDim(Variable x, Tensor index, int dim) {
        Tensor y = x.data().takeAlongDim(index, dim);
        Shape around = y.shape().with(dim, x.size(dim));
        Tensor along = index.expand(y.shape());
        return output("takeAlongDim", y, wrt(x, dy -> zeros(dy, around).scatterAdd(dim, along, dy)));
    }

    static Variable scatterAdd(Variable x, int dim, Tensor index, Variable source) {
        Shape from = source.shape();
        return output("scatterAdd", x.data().scatterAdd(dim, index, source.data()), wrt(x, dy -> dy),
                wrt(source, dy -> back(dy.gather(dim, index), from)));
    }

    static Variable scatter(Variable x, int dim, Tensor index, Variable source) {
        Shape from = source.shape();
        Shape to = x.shape();
        return output("scatter", x.data().scatter(dim, index, source.data()), wrt(x, dy -> dy.scatter(dim, index, 0)), wrt(source, dy -> {
            Tensor table = Tensor.zeros(to, DType.I64, dy.device());
            Tensor lost = overwritten(index.shape(), dy.device(), n -> table.scatter(dim, index, n).gather(dim, index));
            return back(dy.gather(dim, index).maskedFill(lost, 0), from);
        }));
    }

    static Variable scatter(Variable x, int dim, Tensor index, double value) {
        return output("scatter", x.data().scatter(dim, index, value), wrt(x, dy -> dy.scatter(dim, index, 0)));
    }

    /// The gradient of what an index reached of a source that may be larger: the rest has no influence.
    private static Variable back(Variable dy, Shape source) {
        if (dy.data().numel() == 0)
            return Variable.of(Tensor.zeros(source, dy.dtype(), dy.device()));
        Variable part = dy.rank() == source.rank() ? dy : dy.reshape(source);
        return part.shape().equals(source) ? part : ShapeRules.embed(part, source, t -> corner(t, part.shape()));
    }

    /// The first positions of each dimension.
    static Tensor corner(Tensor x, Shape shape) {
        Tensor part = x;
        for (int d = 0; d < shape.rank(); d++)
            part = part.narrow(d, 0, shape.size(d));
        return part;
    }

    // ---------------------------------------------------------------------------------------------------------- whole rows

    static Variable indexAdd(Variable x, int dim, Tensor index, Variable source) {
        return output("indexAdd", x.data().indexAdd(dim, index, source.data()), wrt(x, dy -> dy),
                wrt(source, dy -> dy.indexSelect(dim, index)));
    }

    static Variable indexCopy(Variable x, int dim, Tensor index, Variable source) {
        int size = x.rank() == 0 ? 1 : x.size(dim);
        return output("indexCopy", x.data().indexCopy(dim, index, source.data()), wrt(x, dy -> dy.indexFill(dim, index, 0)),
                wrt(source, dy -> {
                    Tensor table = Tensor.zeros(Shape.of(size), DType.I64, dy.device());
                    Tensor lost = overwritten(index.shape(), dy.device(), n -> table.indexCopy(0, index, n.reshape(-1)).gather(0, index));
                    Variable rows = dy.indexSelect(dim, index);
                    int[] along = new int[rows.rank()];
                    Arrays.fill(along, 1);
                    if (rows.rank() > 0)
                        along[rows.shape().dim("indexCopy", dim)] = -1;
                    return rows.maskedFill(lost.reshape(along), 0);
                }));
    }

    // ---------------------------------------------------------------------------------------------------------- row-major positions

    static Variable take(Variable x, Tensor index) {
        Shape from = x.shape();
        return output("take", x.data().take(index), wrt(x, dy -> zeros(dy, from).put(index, dy, true)));
    }

    static Variable put(Variable x, Tensor index, Variable source, boolean accumulate) {
        Shape from = source.shape();
        int numel = x.data().numel();
        return output("put", x.data().put(index, source.data(), accumulate),
                wrt(x, dy -> accumulate ? dy : dy.put(index, zeros(dy, from), false)), wrt(source, dy -> {
                    Variable dx = dy.take(index).reshape(from);
                    if (accumulate)
                        return dx;
                    Tensor table = Tensor.zeros(Shape.of(numel), DType.I64, dy.device());
                    return dx.maskedFill(overwritten(from, dy.device(), n -> table.put(index, n, false).take(index).reshape(from)), 0);
                }));
    }

    // ---------------------------------------------------------------------------------------------------------- masks

    static Variable maskedFill(Variable x, Tensor mask, double value) {
        return output("maskedFill", x.data().maskedFill(mask, value), wrt(x, dy -> dy.maskedFill(mask, 0)));
    }

    static Variable maskedFill(Variable x, Tensor mask, Variable value) {
        return output("maskedFill", x.data().maskedFill(mask, value.data()), wrt(x, dy -> dy.maskedFill(mask, 0)),
                wrt(value, dy -> dy.maskedFill(mask.logicalNot(), 0)));
    }

    static Variable maskedSelect(Variable x, Tensor mask) {
        Tensor y = x.data().maskedSelect(mask);
        Shape whole = Shape.broadcast("maskedSelect", x.shape(), mask.shape());
        return output("maskedSelect", y, wrt(x, dy -> zeros(dy, whole).maskedScatter(mask, dy)));
    }

    static Variable maskedScatter(Variable x, Tensor mask, Variable source) {
        Shape from = source.shape();
        return output("maskedScatter", x.data().maskedScatter(mask, source.data()), wrt(x, dy -> dy.maskedFill(mask, 0)),
                wrt(source, dy -> back(dy.maskedSelect(mask), Shape.of(from.numel())).reshape(from)));
    }

    // ---------------------------------------------------------------------------------------------------------- brackets

    static Variable index(Variable x, Index... items) {
        Shape from = x.shape();
        return output("index", x.data().index(items), wrt(x, dy -> zeros(dy, from).indexPut(dy, true, items)));
    }

    static Variable indexPut(Variable x, Variable values, boolean accumulate, Index... items) {
        Shape to = x.shape();
        return output("indexPut", x.data().indexPut(values.data(), accumulate, items),
                wrt(x, dy -> accumulate ? dy : dy.indexPut(0, items)), wrt(values, dy -> {
                    Variable chosen = dy.index(items);
                    if (accumulate || !Index.anyTensor(items))
                        return chosen;
                    Tensor table = Tensor.zeros(to, DType.I64, dy.device());
                    return chosen.maskedFill(
                            overwritten(chosen.shape(), dy.device(), n -> table.indexPut(n, false, items).index(items)), 0);
                }));
    }

    static Variable indexPut(Variable x, double value, Index... items) {
        return output("indexPut", x.data().indexPut(value, items), wrt(x, dy -> dy.indexPut(0, items)));
    }

    // ---------------------------------------------------------------------------------------------------------- shared

    /// Which numbers do not stay because others are written to the same places later.
    ///
    /// @param writeAndRead writes numbers of this shape and reads them again
    private static Tensor overwritten(Shape shape, Device device, UnaryOperator<Tensor> writeAndRead) {
        Tensor numbers = Tensor.arange(shape.numel()).to(device).reshape(shape);
        return writeAndRead.apply(numbers).ne(numbers);
    }

    /// One number stretched to `shape`: what is written to gets memory of its own then, not twice.
    static Variable zeros(Variable like, Shape shape) {
        return Variable.of(Tensor.scalar(0, like.dtype(), like.device()).expand(shape));
    }
}
