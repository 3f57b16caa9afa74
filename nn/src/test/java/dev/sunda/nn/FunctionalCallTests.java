package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Checkpointing;
import dev.sunda.autograd.GradCheck;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Calls in which other variables stand in for parameters.
class FunctionalCallTests {
    private final Rng rng = new Rng(7);

    private Tensor normal(int... sizes) {
        return Tensor.randn(Shape.of(sizes), rng);
    }

    private Map<String, Variable> others(Layer layer) {
        var others = new LinkedHashMap<String, Variable>();
        layer.namedParameters().forEach((name, p) -> others.put(name,
                Variable.tracked(p.data().add(Tensor.randn(p.shape(), rng).mul(0.1)))));
        return others;
    }

    @Test
    void everyLayerComputesWithWhatItIsGiven() {
        var uses = new ArrayList<>(LayerUse.all(rng));
        uses.addAll(LayerUse.parametrised(rng));
        for (boolean training : new boolean[] {false, true})
            for (LayerUse use : uses) {
                Layer layer = use.layer();
                use.call().get();                          // running statistics other than the first
                layer.eval();
                float[] before = use.call().get().data().toFloatArray();
                if (training)
                    layer.train();
                Map<String, Tensor> state = layer.stateDict();
                Map<String, Variable> others = others(layer);
                Variable y = layer.functionalCall(others, use.call());
                y.square().sum().backward();
                others.forEach((name, value) -> assertThat(value.grad()).as(layer.describe() + " " + name).isNotNull());
                layer.namedParameters().forEach((name, p) -> assertThat(p.grad()).as(layer.describe() + " " + name).isNull());

                layer.loadStateDict(state, true);
                layer.namedParameters().forEach((name, p) -> p.set(others.get(name).data()));
                assertThat(use.call().get().data().toFloatArray()).as(layer.describe()).isEqualTo(y.data().toFloatArray());
                layer.loadStateDict(state, true);
                layer.eval();
                assertThat(use.call().get().data().toFloatArray()).as(layer.describe()).isEqualTo(before);
            }
    }

    /// `w' = w - 2 a x (w x - y)` and the loss `(w' u - v)^2`: its derivative with respect to `w` is `2 u (w' u - v) (1 - 2 a x^2)`.
    @Test
    void aStepIsDifferentiated() {
        double w = 0.7, x = 1.3, y = -0.4, u = 0.9, v = 2.1, rate = 0.1;
        var model = new Linear(1, 1, false, rng);
        model.to(DType.F64);
        model.weight().set(Tensor.of(new double[] {w}, Shape.of(1, 1)));
        Variable inner = model.forward(Tensor.of(new double[] {x}, Shape.of(1, 1))).sub(y).square().sum();
        Variable gradient = Variable.gradients(inner, List.of(model.weight()), true).getFirst();
        Variable stepped = model.weight().sub(gradient, rate);
        Variable outer = model.functionalCall(Map.of("weight", stepped),
                () -> model.forward(Tensor.of(new double[] {u}, Shape.of(1, 1)))).sub(v).square().sum();
        outer.backward();
        double w2 = w - 2 * rate * x * (w * x - y);
        assertThat(outer.item()).isCloseTo((w2 * u - v) * (w2 * u - v), within(1e-12));
        assertThat(model.weight().grad().item()).isCloseTo(2 * u * (w2 * u - v) * (1 - 2 * rate * x * x), within(1e-12));
    }

    @Test
    void derivativesWithRespectToWhatStandsIn() {
        var model = new Sequential(new Conv2d(1, 2, 3, Conv2d.Options.DEFAULT.withPadding(Padding.SAME), rng), new Tanh(), new Flatten(),
                new Linear(18, 2, rng));
        model.to(DType.F64);
        var names = List.copyOf(model.namedParameters().keySet());
        Tensor x = Tensor.randn(Shape.of(2, 1, 3, 3), rng, DType.F64, Device.CPU);
        List<Tensor> values = model.parameters().stream().map(p -> p.data().mul(0.5)).toList();
        GradCheck.gradgradcheck(all -> {
            var named = new LinkedHashMap<String, Variable>();
            for (int i = 0; i < names.size(); i++)
                named.put(names.get(i), all.get(i));
            return model.functionalCall(named, () -> model.forward(x)).square();
        }, values);
    }

