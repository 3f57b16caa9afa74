package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Layers that hold layers, and the small ones that fill a place among others.
class ContainerTests {
    private final Rng rng = new Rng(1);

    @Test
    void aListNamesItsLayersByTheirPlace() {
        var list = new LayerList<>(List.of(new Linear(2, 3, rng), new Linear(3, 2, false, rng)));
        assertThat(list.stateDict().keySet()).containsExactly("0.weight", "0.bias", "1.weight");
        assertThat(list.get(-1)).isSameAs(list.get(1));
        assertThat(list.size()).isEqualTo(2);
        Variable x = Variable.of(Tensor.ones(4, 2));
        for (Linear layer : list)
            x = layer.forward(x);
        assertThat(x.shape()).isEqualTo(Shape.of(4, 2));
        assertThatThrownBy(() -> list.get(2)).hasMessage("LayerList: there are 2 layers (got index 2)");
        assertThatThrownBy(() -> list.forward(Tensor.ones(2))).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("use Sequential");
        assertThatThrownBy(() -> new LayerList<Layer>(List.of()).get(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMapNamesItsLayersByTheirKeys() {
        var heads = new LinkedHashMap<String, Linear>();
        heads.put("digits", new Linear(2, 10, rng));
        heads.put("letters", new Linear(2, 26, false, rng));
        var map = new LayerMap<Linear>(heads);
        assertThat(map.stateDict().keySet()).containsExactly("digits.weight", "digits.bias", "letters.weight");
        assertThat(map.get("letters").forward(Tensor.ones(1, 2)).shape()).isEqualTo(Shape.of(1, 26));
        assertThat(map.layers().keySet()).containsExactly("digits", "letters");
        assertThatThrownBy(() -> map.get("words")).hasMessage("LayerMap: the layers are [digits, letters] (got 'words')");
        assertThatThrownBy(() -> map.forward(Tensor.ones(2))).isInstanceOf(UnsupportedOperationException.class);
        map.eval();
        assertThat(map.get("digits").isTraining()).isFalse();
    }

    @Test
    void smallLayersFillAPlace() {
        Variable x = Variable.of(Tensor.ones(2, 6));
        assertThat(new Identity().forward(x)).isSameAs(x);
        assertThat(new Lambda(v -> v.mul(3)).forward(x).data().toFloatArray()).containsOnly(3);
        var unflatten = new Unflatten(1, 2, -1);
        assertThat(unflatten.forward(x).shape()).isEqualTo(Shape.of(2, 2, 3));
        assertThat(unflatten.describe()).isEqualTo("Unflatten(dim 1 to [2, -1])");
        assertThatThrownBy(() -> new Unflatten(1, 4, 2).forward(x)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Unflatten(1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Sequential(new Identity(), new Flatten(), new Unflatten(-1, 3, 2)).forward(x).shape()).isEqualTo(Shape.of(2, 3, 2));
    }

    @Test
    void layersOfASequenceAreReplaced() {
        var model = new Sequential(new Linear(2, 3, rng), new Relu(), new Linear(3, 4, rng));
        model.set(-1, new Linear(3, 7, rng));
        model.set(1, new Identity());
        assertThat(model.forward(Tensor.ones(5, 2)).shape()).isEqualTo(Shape.of(5, 7));
        assertThat(model.namedLayers().keySet()).containsExactly("0", "1", "2");
        assertThat(model.children().get(1)).isInstanceOf(Identity.class);
        for (int index : new int[] {3, -4})
            assertThatThrownBy(() -> model.set(index, new Relu())).hasMessage("Sequential: there are 3 layers (got index " + index + ")");
    }
}
