package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Parts of matrices: triangles and diagonals. The matrices are the last two dimensions.
final class Triangles {
    private Triangles() {
    }

    /// Zero above diagonal number `diagonal`.
    static Tensor lower(Tensor x, int diagonal) {
        return kept("tril", x, false, diagonal);
    }

    /// Zero below diagonal number `diagonal`.
    static Tensor upper(Tensor x, int diagonal) {
        return kept("triu", x, true, diagonal);
    }

    private static Tensor kept(String operation, Tensor x, boolean upper, long diagonal) {
        if (x.rank() < 2)
            throw new ShapeException(operation, "needs at least two dimensions", x.shape());
        int rows = x.size(-2);
        int columns = x.size(-1);
        boolean[] mask = new boolean[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                mask[i * columns + j] = upper ? j - i >= diagonal : j - i <= diagonal;
        Tensor zero = Tensor.scalar(0, x.dtype(), x.device());
        return x.where(Tensor.of(mask, Shape.of(rows, columns)).to(x.device()), zero);
    }

    static Tensor diag(Tensor x, int offset) {
        if (x.rank() != 1 && x.rank() != 2)
            throw new ShapeException("diag", "needs a vector or a matrix", x.shape());
        return x.rank() == 1 ? embed(x, offset, 0, 1) : x.diagonal(offset, 0, 1);
    }

    /// The last dimension as a diagonal of new matrices, zero elsewhere.
    static Tensor embed(Tensor x, int offset, int dim1, int dim2) {
        if (x.rank() == 0)
            throw new ShapeException("diagEmbed", "needs at least one dimension", x.shape());
        int rank = x.rank() + 1;
        int p = dim1 < 0 ? dim1 + rank : dim1;
        int q = dim2 < 0 ? dim2 + rank : dim2;
        if (p < 0 || p >= rank || q < 0 || q >= rank || p == q)
            throw new ShapeException("diagEmbed", "the dimensions " + dim1 + " and " + dim2 + " must be two of the " + rank
                    + " of the result", x.shape());
        int size = Math.addExact(x.size(-1), Math.absExact(offset));
        int[] sizes = new int[rank];
        for (int d = 0, from = 0; d < rank; d++)
            sizes[d] = d == p || d == q ? size : x.size(from++);
        Tensor out = Tensor.zeros(Shape.of(sizes), x.dtype(), x.device());
        out.diagonal(offset, p, q).copyFrom(x);
        return out;
    }

    /// Row and column numbers, `[2, n]`, of one triangle in row-major order.
    static Tensor indices(String operation, boolean upper, int rows, int columns, long diagonal) {
        if (rows < 0 || columns < 0)
            throw new ShapeException(operation + ": sizes must not be negative (got [" + rows + ", " + columns + "])");
        long count = 0;
        for (int i = 0; i < rows; i++)
            count += end(upper, columns, i + diagonal) - start(upper, columns, i + diagonal);
        int n = Shape.of(2, Math.toIntExact(count)).size(1);
        long[] places = new long[2 * n];
        for (int i = 0, at = 0; i < rows; i++)
            for (int j = start(upper, columns, i + diagonal); j < end(upper, columns, i + diagonal); j++, at++) {
                places[at] = i;
                places[n + at] = j;
            }
        return Tensor.of(places, Shape.of(2, n));
    }

    private static int start(boolean upper, int columns, long diagonal) {
        return upper ? Math.clamp(diagonal, 0, columns) : 0;
    }

    private static int end(boolean upper, int columns, long diagonal) {
        return upper ? columns : Math.clamp(diagonal + 1, 0, columns);
    }

    /// Ones on the main diagonal.
    static Tensor eye(int rows, int columns, DType dtype, Device device) {
        Tensor out = Tensor.zeros(Shape.of(rows, columns), dtype, device);
        Tensor diagonal = out.diagonal(0, 0, 1);
        diagonal.copyFrom(Tensor.ones(diagonal.shape(), dtype, device));
        return out;
    }
}
