package dev.sunda.autograd;

import static dev.sunda.autograd.Checkpointing.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CheckpointingTests {
    private final Parameter weight = new Parameter(Tensor.randn(Shape.of(4, 4), new Rng(1)));
    private final Tensor input = Tensor.randn(Shape.of(3, 4), new Rng(2));

    /// Uses a parameter and random numbers.
    private Variable block(Variable x, Rng rng) {
        Variable noise = Variable.of(Tensor.rand(Shape.of(3, 4), rng));
        return x.matmul(weight).tanh().mul(noise).add(x);
    }

    private record Result(float[] value, float[] dx, float[] dw, long position) {
    }

    private Result train(boolean first, boolean second, boolean outer) {
        weight.zeroGrad();
        var rng = new Rng(3);
        var x = new Parameter(input.copy());
        UnaryOperator<Variable> inner = v -> block(second ? checkpoint(u -> block(u, rng), v) : block(v, rng), rng);
        UnaryOperator<Variable> all = v -> inner.apply(first ? checkpoint(u -> block(u, rng), v) : block(v, rng));
        Variable y = outer ? checkpoint(all, x) : all.apply(x);
        y.square().sum().backward();
        return new Result(y.data().toFloatArray(), x.grad().toFloatArray(), weight.grad().toFloatArray(), rng.position());
    }

    @Test
    void valuesGradientsAndRandomStreamsHaveTheSameBits() {
        Result plain = train(false, false, false);
        for (int mask = 1; mask < 8; mask++)
            assertThat(train((mask & 1) > 0, (mask & 2) > 0, (mask & 4) > 0)).usingRecursiveComparison().isEqualTo(plain);
    }

    @Test
    void aStepScopeMayBeOpen() {
        Result plain = train(false, false, false);
        try (var _ = StepScope.open()) {
            assertThat(train(true, true, true)).usingRecursiveComparison().isEqualTo(plain);
        }
    }

    @Test
    void nothingIsComputedAgainUnlessTheGradientIsNeeded() {
        var calls = new ArrayList<Boolean>();
        UnaryOperator<Variable> counted = v -> {
            calls.add(Checkpointing.isRecomputing());
            return v.mul(v);
        };
        var x = Variable.tracked(Tensor.of(3.0));
        Variable y = checkpoint(counted, x);
        assertThat(calls).containsExactly(false);
        assertThat(Variable.gradients(y.sum(), List.of(x), false).getFirst().item()).isEqualTo(6);
        assertThat(calls).containsExactly(false, true);
        assertThat(checkpoint(counted, x.detach()).requiresGrad()).isFalse();
        assertThat(GradMode.noGrad(() -> checkpoint(counted, x)).requiresGrad()).isFalse();
        assertThat(calls).hasSize(4);
    }

    @Test
    void variablesFromOutsideGetTheirGradientsOnce() {
        var a = Variable.tracked(Tensor.of(2.0));
        Variable b = a.square();                                     // depends on a, and both are used inside
        var found = new ArrayList<Double>();
        b.onGradient(dy -> {
            found.add(dy.item());
            return null;
        });
        Variable y = checkpoint(x -> x.mul(a).mul(b), a);            // a^4, a being the input too
        assertThat(Variable.gradients(y.sum(), List.of(a), false).getFirst().item()).isEqualTo(32);
        assertThat(found).containsExactly(4.0);
        Variable twice = checkpoint(x -> x.get(0).mul(x.get(1)), List.of(a, a));
        assertThat(Variable.gradients(twice.sum(), List.of(a), false).getFirst().item()).isEqualTo(4);
        assertThat(checkpoint(x -> x, a).requiresGrad()).isTrue();
        Variable c = a.square();
        Variable same = checkpoint(x -> c, a);
        assertThat(Variable.gradients(same.sum(), List.of(a), false).getFirst().item()).isEqualTo(4);
    }

    @Test
    void gradientsCanBeDifferentiatedAgain() {
        var w = Tensor.randn(Shape.of(3, 3), new Rng(1), DType.F64, Device.CPU);
        var x = Tensor.randn(Shape.of(2, 3), new Rng(2), DType.F64, Device.CPU);
        GradCheck.gradgradcheck(v -> checkpoint(u -> checkpoint(t -> t.matmul(v.get(1)).tanh(), u.sin()).mul(u), v.get(0)),
                List.of(x, w));
        GradCheck.gradcheck(v -> checkpoint(u -> u.get(0).matmul(u.get(1)).tanh(), v), List.of(x, w));
    }

    @Test
    void anotherFunctionTheSecondTimeIsRefused() {
        var x = Variable.tracked(Tensor.of(2.0));
        var others = List.of(Variable.tracked(Tensor.of(3.0)), Variable.tracked(Tensor.of(4.0)));
        Variable y = checkpoint(v -> v.mul(others.get(Checkpointing.isRecomputing() ? 1 : 0)), x);
        assertThatThrownBy(() -> Variable.gradients(y.sum(), List.of(x), false)).isInstanceOf(IllegalStateException.class)
                .hasMessage("checkpoint: the function used other variables the second time; it must compute the same again");
    }

    @Test
    void parametersChangedInBetweenAreNoticed() {
        Variable y = checkpoint(v -> v.matmul(weight), Variable.tracked(input)).sum();
        weight.update(w -> w.copyFrom(w.mul(2)));
        assertThatThrownBy(y::backward).isInstanceOf(IllegalStateException.class).hasMessageContaining("was changed in place");
    }

    @Test
    void theGraphInsideIsNotKept() {
        var deep = new Parameter(Tensor.of(1.0));
        Variable y = deep;
        for (int i = 0; i < 50; i++)
            y = checkpoint(v -> v.mul(1.01).mul(1.01).mul(1.01), y);
        int nodes = 0;
        for (Node node = y.node(); !node.isLeaf(); node = node.edges().getFirst().target())
            nodes++;
        assertThat(nodes).isEqualTo(50);
    }
}
