package dev.sunda.core;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a list of [Index] entries means for one tensor: first a view, then positions that tensors name in neighbouring dimensions of it.
///
/// The neighbouring dimensions are joined into one, so that a single row of positions is left, `sum over d of position[d] * stride[d]`.
final class IndexPlan {
    private final String operation;
    private final Tensor x;
    private final List<Named> named = new ArrayList<>();
    private Tensor view;
    private int first;                                               // of the dimensions that tensors index
    private Shape chosen = Shape.SCALAR;                             // of the tensors, broadcast

    /// Positions for one dimension of the view.
    ///
    /// @param dim of the view
    /// @param original the same dimension of the tensor, for messages
    private record Named(int dim, int original, Tensor positions) {
    }

    private IndexPlan(String operation, Tensor x) {
        this.operation = operation;
        this.x = x;
        this.view = x;
    }

    static IndexPlan of(String operation, Tensor x, Index... items) {
        var plan = new IndexPlan(operation, x);
        plan.takeViews(items);
        plan.bringTogether();
        return plan;
    }

    /// A copy of `x` with other numbers at the chosen places.
    static Tensor put(Tensor x, Tensor values, boolean accumulate, Index... items) {
        Tensor.checkSameDevice("indexPut", x, values);
        if (values.dtype() != x.dtype())
            throw new DTypeException(
                    "indexPut: the values must have this tensor's type (got " + x.describe() + ", " + values.describe() + ")");
        Tensor out = x.copy();
        of("indexPut", out, items).write(values, accumulate);
        return out;
    }

    /// The chosen elements; a view where no tensor is among the entries.
    Tensor read() {
        if (named.isEmpty())
            return view;
        return joined().indexSelect(first, positions()).reshape(shape());
    }

    /// Writes into the memory of the tensor the plan was made for. Where a place is named twice the last value stays, or all are added.
    void write(Tensor values, boolean accumulate) {
        Shape shape = shape();
        if (!shape.equals(Shape.broadcast(operation, values.shape(), shape)))
            throw new ShapeException(operation, "the values cannot be broadcast to the chosen part", values.shape(), shape);
        Tensor all = values.expand(shape);
        if (named.isEmpty()) {
            view.copyFrom(accumulate ? view.add(all) : all);
            return;
        }
        Tensor joined = joined();
        Tensor index = positions();
        Shape rows = joined.shape().with(first, index.numel());
        int[] along = new int[joined.rank()];
        Arrays.fill(along, 1);
        along[first] = index.numel();
        joined.backend().scatter(operation, accumulate ? ScatterOp.ADD : ScatterOp.SET, all.reshape(rows).view(), first,
                index.reshape(Shape.of(along)).expand(rows).view(), joined.view());
        if (joined.view().storage() != view.view().storage())
            view.copyFrom(joined.reshape(view.shape()));
    }

    // ---------------------------------------------------------------------------------------------------------- making the plan

    private void takeViews(Index... items) {
        int used = 0;
        int ellipses = 0;
        for (Index item : items) {
            used += dimensions(item);
            ellipses += item instanceof Index.Ellipsis ? 1 : 0;
        }
        if (used > x.rank())
            throw new ShapeException(operation, "too many indices: " + used + " for " + x.rank() + " dimensions", x.shape());
        if (ellipses > 1)
            throw new ShapeException(operation, "there may be one ellipsis only, got " + ellipses, x.shape());
        int dim = 0;
        int original = 0;
        for (Index item : items) {
            dim = take(item, dim, original, x.rank() - used);
            original += item instanceof Index.Ellipsis ? x.rank() - used : dimensions(item);
        }
    }

    private static int dimensions(Index item) {
        return switch (item) {
            case Index.Ellipsis _,Index.NewAxis _ -> 0;
            case Index.At _,Index.Range _ -> 1;
            case Index.Chosen c -> c.isMask() ? c.tensor().rank() : 1;
        };
    }

