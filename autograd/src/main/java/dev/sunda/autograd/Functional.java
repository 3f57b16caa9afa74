package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Derivatives of functions as matrices and their products with vectors.
///
/// With `createGraph` the results can be differentiated again, also with respect to what the inputs depend on; otherwise they are
/// constants. A function that does not depend on an input has zeros there.
public final class Functional {
    private Functional() {
    }

    /// A value and, for each input, a gradient of its shape.
    public record ValueAndGradients(Variable value, List<Variable> gradients) {
    }

    /// A value and how it changes, of its shape.
    public record ValueAndTangent(Variable value, Variable tangent) {
    }

    // ---------------------------------------------------------------------------------------------------------- matrices

    /// All partial derivatives `dy[i] / dx[j]`, of shape `[*y.shape, *x.shape]`; one backward pass for each element of `y`.
    public static Variable jacobian(UnaryOperator<Variable> function, Variable x) {
        Objects.requireNonNull(function, "jacobian: function is null");
        return jacobian(all -> function.apply(all.getFirst()), List.of(x), false).getFirst();
    }

    /// The partial derivatives with respect to each input.
    public static List<Variable> jacobian(Function<List<Variable>, Variable> function, List<Variable> inputs, boolean createGraph) {
        Objects.requireNonNull(function, "jacobian: function is null");
        return GradMode.recording(true, () -> {
            List<Variable> own = own(inputs, createGraph);
            return rows(function.apply(own), own, createGraph);
        });
    }

    /// All second derivatives of a scalar function, `[*x.shape, *x.shape]`.
    public static Variable hessian(UnaryOperator<Variable> function, Variable x) {
        Objects.requireNonNull(function, "hessian: function is null");
        return hessian(all -> function.apply(all.getFirst()), List.of(x), false).getFirst().getFirst();
    }

    /// The second derivatives of a scalar function: entry `i`, `j` with respect to inputs `i` and `j`, `[*x_i.shape, *x_j.shape]`.
    ///
    /// @throws ShapeException unless the function gives one number
    public static List<List<Variable>> hessian(Function<List<Variable>, Variable> function, List<Variable> inputs, boolean createGraph) {
        Objects.requireNonNull(function, "hessian: function is null");
        return GradMode.recording(true, () -> {
            List<Variable> own = own(inputs, createGraph);
            var blocks = new ArrayList<List<Variable>>();
            for (Variable gradient : gradients(scalar("hessian", function.apply(own)), own))
                blocks.add(rows(gradient, own, createGraph));
            return List.copyOf(blocks);
        });
    }

    /// The partial derivatives of `y`, row by row.
    private static List<Variable> rows(Variable y, List<Variable> inputs, boolean createGraph) {
        int n = y.data().numel();
        var rows = new ArrayList<List<Variable>>();
        for (int i = 0; i < n && y.requiresGrad(); i++) {
            Tensor unit = Tensor.of((long) i).oneHot(n).to(y.dtype()).reshape(y.shape()).to(y.device());
            rows.add(Gradients.gradients(List.of(y), List.of(Variable.of(unit)), inputs, true, createGraph));
        }
        var matrices = new ArrayList<Variable>();
        for (int k = 0; k < inputs.size(); k++) {
            int input = k;
            Shape shape = joined(y.shape(), inputs.get(k).shape());
            matrices.add(rows.isEmpty() ? Variable.of(Tensor.zeros(shape, inputs.get(k).dtype(), inputs.get(k).device()))
                    : Variable.stack(rows.stream().map(row -> row.get(input)).toList(), 0).reshape(shape));
        }
        return List.copyOf(matrices);
    }

    private static Shape joined(Shape a, Shape b) {
        int[] sizes = new int[a.rank() + b.rank()];
        System.arraycopy(a.sizes(), 0, sizes, 0, a.rank());
        System.arraycopy(b.sizes(), 0, sizes, a.rank(), b.rank());
        return Shape.of(sizes);
    }

    // ---------------------------------------------------------------------------------------------------------- products

    /// The value and the vector-Jacobian product `v' J`: the gradient of `sum(y * v)`.
    ///
    /// @param v of the shape of the value
    public static ValueAndGradients vjp(Function<List<Variable>, Variable> function, List<Variable> inputs, Variable v,
            boolean createGraph) {
        Objects.requireNonNull(function, "vjp: function is null");
        return GradMode.recording(true, () -> {
            List<Variable> own = own(inputs, createGraph);
            Variable y = function.apply(own);
            return new ValueAndGradients(createGraph ? y : y.detach(), Gradients.gradients(List.of(y), List.of(v), own, createGraph));
        });
    }

