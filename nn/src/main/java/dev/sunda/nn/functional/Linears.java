package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.ShapeException;

/// Affine maps of the last dimension.
public final class Linears {
    private Linears() {
    }

    /// `y = x * weight^T + bias`. A matrix product, so the derivatives are products as well.
    ///
    /// @param x `[..., in]`
    /// @param weight `[out, in]`, or `[in]` for a result `[...]` without the last dimension
    /// @param bias `[out]`, or a single number `[]` for all outputs; null for zeros
    public static Variable linear(Variable x, Variable weight, Variable bias) {
        check(x, weight, bias);
        if (weight.rank() == 1) {
            Variable y = x.matmul(weight);
            return bias == null ? y : y.add(bias);
        }
        Variable columns = weight.mT();
        return bias == null ? x.matmul(columns) : x.matmul(columns, bias.rank() == 0 ? bias.expand(weight.size(0)) : bias);
    }

    private static void check(Variable x, Variable weight, Variable bias) {
        if (weight.rank() != 1 && weight.rank() != 2)
            throw new ShapeException("linear", "the weight must be [out, in] or [in]", weight.shape());
        int in = weight.size(-1);
        if (x.rank() == 0 || x.size(-1) != in)
            throw new ShapeException("linear", "the weight asks for inputs [..., " + in + "]", x.shape(), weight.shape());
        boolean fits = bias == null || bias.rank() == 0 || weight.rank() == 2 && bias.rank() == 1 && bias.size(0) == weight.size(0);
        if (!fits)
            throw new ShapeException("linear", "the bias must be " + (weight.rank() == 2 ? "[" + weight.size(0) + "]" : "[]"),
                    weight.shape(), bias.shape());
    }
}
