package dev.sunda.nn.functional;

import static dev.sunda.autograd.Operation.fused;
import static dev.sunda.autograd.Operation.output;
import static dev.sunda.nn.functional.Normalizations.checkNotNegative;
import static dev.sunda.nn.functional.Normalizations.matching;
import static dev.sunda.nn.functional.Normalizations.present;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.LayerNormKernels;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Layer and root-mean-square normalisation and their derivatives: statistics over the last dimensions, for each position of the others.
///
/// With `n` elements in the normalised dimensions the formulas are those of [Normalizations] with rows in the place of channels:
/// `mean = sum(x) / n`, `r = 1 / sqrt(sum((x - mean)^2) / n + eps)`, `xhat = (x - mean) * r`, `y = w * xhat + b`; and, with `g = w * dy`,
/// `dx = r * (g - mean(g) - xhat * mean(g * xhat))`, `dw = sum(dy * xhat)` and `db = sum(dy)` over all positions.
///
/// Root-mean-square normalisation leaves the mean out: `r = 1 / sqrt(sum(x^2) / n + eps)`, `y = w * x * r`. Without the way through the
/// mean `dx = r * (g - xhat * mean(g * xhat))`.
///
/// Sources: Ba, Kiros, Hinton 2016, Layer Normalization, arXiv:1607.06450. Zhang, Sennrich 2019, Root Mean Square Layer Normalization,
/// arXiv:1910.07467.
public final class LayerNorms {
    private LayerNorms() {
    }

    /// @param x its last dimensions are `normalizedShape`
    /// @param normalizedShape at least one dimension
    /// @param weight of `normalizedShape`, or null for ones
    /// @param bias of `normalizedShape`, or null for zeros
    /// @param eps added to the variance, not negative
    public static Variable layerNorm(Variable x, Shape normalizedShape, Variable weight, Variable bias, double eps) {
        check("layerNorm", x.shape(), normalizedShape, eps, weight, bias);
        int n = normalizedShape.numel();
        Shape matrix = matrix(x.shape(), n);
        Tensor rows = x.data().reshape(matrix);
        Tensor w = weight == null ? null : weight.data().reshape(n);
        var result = LayerNormKernels.layerNorm(rows, w, bias == null ? null : bias.data().reshape(n), eps);
        Tensor mean = result.mean();
        Tensor rstd = result.rstd();
        boolean parameters = weight != null && weight.requiresGrad() || bias != null && bias.requiresGrad();
        return output("layerNorm", result.y().reshape(x.shape()), present(x, weight, bias), fused(dy -> {
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
        Dims dims = last(normalizedShape);
        Variable centred = x.sub(x.mean(dims));
        Variable r = centred.square().mean(dims).add(eps).rsqrt();
        Variable xhat = centred.mul(r);
        Variable g = weight == null ? dy : dy.mul(weight);
        Variable dx = g.sub(g.mean(dims)).sub(xhat.mul(g.mul(xhat).mean(dims))).mul(r);
        return List.of(dx, dy.mul(xhat).sumTo(normalizedShape), dy.sumTo(normalizedShape));
    }

    /// Root-mean-square normalisation with the machine epsilon of the input's type, the distance from 1 to the next larger number.
    public static Variable rmsNorm(Variable x, Shape normalizedShape, Variable weight) {
        return rmsNorm(x, normalizedShape, weight, x.dtype() == DType.F64 ? Math.ulp(1.0) : Math.ulp(1f));
    }

    /// `y = x / sqrt(mean(x^2) + eps) * weight`, the mean over the last dimensions.
    ///
    /// @param x its last dimensions are `normalizedShape`
    /// @param normalizedShape at least one dimension
    /// @param weight of `normalizedShape`, or null for ones
    /// @param eps added to the mean square, not negative
    public static Variable rmsNorm(Variable x, Shape normalizedShape, Variable weight, double eps) {
        check("rmsNorm", x.shape(), normalizedShape, eps, weight);
        int n = normalizedShape.numel();
        Shape matrix = matrix(x.shape(), n);
        Tensor rows = x.data().reshape(matrix);
        Tensor w = weight == null ? null : weight.data().reshape(n);
        var result = LayerNormKernels.rmsNorm(rows, w, eps);
        boolean parameters = weight != null && weight.requiresGrad();
        return output("rmsNorm", result.y().reshape(x.shape()), present(x, weight), fused(dy -> {
            var gradients = LayerNormKernels.layerNormBackward(dy.reshape(matrix), rows, null, result.rstd(), w, parameters);
            return matching(weight, null, gradients.dx().reshape(dy.shape()),
                    parameters ? gradients.dweight().reshape(normalizedShape) : null, null);
        }, dy -> {
            Dims dims = last(normalizedShape);
            Variable r = x.square().mean(dims).add(eps).rsqrt();
            Variable xhat = x.mul(r);
            Variable g = weight == null ? dy : dy.mul(weight);
            Variable dx = g.sub(xhat.mul(g.mul(xhat).mean(dims))).mul(r);
            return matching(weight, null, dx, dy.mul(xhat).sumTo(normalizedShape), null);
        }));
    }

    private static Shape matrix(Shape x, int n) {
        return Shape.of(n == 0 ? 0 : x.numel() / n, n);
    }

    /// The dimensions that are normalised, kept with size 1.
    private static Dims last(Shape normalizedShape) {
        int[] last = new int[normalizedShape.rank()];
        Arrays.setAll(last, d -> d - last.length);
        return Dims.keep(last);
    }

    private static void check(String operation, Shape x, Shape normalizedShape, double eps, Variable... parameters) {
        Objects.requireNonNull(normalizedShape, () -> operation + ": normalizedShape is null");
        checkNotNegative(operation, eps);
        int first = x.rank() - normalizedShape.rank();
        if (normalizedShape.rank() < 1)
            throw new ShapeException(operation, "there must be at least one dimension to normalise over", x, normalizedShape);
        boolean fits = first >= 0;
        for (int d = 0; fits && d < normalizedShape.rank(); d++)
            fits = x.size(first + d) == normalizedShape.size(d);
        if (!fits)
            throw new ShapeException(operation, "the last dimensions of the input must be " + normalizedShape, x, normalizedShape);
        for (Variable v : parameters)
            if (v != null && !v.shape().equals(normalizedShape))
                throw new ShapeException(operation, "the parameters must be " + normalizedShape, v.shape());
    }
}
