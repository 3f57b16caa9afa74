package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Embeddings.BagOptions;
import dev.sunda.nn.functional.Embeddings.Mode;
import dev.sunda.nn.functional.Embeddings.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What PyTorch 2.13 gives.
class EmbeddingTests {
    private final Variable table = Variable.tracked(Tensor.of(new double[] {1, 5, 1, 2, 3, 0}, Shape.of(3, 2)));

    private double[] gradient(Variable y) {
        return Variable.gradients(y.sum(), List.of(table), false).getFirst().data().toDoubleArray();
    }

    @Test
    void theRowOfThePaddingIndexGetsNoGradient() {
        Tensor index = Tensor.of(0, 0, 1, 2);
        assertThat(gradient(Embeddings.embedding(index, table))).containsExactly(2, 2, 1, 1, 1, 1);
        assertThat(gradient(Embeddings.embedding(index, table, Options.DEFAULT.withPaddingIndex(-1)))).containsExactly(2, 2, 1, 1, 0, 0);
        assertThat(gradient(Embeddings.embedding(index, table, new Options(2, true)))).containsExactly(1, 1, 1, 1, 0, 0);
        assertThat(gradient(Embeddings.embedding(index, table, new Options(0, true)))).containsExactly(0, 0, 1, 1, 1, 1);
    }

    /// Also not one that is not a number.
    @Test
    void paddingStopsWhatIsNotANumber() {
        Variable y = Embeddings.embedding(Tensor.of(1, 2), table, Options.DEFAULT.withPaddingIndex(2));
        Variable loss = y.mul(Variable.of(Tensor.of(1.0, Double.NaN).reshape(2, 1))).sum();
        assertThat(Variable.gradients(loss, List.of(table), false).getFirst().data().toDoubleArray()).containsExactly(0, 0, 1, 1, 0, 0);
    }

