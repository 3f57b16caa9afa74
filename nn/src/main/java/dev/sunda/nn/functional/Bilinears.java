package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Bilinear forms of two inputs.
public final class Bilinears {
    private Bilinears() {
    }

    /// `y[..., o] = sum over i, j of x1[..., i] * weight[o, i, j] * x2[..., j] + bias[o]`: linear in each input. Written as two products,
    /// so the derivatives are products as well.
    ///
    /// @param x1 `[..., I]`
    /// @param x2 `[..., J]`, the leading dimensions as in `x1`
    /// @param weight `[O, I, J]`
    /// @param bias `[O]`, or null for zeros
    public static Variable bilinear(Variable x1, Variable x2, Variable weight, Variable bias) {
        check(x1.shape(), x2.shape(), weight.shape(), bias);
        int out = weight.size(0);
        int i = weight.size(1);
        int j = weight.size(2);
        int[] sizes = x1.shape().sizes();
        sizes[sizes.length - 1] = out;
        int rows = 1;
        for (int d = 0; d + 1 < sizes.length; d++)
            rows *= sizes[d];
        Variable columns = weight.permute(1, 0, 2).reshape(Shape.of(i, out * j));
        Variable half = x1.reshape(Shape.of(rows, i)).matmul(columns).reshape(Shape.of(rows, out, j));
        Variable y = half.matmul(x2.reshape(Shape.of(rows, j, 1))).reshape(Shape.of(sizes));
        return bias == null ? y : y.add(bias);
    }

    private static void check(Shape x1, Shape x2, Shape weight, Variable bias) {
        if (weight.rank() != 3)
            throw new ShapeException("bilinear", "the weight must be [out, in1, in2]", weight);
        if (x1.rank() < 1 || x2.rank() < 1 || x1.size(-1) != weight.size(1) || x2.size(-1) != weight.size(2))
            throw new ShapeException("bilinear", "the inputs must be [..., " + weight.size(1) + "] and [..., " + weight.size(2) + "]", x1,
                    x2,
                    weight);
        if (!Arrays.equals(leading(x1), leading(x2)))
            throw new ShapeException("bilinear", "the leading dimensions of the inputs differ", x1, x2);
        if (bias != null && !bias.shape().equals(Shape.of(weight.size(0))))
            throw new ShapeException("bilinear", "the bias must be [" + weight.size(0) + "]", bias.shape());
    }

    private static int[] leading(Shape shape) {
        return Arrays.copyOf(shape.sizes(), shape.rank() - 1);
    }
}
