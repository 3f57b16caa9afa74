package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.MagnitudeKernels;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Magnitude;
import dev.sunda.core.op.Term;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/// Limits gradients between the backward pass and the optimizer's step. Parameters that are frozen or have no gradient are left alone. A
/// device is asked for all gradients at once and not waited for.
public final class GradientClipping {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Term G = Term.tensor(1);                    // in formulas that make new gradients, which are tensor 0

    private GradientClipping() {
    }

    /// Scales all gradients by `maxNorm / (norm + 1e-6)` if that is less than 1, `norm` being that of all gradients taken as one vector:
    /// `(sum of |g|^normType)^(1/normType)`, or the largest `|g|` for an infinite `normType`. Computed in double.
    ///
    /// A norm that is not a number makes all gradients so, an infinite one turns them to 0 and the infinite ones to NaN, as in PyTorch.
    /// With an infinite `maxNorm` the norm is computed and nothing else.
    /// Source: Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063.
    ///
    /// @param maxNorm 0 or more, may be infinite
    /// @param normType 0 (the number of elements that are not 0) or more, usually 2
    /// @return the norm before clipping, a number of float64 on the device of the first gradient: whoever reads it waits
    public static Tensor byNorm(List<Parameter> parameters, double maxNorm, double normType) {
        Objects.requireNonNull(parameters, "GradientClipping.byNorm: parameters is null; pass model.parameters()");
        check("maxNorm", maxNorm);
        check("normType", normType);
        List<Parameter> clipped = withGradient(parameters);
        Tensor sum = sum(clipped.stream().map(Parameter::grad).toList(), normType);
        Tensor norm = Tensor.emptyLike(sum);
        Tensor factor = Tensor.emptyLike(sum);
        OptimizerKernels.formula(factor(maxNorm, normType), norm, factor, sum);
        boolean waits = Backends.of(sum.device()).canRecord();       // a device that works behind the caller's back
        if (maxNorm < INF && (waits || !(factor.item() >= 1)))
            scale(clipped, factor);
        return norm;
    }

    /// Norm and factor, from the sum, which is tensor 2.
    private static Formula factor(double maxNorm, double normType) {
        Term sum = Term.tensor(2);
        Term norm = normType == 0 || normType == 1 || normType == INF ? sum
                : normType == 2 ? sum.sqrt() : sum.apply(BinaryOp.POW, Term.of(1 / normType));
        Term factor = Term.of(maxNorm).div(norm.add(1e-6));
        Term enough = factor.apply(BinaryOp.GE, Term.of(1));
        return new Formula().assign(0, norm).assign(1, enough.choose(Term.of(1), factor));
    }

    /// `sum of |g|^p`, or the largest `|g|` for an infinite `p`.
    private static Tensor sum(List<Tensor> gradients, double p) {
        if (p == 0)
            return MagnitudeKernels.magnitude(Magnitude.COUNT, gradients);
        if (p == 2)
            return MagnitudeKernels.magnitude(Magnitude.SQUARES, gradients);
        if (p == INF)
            return MagnitudeKernels.magnitude(Magnitude.LARGEST, gradients);
        return MagnitudeKernels.magnitude(Magnitude.SUM,
                p == 1 ? gradients : gradients.stream().map(g -> g.to(DType.F64).abs().pow(p)).toList());
    }

    private static void scale(List<Parameter> parameters, Tensor factor) {
        var factors = new HashMap<Place, Tensor>();
        replace(parameters, new Formula().assign(0, G.mul(Term.tensor(2))), g -> List.of(factors
                .computeIfAbsent(new Place(g.dtype(), g.device()), place -> factor.to(place.dtype).to(place.device)).expand(g.shape())));
    }

    private record Place(DType dtype, Device device) {
    }

    /// Limits every element of every gradient to `[-limit, limit]`; NaN stays.
    ///
    /// @param limit 0 or more, may be infinite
    public static void byValue(List<Parameter> parameters, double limit) {
        Objects.requireNonNull(parameters, "GradientClipping.byValue: parameters is null; pass model.parameters()");
        check("limit", limit);
        replace(withGradient(parameters), new Formula().assign(0, G.minimum(Term.of(limit)).maximum(Term.of(-limit))), _ -> List.of());
    }

    /// Gives the parameters new gradients: parameters may share one, which must not be changed twice.
    ///
    /// @param more what else the formula takes
    private static void replace(List<Parameter> parameters, Formula formula, Function<Tensor, List<Tensor>> more) {
        var changes = new ArrayList<Change<Formula>>();
        for (Parameter parameter : parameters) {
            Tensor g = parameter.grad();
            changes.add(new Change<>(formula, Stream.concat(Stream.of(Tensor.emptyLike(g), g), more.apply(g).stream()).toList()));
        }
        OptimizerKernels.formulas(changes);
        for (int k = 0; k < changes.size(); k++)
            parameters.get(k).setGrad(changes.get(k).tensors().getFirst());
    }

    private static void check(String option, double value) {
        if (!(value >= 0))
            throw new IllegalArgumentException("GradientClipping: " + option + " must be 0 or more (got " + value + ")");
    }

    private static List<Parameter> withGradient(List<Parameter> parameters) {
        parameters.forEach(parameter -> Objects.requireNonNull(parameter, "GradientClipping: a parameter is null"));
        return parameters.stream().filter(p -> p.grad() != null && !p.isFrozen()).toList();
    }
}