    /// @return the next dimension of the view
    private int take(Index item, int dim, int original, int left) {
        return switch (item) {
            case Index.At(int position) -> select(position, dim, original);
            case Index.Range(int start, int end, int step) -> {
                view = view.slice(dim, start, end, step);
                yield dim + 1;
            }
            case Index.NewAxis _ -> {
                view = view.unsqueeze(dim);
                yield dim + 1;
            }
            case Index.Ellipsis _ -> dim + left;
            case Index.Chosen c when c.isMask() -> mask(c.tensor(), dim, original);
            case Index.Chosen(Tensor number) when number.rank() == 0 -> select((int) number.item(), dim, original);
            case Index.Chosen(Tensor positions) -> {
                named.add(new Named(dim, original, positions));
                yield dim + 1;
            }
        };
    }

    private int select(int position, int dim, int original) {
        checkRange(position, view.size(dim), original);
        view = view.select(dim, position);
        return dim;
    }

    private int mask(Tensor mask, int dim, int original) {
        if (mask.rank() == 0) {                                      // true takes everything, false nothing, as a new dimension
            view = view.unsqueeze(dim);
            named.add(new Named(dim, original, Tensor.of(new long[mask.item() != 0 ? 1 : 0])));
            return dim + 1;
        }
        for (int d = 0; d < mask.rank(); d++)
            if (mask.size(d) != view.size(dim + d))
                throw new ShapeException(operation,
                        "dimension " + d + " of the mask has size " + mask.size(d) + ", dimension " + (original + d)
                                + " of the tensor " + view.size(dim + d),
                        x.shape(), mask.shape());
        List<Tensor> places = mask.nonzero().unbind(1);
        for (int d = 0; d < mask.rank(); d++)
            named.add(new Named(dim + d, original + d, places.get(d)));
        return dim + mask.rank();
    }

    /// Moves the dimensions that tensors index to the front unless they are neighbours.
    private void bringTogether() {
        if (named.isEmpty())
            return;
        for (Named n : named)
            chosen = Shape.broadcast(operation, chosen, n.positions().shape());
        first = named.getFirst().dim();
        if (named.getLast().dim() - first == named.size() - 1)
            return;
        int[] front = new int[named.size()];
        Arrays.setAll(front, i -> i);
        view = view.movedim(named.stream().mapToInt(Named::dim).toArray(), front);
        first = 0;
    }

    // ---------------------------------------------------------------------------------------------------------- using it

    /// The view with the indexed dimensions joined into one.
    private Tensor joined() {
        return view.reshape(with(view.shape().sizes(), size()));
    }

    private int size() {
        int size = 1;
        for (int k = 0; k < named.size(); k++)
            size *= view.size(first + k);
        return size;
    }

    /// The shape of what is chosen.
    private Shape shape() {
        return named.isEmpty() ? view.shape() : with(view.shape().sizes(), chosen.sizes());
    }

    /// The sizes with those of the indexed dimensions replaced.
    private Shape with(int[] sizes, int... replacement) {
        int[] result = new int[sizes.length - named.size() + replacement.length];
        System.arraycopy(sizes, 0, result, 0, first);
        System.arraycopy(replacement, 0, result, first, replacement.length);
        System.arraycopy(sizes, first + named.size(), result, first + replacement.length, sizes.length - first - named.size());
        return Shape.of(result);
    }

    /// One position in the joined dimension for each chosen element.
    private Tensor positions() {
        long[] all = new long[chosen.numel()];
        for (int k = 0; k < named.size(); k++) {
            int size = view.size(first + k);
            long[] positions = named.get(k).positions().expand(chosen).toLongArray();
            for (int i = 0; i < all.length; i++) {
                checkRange(positions[i], size, named.get(k).original());
                all[i] = all[i] * size + (positions[i] < 0 ? positions[i] + size : positions[i]);
            }
        }
        return Tensor.of(all).to(x.device());
    }

    private void checkRange(long position, int size, int dim) {
        if (position < -size || position >= size)
            throw new ShapeException(operation, "index " + position + " is outside dimension " + dim + " of size " + size, x.shape());
    }
}