    @Test
    void callsNestAndNamesMayBeLeftOut() {
        var model = new Linear(1, 1, rng);
        Variable ten = Variable.of(Tensor.full(Shape.of(1, 1), 10, DType.F32, Device.CPU));
        Variable one = Variable.of(Tensor.ones(1));
        Variable two = Variable.of(Tensor.full(Shape.of(1), 2, DType.F32, Device.CPU));
        var seen = new ArrayList<Double>();
        model.functionalCall(Map.of("weight", ten, "bias", one), () -> {
            seen.add(model.functionalCall(Map.of("bias", two), () -> model.forward(Tensor.ones(1, 1))).item());
            seen.add(model.forward(Tensor.ones(1, 1)).item());
            return null;
        });
        assertThat(seen).containsExactly(12.0, 11.0);
    }

    /// Reads its parameter as it should, or not.
    private static final class Scale extends Layer {
        private final Parameter factor = parameter("factor", Tensor.ones(2));
        private final boolean asks;

        Scale(boolean asks) {
            this.asks = asks;
        }

        @Override
        protected Variable compute(Variable x) {
            return x.mul(asks ? current(factor) : factor);
        }
    }

    @Test
    void layersOfOnesOwnTakePartIfTheyAsk() {
        Map<String, Variable> values = Map.of("0.factor", Variable.of(Tensor.of(2f, 3)));
        var asking = new Sequential(new Scale(true));
        assertThat(asking.functionalCall(values, () -> asking.forward(Tensor.ones(2))).data().toFloatArray()).containsExactly(2, 3);
        var deaf = new Sequential(new Scale(false));
        assertThatThrownBy(() -> deaf.functionalCall(values, () -> deaf.forward(Tensor.ones(2))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("functionalCall: no layer of Sequential asked for 0.factor, so what was given had no effect; leave out what "
                        + "the call does not use, and let a layer of your own read its parameters with current(parameter)");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        var model = new Linear(2, 3, rng);
        assertThatThrownBy(() -> model.functionalCall(Map.of("wieght", Variable.of(Tensor.ones(3, 2))), () -> null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("functionalCall: Linear has no parameter 'wieght'; it has weight, bias");
        assertThatThrownBy(() -> model.functionalCall(Map.of("weight", Variable.of(Tensor.ones(2, 3))), () -> null))
                .isInstanceOf(ShapeException.class)
                .hasMessage("functionalCall: what stands in for 'weight' must have its shape (got [3, 2], [2, 3])");
        var holes = new LinkedHashMap<String, Variable>();
        holes.put("bias", null);
        assertThatThrownBy(() -> model.functionalCall(holes, () -> null)).hasMessageContaining("'bias' is null");
        var limited = new Embedding(3, 2, Embedding.Options.DEFAULT.withMaxNorm(1.0), rng);
        assertThatThrownBy(() -> limited.functionalCall(others(limited), () -> limited.forward(Tensor.of(1L))))
                .hasMessageContaining("a largest norm (got 1.0) shortens rows in place");
    }

    /// Reads one table in two layers.
    private static final class Tied extends Layer {
        private final Embedding table;
        private final Linear head;

        Tied(Rng rng) {
            table = child("table", new Embedding(3, 2, rng));
            head = child("head", new Linear(table.weight(), null));
        }

        @Override
        protected Variable compute(Variable x) {
            return head.forward(table.forward(x));
        }
    }

    @Test
    void oneVariableStandsInForASharedParameter() {
        var model = new Tied(rng);
        var two = Variable.tracked(Tensor.full(Shape.of(3, 2), 2, DType.F32, Device.CPU));
        Tensor words = Tensor.of(0L, 2);
        for (var values : List.of(Map.of("head.weight", two), Map.of("table.weight", two), Map.of("head.weight", two, "table.weight", two)))
            assertThat(model.functionalCall(values, () -> model.forward(words)).data().toFloatArray()).containsOnly(8);
        var different = new LinkedHashMap<String, Variable>();
        different.put("table.weight", two);
        different.put("head.weight", Variable.of(Tensor.ones(3, 2)));
        assertThatThrownBy(() -> model.functionalCall(different, () -> model.forward(words))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("functionalCall: 'table.weight' and 'head.weight' are one shared parameter, for which one variable can "
                        + "stand in (got two); give it under one name");
    }

    /// What is computed again in the backward pass is so after the call, when nothing stands in any more.
    @Test
    void checkpointsMustLieWithin() {
        var model = new Linear(2, 2, rng);
        Variable y = model.functionalCall(others(model), () -> Checkpointing.checkpoint(model::forward, Variable.of(Tensor.ones(1, 2))));
        assertThatThrownBy(y.sum()::backward).isInstanceOf(IllegalStateException.class).hasMessageContaining("used other variables");
        model.functionalCall(others(model), () -> {
            Checkpointing.checkpoint(model::forward, Variable.of(Tensor.ones(1, 2))).sum().backward();
            return null;
        });
    }
}
