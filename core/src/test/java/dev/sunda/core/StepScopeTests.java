package dev.sunda.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StepScopeTests {

    @Test
    void aTensorOfAClosedScopeCannotBeTouched() {
        Tensor x;
        try (var _ = StepScope.open()) {
            x = Tensor.ones(4).add(1);
        }
        assertThatThrownBy(x::toFloatArray).isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("tensor of 4 x float32 was recycled when the step scope opened at StepScopeTests.java:\\d+ closed at "
                        + "StepScopeTests.java:\\d+; use item\\(\\) or step.keep\\(tensor\\)");
        assertThatThrownBy(() -> x.add(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeptTensorLivesOn() {
        Tensor kept;
        try (var step = StepScope.open()) {
            kept = step.keep(Tensor.ones(4).add(1));
        }
        try (var _ = StepScope.open()) {
            Tensor.ones(4).mul(7);                                   // would overwrite the buffer if it had been recycled
        }
        assertThat(kept.toFloatArray()).containsExactly(2, 2, 2, 2);
    }

    @Test
    void theNextScopeGetsTheSameMemory() {
        Object first;
        try (var _ = StepScope.open()) {
            first = Tensor.ones(1000).add(1).view().heap().array();
        }
        try (var _ = StepScope.open()) {
            Tensor a = Tensor.ones(1000);
            Tensor b = a.add(1);
            assertThat(first == a.view().heap().array() || first == b.view().heap().array()).isTrue();
        }
    }

    @Test
    void whatWasLetGoIsTakenBackUnlessItWasCollected() {
        float[] memory;
        try (var _ = StepScope.open()) {
            memory = Tensor.zeros(1234).view().heap().floats();
        }
        for (int i = 0; i < 5; i++)
            try (var _ = StepScope.open()) {
                Tensor.zeros(3);
            }
        try (var _ = StepScope.open()) {
            assertThat(Tensor.zeros(1234).view().heap().floats()).isSameAs(memory);
            assertThat(Tensor.zeros(1234).view().heap().floats()).isNotSameAs(memory);
        }
    }

    @Test
    void tensorsBelongToTheInnermostScope() {
        try (var _ = StepScope.open()) {
            Tensor outer = Tensor.ones(3).add(1);
            Tensor inner;
            try (var _ = StepScope.open()) {
                inner = outer.add(1);
            }
            assertThat(outer.toFloatArray()).containsExactly(2, 2, 2);
            assertThatThrownBy(inner::toFloatArray).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingAScopeClosesOneLeftOpenInsideAndSaysSo() {
        var outer = StepScope.open();
        StepScope.open();
        Tensor inner = Tensor.ones(3).add(1);
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was left open inside the one opened at");
        assertThatThrownBy(inner::toFloatArray).isInstanceOf(IllegalStateException.class);
        outer.close();                                               // a second close is harmless
        Tensor after = Tensor.ones(3).add(1);
        try (var _ = StepScope.open()) {
            after.add(1);
        }
        assertThat(after.toFloatArray()).containsExactly(2, 2, 2);
    }

    @Test
    void onlyTheThreadOfAScopeMayCloseIt() throws InterruptedException {
        var scope = StepScope.open();
        var seen = new AtomicReference<Throwable>();
        Thread.ofVirtual().start(() -> {
            try {
                scope.close();
            } catch (IllegalStateException e) {
                seen.set(e);
            }
        }).join();
        assertThat(seen.get()).hasMessageContaining("must be closed by its own thread");
        scope.close();
    }

    @Test
    void whatComesFromJavaArraysIsRecycledToo() {
        Tensor x;
        try (var _ = StepScope.open()) {
            x = Tensor.of(1f, 2);
        }
        assertThatThrownBy(x::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsMadeOutsideIsNotTouched() {
        Tensor before = Tensor.ones(3);
        try (var _ = StepScope.open()) {
            before.add(1);
        }
        assertThat(before.toFloatArray()).containsExactly(1, 1, 1);
    }

    @Test
    void memoryMadeAfterAMarkCanBeRecycledAtOnce() {
        try (var _ = StepScope.open()) {
            Tensor before = Tensor.ones(1000).add(1);
            var mark = StepScope.mark();
            Tensor after = before.add(1);
            Object array = after.view().heap().array();
            mark.recycle(before, "the test");
            mark.recycle(after, "the test");
            assertThat(before.toFloatArray()).containsOnly(2);
            assertThatThrownBy(after::toFloatArray).isInstanceOf(IllegalStateException.class).hasMessage("tensor of 1000 x float32 was "
                    + "recycled by the test; take it out of the scope with StepScope.retain(tensor) where it is made");
            assertThat(before.add(1).view().heap().array()).isSameAs(array);
        }
    }

    @Test
    void aMarkSparesWhatWasRetainedAndDoesNothingWithoutAScope() {
        Tensor kept;
        var none = StepScope.mark();
        Tensor free = Tensor.ones(3).add(1);
        none.recycle(free, "the test");
        try (var _ = StepScope.open()) {
            var mark = StepScope.mark();
            kept = StepScope.retain(Tensor.ones(3).add(1));
            mark.recycle(kept, "the test");
        }
        assertThat(kept.toFloatArray()).containsExactly(2, 2, 2);
        assertThat(free.toFloatArray()).containsExactly(2, 2, 2);
    }
}
