package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Distances;
import dev.sunda.nn.functional.FractionalPoolings;
import dev.sunda.nn.functional.Poolings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pooling that tells where its maxima were, its inverse, and pooling at random distances. All expected numbers are PyTorch's.
class PoolingLayersTests {
    @Test
    void valuesGoBackWhereTheyWereFound() {
        Variable x = Variable.tracked(Tensor.of(new double[] {0, 1, 5, 3, 2, 4}, Shape.of(1, 1, 6)));
        Poolings.MaxPool found = new MaxPool1d(2).forwardWithIndices(x);
        assertThat(found.index().toLongArray()).containsExactly(1, 2, 5);
        Variable y = new MaxUnpool1d(2).forward(found.values(), found.index());
        assertThat(y.data().toDoubleArray()).containsExactly(0, 1, 5, 0, 0, 4);
        assertThat(Variable.gradients(y.square().sum(), List.of(x), false).getFirst().data().toDoubleArray())
                .containsExactly(0, 2, 10, 0, 0, 8);
        assertThat(new MaxUnpool1d(2).forward(found.values(), found.index(), 7).shape()).isEqualTo(Shape.of(1, 1, 7));
    }

    @Test
    void imagesAndVolumes() {
        var rng = new Rng(1);
        Variable image = Variable.of(Tensor.rand(Shape.of(2, 3, 6, 8), rng));
        var pool = new MaxPool2d(MaxPool2d.Options.of(3).withStride(2).withPadding(1));
        Poolings.MaxPool found = pool.forwardWithIndices(image);
        assertThat(found.values().data().toFloatArray()).isEqualTo(pool.forward(image).data().toFloatArray());
        var unpool = new MaxUnpool2d(Pair.of(3), Pair.of(2), Pair.ONE);
        assertThat(unpool.forward(found.values(), found.index(), 6, 8).shape()).isEqualTo(image.shape());
        assertThat(unpool.describe()).isEqualTo("MaxUnpool2d(kernel 3, stride 2, padding 1)");
        Variable volume = Variable.of(Tensor.rand(Shape.of(3, 4, 4, 2), rng));
        Poolings.MaxPool deep = new MaxPool3d(2).forwardWithIndices(volume);
        assertThat(new MaxUnpool3d(2).forward(deep.values(), deep.index()).shape()).isEqualTo(volume.shape());
        Poolings.MaxPool adaptive = new AdaptiveMaxPool2d(2).forwardWithIndices(image);
        assertThat(image.flatten(2, -1).gather(2, adaptive.index().to(DType.I64).flatten(2, -1)).data().toFloatArray())
                .isEqualTo(adaptive.values().data().toFloatArray());
        assertThatThrownBy(() -> unpool.forward(image)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MaxUnpool2d: needs the positions of the maxima, too (got float32 [2, 3, 6, 8])");
        assertThatThrownBy(() -> new MaxUnpool2d(0)).hasMessageContaining("kernel size");
    }

    @ParameterizedTest @ValueSource(strings = {"cpu", "reference"})
    void windowsAtGivenDistances(String device) {
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            Variable x = numbers(60, 61, Shape.of(2, 1, 6, 5), dtype, device);
            Tensor samples = Tensor.of(new double[] {0.3, 0.7, 0.9, 0.05}, Shape.of(2, 1, 2)).to(dtype).to(Device.parse(device));
            Poolings.MaxPool found =
                    FractionalPoolings.fractionalMaxPool2dWithIndices(x, new int[] {2, 3}, new int[] {3, 2}, samples);
            assertThat(found.values().data().toDoubleArray()).containsExactly(39, 52, 43, 56, 47, 60, 51, 40, 55, 44, 59, 48);
            assertThat(found.index().toLongArray()).containsExactly(6, 8, 16, 18, 26, 28, 6, 9, 16, 19, 26, 29);
        }
        Variable x = numbers(120, 127, Shape.of(1, 2, 4, 5, 3), DType.F64, device);
        Tensor samples = Tensor.of(new double[] {0.3, 0.7, 0.1, 0.9, 0.05, 0.5}, Shape.of(1, 2, 3)).to(Device.parse(device));
        Poolings.MaxPool found = FractionalPoolings.fractionalMaxPool3dWithIndices(x, new int[] {2, 2, 2}, new int[] {2, 3, 1}, samples);
        assertThat(found.values().data().toDoubleArray()).containsExactly(121, 105, 116, 115, 115, 120, 119, 119, 118, 112, 117, 101);
        assertThat(found.index().toLongArray()).containsExactly(17, 20, 10, 34, 34, 41, 5, 5, 29, 46, 53, 56);
    }

    /// `37 i` modulo a prime.
    private static Variable numbers(int n, int prime, Shape shape, DType dtype, String device) {
        return Variable.of(Tensor.arange(n).mul(37).remainder(prime).to(dtype).reshape(shape).to(Device.parse(device)));
    }

    @Test
    void windowsAtRandomDistances() {
        Variable image = Variable.tracked(Tensor.rand(Shape.of(2, 3, 9, 7), new Rng(2)));
        var pool = new FractionalMaxPool2d(Pair.of(2), new double[] {0.7, 0.5}, new Rng(3));
        Poolings.MaxPool found = pool.forwardWithIndices(image);
        assertThat(found.values().shape()).isEqualTo(Shape.of(2, 3, 6, 3));
        assertThat(image.flatten(2, -1).gather(2, found.index().flatten(2, -1)).data().toFloatArray())
                .isEqualTo(found.values().data().toFloatArray());
        assertThat(pool.forwardWithIndices(image).index().toLongArray()).isNotEqualTo(found.index().toLongArray());
        assertThat(new FractionalMaxPool2d(Pair.of(2), new double[] {0.7, 0.5}, new Rng(3)).forwardWithIndices(image).index().toLongArray())
                .isEqualTo(found.index().toLongArray());
        assertThat(pool.describe()).isEqualTo("FractionalMaxPool2d(kernel 2, ratio [0.7, 0.5])");
        assertThat(Variable.gradients(found.values().sum(), List.of(image), false).getFirst().data().sum().item()).isEqualTo(108);
        Variable volume = Variable.of(Tensor.rand(Shape.of(3, 5, 4, 6), new Rng(4)));
        assertThat(new FractionalMaxPool3d(Triple.of(2), Triple.of(3), new Rng(5)).forward(volume).shape())
                .isEqualTo(Shape.of(3, 3, 3, 3));
        assertThatThrownBy(() -> pool.forward(Variable.of(Tensor.zeros(4, 4)))).hasMessageContaining("3 or 4 dimensions");
        assertThatThrownBy(() -> new FractionalMaxPool2d(Pair.of(2), new double[] {1, 0.5}, new Rng(1)))
                .hasMessageContaining("output ratio must be between 0 and 1");
    }

    @Test
    void distancesOfAllPairs() {
        Variable x = Variable.of(Tensor.of(new double[] {0, 0, 3, 4, 0, 1}, Shape.of(3, 2)));
        assertThat(Distances.pdist(x, 2).data().toDoubleArray()).containsExactly(new double[] {5, 1, Math.sqrt(18)}, within(1e-15));
        assertThat(Distances.pdist(x.narrow(0, 0, 1), 2).shape()).isEqualTo(Shape.of(0));
    }
}
