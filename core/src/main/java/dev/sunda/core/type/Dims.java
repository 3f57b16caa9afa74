package dev.sunda.core.type;

import java.util.Arrays;
import java.util.Objects;

/// The dimensions a reduction runs over, and whether they stay in the result with size 1.
///
/// `Dims.of(1)` drops dimension 1, `Dims.keep(-1)` keeps the last one with size 1, `Dims.all()` reduces to a scalar.
public final class Dims {
    private static final Dims ALL = new Dims(null, false);
    private static final Dims ALL_KEPT = new Dims(null, true);

    private final int[] dims;
    private final boolean keepDim;

    private Dims(int[] dims, boolean keepDim) {
        this.dims = dims;
        this.keepDim = keepDim;
    }

    /// Every dimension; the result is a scalar.
    public static Dims all() {
        return ALL;
    }

    /// Every dimension, each kept with size 1.
    public static Dims keepAll() {
        return ALL_KEPT;
    }

    /// These dimensions (negative ones count from the end); they vanish from the result. None given means all, as in PyTorch.
    public static Dims of(int... dims) {
        Objects.requireNonNull(dims, "Dims.of: dims is null; use Dims.all()");
        return dims.length == 0 ? ALL : new Dims(dims.clone(), false);
    }

    /// These dimensions (negative ones count from the end); they stay with size 1. None given means all.
    public static Dims keep(int... dims) {
        Objects.requireNonNull(dims, "Dims.keep: dims is null; use Dims.keepAll()");
        return dims.length == 0 ? ALL_KEPT : new Dims(dims.clone(), true);
    }

    /// The same dimensions, which stay with size 1.
    public Dims keeping() {
        return keepDim ? this : new Dims(dims, true);
    }

    /// True if reduced dimensions stay with size 1.
    public boolean keepDim() {
        return keepDim;
    }

    /// For each dimension of `shape` whether it is reduced.
    ///
    /// @throws ShapeException naming `operation` if a dimension does not exist or is named twice
    public boolean[] mask(String operation, Shape shape) {
        boolean[] mask = new boolean[shape.rank()];
        if (dims == null) {
            Arrays.fill(mask, true);
            return mask;
        }
        for (int dim : dims) {
            if (shape.rank() == 0 && (dim == 0 || dim == -1)) {
                if (dims.length > 1)
                    throw new ShapeException(operation, "dimension " + dims[1] + " is named twice", shape);
                continue;
            }
            int d = shape.dim(operation, dim);
            if (mask[d])
                throw new ShapeException(operation, "dimension " + dim + " is named twice", shape);
            mask[d] = true;
        }
        return mask;
    }

    /// The shape that is left after reducing `shape`, with kept dimensions of size 1 if so asked.
    public Shape reduce(String operation, Shape shape) {
        Shape kept = kept(operation, shape);
        if (keepDim)
            return kept;
        boolean[] mask = mask(operation, shape);
        int[] left = new int[shape.rank()];
        int n = 0;
        for (int d = 0; d < mask.length; d++)
            if (!mask[d])
                left[n++] = shape.size(d);
        return Shape.of(Arrays.copyOf(left, n));
    }

    /// The shape after reducing with every reduced dimension kept as size 1, whatever [#keepDim] says.
    public Shape kept(String operation, Shape shape) {
        boolean[] mask = mask(operation, shape);
        int[] sizes = shape.sizes();
        for (int d = 0; d < mask.length; d++)
            if (mask[d])
                sizes[d] = 1;
        return Shape.of(sizes);
    }

    /// Number of elements that go into one element of the result.
    public int count(String operation, Shape shape) {
        boolean[] mask = mask(operation, shape);
        int count = 1;
        for (int d = 0; d < mask.length; d++)
            if (mask[d])
                count = Math.multiplyExact(count, shape.size(d));
        return count;
    }

    @Override
    public String toString() {
        return dims == null ? "all" : Arrays.toString(dims);
    }
}
