package dev.sunda.autograd.check;

import dev.sunda.autograd.GradCheck;
import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// What every operation has to satisfy, for one call of it. Each check throws an [AssertionError] that says what differs.
public final class OpCheck {
    private static final Pattern TEMPLATE = Pattern.compile("(?s).+: .+\\(got .+\\).*");

    private OpCheck() {
    }

    /// The backward pass against central differences in float64.
    public static void firstDerivative(OpCase.Call call) {
        GradCheck.gradcheck(call.op().function(), call.inputs());
    }

    /// The derivative of the backward pass against central differences in float64.
    public static void secondDerivative(OpCase.Call call) {
        GradCheck.gradgradcheck(call.op().function(), call.inputs());
    }

    /// The pass that runs kernels and the pass that is recorded are written separately; they must agree.
    public static void kernelsEqualRecordedRules(OpCase.Call call) {
        var inputs = call.inputs();
        assertClose("gradient", gradients(call, inputs, false), gradients(call, inputs, true), 1e-11);
    }

    /// Value and gradients in float32 on `device` against the reference backend.
    public static void float32MatchesTheReference(OpCase.Call call, Device device) {
        matchesTheReference(call, DType.F32, device, 2e-5, 1e-4);
    }

    /// Value and gradients in float64 on `device` against the reference backend.
    public static void float64MatchesTheReference(OpCase.Call call, Device device) {
        matchesTheReference(call, DType.F64, device, 1e-11, 1e-10);
    }

    private static void matchesTheReference(OpCase.Call call, DType dtype, Device device, double values, double gradients) {
        var fast = call.inputs(dtype, device);
        var reference = fast.stream().map(x -> x.to(Device.REFERENCE)).toList();
        Tensor y = call.run(fast).data();
        if (!y.device().equals(device))
            throw new AssertionError("the result lives on " + y.device() + ", not on " + device);
        assertClose("value", y, call.run(reference).data(), values);
        assertClose("gradient", gradients(call, fast, false), gradients(call, reference, false), gradients);
    }

    /// Inputs keep their values, and a second run gives the same bits.
    public static void inputsStayAndRunsRepeat(OpCase.Call call, Device device) {
        var inputs = call.inputs(DType.F32, device);
        var before = inputs.stream().map(Tensor::toFloatArray).toList();
        float[] first = call.run(inputs).data().toFloatArray();
        var firstGradients = gradients(call, inputs, false);
        assertSame("value of a second run", call.run(inputs).data().toFloatArray(), first);
        var again = gradients(call, inputs, false);
        for (int i = 0; i < inputs.size(); i++) {
            assertSame("input " + i + " after the call", inputs.get(i).toFloatArray(), before.get(i));
            assertSame("gradient " + i + " of a second run", again.get(i).toFloatArray(), firstGradients.get(i).toFloatArray());
        }
    }

    /// `<A x, y> = <x, A' y>` for a case that is linear in its first input, `A'` being its backward pass. Also finds what is not linear:
    /// `A(2 x) = 2 A x`.
    public static void adjoint(OpCase.Call call) {
        var inputs = call.inputs();
        Tensor x = inputs.getFirst();
        Tensor ax = call.run(inputs).data().sub(call.run(with(inputs, x.mul(0))).data());   // without a constant part, such as a bias
        Tensor twice = call.run(with(inputs, x.mul(2))).data().sub(call.run(with(inputs, x.mul(0))).data());
        assertClose("A(2 x)", twice, ax.mul(2), 1e-11);
        Tensor y = spread(ax);
        Tensor back = gradients(call, inputs, false).getFirst();
        double left = ax.mul(y).sum().item();
        double right = x.mul(back).sum().item();
        double scale = ax.mul(y).abs().sum().item() + x.mul(back).abs().sum().item();
        if (!(Math.abs(left - right) <= 1e-11 * (1 + scale)))
            throw new AssertionError("<A x, y> is " + left + " but <x, A' y> is " + right);
    }

    private static List<Tensor> with(List<Tensor> inputs, Tensor first) {
        var changed = inputs.toArray(Tensor[]::new);
        changed[0] = first;
        return List.of(changed);
    }

    /// Every invalid call ends with an [IllegalArgumentException] in the form *operation: what is wrong (got ...)*.
    ///
    /// @return the messages
    public static List<String> refusals(OpCase op, Device device) {
        var messages = new ArrayList<String>();
        for (int i = 0; i < op.refusals().size(); i++)
            messages.add(refused(op.name() + ", invalid call " + i, op.refusals().get(i), device));
        return messages;
    }

    private static String refused(String what, Consumer<Device> call, Device device) {
        try {
            call.accept(device);
            Backends.of(device).synchronize();                       // a device that works behind our back may say so only now
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || !TEMPLATE.matcher(e.getMessage()).matches())
                throw new AssertionError(what + ": the message does not read 'operation: what is wrong (got ...)' but " + e.getMessage(),
                        e);
            return e.getMessage();
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": crashed with " + e, e);
        }
        throw new AssertionError(what + ": was not refused");
    }

    /// Gradients of `sum(y * u)` with a fixed `u`, with respect to all inputs; zeros where the result depends on none.
    public static List<Tensor> gradients(OpCase.Call call, List<Tensor> inputs, boolean createGraph) {
        var tracked = inputs.stream().map(Variable::tracked).toList();
        Variable y = call.op().function().apply(tracked);
        if (!y.requiresGrad())
            return tracked.stream().map(x -> Variable.zerosLike(x).data()).toList();
        return Gradients.gradients(List.of(y), List.of(Variable.of(spread(y.data()))), tracked, createGraph).stream().map(Variable::data)
                .toList();
    }

    /// Fixed numbers of the shape, type and device of `y`.
    private static Tensor spread(Tensor y) {
        double[] values = new double[y.numel()];
        Arrays.setAll(values, i -> Math.sin(i + 1));
        return Tensor.of(values, y.shape()).to(y.dtype()).to(y.device());
    }

    private static void assertSame(String what, float[] actual, float[] expected) {
        if (!Arrays.equals(actual, expected))
            throw new AssertionError(what + ": other bits");
    }

    private static void assertClose(String what, List<Tensor> actual, List<Tensor> expected, double tolerance) {
        for (int i = 0; i < actual.size(); i++)
            assertClose(what + " of input " + i, actual.get(i), expected.get(i), tolerance);
    }

    private static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        if (!actual.shape().equals(expected.shape()))
            throw new AssertionError(what + ": shape " + actual.shape() + ", expected " + expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        for (int i = 0; i < a.length; i++)
            if (!(Math.abs(a[i] - e[i]) <= tolerance * (1 + Math.abs(e[i]))) && !(Double.isNaN(a[i]) && Double.isNaN(e[i])))
                throw new AssertionError(what + ": element " + i + " is " + a[i] + ", expected " + e[i]);
    }
}
