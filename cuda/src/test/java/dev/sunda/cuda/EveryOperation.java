package dev.sunda.cuda;

import dev.sunda.autograd.OpCases;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.type.Device;
import dev.sunda.nn.functional.FunctionalCases;
import java.util.List;
import java.util.stream.Stream;

/// The cases of the whole library, as they judge a device.
final class EveryOperation {
    static final List<OpCase> CASES = Stream.concat(OpCases.ALL.stream(), FunctionalCases.ALL.stream()).toList();

    private EveryOperation() {
    }

    /// Values and gradients against the reference in both floating types, and the same bits again.
    ///
    /// @param i number of the case
    /// @param sizes four sizes of dimensions
    /// @param seed of the values
    static void check(int i, List<Integer> sizes, long seed, Device device) {
        var call = new OpCase.Call(CASES.get(i), sizes, seed, Math.floorMod(seed, 5));
        OpCheck.float32MatchesTheReference(call, device);
        OpCheck.float64MatchesTheReference(call, device);
        OpCheck.inputsStayAndRunsRepeat(call, device);
    }
}
