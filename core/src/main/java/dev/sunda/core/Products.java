package dev.sunda.core;

import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Matrix products: how vectors, matrices and batches become one batched product.
final class Products {
    private Products() {
    }

    /// @param bias `[n]`, or null for none
    static Tensor matmul(Tensor x, Tensor y, Tensor bias) {
        Tensor.checkSameDevice("matmul", x, y);
        if (x.rank() == 0 || y.rank() == 0)
            throw new ShapeException("matmul", "operands need at least one dimension; use mul for numbers", x.shape(), y.shape());
        if (x.dtype() != y.dtype() || x.dtype() == DType.BOOL)
            throw new DTypeException("matmul: operands must have one numeric type (got " + x.describe() + ", " + y.describe()
                    + "); convert one with to(dtype)");
        Tensor left = x.rank() == 1 ? x.unsqueeze(0) : x;
        Tensor right = y.rank() == 1 ? y.unsqueeze(1) : y;
        if (left.size(-1) != right.size(-2))
            throw new ShapeException("matmul", "left has " + left.size(-1) + " columns but right has " + right.size(-2) + " rows",
                    x.shape(), y.shape());
        if (bias != null)
            checkBias(x, y, bias);
        Tensor out = batched(left, right, bias);
        if (x.rank() == 1)
            out = out.squeeze(-2);
        return y.rank() == 1 ? out.squeeze(-1) : out;
    }

    private static void checkBias(Tensor x, Tensor y, Tensor bias) {
        Tensor.checkSameDevice("matmul", x, bias);
        if (y.rank() == 1)
            throw new ShapeException("matmul", "with a bias the right operand needs columns", x.shape(), y.shape());
        if (!bias.shape().equals(Shape.of(y.size(-1))))
            throw new ShapeException("matmul", "right has " + y.size(-1) + " columns, so the bias must be [" + y.size(-1) + "]", x.shape(),
                    y.shape(), bias.shape());
        if (bias.dtype() != x.dtype())
            throw new DTypeException("matmul: the bias must have the type of the operands (got " + x.describe() + ", " + bias.describe()
                    + "); convert one with to(dtype)");
    }

    private static Tensor batched(Tensor x, Tensor y, Tensor bias) {
        int m = x.size(-2);
        int k = x.size(-1);
        int n = y.size(-1);
        if (y.rank() == 2 && x.layout().reshape(Shape.of(x.numel() == 0 ? 0 : x.numel() / Math.max(1, k), k)) != null && x.rank() > 2
                && k > 0)
            return product(x.reshape(1, -1, k), y.unsqueeze(0), bias).reshape(x.shape().with(-1, n));      // one tall product
        Shape batch = Shape.broadcast("matmul", leading(x), leading(y));
        int b = batch.numel();
        Tensor left = x.expand(joined(batch, m, k)).reshape(b, m, k);
        Tensor right = y.expand(joined(batch, k, n)).reshape(b, k, n);
        return product(left, right, bias).reshape(joined(batch, m, n));
    }

    private static Tensor product(Tensor x, Tensor y, Tensor bias) {
        Tensor out = Tensor.empty(Layout.contiguous(Shape.of(x.size(0), x.size(1), y.size(2))), x.dtype(), x.device());
        x.backend().matmul(x.view(), y.view(), bias == null ? null : bias.view(), out.view());
        return out;
    }

    private static Shape leading(Tensor x) {
        int[] sizes = x.shape().sizes();
        return Shape.of(Arrays.copyOf(sizes, sizes.length - 2));
    }

    private static Shape joined(Shape batch, int rows, int columns) {
        int[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = rows;
        sizes[batch.rank() + 1] = columns;
        return Shape.of(sizes);
    }
}
