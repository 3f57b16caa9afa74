package dev.sunda.core.reference;

import dev.sunda.core.type.Shape;

/// The one-dimensional slices of a row-major array along one dimension, in row-major order of what is left.
///
/// @param outer number of elements before the dimension
/// @param length size of the dimension
/// @param inner number of elements after the dimension
record Slices(int outer, int length, int inner) {

    /// The slices of an array of this shape along `dim` (negative ones count from the end).
    static Slices along(String operation, Shape shape, int dim) {
        int d = shape.dim(operation, dim);
        int outer = 1;
        int inner = 1;
        for (int i = 0; i < d; i++)
            outer *= shape.size(i);
        for (int i = d + 1; i < shape.rank(); i++)
            inner *= shape.size(i);
        return new Slices(outer, shape.size(d), inner);
    }

    /// Number of slices.
    int count() {
        return outer * inner;
    }

    /// Position in the array of element `i` of slice `s`.
    int at(int s, int i) {
        return (s / inner * length + i) * inner + s % inner;
    }
}
