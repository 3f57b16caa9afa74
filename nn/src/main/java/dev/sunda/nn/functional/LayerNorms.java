package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.LayerNormKernels;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Layer normalisation and its derivatives: statistics over the last dimensions, for each position of the others.
///
/// With `n` elements in the normalised dimensions the formulas are those of [Normalizations] with rows in the place of channels:
/// `mean = sum(x) / n`, `r = 1 / sqrt(sum((x - mean)^2) / n + eps)`, `xhat = (x - mean) * r`, `y = w * xhat + b`; and, with `g = w * dy`,
/// `dx = r * (g - mean(g) - xhat * mean(g * xhat))`, `dw = sum(dy * xhat)` and `db = sum(dy)` over all positions.
///
/// Source: Ba, Kiros, Hinton 2016, Layer Normalization, arXiv:1607.06450.
public final class LayerNorms {
    private LayerNorms() {
    }

    /// @param x its last dimensions are `normalizedShape`
    /// @param normalizedShape at least one dimension
    /// @param weight of `normalizedShape`, or null for ones
    /// @param bias of `normalizedShape`, or null for zeros
    /// @param eps added to the variance, greater than 0
    public static Variable layerNorm(Variable x, Shape normalizedShape, Variable weight, Variable bias, double eps) {
        check(x.shape(), normalizedShape, eps, weight, bias);
        int n = normalizedShape.numel();
        Shape matrix = Shape.of(n == 0 ? 0 : x.shape().numel() / n, n);
        Tensor rows = x.data().reshape(matrix);
        Tensor w = weight == null ? null : weight.data().reshape(n);
        var result = LayerNormKernels.layerNorm(rows, w, bias == null ? null : bias.data().reshape(n), eps);
        Tensor mean = result.mean();
        Tensor rstd = result.rstd();
        boolean parameters = weight != null && weight.requiresGrad() || bias != null && bias.requiresGrad();
        var inputs = Arrays.asList(x, weight, bias).stream().filter(v -> v != null).toList();
        return output("layerNorm", result.y().reshape(x.shape()), inputs, fused(dy -> {
            var gradients = LayerNormKernels.layerNormBackward(dy.reshape(matrix), rows, mean, rstd, w, parameters);
            return matching(weight, bias, gradients.dx().reshape(dy.shape()),
                    parameters ? gradients.dweight().reshape(normalizedShape) : null,
                    parameters ? gradients.dbias().reshape(normalizedShape) : null);
        }, dy -> {
            var gradients = gradients(dy, x, normalizedShape, weight, eps);
            return matching(weight, bias, gradients.get(0), gradients.get(1), gradients.get(2));
        }));
    }

    /// The formulas above as differentiable operations. The statistics are computed again from `x`, because they depend on it.
    private static List<Variable> gradients(Variable dy, Variable x, Shape normalizedShape, Variable weight, double eps) {
        int[] last = new int[normalizedShape.rank()];
        Arrays.setAll(last, d -> d - last.length);
        Dims dims = Dims.keep(last);
        Variable centred = x.sub(x.mean(dims));
        Variable r = centred.square().mean(dims).add(eps).rsqrt();
        Variable xhat = centred.mul(r);
        Variable g = weight == null ? dy : dy.mul(weight);
        Variable dx = g.sub(g.mean(dims)).sub(xhat.mul(g.mul(xhat).mean(dims))).mul(r);
        return List.of(dx, dy.mul(xhat).sumTo(normalizedShape), dy.sumTo(normalizedShape));
    }

    /// The gradients of those inputs that exist.
    private static <T> List<T> matching(Variable weight, Variable bias, T dx, T dweight, T dbias) {
        var list = new ArrayList<T>();
        list.add(dx);
        if (weight != null)
            list.add(dweight);
        if (bias != null)
            list.add(dbias);
        return list;
    }

    private static void check(Shape x, Shape normalizedShape, double eps, Variable... parameters) {
        if (!(eps > 0))
            throw new IllegalArgumentException("layerNorm: eps must be positive (got " + eps + ")");
        int first = x.rank() - normalizedShape.rank();
        if (normalizedShape.rank() < 1)
            throw new ShapeException("layerNorm", "there must be at least one dimension to normalise over", x, normalizedShape);
        boolean fits = first >= 0;
        for (int d = 0; fits && d < normalizedShape.rank(); d++)
            fits = x.size(first + d) == normalizedShape.size(d);
        if (!fits)
            throw new ShapeException("layerNorm", "the last dimensions of the input must be " + normalizedShape, x, normalizedShape);
        for (Variable v : parameters)
            if (v != null && !v.shape().equals(normalizedShape))
                throw new ShapeException("layerNorm", "weight and bias must be " + normalizedShape, v.shape());
    }
}