    @Test
    void shapesMayBeEmptyOrScalar() {
        assertThat(Embeddings.embedding(Tensor.scalar(1, DType.I64, Device.CPU), table).data().toDoubleArray()).containsExactly(1, 2);
        Variable none = Embeddings.embedding(Tensor.zeros(Shape.of(0, 3), DType.I32, Device.CPU), table);
        assertThat(none.shape()).isEqualTo(Shape.of(0, 3, 2));
        assertThat(gradient(none)).containsOnly(0);
        assertThat(Embeddings.embedding(Tensor.of(new long[0]), Variable.of(Tensor.zeros(0, 2))).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void anIndexOutsideTheTableIsNamed() {
        assertThatThrownBy(() -> Embeddings.embedding(Tensor.of(0, 3), table)).isInstanceOf(ShapeException.class)
                .hasMessage("embedding: index 3 is outside the table of 3 rows (got [3, 2], [2])");
        assertThatThrownBy(() -> Embeddings.embedding(Tensor.of(-1), table)).hasMessageContaining("index -1 is outside");
        assertThatThrownBy(() -> Embeddings.embedding(Tensor.of(0), table, Options.DEFAULT.withPaddingIndex(3)))
                .hasMessage("embedding: the padding index must be one of the table's 3 rows (got 3)");
    }

    @Test
    void rowsThatAreTooLongAreShortened() {
        Tensor rows = Tensor.of(new double[] {3, 4, 1, 2, 0.3, 0.4, 5, 5}, Shape.of(4, 2));
        Embeddings.renormalize(rows, Tensor.of(0, 2, 0, 1), 1, 2);
        OpChecks.assertClose("rows", rows, Tensor.of(new double[] {0.6, 0.8, 0.4472135955, 0.894427191, 0.3, 0.4, 5, 5}, Shape.of(4, 2)),
                1e-7);
        Tensor others = Tensor.of(new double[] {3, 4, 1, 2}, Shape.of(2, 2));
        Embeddings.renormalize(others, Tensor.of(0, 1), 1, 1);
        OpChecks.assertClose("sum", others, Tensor.of(new double[] {3 / 7.0, 4 / 7.0, 1 / 3.0, 2 / 3.0}, Shape.of(2, 2)), 1e-7);
        Embeddings.renormalize(others, Tensor.of(0, 1), 0.5, Double.POSITIVE_INFINITY);
        OpChecks.assertClose("largest", others, Tensor.of(new double[] {0.375, 0.5, 0.25, 0.5}, Shape.of(2, 2)), 1e-6);
    }

    private Variable bag(Mode mode, Integer padding) {
        return Embeddings.embeddingBag(Tensor.of(0, 1, 1, 2, 1), Tensor.of(0, 2, 2, 3), table, null,
                new BagOptions(mode, padding, false, false));
    }

    @Test
    void bagsAreSumsMeansAndMaxima() {
        assertThat(bag(Mode.SUM, null).data().toDoubleArray()).containsExactly(2, 7, 0, 0, 1, 2, 4, 2);
        assertThat(bag(Mode.MEAN, null).data().toDoubleArray()).containsExactly(1, 3.5, 0, 0, 1, 2, 2, 1);
        assertThat(bag(Mode.MAX, null).data().toDoubleArray()).containsExactly(1, 5, 0, 0, 1, 2, 3, 2);
    }

    @Test
    void paddingIsInNoBag() {
        assertThat(bag(Mode.SUM, 1).data().toDoubleArray()).containsExactly(1, 5, 0, 0, 0, 0, 3, 0);
        assertThat(bag(Mode.MEAN, 1).data().toDoubleArray()).containsExactly(1, 5, 0, 0, 0, 0, 3, 0);
        assertThat(bag(Mode.MAX, -2).data().toDoubleArray()).containsExactly(1, 5, 0, 0, 0, 0, 3, 0);
        assertThat(gradient(bag(Mode.MEAN, 1))).containsExactly(1, 1, 0, 0, 1, 1);
    }

    /// Of equal numbers the first one counts.
    @Test
    void gradientsOfBags() {
        assertThat(gradient(bag(Mode.MAX, null))).containsExactly(1, 1, 1, 2, 1, 0);
        assertThat(gradient(bag(Mode.MEAN, null))).containsExactly(0.5, 0.5, 2, 2, 0.5, 0.5);
        Variable scaled = Embeddings.embeddingBag(Tensor.of(0, 1, 1, 2).reshape(2, 2), null, table, null,
                BagOptions.DEFAULT.withMode(Mode.SUM).withScaleGradByFreq(true));
        assertThat(gradient(scaled)).containsExactly(1, 1, 1, 1, 1, 1);
    }

    @Test
    void maximaSeeNaN() {
        Variable odd = Variable.of(Tensor.of(new double[] {1, 5, Double.NaN, 2}, Shape.of(2, 2)));
        double[] y = Embeddings.embeddingBag(Tensor.of(0, 1, 1, 0).reshape(2, 2), null, odd, null, BagOptions.DEFAULT.withMode(Mode.MAX))
                .data().toDoubleArray();
        assertThat(y).containsExactly(Double.NaN, 5, Double.NaN, 5);
    }

    @Test
    void theLastOffsetMayEndTheLastBag() {
        var options = BagOptions.DEFAULT.withIncludeLastOffset(true).withMode(Mode.SUM);
        assertThat(Embeddings.embeddingBag(Tensor.of(0, 1, 2), Tensor.of(0, 2, 3), table, null, options).data().toDoubleArray())
                .containsExactly(2, 7, 3, 0);
        assertThatThrownBy(() -> Embeddings.embeddingBag(Tensor.of(0, 1, 2), Tensor.of(0, 2), table, null, options)).hasMessage(
                "embeddingBag: offsets must ascend from 0 to at most the number of indices, 3, with which they must end (got [0, 2])");
        assertThat(Embeddings.embeddingBag(Tensor.of(new int[0]), Tensor.of(new int[0]), table, null, BagOptions.DEFAULT).shape())
                .isEqualTo(Shape.of(0, 2));
    }
}
