package dev.sunda.autograd;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/// Proves the derivatives of a function by central differences in float64, first and second order.
///
/// The function's result `y` is projected on a fixed random direction `u`, so one number `L = sum(y * u)` stands for all outputs. Then for
/// every element `e` of every input `dL/de` of the backward pass is compared with `(L(e + h) - L(e - h)) / 2h`. Inputs with many elements
/// are moved along random directions instead, all elements at once. Inputs should stay away from kinks (relu at 0, ties in a maximum) by
/// more than `h`.
///
/// ```java
/// GradCheck.gradcheck(x -> x.get(0).matmul(x.get(1)), List.of(a, b));
/// GradCheck.gradgradcheck(x -> myLayer(x.get(0)), List.of(a));
/// ```
public final class GradCheck {
    private final Options options;

    private GradCheck(Options options) {
        this.options = options;
    }

    /// How closely to look.
    ///
    /// @param step `h`, relative to the larger of 1 and the element's magnitude
    /// @param absolute largest difference allowed where the derivative is 0
    /// @param relative largest difference allowed as a share of the larger of the two values
    /// @param elements inputs with more elements than this are moved along random directions
    /// @param directions number of random directions for such inputs
    /// @param seed of the directions
    public record Options(double step, double absolute, double relative, int elements, int directions, long seed) {
        /// Step 1e-5, absolute 1e-7, relative 1e-5, up to 256 elements one by one, else 4 directions.
        public static final Options DEFAULT = new Options(1e-5, 1e-7, 1e-5, 256, 4, 20250916);
    }

    /// Checks the first derivative with respect to every input.
    ///
    /// @param function from variables to one variable; the same value for the same inputs
    /// @param inputs float64
    /// @throws AssertionError naming input, element and both values if they differ
    /// @throws DTypeException if an input is not float64
    public static void gradcheck(Function<List<Variable>, Variable> function, List<Tensor> inputs) {
        Objects.requireNonNull(function, "gradcheck: function is null");
        gradcheck(function, inputs, Options.DEFAULT);
    }

    /// Checks the first derivative with respect to every input.
    public static void gradcheck(Function<List<Variable>, Variable> function, List<Tensor> inputs, Options options) {
        Objects.requireNonNull(function, "gradcheck: function is null");
        Objects.requireNonNull(options, "GradCheck.gradcheck: options is null; use Options.DEFAULT");
        new GradCheck(options).check("gradcheck", function, inputs);
    }

    /// Checks the second derivative: the gradient itself is the function whose derivative is compared, with respect to every
    /// input and to the gradient that arrives.
    public static void gradgradcheck(Function<List<Variable>, Variable> function, List<Tensor> inputs) {
        Objects.requireNonNull(function, "gradgradcheck: function is null");
        gradgradcheck(function, inputs, Options.DEFAULT);
    }

    /// Checks the second derivative.
    public static void gradgradcheck(Function<List<Variable>, Variable> function, List<Tensor> inputs, Options options) {
        Objects.requireNonNull(function, "gradgradcheck: function is null");
        Objects.requireNonNull(options, "GradCheck.gradgradcheck: options is null; use Options.DEFAULT");
        Tensor y = GradMode.noGrad(() -> function.apply(inputs.stream().map(Variable::of).toList()).data());
        var rng = new Rng(options.seed()).split(1);
        Tensor upstream = Tensor.randn(y.shape(), rng, DType.F64, y.device());
        var weights = inputs.stream().map(x -> Tensor.randn(x.shape(), rng, DType.F64, x.device())).toList();
        var all = new ArrayList<>(inputs);
        all.add(upstream);
        new GradCheck(options).check("gradgradcheck", x -> projectedGradient(function, x, weights), all);
    }

    /// `sum over i of <d<y, u>/dx_i, weights_i>` as a differentiable function of all `x_i` and, last, of `u`.
    private static Variable projectedGradient(Function<List<Variable>, Variable> function, List<Variable> x, List<Tensor> weights) {
        return GradMode.recording(true, () -> {
            var inputs = x.subList(0, x.size() - 1).stream().map(v -> v.requiresGrad() ? v : Variable.tracked(v.data())).toList();
            Variable y = function.apply(inputs);
            var gradients = Gradients.gradients(List.of(y), List.of(x.getLast()), inputs, true);
            Variable total = null;
            for (int i = 0; i < weights.size(); i++) {
                Variable term = gradients.get(i).mul(Variable.of(weights.get(i))).sum();
                total = total == null ? term : total.add(term);
            }
            return total;
        });
    }

