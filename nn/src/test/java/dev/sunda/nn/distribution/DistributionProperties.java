package dev.sunda.nn.distribution;

import dev.sunda.autograd.check.OpCase.Call;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.type.Device;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What every function of every distribution has to satisfy, over shapes, memory orders and values.
class DistributionProperties {
    @Provide
    Arbitrary<Call> calls() {
        return Combinators.combine(Arbitraries.of(DistributionCases.SMOOTH), Arbitraries.integers().between(1, 4).list().ofSize(3),
                Arbitraries.longs().between(0, 1_000_000), Arbitraries.integers().between(0, 4)).as(Call::new).withoutEdgeCases();
    }

    @Property(tries = 60)
    void derivativesMatchCentralDifferences(@ForAll("calls") Call call) {
        OpCheck.firstDerivative(call);
        OpCheck.secondDerivative(call);
    }

    @Property(tries = 100)
    void float32OnTheCpuMatchesTheReference(@ForAll("calls") Call call) {
        OpCheck.float32MatchesTheReference(call, Device.CPU);
        OpCheck.inputsStayAndRunsRepeat(call, Device.CPU);
    }

    /// Whatever the properties above draw, no case goes without a check.
    @Example
    void everyCaseHoldsAtOneSize() {
        for (int i = 0; i < DistributionCases.SMOOTH.size(); i++) {
            var call = new Call(DistributionCases.SMOOTH.get(i), List.of(2, 3, 2), 100 + i, i);
            try {
                OpCheck.firstDerivative(call);
                OpCheck.secondDerivative(call);
                OpCheck.float64MatchesTheReference(call, Device.CPU);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(call + ": " + e.getMessage(), e);
            }
        }
    }
}
