package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Call;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.type.Device;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
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
    private static final List<Class<?>> RESULTS = List.of(Variable.class, Variable.Indexed.class, Variable.Moments.class,
            Variable.Extremes.class, LinearAlgebra.Qr.class, LinearAlgebra.SlogDet.class, LinearAlgebra.Eigh.class,
            LinearAlgebra.Svd.class, LinearAlgebra.Lu.class);

    /// Operations made of others: an error about shapes or types may be that of the part they do not fit.
    private static final Set<String> PARTS = Set.of(
            "addbmm says bmm", "addcmul says mul", "addmv says matmul", "addr says outer", "aminmax says amin", "bmm says matmul",
            "clamp says maximum", "columnStack says cat", "dist says sub", "div says floorDivide", "dot says matmul",
            "einsum says matmul", "expandAs says expand", "hstack says cat", "index says slice", "indexFill says maskedFill",
            "logDet says slogDet", "mT says transpose", "matrixNorm says amax", "max says amax", "min says amin", "mv says matmul",
            "nanmean says sum", "nansum says sum", "norm says sum", "pinv says svd", "rsub says number", "selectScatter says select",
            "std says var", "swapaxes says transpose", "tile says repeat", "varMean says var", "vstack says cat");

    @Provide
    Arbitrary<Call> calls() {
        return calls(OpCases.ALL);
    }

    @Provide
    Arbitrary<Call> linearCalls() {
        return calls(OpCases.ALL.stream().filter(OpCase::linear).toList());
    }

    private static Arbitrary<Call> calls(List<OpCase> cases) {
        return Combinators.combine(Arbitraries.of(cases), Arbitraries.integers().between(1, 4).list().ofSize(4),
                Arbitraries.longs().between(0, 1_000_000), Arbitraries.integers().between(0, 4)).as(Call::new).withoutEdgeCases();
    }

    @Property(tries = TRIES)
    void backwardMatchesCentralDifferences(@ForAll("calls") Call call) {
        OpCheck.firstDerivative(call);
    }

    @Property(tries = TRIES)
    void secondDerivativesMatchCentralDifferences(@ForAll("calls") Call call) {
        OpCheck.secondDerivative(call);
    }

    @Property(tries = TRIES)
    void kernelsAndRecordedRulesGiveTheSameGradient(@ForAll("calls") Call call) {
        OpCheck.kernelsEqualRecordedRules(call);
    }

    @Property(tries = TRIES)
    void float32OnTheCpuMatchesTheReference(@ForAll("calls") Call call) {
        OpCheck.float32MatchesTheReference(call, Device.CPU);
    }

    @Property(tries = TRIES)
    void float64OnTheCpuMatchesTheReference(@ForAll("calls") Call call) {
        OpCheck.float64MatchesTheReference(call, Device.CPU);
    }

    @Property(tries = TRIES)
    void inputsAreNotModifiedAndRunsRepeatBitForBit(@ForAll("calls") Call call) {
        OpCheck.inputsStayAndRunsRepeat(call, Device.CPU);
    }

    @Property
    void linearOperationsHaveTheirAdjoint(@ForAll("linearCalls") Call call) {
        OpCheck.adjoint(call);
    }

    /// Whatever the properties above draw, no case goes without a check.
    @Example
    void everyCaseHoldsAtOneSize() {
        for (int i = 0; i < OpCases.ALL.size(); i++) {
            var call = new Call(OpCases.ALL.get(i), List.of(2, 3, 2, 4), 100 + i, i);
            try {
                OpCheck.firstDerivative(call);
                OpCheck.secondDerivative(call);
                OpCheck.kernelsEqualRecordedRules(call);
                OpCheck.float32MatchesTheReference(call, Device.CPU);
                OpCheck.float64MatchesTheReference(call, Device.CPU);
                OpCheck.inputsStayAndRunsRepeat(call, Device.CPU);
                if (call.op().linear())
                    OpCheck.adjoint(call);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(call + ": " + e.getMessage(), e);
            }
        }
    }

    @Example
    void invalidCallsAreRefusedByTheirOwnName() {
        var others = new TreeSet<String>();
        for (Device device : List.of(Device.CPU, Device.REFERENCE))
            for (OpCase op : OpCases.ALL)
                for (String message : OpCheck.refusals(op, device))
                    if (!message.startsWith(op.name() + ":"))
                        others.add(op.name() + " says " + message.substring(0, message.indexOf(':')));
        assertThat(others).isSubsetOf(PARTS);
    }

    @Example
    void everyPublicOperationHasACase() {
        var covered = new TreeSet<>(OpCases.ALL.stream().map(OpCase::name).toList());
        var operations = new TreeSet<String>();
        for (Class<?> type : List.of(Variable.class, LinearAlgebra.class, SpecialFunctions.class))
            for (var method : type.getDeclaredMethods())
                if (Modifier.isPublic(method.getModifiers()) && RESULTS.contains(method.getReturnType()))
                    operations.add(method.getName());
        operations.removeAll(List.of("of", "tracked", "zerosLike", "detach"));         // make constants or leaves
        assertThat(covered).containsAll(operations);
    }
}
