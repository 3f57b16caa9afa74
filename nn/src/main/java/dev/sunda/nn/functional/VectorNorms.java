package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Lengths of vectors, and what is divided by them.
public final class VectorNorms {
    private VectorNorms() {
    }

    /// `g * v / |v|` with the Euclidean length of each part of `v`. Source: Salimans, Kingma 2016, Weight Normalization, arXiv:1602.07868.
    ///
    /// @param v of any shape with at least one dimension
    /// @param g the new lengths, of the shape of [#lengths]
    /// @param dim each position of this dimension is a part; null for the whole
    public static Variable weightNorm(Variable v, Variable g, Integer dim) {
        Variable lengths = lengths(v, dim);
        if (!g.shape().equals(lengths.shape()))
            throw new ShapeException("weightNorm", "there must be a length for each part, " + lengths.shape(), g.shape(), v.shape());
        return v.mul(g.div(lengths));
    }

    /// The Euclidean length of each part of `v`: `[1, ..., n, ..., 1]` with `n` parts at `dim`, or a scalar for the whole.
    public static Variable lengths(Variable v, Integer dim) {
        return v.norm(2, dim == null ? Dims.all() : Dims.keep(others(v.shape(), dim)));
    }

    private static int[] others(Shape shape, int dim) {
        int at = shape.dim("weightNorm", dim);
        if (shape.rank() == 1)
            throw new ShapeException("weightNorm", "a vector has no parts but itself; use null for the dimension", shape);
        return IntStream.range(0, shape.rank()).filter(d -> d != at).toArray();
    }

    /// Vectors divided by their length: `x / max(|x|_p, eps)`, PyTorch's `normalize`. A vector shorter than `eps` is divided by `eps`.
    ///
    /// @param p order of the norm, `(sum |x|^p)^(1/p)`; 2 for the Euclidean length, may be infinite
    /// @param eps least number to divide by, for example 1e-12
    /// @param dims the dimensions that make up a vector
    public static Variable normalize(Variable x, double p, double eps, int... dims) {
        if (dims.length == 0)
            throw new IllegalArgumentException("normalize: there must be at least one dimension (got " + Arrays.toString(dims) + ")");
        Variable length = x.norm(p, Dims.keep(dims));
        return x.div(length.maximum(Variable.zerosLike(length).add(eps)));
    }
}
