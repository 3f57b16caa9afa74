package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hooks on gradients, gradients of intermediate results, and graphs walked several times.
class HookTests {
    @Test
    void aHookSeesTheWholeGradientOnce() {
        var x = Variable.tracked(Tensor.of(3.0));
        Variable y = x.mul(2);
        var seen = new ArrayList<Double>();
        y.onGradient(dy -> {
            seen.add(dy.item());
            return null;
        });
        Variable.gradients(y.mul(y).add(y).sum(), List.of(x), false);
        assertThat(seen).containsExactly(13.0);
    }

    @Test
    void aHookMayReplaceTheGradient() {
        var x = Variable.tracked(Tensor.of(3.0));
        Variable y = x.mul(2);
        HookHandle doubling = y.onGradient(dy -> dy.mul(2));
        HookHandle more = y.onGradient(dy -> dy.add(1));
        assertThat(gradient(y, x)).as("in their order").isEqualTo(6);
        doubling.remove();
        doubling.remove();
        assertThat(gradient(y, x)).isEqualTo(4);
        more.remove();
        assertThat(gradient(y, x)).isEqualTo(2);
    }

    private static double gradient(Variable y, Variable x) {
        return Gradients.gradients(List.of(y.sum()), List.of(Variable.of(Tensor.of(1.0).sum())), List.of(x), true, false).getFirst().item();
    }

    @Test
    void aHookOnAParameterRunsBeforeItAdds() {
        var p = new Parameter(Tensor.of(1f, 2));
        p.onGradient(dy -> dy.mul(10));
        p.sum().backward();
        p.sum().backward();
        assertThat(p.grad().toFloatArray()).containsExactly(20, 20);
    }

    @Test
    void aRecordedPassIsDifferentiatedThroughHooks() {
        var x = Variable.tracked(Tensor.of(3.0));
        Variable y = x.square();
        HookHandle hook = y.onGradient(dy -> dy.mul(dy));
        Variable dx = Variable.gradients(y.square().sum(), List.of(x), true).getFirst();
        assertThat(dx.item()).as("(2 x^2)^2 * 2 x").isEqualTo(18 * 18 * 6);
        hook.remove();
        assertThat(Variable.gradients(dx.sum(), List.of(x), false).getFirst().item()).as("of 8 x^5").isEqualTo(40 * 81);
    }

    @Test
    void whatAHookKeepsOutlivesTheStep() {
        var p = new Parameter(Tensor.of(1f, 2));
        var kept = new ArrayList<Tensor>();
        try (var _ = StepScope.open()) {
            Variable y = p.mul(2);
            y.onGradient(dy -> {
                kept.add(dy.data());
                return null;
            });
            y.square().sum().backward();
        }
        assertThat(kept.getFirst().toFloatArray()).containsExactly(4, 8);
    }

    @Test
    void wrongHooksAreRefused() {
        var x = Variable.tracked(Tensor.of(3.0, 4));
        Variable y = x.mul(2);
        y.onGradient(Variable::sum);
        assertThatThrownBy(() -> Variable.gradients(y.sum(), List.of(x), false)).isInstanceOf(ShapeException.class)
                .hasMessage("onGradient: a hook must replace the gradient by one like it, float64 [2], not float64 (got [])");
        assertThatThrownBy(() -> x.detach().onGradient(dy -> dy)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("onGradient: a constant has no gradient (got float64 [2])");
        assertThatThrownBy(() -> x.detach().retainGrad()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void intermediateResultsKeepTheirGradientOnRequest() {
        var p = new Parameter(Tensor.of(1.0, 2));
        Variable y = p.mul(3);
        Variable z = y.square();
        y.retainGrad();
        z.sum().backward(true);
        z.sum().backward();
        assertThat(y.grad().toDoubleArray()).as("added up").containsExactly(12, 24);
        assertThat(z.grad()).isNull();
        assertThat(p.grad().toDoubleArray()).containsExactly(36, 72);
        assertThat(p.detach().grad()).isNull();
    }

    @Test
    void aGraphIsWalkedAgainOnlyIfItWasKept() {
        var p = new Parameter(Tensor.of(2.0));
        Variable loss = p.pow(3).sum();
        loss.backward(true);
        loss.backward(Tensor.of(10.0).sum(), true);
        loss.backward();
        assertThat(p.grad().item()).isEqualTo(12 * 12);
        assertThatThrownBy(() -> loss.backward(true)).isInstanceOf(IllegalStateException.class).hasMessageContaining("retainGraph");
        assertThatThrownBy(() -> Gradients.gradients(List.of(loss), List.of(loss), List.of(p), false, true))
                .hasMessage("gradients: results that are to be differentiated need the graph (got retainGraph false, createGraph true)");
    }

    @Test
    void writingThroughAViewIsNoticed() {
        Tensor memory = Tensor.of(1.0, 2, 3);
        var x = Variable.tracked(memory.slice(0, 0, 2, 1));
        Variable y = x.square().sum();
        var whole = Variable.tracked(memory);
        Variable part = whole.narrow(0, 1, 2).square().sum();
        memory.narrow(0, 2, 1).copyFrom(Tensor.of(9.0));
        assertThatThrownBy(() -> Variable.gradients(y, List.of(x), false)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was changed in place after it was used");
        assertThatThrownBy(() -> Variable.gradients(part, List.of(whole), false))
                .hasMessageContaining("was changed in place after it was used");
    }

    @Test
    void trackedLeavesKeepTheirGradient() {
        var x = Variable.tracked(Tensor.of(5.0));
        assertThat(x.grad()).isNull();
        x.square().sum().backward();
        x.mul(3).sum().backward();
        assertThat(x.grad().item()).as("added up").isEqualTo(13);
        assertThat(Variable.gradients(x.pow(3).sum(), List.of(x), false).getFirst().item()).isEqualTo(75);
        assertThat(x.grad().item()).as("gradients add nothing").isEqualTo(13);
    }

    @Test
    void aConstantHasNoBackwardPass() {
        var p = new Parameter(Tensor.of(2.0));
        Variable unrecorded = GradMode.noGrad(() -> p.square().sum());
        assertThatThrownBy(unrecorded::backward).isInstanceOf(IllegalStateException.class)
                .hasMessage("backward: there is nothing to differentiate with respect to (got a constant, float64 []); all it was computed "
                        + "from are constants, frozen parameters or data(), or it was computed within GradMode.noGrad");
        assertThatThrownBy(() -> p.detach().square().backward(Tensor.of(1.0))).isInstanceOf(IllegalStateException.class);
        p.freeze();
        assertThatThrownBy(() -> p.square().sum().backward()).isInstanceOf(IllegalStateException.class);
        assertThat(p.grad()).isNull();
    }
}
