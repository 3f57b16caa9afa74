package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Embeddings.BagOptions;
import dev.sunda.nn.functional.Embeddings.Mode;
import dev.sunda.nn.functional.OpChecks;
import org.junit.jupiter.api.Test;

/// Layers that look up, and bilinear ones.
class EmbeddingLayersTests {
    @Test
    void paddingStartsAtZeroAndStaysThere() {
        var layer = new Embedding(4, 3, Embedding.Options.DEFAULT.withPaddingIndex(-3), new Rng(1));
        assertThat(layer.stateDict().keySet()).containsExactly("weight");
        assertThat(layer.weight().data().select(0, 1).toFloatArray()).containsOnly(0);
        Variable y = layer.forward(Tensor.of(1, 3, 3));
        assertThat(y.shape()).isEqualTo(Shape.of(3, 3));
        y.sum().backward();
        assertThat(layer.weight().grad().sum(Dims.of(1)).toFloatArray()).containsExactly(0, 0, 0, 6);
        assertThat(layer.describe()).isEqualTo("Embedding(4 rows of 3, padding -3)");
    }

    @Test
    void aLimitShortensTheRowsThatAreLookedUp() {
        var layer = new Embedding(Tensor.of(new float[] {3, 4, 6, 8}, Shape.of(2, 2)), Embedding.Options.DEFAULT.withMaxNorm(1.0));
        OpChecks.assertClose("y", layer.forward(Tensor.of(0)).data(), Tensor.of(new double[] {0.6, 0.8}, Shape.of(1, 2)), 1e-6);
        assertThat(layer.weight().data().select(0, 1).toFloatArray()).containsExactly(6, 8);
        layer.forward(Tensor.of(0)).sum().backward();
        assertThat(layer.weight().grad().toFloatArray()).containsExactly(1, 1, 0, 0);
    }

    @Test
    void layersKnowTheirTypeAndCanBeFrozen() {
        var layer = new Embedding(3, 2, new Rng(1));
        layer.to(DType.F64);
        assertThat(layer.forward(Tensor.of(2L)).dtype()).isEqualTo(DType.F64);
        layer.freeze();
        assertThat(layer.forward(Tensor.of(2L)).requiresGrad()).isFalse();
        assertThatThrownBy(() -> layer.forward(Tensor.of(3))).isInstanceOf(ShapeException.class)
                .hasMessage("in Embedding(3 rows of 2): embedding: index 3 is outside the table of 3 rows (got [3, 2], [1])");
        assertThatThrownBy(() -> new Embedding(3, 2, Embedding.Options.DEFAULT.withPaddingIndex(3), new Rng(1)))
                .hasMessage("Embedding: the padding index must be one of the table's 3 rows (got 3)");
        assertThatThrownBy(() -> new Embedding(0, 2, new Rng(1))).hasMessage("Embedding: the number of rows must be at least 1 (got 0)");
        assertThatThrownBy(() -> new Embedding(Tensor.ones(3), Embedding.Options.DEFAULT)).isInstanceOf(ShapeException.class);
    }

    @Test
    void bagsOfEqualAndOfDifferentSizes() {
        var layer = new EmbeddingBag(Tensor.of(new float[] {1, 2, 3, 4, 50, 60}, Shape.of(3, 2)), BagOptions.DEFAULT.withMode(Mode.SUM),
                20.0, 2);
        assertThat(layer.forward(Tensor.of(0, 1, 1, 1).reshape(2, 2)).data().toFloatArray()).containsExactly(4, 6, 6, 8);
        assertThat(layer.bags(Tensor.of(0, 1), Tensor.of(0, 0), Variable.of(Tensor.of(2f, 1f))).data().toFloatArray())
                .containsExactly(0, 0, 5, 8);
        layer.forward(Tensor.of(2).reshape(1, 1)).sum().backward();
        assertThat(layer.weight().data().select(0, 2).square().sum().item()).isLessThan(400.01);
        assertThat(layer.weight().grad().toFloatArray()).containsExactly(0, 0, 0, 0, 1, 1);
        assertThat(layer.describe()).isEqualTo("EmbeddingBag(3 rows of 2, SUM, max norm 20.0)");
        assertThat(new EmbeddingBag(3, 2, new Rng(1)).describe()).isEqualTo("EmbeddingBag(3 rows of 2, MEAN)");
        assertThatThrownBy(() -> layer.bags(Tensor.of(0, 1), null, null)).hasMessageContaining("in EmbeddingBag(")
                .hasMessageContaining("needs a vector of int64 or int32 offsets");
    }

    @Test
    void bilinearTakesTwoInputs() {
        var layer = new Bilinear(2, 3, 4, new Rng(1));
        assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
        assertThat(layer.weight().data().abs().amax(Dims.all()).item()).isLessThanOrEqualTo(1 / Math.sqrt(2));
        Variable y = layer.forward(Variable.of(Tensor.ones(5, 2)), Variable.of(Tensor.ones(5, 3)));
        assertThat(y.shape()).isEqualTo(Shape.of(5, 4));
        OpChecks.assertClose("y", y.data().select(0, 0), layer.weight().data().sum(Dims.of(1, 2)).add(layer.bias().data()), 1e-6);
        assertThatThrownBy(() -> layer.forward(Tensor.ones(5, 2))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("in Bilinear(2 x 3 -> 4): bilinear: the inputs must be [..., 2] and [..., 3]");
    }
}
