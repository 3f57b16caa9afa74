package dev.sunda.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.type.Device;
import dev.sunda.cuda.driver.PtxProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Every operation of the library on the shipped kernels, interpreted: values, gradients, the same bits again, refusals. A load or store
/// outside its tensor, of bytes nobody has written, a race: any of them fails the case.
class OperationTests {
    private static final Device PTX = new Device("ptx", 0);

    /// Sizes of dimensions at which all cases are tried when there is time: ones, equal ones, and beyond a warp or two.
    private static final List<List<Integer>> MORE_SIZES = List.of(List.of(1, 1, 1, 1), List.of(4, 4, 4, 4), List.of(5, 2, 3, 1),
            List.of(1, 4, 5, 3), List.of(3, 1, 4, 5), List.of(6, 7, 5, 9));

    @Test
    void everyOperationMatchesTheReferenceAndRepeats() {
        each(i -> EveryOperation.check(i, List.of(2, 3, 2, 4), 100 + i, PTX));
        assertThat(PtxProvider.fake(0).statistics().threadInstructions()).isGreaterThan(1_000_000);
    }

    @Test
    @EnabledIfSystemProperty(named = "sunda.ptx", matches = "all")
    void everyOperationMatchesTheReferenceAtManySizes() {
        for (int s = 0; s < MORE_SIZES.size(); s++) {
            List<Integer> sizes = MORE_SIZES.get(s);
            int seed = 1000 * (s + 1);
            each(i -> EveryOperation.check(i, sizes, seed + i, PTX));
        }
    }

    @Test
    void invalidCallsAreRefused() {
        each(i -> OpCheck.refusals(EveryOperation.CASES.get(i), PTX));
    }

    private static void each(IntConsumer check) {
        var failures = new ArrayList<String>();
        for (int i = 0; i < EveryOperation.CASES.size(); i++)
            try {
                check.accept(i);
            } catch (AssertionError | RuntimeException e) {
                failures.add("case " + i + ", " + EveryOperation.CASES.get(i).name() + ": " + e);
            }
        assertThat(failures).as("%d of %d", failures.size(), EveryOperation.CASES.size()).isEmpty();
    }
}
