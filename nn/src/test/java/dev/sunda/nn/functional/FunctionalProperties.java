package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Call;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.type.Device;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What every operation has to satisfy, over shapes, memory orders and values.
class FunctionalProperties {
    private static final int TRIES = 300;
    /// Operations made of others, or of a family: an error about shapes or types may be that of the part they do not fit.
    private static final Set<String> PARTS = Set.of(
            "alphaDropout says dropout", "avgPool2dByDivisor says avgPool2d", "avgPool3dByDivisor says avgPool3d",
            "batchNorm says channelNormalize", "celu says elu", "conv says conv1d", "conv says conv2d", "conv says pad",
            "dropout1d says dropout", "gru says recurrence", "gumbelSoftmax says softmax", "maxPool1d says maxPool",
            "multiheadAttention says attention", "normalize says sum", "relu6 says hardtanh", "scaledDotProductAttention says attention",
            "selfAttention says attention", "selu says elu", "softmin says softmax", "stochasticDepth says dropout");

    @Provide
    Arbitrary<Call> calls() {
        return calls(FunctionalCases.ALL);
    }

    @Provide
    Arbitrary<Call> linearCalls() {
        return calls(FunctionalCases.ALL.stream().filter(OpCase::linear).toList());
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
        for (int i = 0; i < FunctionalCases.ALL.size(); i++) {
            var call = new Call(FunctionalCases.ALL.get(i), List.of(2, 3, 2, 4), 100 + i, i);
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
            for (OpCase op : FunctionalCases.ALL)
                for (String message : OpCheck.refusals(op, device))
                    if (!message.startsWith(op.name() + ":"))
                        others.add(op.name() + " says " + message.substring(0, message.indexOf(':')));
        assertThat(others).isSubsetOf(PARTS);
    }

    @Example
    void everyPublicOperationHasACase() {
        var covered = new TreeSet<>(FunctionalCases.ALL.stream().map(OpCase::name).toList());
        var operations = new TreeSet<String>();
        for (Class<?> type : FunctionalCases.CLASSES)
            operations(type).forEach(method -> operations.add(method.getName()));
        assertThat(covered).containsAll(operations);
    }

    /// Guards the test above: a class nobody lists is not looked at.
    @Example
    void everyClassOfOperationsIsListed() throws Exception {
        var holders = new ArrayList<Class<?>>();
        try (var files = Files.list(Path.of("src/main/java/dev/sunda/nn/functional"))) {
            for (Path file : files.filter(file -> !file.endsWith("package-info.java")).toList()) {
                Class<?> type = Class.forName("dev.sunda.nn.functional." + file.getFileName().toString().replace(".java", ""));
                if (operations(type).findAny().isPresent())
                    holders.add(type);
            }
        }
        assertThat(holders).isNotEmpty().allMatch(FunctionalCases.CLASSES::contains);
    }

    private static Stream<Method> operations(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).filter(method -> Modifier.isPublic(method.getModifiers())
                && Modifier.isStatic(method.getModifiers()) && List.of(method.getParameterTypes()).contains(Variable.class));
    }
}