    /// The value and the Jacobian-vector product `J v`: how the value changes when the inputs move along `v`.
    ///
    /// Computed as the derivative of `u' J v` with respect to `u`, by two backward passes: `u' J` is linear in `u`, so that its derivative
    /// does not depend on it.
    ///
    /// @param v one vector for each input, of its shape
    public static ValueAndTangent jvp(Function<List<Variable>, Variable> function, List<Variable> inputs, List<Variable> v,
            boolean createGraph) {
        Objects.requireNonNull(function, "jvp: function is null");
        check("jvp", inputs, v);
        return GradMode.recording(true, () -> {
            List<Variable> own = own(inputs, createGraph);
            Variable y = function.apply(own);
            Variable u = Variable.tracked(Tensor.zerosLike(y.data()));
            List<Variable> linear = Gradients.gradients(List.of(y), List.of(u), own, true);
            return new ValueAndTangent(createGraph ? y : y.detach(), Gradients.gradients(linear, v, List.of(u), createGraph).getFirst());
        });
    }

    /// The value of a scalar function and the product `H v` of its second derivatives, without computing them all.
    ///
    /// @param v one vector for each input, of its shape
    /// @throws ShapeException unless the function gives one number
    public static ValueAndGradients hvp(Function<List<Variable>, Variable> function, List<Variable> inputs, List<Variable> v,
            boolean createGraph) {
        Objects.requireNonNull(function, "hvp: function is null");
        check("hvp", inputs, v);
        return GradMode.recording(true, () -> {
            List<Variable> own = own(inputs, createGraph);
            Variable y = scalar("hvp", function.apply(own));
            return new ValueAndGradients(createGraph ? y : y.detach(), Gradients.gradients(gradients(y, own), v, own, createGraph));
        });
    }

    // ---------------------------------------------------------------------------------------------------------- samples

    /// The gradient of the loss of every sample of a batch by itself, one forward and backward pass for each.
    ///
    /// @param loss of a batch of one sample, a single number
    /// @param batch tensors with one sample for each position of dimension 0, for example inputs and labels
    /// @param parameters what to differentiate with respect to
    /// @return for each parameter `[samples, *parameter.shape]`
    public static List<Tensor> perSampleGradients(Function<List<Tensor>, Variable> loss, List<Tensor> batch,
            List<? extends Variable> parameters) {
        Objects.requireNonNull(loss, "perSampleGradients: loss is null");
        int samples = samples(batch);
        var all = parameters.stream().map(p -> Tensor.zeros(joined(Shape.of(samples), p.shape()), p.dtype(), p.device())).toList();
        for (int i = 0; i < samples; i++) {
            int sample = i;
            Variable value = scalar("perSampleGradients",
                    GradMode.recording(true, () -> loss.apply(batch.stream().map(x -> x.narrow(0, sample, 1)).toList())));
            List<Variable> gradients = Variable.gradients(value, parameters, false);
            for (int p = 0; p < all.size(); p++)
                all.get(p).select(0, i).copyFrom(gradients.get(p).data());
        }
        return all;
    }

    private static int samples(List<Tensor> batch) {
        if (batch.isEmpty() || batch.getFirst().rank() == 0)
            throw new ShapeException("perSampleGradients: needs a batch of tensors with at least one dimension (got "
                    + batch.stream().map(Tensor::shape).toList() + ")");
        for (Tensor x : batch)
            if (x.rank() == 0 || x.size(0) != batch.getFirst().size(0))
                throw new ShapeException("perSampleGradients", "all tensors of the batch must have as many samples",
                        batch.getFirst().shape(), x.shape());
        return batch.getFirst().size(0);
    }

    // ---------------------------------------------------------------------------------------------------------- shared

    /// Inputs that can be differentiated against: with a history if the results are to have one.
    private static List<Variable> own(List<Variable> inputs, boolean createGraph) {
        return inputs.stream().map(x -> createGraph && x.requiresGrad() ? Operation.output("input", x.data(), Operation.wrt(x, dy -> dy))
                : Variable.tracked(x.data())).toList();
    }

    private static List<Variable> gradients(Variable y, List<Variable> inputs) {
        return Gradients.gradients(List.of(y), List.of(Variable.of(Tensor.onesLike(y.data()))), inputs, true);
    }

    private static Variable scalar(String operation, Variable y) {
        if (y.data().numel() != 1)
            throw new ShapeException(operation, "the function must give a single number; reduce it with sum() or mean()", y.shape());
        return y;
    }

    private static void check(String operation, List<Variable> inputs, List<Variable> v) {
        if (inputs.size() != v.size())
            throw new IllegalArgumentException(operation + ": needs one vector for each of the inputs (got " + v.size() + " for "
                    + inputs.size() + ")");
        for (int i = 0; i < v.size(); i++)
            if (!inputs.get(i).shape().equals(v.get(i).shape()) || inputs.get(i).dtype() != v.get(i).dtype())
                throw new ShapeException(operation, "a vector must have shape and type of its input", inputs.get(i).shape(),
                        v.get(i).shape());
    }
}
