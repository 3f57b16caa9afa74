package dev.sunda.nn.functional;

import dev.sunda.autograd.GradCheck;
import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// What every operation has to satisfy, for one call of it.
public final class OpChecks {
    private OpChecks() {
    }

    /// First and second derivative, fused against recorded backward, float32 against the float64 reference.
    public static void check(Function<List<Variable>, Variable> op, List<Tensor> inputs) {
        derivatives(op, inputs);
        fusedBackwardEqualsRecorded(op, inputs);
        float32MatchesFloat64(op, inputs, 1e-4);
    }

    /// First and second derivative against central differences.
    public static void derivatives(Function<List<Variable>, Variable> op, List<Tensor> inputs) {
        GradCheck.gradcheck(op, inputs);
        GradCheck.gradgradcheck(op, inputs);
    }

    /// The pass that runs kernels and the pass that is recorded are written separately; they must agree.
    public static void fusedBackwardEqualsRecorded(Function<List<Variable>, Variable> op, List<Tensor> inputs) {
        var fused = gradients(op, inputs, false);
        var recorded = gradients(op, inputs, true);
        for (int i = 0; i < fused.size(); i++)
            assertClose("gradient of input " + i, fused.get(i), recorded.get(i), 1e-11);
    }

    /// Value and gradients computed by the fast kernels in float32 against the reference backend in float64.
    public static void float32MatchesFloat64(Function<List<Variable>, Variable> op, List<Tensor> inputs, double tolerance) {
        var fast = inputs.stream().map(x -> x.to(DType.F32)).toList();
        var exact = fast.stream().map(x -> x.to(DType.F64)).toList();
        assertClose("value", run(op, fast), run(op, exact), tolerance);
        var actual = gradients(op, fast, false);
        var expected = gradients(op, exact, false);
        for (int i = 0; i < actual.size(); i++)
            assertClose("gradient of input " + i, actual.get(i), expected.get(i), tolerance);
    }

    public static Tensor run(Function<List<Variable>, Variable> op, List<Tensor> inputs) {
        return op.apply(inputs.stream().map(Variable::of).toList()).data();
    }

    /// Gradients of `sum(y * u)` for a fixed `u`.
    public static List<Tensor> gradients(Function<List<Variable>, Variable> op, List<Tensor> inputs, boolean createGraph) {
        var tracked = inputs.stream().map(Variable::tracked).toList();
        Variable y = op.apply(tracked);
        if (!y.requiresGrad())
            return inputs.stream().map(x -> Tensor.zeros(x.shape(), x.dtype(), x.device())).toList();
        double[] u = new double[y.shape().numel()];
        Arrays.setAll(u, i -> Math.sin(i + 1));
        var upstream = Variable.of(Tensor.of(u, y.shape()).to(y.dtype()));
        return Gradients.gradients(List.of(y), List.of(upstream), tracked, createGraph).stream().map(Variable::data).toList();
    }

    /// Float64 numbers, all at least 0.05 apart and away from 0, in one of several memory orders.
    public static Tensor distinct(Shape shape, Rng rng, int memory) {
        int[] order = rng.permutation(shape.numel());
        double[] values = new double[order.length];
        Arrays.setAll(values, i -> (order[i] - order.length / 2 + 0.5) * 0.07);
        return stored(Tensor.of(values, shape), memory);
    }

    /// Standard normal float64 numbers in one of several memory orders.
    public static Tensor normal(Shape shape, Rng rng, int memory) {
        return stored(Tensor.randn(shape, rng, DType.F64, Device.CPU), memory);
    }

    /// The same numbers laid out differently: row-major, column-major, every second element of a larger block, channels last.
    public static Tensor stored(Tensor x, int memory) {
        if (x.rank() == 0)
            return x;
        int[] reversed = new int[x.rank()];
        Arrays.setAll(reversed, d -> x.rank() - 1 - d);
        return switch (Math.floorMod(memory, 4)) {
            case 1 -> x.permute(reversed).contiguous().permute(reversed);
            case 2 -> {
                Shape wide = x.shape().with(-1, 2 * x.size(-1));
                Tensor block = Tensor.full(wide, Double.NaN, x.dtype(), x.device());
                yield block.slice(-1, 1, wide.size(-1), 2).copyFrom(x);
            }
            case 3 -> x.rank() < 3 ? x.flip(0).contiguous().flip(0) : x.channelsLast();
            default -> Tensor.empty(Layout.contiguous(x.shape()), x.dtype(), x.device()).copyFrom(x);
        };
    }

    /// `sum(a * b)`.
    public static double dot(Tensor a, Tensor b) {
        return a.mul(b).sum().item();
    }

    /// `((7 i) mod 11 - 5) / 4`, numbers that are exact in every type; the expectations from PyTorch were computed on the same.
    public static Tensor ramp(int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.numel()];
        Arrays.setAll(values, i -> (i * 7 % 11 - 5) / 4.0);
        return Tensor.of(values, shape);
    }

    public static void assertClose(String what, Tensor actual, double... expected) {
        assertClose(what, actual, Tensor.of(expected, Shape.of(expected.length)).reshape(actual.shape()), 1e-9);
    }

    public static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        if (!actual.shape().equals(expected.shape()))
            throw new AssertionError(what + ": shape " + actual.shape() + ", expected " + expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        var wrong = new ArrayList<String>();
        for (int i = 0; i < a.length; i++)
            if (!(Math.abs(a[i] - e[i]) <= tolerance * (1 + Math.abs(e[i]))) && !(Double.isNaN(a[i]) && Double.isNaN(e[i])))
                wrong.add("element " + i + " is " + a[i] + ", expected " + e[i]);
        if (!wrong.isEmpty())
            throw new AssertionError(what + ": " + String.join("; ", wrong.subList(0, Math.min(5, wrong.size()))));
    }
}
