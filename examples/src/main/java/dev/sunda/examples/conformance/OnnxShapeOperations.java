package dev.sunda.examples.conformance;

import static dev.sunda.examples.conformance.OnnxArgs.dim;
import static dev.sunda.examples.conformance.OnnxArgs.flag;
import static dev.sunda.examples.conformance.OnnxArgs.fromStart;
import static dev.sunda.examples.conformance.OnnxArgs.integer;
import static dev.sunda.examples.conformance.OnnxArgs.integers;
import static dev.sunda.examples.conformance.OnnxArgs.x;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.ScatterReduction;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Operators of ONNX on shapes and indices, forward only. Source: the ONNX operator documentation.
final class OnnxShapeOperations {
    private OnnxShapeOperations() {
    }

    static void register(OperationTable table) {
        views(table);
        table.one("onnx/Concat", a -> Variable.cat(a.variables("inputs"), a.integer("axis", 1)));
        table.one("onnx/Tile", a -> x(a).tile(integers(a, "repeats")));
        table.one("onnx/Gather", OnnxShapeOperations::gather);
        table.one("onnx/GatherElements", OnnxShapeOperations::elements);
        table.one("onnx/GatherND", OnnxShapeOperations::gatherNd);
        table.one("onnx/ScatterElements", OnnxShapeOperations::scatterElements);
        table.one("onnx/Scatter", OnnxShapeOperations::scatterElements);
        table.one("onnx/ScatterND", OnnxShapeOperations::scatterNd);
        table.one("onnx/OneHot", OnnxShapeOperations::oneHot);
        table.one("onnx/Trilu", a -> flag(a, "upper", true) ? x(a).triu(integer(a, "k", 0)) : x(a).tril(integer(a, "k", 0)));
        table.one("onnx/NonZero", a -> Variable.of(x(a).data().nonzero().mT()));
        table.one("onnx/Shape", OnnxShapeOperations::shape);
        table.one("onnx/Size", a -> Variable.of(Tensor.scalar(x(a).shape().numel(), DType.I64, x(a).device())));
        table.one("onnx/Range", OnnxShapeOperations::range);
        table.one("onnx/EyeLike", OnnxShapeOperations::eyeLike);
        table.one("onnx/Compress", OnnxShapeOperations::compress);
        table.one("onnx/ConstantOfShape", OnnxShapeOperations::constantOfShape);
        table.one("onnx/ReverseSequence", OnnxShapeOperations::reverseSequence);
    }

    private static void views(OperationTable table) {
        table.one("onnx/Reshape", OnnxShapeOperations::reshape);
        table.one("onnx/Flatten", OnnxShapeOperations::flatten);
        table.one("onnx/Squeeze", a -> a.has("axes") ? x(a).squeeze(integers(a, "axes")) : x(a).squeeze());
        table.one("onnx/Unsqueeze", OnnxShapeOperations::unsqueeze);
        table.one("onnx/Transpose", a -> x(a).permute(a.has("perm") ? a.integers("perm")
                : IntStream.range(0, x(a).rank()).map(d -> x(a).rank() - 1 - d).toArray()));
        table.one("onnx/Expand", OnnxShapeOperations::expand);
        table.one("onnx/Slice", OnnxShapeOperations::slice);
        table.put("onnx/Split", OnnxShapeOperations::split);
    }

    /// 0 stands for the size the input has, unless zeros are allowed.
    private static Variable reshape(Args a) {
        Variable x = x(a);
        int[] sizes = integers(a, "shape");
        if (!flag(a, "allowzero", false))
            for (int d = 0; d < sizes.length; d++)
                sizes[d] = sizes[d] == 0 ? x.size(d) : sizes[d];
        return x.reshape(sizes);
    }

    private static Variable flatten(Args a) {
        Variable x = x(a);
        int axis = dim(x, a.integer("axis", 1));
        int rows = Arrays.stream(x.shape().sizes()).limit(axis).reduce(1, (m, n) -> m * n);
        int columns = Arrays.stream(x.shape().sizes()).skip(axis).reduce(1, (m, n) -> m * n);
        return x.reshape(rows, columns);
    }

    /// Axes are those of the result.
    private static Variable unsqueeze(Args a) {
        Variable x = x(a);
        int[] axes = integers(a, "axes");
        int rank = x.rank() + axes.length;
        int[] ascending = Arrays.stream(axes).map(d -> d < 0 ? d + rank : d).sorted().toArray();
        Variable y = x;
        for (int axis : ascending)
            y = y.unsqueeze(axis);
        return y;
    }

