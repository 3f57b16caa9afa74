package dev.sunda.autograd;

import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Products that are matrix products in other clothes; their derivatives follow from those.
final class Contractions {
    private Contractions() {
    }

    static Variable dot(Variable x, Variable y) {
        ranks("dot", x, 1, y, 1);
        return x.matmul(y);
    }

    static Variable outer(Variable x, Variable y) {
        ranks("outer", x, 1, y, 1);
        return x.unsqueeze(1).mul(y.unsqueeze(0));
    }

    static Variable mv(Variable x, Variable y) {
        ranks("mv", x, 2, y, 1);
        return x.matmul(y);
    }

    static Variable bmm(Variable x, Variable y) {
        ranks("bmm", x, 3, y, 3);
        if (x.size(0) != y.size(0))
            throw new ShapeException("bmm", "batches differ in size", x.shape(), y.shape());
        return x.matmul(y);
    }

    /// A scalar times anything is a product; else the last dimensions are summed over.
    static Variable inner(Variable x, Variable y) {
        if (x.rank() == 0 || y.rank() == 0)
            return x.mul(y);
        return tensordot("inner", x, y, new int[] {-1}, new int[] {-1});
    }

    /// @param rank of the products' operands
    static Variable scaledSum(String operation, Variable input, Variable x, Variable y, double beta, double alpha, int rank) {
        ranks(operation, x, rank, y, rank);
        return added(operation, input, rank == 3 ? bmm(x, y) : x.matmul(y), beta, alpha);
    }

    static Variable addmv(Variable input, Variable x, Variable vector, double beta, double alpha) {
        ranks("addmv", x, 2, vector, 1);
        return added("addmv", input, x.matmul(vector), beta, alpha);
    }

    /// `beta * input + alpha * product`, of the shape of the product; with `beta` 0 the input does not count.
    static Variable added(String operation, Variable input, Variable product, double beta, double alpha) {
        Variable scaled = alpha == 1 ? product : product.mul(alpha);
        if (!Shape.broadcast(operation, input.shape(), scaled.shape()).equals(scaled.shape()))
            throw new ShapeException(operation, "the input cannot be broadcast to the product", input.shape(), scaled.shape());
        return beta == 0 ? scaled : scaled.add(beta == 1 ? input : input.mul(beta));
    }

    private static void ranks(String operation, Variable x, int xRank, Variable y, int yRank) {
        if (x.rank() != xRank || y.rank() != yRank)
            throw new ShapeException(operation, "operands need " + xRank + " and " + yRank + " dimensions", x.shape(), y.shape());
    }

    static Variable trace(Variable x) {
        if (x.rank() != 2)
            throw new ShapeException("trace", "needs a matrix", x.shape());
        return x.diagonal(0, 0, 1).sum();
    }

    static Variable cross(Variable x, Variable y, int dim) {
        Shape shape = Shape.broadcast("cross", x.shape(), y.shape());
        int d = shape.dim("cross", dim) - shape.rank();
        if (x.rank() < -d || y.rank() < -d || x.size(d) != 3 || y.size(d) != 3)
            throw new ShapeException("cross", "both operands need size 3 in dimension " + dim, x.shape(), y.shape());
        return x.roll(-1, d).mul(y.roll(1, d)).sub(x.roll(1, d).mul(y.roll(-1, d)));
    }

    static Variable tensordot(Variable x, Variable y, int dims) {
        if (dims < 0 || dims > x.rank() || dims > y.rank())
            throw new ShapeException("tensordot", "cannot sum over " + dims + " dimensions", x.shape(), y.shape());
        int[] last = new int[dims];
        int[] first = new int[dims];
        Arrays.setAll(last, i -> x.rank() - dims + i);
        Arrays.setAll(first, i -> i);
        return tensordot("tensordot", x, y, last, first);
    }

    static Variable tensordot(String operation, Variable x, Variable y, int[] left, int[] right) {
        if (left.length != right.length)
            throw new ShapeException(operation,
                    "sums over " + left.length + " dimensions on the left and " + right.length + " on the right",
                    x.shape(), y.shape());
        boolean[] summedLeft = mask(operation, left, x.shape());
        boolean[] summedRight = mask(operation, right, y.shape());
        for (int i = 0; i < left.length; i++)
            if (x.size(left[i]) != y.size(right[i]))
                throw new ShapeException(operation, "dimensions " + left[i] + " and " + right[i] + " differ in size", x.shape(), y.shape());
        int[] rows = others(summedLeft);
        int[] columns = others(summedRight);
        int[] rowSizes = sizes(x, rows);
        int[] columnSizes = sizes(y, columns);
        int depth = Shape.of(sizes(x, left)).numel();
        Variable a = x.permute(joined(rows, positive(left, x.rank()))).reshape(Shape.of(rowSizes).numel(), depth);
        Variable b = y.permute(joined(positive(right, y.rank()), columns)).reshape(depth, Shape.of(columnSizes).numel());
        return a.matmul(b).reshape(Shape.of(joined(rowSizes, columnSizes)));
    }

    private static boolean[] mask(String operation, int[] dims, Shape shape) {
        return dims.length == 0 ? new boolean[shape.rank()] : Dims.of(dims).mask(operation, shape);
    }

    private static int[] others(boolean[] mask) {
        int[] dims = new int[mask.length];
        int n = 0;
        for (int d = 0; d < mask.length; d++)
            if (!mask[d])
                dims[n++] = d;
        return Arrays.copyOf(dims, n);
    }

    private static int[] positive(int[] dims, int rank) {
        return Arrays.stream(dims).map(d -> Math.floorMod(d, rank)).toArray();
    }

    private static int[] sizes(Variable x, int[] dims) {
        return Arrays.stream(dims).map(x::size).toArray();
    }

    private static int[] joined(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /// Every element of `x` times all of `y`; the operand with fewer dimensions gets leading ones of size 1.
    static Variable kron(Variable x, Variable y) {
        int rank = Math.max(x.rank(), y.rank());
        int[] left = new int[2 * rank];
        int[] right = new int[2 * rank];
        int[] result = new int[rank];
        for (int d = 0; d < rank; d++) {
            int p = padded(x, d, rank);
            int q = padded(y, d, rank);
            left[2 * d] = p;
            left[2 * d + 1] = 1;
            right[2 * d] = 1;
            right[2 * d + 1] = q;
            result[d] = Math.multiplyExact(p, q);
        }
        return x.reshape(Shape.of(left)).mul(y.reshape(Shape.of(right))).reshape(Shape.of(result));
    }

    private static int padded(Variable x, int dim, int rank) {
        int d = dim - (rank - x.rank());
        return d < 0 ? 1 : x.size(d);
    }
}
