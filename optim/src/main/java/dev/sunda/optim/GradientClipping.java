package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import java.util.List;

/// Limits gradients between the backward pass and the optimizer's step. Parameters that are frozen or have no gradient are left alone.
public final class GradientClipping {
    private GradientClipping() {
    }

    /// Scales all gradients by `maxNorm / (norm + 1e-6)` if that is less than 1, `norm` being that of all gradients taken as one vector:
    /// `(sum of |g|^normType)^(1/normType)`, or the largest `|g|` for an infinite `normType`. Computed in double.
    ///
    /// A norm that is not a number makes all gradients so, an infinite one turns them to 0 and the infinite ones to NaN, as in PyTorch.
    /// Source: Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063.
    ///
    /// @param maxNorm 0 or more
    /// @param normType 0 (the number of elements that are not 0) or more, usually 2
    /// @return the norm before clipping
    public static double byNorm(List<Parameter> parameters, double maxNorm, double normType) {
        Checks.notNegative("GradientClipping", "maxNorm", maxNorm);
        if (!(normType >= 0))
            throw new IllegalArgumentException("GradientClipping: normType must be 0 or more (got " + normType + ")");
        List<Parameter> clipped = withGradient(parameters);
        double total = 0;
        for (Parameter parameter : clipped)
            for (double g : magnitudes(parameter.grad()))
                total = normType == Double.POSITIVE_INFINITY ? Math.max(total, g) : total + power(g, normType);
        double norm = normType == Double.POSITIVE_INFINITY ? total : root(total, normType);
        double factor = maxNorm / (norm + 1e-6);
        if (!(factor >= 1))
            for (Parameter parameter : clipped)
                parameter.setGrad(parameter.grad().mul(factor));
        return norm;
    }

    /// Limits every element of every gradient to `[-limit, limit]`; NaN stays.
    ///
    /// @param limit 0 or more
    public static void byValue(List<Parameter> parameters, double limit) {
        Checks.notNegative("GradientClipping", "limit", limit);
        for (Parameter parameter : withGradient(parameters)) {
            Tensor g = parameter.grad();
            Tensor bound = Tensor.scalar(limit, g.dtype(), g.device());
            parameter.setGrad(g.minimum(bound).maximum(bound.neg()));
        }
    }

    private static List<Parameter> withGradient(List<Parameter> parameters) {
        return parameters.stream().filter(p -> p.grad() != null && !p.isFrozen()).toList();
    }

    private static double[] magnitudes(Tensor gradient) {
        if (gradient.dtype() != DType.F32)
            return absolute(gradient.toDoubleArray());
        float[] values = gradient.toFloatArray();                    // widening here spares a converted copy of the tensor
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++)
            wide[i] = values[i];
        return absolute(wide);
    }

    private static double[] absolute(double[] values) {
        for (int i = 0; i < values.length; i++)
            values[i] = Math.abs(values[i]);
        return values;
    }

    private static double power(double magnitude, double p) {
        return p == 0 ? magnitude == 0 ? 0 : 1 : p == 2 ? magnitude * magnitude : p == 1 ? magnitude : StrictMath.pow(magnitude, p);
    }

    private static double root(double sum, double p) {
        return p == 0 ? sum : p == 2 ? Math.sqrt(sum) : p == 1 ? sum : StrictMath.pow(sum, 1 / p);
    }
}
