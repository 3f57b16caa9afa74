package dev.sunda.core.type;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/// Sizes of a tensor, outermost dimension first. Immutable; a scalar has no dimensions and one element.
public final class Shape {
    /// The shape of a scalar.
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] sizes;
    private final int numel;

    private Shape(int[] sizes) {
        this.sizes = sizes;
        long product = 1;
        for (int size : sizes) {
            if (size < 0)
                throw new ShapeException("Shape: sizes must not be negative (got " + Arrays.toString(sizes) + ")");
            product = Math.multiplyExact(product, size);
            if (product > Integer.MAX_VALUE - 8)
                throw new ShapeException(
                        "Shape: a tensor holds at most " + (Integer.MAX_VALUE - 8) + " elements (got " + Arrays.toString(sizes)
                                + "); split it into several");
        }
        this.numel = (int) product;
    }

    /// @param sizes sizes of 0 or more
    /// @throws ShapeException if a size is negative or the product exceeds 2^31 - 9
    public static Shape of(int... sizes) {
        Objects.requireNonNull(sizes, "Shape.of: sizes is null; use Shape.SCALAR for none");
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /// Number of dimensions.
    public int rank() {
        return sizes.length;
    }

    /// Number of elements, the product of all sizes.
    public int numel() {
        return numel;
    }

    /// Size of one dimension; negative numbers count from the end.
    ///
    /// @throws ShapeException if there is no such dimension
    public int size(int dim) {
        return sizes[dim("size", dim)];
    }

    /// The sizes as a fresh array.
    public int[] sizes() {
        return sizes.clone();
    }

    /// Turns a dimension that may be negative into one from 0 to `rank - 1`.
    ///
    /// @throws ShapeException naming `operation` if there is no such dimension
    public int dim(String operation, int dim) {
        int positive = dim < 0 ? dim + sizes.length : dim;
        if (positive < 0 || positive >= sizes.length)
            throw new ShapeException(operation, "there is no dimension " + dim + " in a tensor of " + sizes.length + " dimensions", this);
        return positive;
    }

    /// This shape with one size replaced.
    public Shape with(int dim, int size) {
        int[] changed = sizes.clone();
        changed[dim("with", dim)] = size;
        return new Shape(changed);
    }

    /// The shape both operands of an element-wise operation are stretched to: sizes are compared from the last dimension,
    /// equal sizes or a 1 on either side fit.
    ///
    /// @throws ShapeException naming `operation` and the first dimension from the end that does not fit
    public static Shape broadcast(String operation, Shape a, Shape b) {
        Objects.requireNonNull(a, () -> operation + ": the first shape is null");
        Objects.requireNonNull(b, () -> operation + ": the second shape is null");
        if (a.equals(b))
            return a;
        int rank = Math.max(a.rank(), b.rank());
        int[] result = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int p = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
            int q = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
            if (p != q && p != 1 && q != 1)
                throw new ShapeException(operation, "sizes " + p + " and " + q + " of dimension " + (rank - i)
                        + " differ and neither is 1, so the operands cannot be broadcast", a, b);
            result[rank - i] = p == 1 ? q : p;
        }
        return new Shape(result);
    }

    static String join(Shape... shapes) {
        return Arrays.stream(shapes).map(String::valueOf).collect(Collectors.joining(", "));
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Shape that && Arrays.equals(sizes, that.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /// For example `[64, 1, 28, 28]`; a scalar is `[]`.
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