    /// Both ways: the input's larger sizes stay.
    private static Variable expand(Args a) {
        Variable x = x(a);
        Tensor wanted = Tensor.zeros(Shape.of(integers(a, "shape")), DType.BOOL, x.device());
        return Variable.broadcastTensors(List.of(x, Variable.of(wanted))).getFirst();
    }

    private static Variable slice(Args a) {
        Variable y = x(a);
        int[] starts = integers(a, "starts");
        int[] ends = integers(a, "ends");
        int[] axes = a.has("axes") ? integers(a, "axes") : IntStream.range(0, starts.length).toArray();
        int[] steps = integers(a, "steps");
        for (int i = 0; i < starts.length; i++)
            y = slice(y, dim(y, axes[i]), starts[i], ends[i], steps.length == 0 ? 1 : steps[i]);
        return y;
    }

    /// Backwards along the flipped dimension.
    private static Variable slice(Variable x, int dim, int start, int end, int step) {
        int n = x.size(dim);
        long from = start < 0 ? (long) start + n : start;
        long to = end < 0 ? (long) end + n : end;
        boolean back = step < 0;
        int first = Math.clamp(back ? n - 1 - from : from, 0, n);
        int last = Math.clamp(back ? n - 1 - to : to, first, n);
        return (back ? x.flip(dim) : x).slice(dim, first, last, Math.min(Math.abs(step), Math.max(1, n)));
    }

    /// Parts of given sizes, or so many of one size, the last one smaller if need be.
    private static List<Variable> split(Args a) {
        Variable x = x(a);
        int axis = dim(x, a.integer("axis", 0));
        if (a.has("split"))
            return x.split(integers(a, "split"), axis);
        int parts = a.integer("num_outputs", a.outputCount());
        return x.split(Math.ceilDiv(x.size(axis), parts), axis);
    }

    private static Variable gather(Args a) {
        Variable x = a.variable("data");
        int axis = dim(x, a.integer("axis", 0));
        Tensor index = fromStart(a.tensor("indices"), x.size(axis));
        int[] sizes = IntStream.concat(IntStream.concat(Arrays.stream(x.shape().sizes()).limit(axis),
                Arrays.stream(index.shape().sizes())), Arrays.stream(x.shape().sizes()).skip(axis + 1)).toArray();
        return x.indexSelect(axis, index.reshape(-1).to(DType.I64)).reshape(sizes);
    }

    private static Variable elements(Args a) {
        Variable x = a.variable("data");
        int axis = dim(x, a.integer("axis", 0));
        return x.gather(axis, fromStart(a.tensor("indices"), x.size(axis)).to(DType.I64));
    }

    private static Variable scatterElements(Args a) {
        Variable x = a.variable("data");
        int axis = dim(x, a.integer("axis", 0));
        Tensor index = fromStart(a.tensor("indices"), x.size(axis)).to(DType.I64);
        return scatter(x, axis, index, a.variable("updates"), a.text("reduction", "none"));
    }

    private static Variable scatter(Variable x, int dim, Tensor index, Variable updates, String reduction) {
        return switch (reduction) {
            case "none" -> x.scatter(dim, index, updates);
            case "add" -> x.scatterAdd(dim, index, updates);
            case "mul" -> x.scatterReduce(dim, index, updates, ScatterReduction.PROD, true);
            case "max" -> x.scatterReduce(dim, index, updates, ScatterReduction.AMAX, true);
            case "min" -> x.scatterReduce(dim, index, updates, ScatterReduction.AMIN, true);
            default -> throw new UnsupportedCase("reduction " + reduction);
        };
    }

    /// The last dimension of the indices holds positions in as many dimensions of the data, behind those of the batch.
    private static Variable gatherNd(Args a) {
        Variable x = a.variable("data");
        Tensor indices = a.tensor("indices");
        int batch = a.integer("batch_dims", 0);
        int depth = indices.size(-1);
        int batches = product(x.shape(), 0, batch);
        int places = product(x.shape(), batch, batch + depth);
        Tensor flat = flat(indices, x.shape(), batch).reshape(batches, -1);
        Tensor offset = Tensor.arange(batches).to(x.device()).mul(places).unsqueeze(1);
        Variable rows = x.reshape(batches * places, -1).indexSelect(0, flat.add(offset).reshape(-1));
        int[] sizes = IntStream.concat(Arrays.stream(indices.shape().sizes()).limit(indices.rank() - 1),
                Arrays.stream(x.shape().sizes()).skip(batch + depth)).toArray();
        return rows.reshape(sizes);
    }

