package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Checkpointing;
import dev.sunda.autograd.HookHandle;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hooks on layers, and layers inside checkpoints.
class LayerHookTests {
    private static Sequential model() {
        var rng = new Rng(1);
        return new Sequential(new Conv2d(2, 3, 3, rng), new BatchNorm2d(3), new Relu(), new MaxPool2d(2), new Dropout(0.5, rng),
                new Flatten(),
                new Linear(12, 4, rng));
    }

    private final Tensor x = Tensor.randn(Shape.of(2, 2, 6, 6), new Rng(2));

    @Test
    void everyLayersResultIsThereToBeSeen() {
        Sequential model = model();
        Variable plain = model.forward(x);
        Sequential watched = model();
        var seen = new ArrayList<Tensor>();
        for (Layer layer : watched.children())
            layer.afterForward((_, y) -> {
                seen.add(y.data());
                return null;
            });
        assertThat(watched.forward(x).data().toFloatArray()).isEqualTo(plain.data().toFloatArray());
        assertThat(seen).hasSize(7);
        assertThat(seen.get(1).amin(Dims.all()).item()).as("not yet through relu").isNegative();
        assertThat(seen.get(2).toFloatArray()).isEqualTo(seen.get(1).relu().toFloatArray());
        assertThat(seen.get(3).shape()).isEqualTo(Shape.of(2, 3, 2, 2));
    }

    @Test
    void hooksMayReplaceInputAndResult() {
        var layer = new Linear(2, 2, new Rng(1));
        Tensor ones = Tensor.ones(1, 2);
        float[] plain = layer.forward(ones).data().toFloatArray();
        HookHandle before = layer.beforeForward(input -> input.mul(0));
        assertThat(layer.forward(ones).data().toFloatArray()).isEqualTo(layer.bias().data().toFloatArray());
        HookHandle after = layer.afterForward((input, y) -> y.add(input).mul(2));
        assertThat(layer.forward(ones).data().toFloatArray()).isEqualTo(layer.bias().data().mul(2).toFloatArray());
        before.remove();
        after.remove();
        assertThat(layer.forward(ones).data().toFloatArray()).isEqualTo(plain);
    }

    @Test
    void aCheckpointTrainsTheSameModel() {
        Sequential plain = model();
        Sequential saving = model();
        for (int step = 0; step < 2; step++) {
            Variable y = plain.forward(x);
            Variable z = Checkpointing.checkpoint(saving::forward, Variable.of(x));
            assertThat(z.data().toFloatArray()).isEqualTo(y.data().toFloatArray());
            y.square().sum().backward();
            z.square().sum().backward();
        }
        for (int i = 0; i < plain.parameters().size(); i++)
            assertThat(saving.parameters().get(i).grad().toFloatArray()).isEqualTo(plain.parameters().get(i).grad().toFloatArray());
        assertThat(List.copyOf(saving.namedBuffers().values()).stream().map(b -> b.data().toFloatArray()).toList())
                .usingRecursiveComparison().isEqualTo(plain.namedBuffers().values().stream().map(b -> b.data().toFloatArray()).toList());
    }

    /// A layer with two inputs.
    private static final class Sum extends Layer {
        private final Linear left = child("left", new Linear(2, 3, new Rng(1)));
        private final Linear right = child("right", new Linear(2, 3, new Rng(2)));

        Variable forward(Variable a, Variable b) {
            return call(a, x -> left.forward(x).add(right.forward(b)));
        }

        @Override
        protected Variable compute(Variable x) {
            return left.forward(x).add(right.forward(x));
        }
    }

    @Test
    void layersWithSeveralInputsAreCalledLikeOthers() {
        var sum = new Sum();
        Variable ones = Variable.of(Tensor.ones(4, 2));
        sum.beforeForward(v -> v.mul(2));
        sum.afterForward((in, y) -> {
            assertThat(in.data().toFloatArray()).containsOnly(2);
            return y.neg();
        });
        Variable expected = sum.left.forward(ones.mul(2)).add(sum.right.forward(ones)).neg();
        assertThat(sum.forward(ones, ones).data().toFloatArray()).isEqualTo(expected.data().toFloatArray());
        assertThatThrownBy(() -> sum.forward(ones, Variable.of(Tensor.ones(4, 5))))
                .hasMessageStartingWith("in right Linear(2 -> 3): matmul");
    }
}
