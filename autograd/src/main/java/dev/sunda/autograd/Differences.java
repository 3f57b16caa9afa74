package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Differences of neighbours and areas under them.
final class Differences {
    private Differences() {
    }

    /// Neighbours' differences, `times` times over.
    static Variable diff(Variable x, int times, int dim) {
        if (x.rank() == 0)
            throw new ShapeException("diff", "needs at least one dimension", x.shape());
        if (times < 0)
            throw new IllegalArgumentException("diff: cannot be taken " + times + " times (got " + x.data().describe() + ")");
        int d = x.shape().dim("diff", dim);
        Variable result = x;
        for (int i = 0; i < times && result.size(d) > 0; i++)
            result = result.narrow(d, 1, result.size(d) - 1).sub(result.narrow(d, 0, result.size(d) - 1));
        return result;
    }

    /// Half the sum of neighbours.
    private static Variable middles(String operation, Variable y, int dim) {
        int n = y.size(dim);
        if (n == 0)
            throw new ShapeException(operation, "needs at least one element along dimension " + dim, y.shape());
        return y.narrow(dim, 1, n - 1).add(y.narrow(dim, 0, n - 1)).mul(0.5);
    }

    static Variable areas(String operation, Variable y, double step, int dim) {
        return middles(operation, y, y.shape().dim(operation, dim)).mul(step);
    }

    /// @param x positions: one for each element along `dim`, or a shape that broadcasts with that of `y`
    static Variable areas(String operation, Variable y, Variable x, int dim) {
        int d = y.shape().dim(operation, dim);
        Variable positions = x;
        if (x.rank() == 1 && y.rank() > 1) {
            int[] sizes = new int[y.rank() - d];
            Arrays.fill(sizes, 1);
            sizes[0] = x.size(0);
            positions = x.reshape(Shape.of(sizes));
        }
        int along = d - y.rank();
        if (positions.rank() < -along || positions.size(along) != y.size(along))
            throw new ShapeException(operation, "needs one position for each element along dimension " + dim, y.shape(), x.shape());
        Variable middles = middles(operation, y, d);
        Variable widths = diff(positions, 1, along);
        Shape.broadcast(operation, middles.shape(), widths.shape());
        return middles.mul(widths);
    }

    /// The slices of `x` along `dim` whose norm is larger than `most`, made that long; the others as they are.
    static Variable renorm(Variable x, double p, int dim, double most) {
        if (x.rank() < 2)
            throw new ShapeException("renorm", "needs at least two dimensions", x.shape());
        if (!(p > 0) || !(most >= 0))
            throw new IllegalArgumentException(
                    "renorm: the order must be positive and the norm not negative (got " + p + ", " + most + ")");
        int d = x.shape().dim("renorm", dim);
        int[] others = IntStream.range(0, x.rank()).filter(i -> i != d).toArray();
        Variable norm = x.norm(p, Dims.keep(others));
        Tensor longer = norm.data().gt(most);
        Variable one = Variable.of(Tensor.onesLike(norm.data()));
        return x.mul(norm.add(1e-7).reciprocal().mul(most).where(longer, one));
    }
}