    private static Variable scatterNd(Args a) {
        Variable x = a.variable("data");
        Tensor indices = a.tensor("indices");
        int places = product(x.shape(), 0, indices.size(-1));
        Variable rows = x.reshape(places, -1);
        Tensor flat = flat(indices, x.shape(), 0).reshape(-1, 1);
        Variable updates = a.variable("updates").reshape(flat.size(0), rows.size(1));
        return scatter(rows, 0, flat.expand(updates.shape()), updates, a.text("reduction", "none")).reshape(x.shape());
    }

    /// Positions in row-major order within the dimensions that the last one of the indices is about.
    private static Tensor flat(Tensor indices, Shape data, int batch) {
        Tensor flat = Tensor.zeros(indices.select(-1, 0).shape(), DType.I64, indices.device());
        for (int k = 0; k < indices.size(-1); k++)
            flat = flat.mul(data.size(batch + k)).add(fromStart(indices.select(-1, k), data.size(batch + k)));
        return flat;
    }

    private static int product(Shape shape, int from, int to) {
        return Arrays.stream(shape.sizes(), from, to).reduce(1, (m, n) -> m * n);
    }

    private static Variable oneHot(Args a) {
        Tensor indices = a.tensor("indices");
        int depth = (int) a.tensor("depth").item();
        Tensor values = a.tensor("values");
        int axis = a.integer("axis", -1);
        int at = axis < 0 ? axis + indices.rank() + 1 : axis;
        int[] sizes = new int[indices.rank() + 1];
        Arrays.fill(sizes, 1);
        sizes[at] = depth;
        Tensor classes = Tensor.arange(depth).to(indices.device()).reshape(sizes);
        Tensor hot = fromStart(indices, depth).unsqueeze(at).eq(classes.to(indices.dtype()));
        return Variable.of(values.select(0, 1).where(hot, values.select(0, 0)));
    }

    private static Variable shape(Args a) {
        Variable x = x(a);
        int rank = x.rank();
        int from = Math.clamp(dim(x, a.integer("start", 0)), 0, rank);
        int to = Math.clamp(dim(x, a.integer("end", rank)), from, rank);
        return Variable.of(Tensor.of(Arrays.stream(x.shape().sizes(), from, to).asLongStream().toArray()).to(x.device()));
    }

    private static Variable range(Args a) {
        Tensor start = a.tensor("start");
        return Variable.of(Tensor.arange(start.item(), a.tensor("limit").item(), a.tensor("delta").item(), start.dtype(), start.device()));
    }

    private static Variable eyeLike(Args a) {
        Tensor x = x(a).data();
        DType dtype = a.has("dtype") ? OnnxPointwiseOperations.type(a.integer("dtype")) : x.dtype();
        int k = a.integer("k", 0);
        Tensor ones = Tensor.ones(x.shape(), dtype, x.device());
        return Variable.of(ones.tril(k).triu(k));
    }

    /// What the condition chooses along an axis, or of the flattened input.
    private static Variable compress(Args a) {
        Variable x = a.has("axis") ? x(a) : x(a).reshape(-1);
        Tensor chosen = a.tensor("condition").nonzero().reshape(-1);
        return x.indexSelect(a.integer("axis", 0), chosen);
    }

    /// The value, or 0 in float32, everywhere.
    private static Variable constantOfShape(Args a) {
        Tensor value = a.has("value") ? a.tensor("value").reshape() : Tensor.scalar(0, DType.F32, x(a).device());
        return Variable.of(value.expand(Shape.of(integers(a, "input"))).contiguous());
    }

    /// The first elements of each sequence, as many as its length says, backwards.
    private static Variable reverseSequence(Args a) {
        Variable x = x(a);
        int batch = a.integer("batch_axis", 1);
        int time = a.integer("time_axis", 0);
        Tensor at = along(Tensor.arange(x.size(time)).to(x.device()), x.rank(), time);
        Tensor lengths = along(a.tensor("sequence_lens").to(DType.I64), x.rank(), batch);
        Tensor from = lengths.sub(1).sub(at).where(at.lt(lengths), at);
        return x.gather(time, from.expand(x.shape()));
    }

    /// A vector laid along one of `rank` dimensions.
    private static Tensor along(Tensor vector, int rank, int dim) {
        int[] sizes = new int[rank];
        Arrays.fill(sizes, 1);
        sizes[dim] = vector.shape().numel();
        return vector.reshape(sizes);
    }
}
