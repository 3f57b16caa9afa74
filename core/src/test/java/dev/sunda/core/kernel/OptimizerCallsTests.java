package dev.sunda.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.op.Term;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which updates go to the device in one call: it may run them at once, so none of them may touch what another one writes. The CPU runs
/// them one after the other, whose results are right however they are cut.
class OptimizerCallsTests {
    private static final SgdStep SGD = new SgdStep(0.1, 0.9, 0, 0, false, false, false);
    private static final AdamStep ADAM = new AdamStep(0.1, 0.9, 0.99, 1e-6, 0, false, false, 1);
    private static final Formula FORMULA =
            new Formula().assign(0, Term.tensor(0).sub(Term.tensor(1))).assign(2, Term.tensor(2).add(Term.tensor(3)));

    /// A step, with the number of tensors it takes and the places of those it only reads.
    enum Step {
        PLAIN_SGD(2, Set.of(1), sets -> OptimizerKernels.sgd(changes(SGD, sets))),
        MOMENTUM(3, Set.of(1), sets -> OptimizerKernels.sgd(changes(SGD, sets))),
        ADAM(4, Set.of(1), sets -> OptimizerKernels.adam(changes(OptimizerCallsTests.ADAM, sets))),
        AMSGRAD(5, Set.of(1), sets -> OptimizerKernels.adam(changes(OptimizerCallsTests.ADAM, sets))),
        FORMULA(4, Set.of(1, 3), sets -> OptimizerKernels.formulas(changes(OptimizerCallsTests.FORMULA, sets)));

        private final int tensors;
        private final Set<Integer> read;
        private final Consumer<List<List<Tensor>>> run;

        Step(int tensors, Set<Integer> read, Consumer<List<List<Tensor>>> run) {
            this.tensors = tensors;
            this.read = read;
            this.run = run;
        }

        private static <S> List<Change<S>> changes(S step, List<List<Tensor>> sets) {
            return sets.stream().map(set -> new Change<>(step, set)).toList();
        }

        List<Tensor> set(Device device) {
            var set = new ArrayList<Tensor>();
            for (int k = 0; k < tensors; k++)
                set.add(half(memory(device), k % 2));
            return set;
        }

        List<Tensor> set() {
            return set(CountingDevice.DEVICE);
        }

        List<Integer> calls(List<List<Tensor>> sets) {
            return CountingDevice.calls(() -> run.accept(sets));
        }
    }

    private static Tensor memory(Device device) {
        return Tensor.full(Shape.of(2, 3), 1, DType.F32, device);
    }

    private static Tensor half(Tensor memory, int which) {
        return memory.narrow(0, which, 1);
    }

    @ParameterizedTest @EnumSource
    void independentParametersGoTogether(Step step) {
        assertThat(step.calls(List.of())).isEmpty();
        assertThat(step.calls(List.of(step.set()))).containsExactly(1);
        assertThat(step.calls(List.of(step.set(), step.set(), step.set()))).containsExactly(3);
    }

    /// The same tensor at any place of two updates, such as a weight that two layers share, a gradient that is another parameter, or a
    /// state that is another one's; and the other half of its memory. Two may only read it together.
    @ParameterizedTest @EnumSource
    void memoryThatOneWritesIsNotForTheOther(Step step) {
        for (int i = 0; i < step.tensors; i++)
            for (int j = 0; j < step.tensors; j++)
                for (int other = 0; other < 2; other++) {
                    List<Tensor> first = step.set(), second = step.set();
                    Tensor shared = memory(CountingDevice.DEVICE);
                    first.set(i, half(shared, 0));
                    second.set(j, half(shared, other));
                    boolean together = step.read.contains(i) && step.read.contains(j);
                    assertThat(step.calls(List.of(first, second))).as("tensor %d of the first and %d of the second", i, j)
                            .isEqualTo(together ? List.of(2) : List.of(1, 1));
                    assertThat(step.calls(List.of(first, step.set(), second))).isEqualTo(together ? List.of(3) : List.of(2, 1));
                }
    }

    /// What earlier calls have touched does not count: here the third parameter reads what the first one wrote.
    @ParameterizedTest @EnumSource
    void aNewCallBeginsWithNothing(Step step) {
        List<Tensor> first = step.set(), second = step.set(), third = step.set();
        second.set(1, first.getFirst());
        third.set(1, first.getFirst());
        assertThat(step.calls(List.of(first, second, third))).containsExactly(1, 2);
        assertThat(step.calls(List.of(first, second, third, first, second))).containsExactly(1, 2, 1, 1);
    }

    @ParameterizedTest @EnumSource
    void eachDeviceGetsItsOwn(Step step) {
        assertThat(step.calls(List.of(step.set(), step.set(Device.CPU), step.set(), step.set(), step.set(Device.REFERENCE))))
                .containsExactly(1, 2);
    }

    /// Formulas of a call write different places: what counts is what each of them assigns.
    @Test
    void eachFormulaWritesWhatItAssigns() {
        var writesFirst = new Formula().assign(0, Term.tensor(1));
        var writesSecond = new Formula().assign(1, Term.tensor(0));
        Tensor shared = half(memory(CountingDevice.DEVICE), 0);
        Tensor a = half(memory(CountingDevice.DEVICE), 0), b = half(memory(CountingDevice.DEVICE), 0);
        assertThat(CountingDevice.calls(() -> OptimizerKernels.formulas(
                List.of(Change.of(writesFirst, a, shared), Change.of(writesSecond, shared, b))))).containsExactly(2);
        assertThat(CountingDevice.calls(() -> OptimizerKernels.formulas(
                List.of(Change.of(writesSecond, a, shared), Change.of(writesSecond, shared, b))))).containsExactly(1, 1);
    }
}
