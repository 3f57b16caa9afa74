package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.OpCase.Call;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What every operation has to satisfy, over shapes, memory orders and values.
class OpProperties {
    private static final int TRIES = 400;

    @Provide
    Arbitrary<Call> calls() {
        return Combinators.combine(Arbitraries.of(OpCases.ALL), Arbitraries.integers().between(1, 4).list().ofSize(4),
                Arbitraries.longs().between(0, 1_000_000), Arbitraries.integers().between(0, 3)).as(Call::new);
    }

    @Property(tries = TRIES)
    void backwardMatchesCentralDifferences(@ForAll("calls") Call call) {
        GradCheck.gradcheck(call.op().function(), call.inputs());
    }

    @Property(tries = TRIES)
    void secondDerivativesMatchCentralDifferences(@ForAll("calls") Call call) {
        GradCheck.gradgradcheck(call.op().function(), call.inputs());
    }

    /// The pass that runs kernels and the pass that is recorded are written separately; they must agree.
    @Property(tries = TRIES)
    void kernelsAndRecordedRulesGiveTheSameGradient(@ForAll("calls") Call call) {
        var fast = gradients(call, call.inputs(), false);
        var recorded = gradients(call, call.inputs(), true);
        for (int i = 0; i < fast.size(); i++)
            assertClose(fast.get(i), recorded.get(i), 1e-12);
    }

    @Property(tries = TRIES)
    void float32OnTheCpuMatchesTheReference(@ForAll("calls") Call call) {
        var cpu = call.inputs(DType.F32, Device.CPU);
        var reference = cpu.stream().map(x -> x.to(Device.REFERENCE)).toList();
        assertClose(call.run(cpu).data(), call.run(reference).data(), 2e-5);
        var gradients = gradients(call, cpu, false);
        var expected = gradients(call, reference, false);
        for (int i = 0; i < gradients.size(); i++)
            assertClose(gradients.get(i), expected.get(i), 1e-4);
    }

    @Property(tries = TRIES)
    void inputsAreNotModifiedAndRunsRepeatBitForBit(@ForAll("calls") Call call) {
        var inputs = call.inputs(DType.F32, Device.CPU);
        var before = inputs.stream().map(Tensor::toFloatArray).toList();
        float[] first = call.run(inputs).data().toFloatArray();
        var gradients = gradients(call, inputs, false);
        assertThat(call.run(inputs).data().toFloatArray()).isEqualTo(first);
        var again = gradients(call, inputs, false);
        for (int i = 0; i < inputs.size(); i++) {
            assertThat(inputs.get(i).toFloatArray()).isEqualTo(before.get(i));
            assertThat(again.get(i).toFloatArray()).isEqualTo(gradients.get(i).toFloatArray());
        }
    }

    @Example
    void everyPublicOperationHasACase() {
        var covered = new TreeSet<>(OpCases.ALL.stream().map(OpCase::name).toList());
        var operations = new TreeSet<String>();
        for (var method : Variable.class.getDeclaredMethods())
            if (Modifier.isPublic(method.getModifiers()) && method.getReturnType() == Variable.class)
                operations.add(method.getName());
        operations.removeAll(List.of("of", "tracked", "zerosLike", "detach"));         // make constants or leaves
        assertThat(covered).containsAll(operations);
    }

    private static List<Tensor> gradients(Call call, List<Tensor> inputs, boolean createGraph) {
        var tracked = new ArrayList<Variable>();
        inputs.forEach(x -> tracked.add(Variable.tracked(x)));
        Variable y = call.op().function().apply(tracked);
        var upstream = Variable.of(Tensor.of(spread(y.shape().numel()), y.shape()).to(y.dtype()).to(y.device()));
        return Gradients.gradients(List.of(y), List.of(upstream), tracked, createGraph).stream().map(Variable::data).toList();
    }

    private static double[] spread(int n) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> Math.sin(i + 1));
        return values;
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        for (int i = 0; i < a.length; i++)
            if (!(Math.abs(a[i] - e[i]) <= tolerance * (1 + Math.abs(e[i]))))
                throw new AssertionError("element " + i + ": " + a[i] + ", expected " + e[i]);
    }
}