    private void check(String name, Function<List<Variable>, Variable> function, List<Tensor> inputs) {
        for (Tensor x : inputs)
            if (x.dtype() != DType.F64)
                throw new DTypeException(name + ": inputs must be float64 (got " + x.describe() + "); convert with to(DType.F64)");
        var tracked = inputs.stream().map(Variable::tracked).toList();
        Variable y = GradMode.recording(true, () -> function.apply(tracked));
        if (y.dtype() != DType.F64)
            throw new DTypeException(name + ": the function must compute in float64 (its result is " + y.dtype() + ")");
        Tensor direction = Tensor.randn(y.shape(), new Rng(options.seed()), DType.F64, y.device());
        List<Variable> gradients = y.requiresGrad() ? Gradients.gradients(List.of(y), List.of(Variable.of(direction)), tracked, false)
                : tracked.stream().map(Variable::zerosLike).toList();
        for (int i = 0; i < inputs.size(); i++)
            checkInput(name, function, inputs, i, direction, gradients.get(i).data().toDoubleArray());
    }

    private void checkInput(String name, Function<List<Variable>, Variable> function, List<Tensor> inputs, int i, Tensor direction,
            double[] gradient) {
        Tensor x = inputs.get(i);
        double[] values = x.toDoubleArray();
        if (values.length <= options.elements()) {
            for (int e = 0; e < values.length; e++) {
                double h = options.step() * Math.max(1, Math.abs(values[e]));
                int element = e;
                double numeric = difference(function, inputs, i, direction, h, d -> d == element ? 1 : 0);
                compare(name, "input " + i + " element " + position(x, e), gradient[e], numeric);
            }
            return;
        }
        for (int k = 0; k < options.directions(); k++) {
            double[] along = Tensor.randn(x.shape(), new Rng(options.seed()).split(i).split(k), DType.F64, x.device()).toDoubleArray();
            double analytic = 0;
            for (int e = 0; e < along.length; e++)
                analytic = Math.fma(along[e], gradient[e], analytic);
            double numeric = difference(function, inputs, i, direction, options.step(), d -> along[d]);
            compare(name, "input " + i + " along random direction " + k, analytic, numeric);
        }
    }

    @FunctionalInterface
    private interface Direction {
        double at(int element);
    }

    private double difference(Function<List<Variable>, Variable> function, List<Tensor> inputs, int i, Tensor direction, double h,
            Direction along) {
        return (projected(function, inputs, i, direction, h, along) - projected(function, inputs, i, direction, -h, along)) / (2 * h);
    }

    private double projected(Function<List<Variable>, Variable> function, List<Tensor> inputs, int i, Tensor direction, double h,
            Direction along) {
        double[] moved = inputs.get(i).toDoubleArray();
        for (int e = 0; e < moved.length; e++)
            moved[e] += h * along.at(e);
        var variables = new ArrayList<>(inputs.stream().map(Variable::of).toList());
        variables.set(i, Variable.of(like(inputs.get(i), moved)));
        return GradMode.noGrad(() -> function.apply(variables).data().mul(direction).sum().item());
    }

    /// The numbers in the memory order of `x`, so that a check on a view exercises the same strides.
    private static Tensor like(Tensor x, double[] values) {
        return x.copy().copyFrom(Tensor.of(values, x.shape()).to(x.device()));
    }

    private void compare(String name, String where, double backward, double central) {
        double allowed = options.absolute() + options.relative() * Math.max(Math.abs(backward), Math.abs(central));
        if (!(Math.abs(backward - central) <= allowed))
            throw new AssertionError(
                    String.format(Locale.ROOT, "%s: %s: backward gives %.9g, central difference gives %.9g (allowed difference %.2g)",
                            name, where, backward, central, allowed));
    }

    private static String position(Tensor x, int element) {
        int[] index = new int[x.rank()];
        for (int d = index.length - 1, rest = element; d >= 0; d--) {
            index[d] = rest % x.size(d);
            rest /= x.size(d);
        }
        return Arrays.toString(index);
    }
}
