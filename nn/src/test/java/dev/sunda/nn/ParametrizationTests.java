package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.OpChecks;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Weights that are computed from others.
class ParametrizationTests {
    private final Rng rng = new Rng(3);

    private Tensor normal(int... sizes) {
        return Tensor.randn(Shape.of(sizes), rng, DType.F64, Device.CPU);
    }

    /// Layers with something in dimension 0 or 1 of their weight, and an input each takes.
    private List<Layer> layers() {
        return List.of(new Linear(4, 3, rng), new Conv2d(4, 3, 2, rng), new ConvTranspose1d(4, 2, 3, rng));
    }

    private Tensor input(Layer layer) {
        return layer instanceof Linear ? normal(5, 4) : layer instanceof Conv2d ? normal(2, 4, 3, 3) : normal(2, 4, 5);
    }

    @Test
    void weightNormChangesNothingAtFirstAndTrainsLengthsApart() {
        for (Layer layer : layers()) {
            layer.to(DType.F64);
            Tensor x = input(layer);
            Tensor before = layer.forward(x).data();
            Parametrizations.weightNorm(layer);
            assertThat(layer.stateDict().keySet()).containsExactly("bias", "parametrizations.weight.original0",
                    "parametrizations.weight.original1");
            assertClose("value", layer.forward(x).data(), before, 1e-12);
            layer.forward(x).square().sum().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
            OpChecks.derivatives(v -> layer.forward(v.getFirst()), List.of(x));
        }
    }

    /// The lengths are what the parameter says, whatever the direction's are.
    @Test
    void theWeightHasTheGivenLengths() {
        var layer = Parametrizations.weightNorm(new Linear(2, 2, false, rng));
        var state = layer.stateDict();
        state.put("parametrizations.weight.original0", Tensor.of(new float[] {10, 2}, Shape.of(2, 1)));
        state.put("parametrizations.weight.original1", Tensor.of(new float[] {3, 4, 0, 7}, Shape.of(2, 2)));
        layer.loadStateDict(state, true);
        assertThat(layer.forward(Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2))).data().toFloatArray()).containsExactly(6, 0, 8, 2);
        var whole = Parametrizations.weightNorm(new Linear(2, 2, rng), "weight", null);
        assertThat(whole.namedParameters().get("parametrizations.weight.original0").shape()).isEqualTo(Shape.SCALAR);
        var columns = Parametrizations.weightNorm(new Linear(4, 3, rng), "weight", 1);
        assertThat(columns.namedParameters().get("parametrizations.weight.original0").shape()).isEqualTo(Shape.of(1, 4));
    }

    @Test
    void spectralNormDividesByTheLargestSingularValue() {
        var layer = new Linear(2, 2, false, rng);
        layer.weight().set(Tensor.of(new float[] {0, -5, 2, 0}, Shape.of(2, 2)));
        Parametrizations.spectralNorm(layer, rng);
        for (int i = 0; i < 5; i++)
            layer.forward(Tensor.ones(1, 2));
        Tensor y = layer.forward(Tensor.of(new float[] {1, 0, 0, 1}, Shape.of(2, 2))).data();
        assertClose("y", y.to(DType.F64), Tensor.of(new double[] {0, 0.4, -1, 0}, Shape.of(2, 2)), 1e-5);
    }

    @Test
    void singularVectorsMoveInTrainingOnly() {
        for (Layer layer : layers()) {
            layer.to(DType.F64);
            Parametrizations.spectralNorm(layer, rng);
            assertThat(layer.stateDict().keySet()).containsExactly("bias", "parametrizations.weight.original",
                    "parametrizations.weight.0._u", "parametrizations.weight.0._v");
            boolean transposed = layer instanceof ConvTranspose1d;
            assertThat(layer.stateDict().get("parametrizations.weight.0._u").shape()).isEqualTo(Shape.of(transposed ? 2 : 3));
            Tensor x = input(layer);
            var state = layer.stateDict();
            layer.forward(x);
            assertThat(layer.stateDict().get("parametrizations.weight.0._v").toDoubleArray())
                    .isNotEqualTo(state.get("parametrizations.weight.0._v").toDoubleArray());
            layer.eval();
            state = layer.stateDict();
            OpChecks.derivatives(v -> layer.forward(v.getFirst()), List.of(x));
            assertThat(layer.stateDict().get("parametrizations.weight.0._v").toDoubleArray())
                    .isEqualTo(state.get("parametrizations.weight.0._v").toDoubleArray());
            layer.forward(x).square().sum().backward();
            layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
        }
    }

    /// Two calls before one backward pass, as with real and generated images: each goes with the vectors of its own call.
    @Test
    void laterCallsDoNotDisturbEarlierGraphs() {
        var layer = Parametrizations.spectralNorm(new Linear(4, 3, false, rng), rng);
        layer.to(DType.F64);
        Variable x = Variable.tracked(normal(2, 4));
        var start = layer.stateDict();
        Variable alone = Variable.gradients(layer.forward(x).square().sum(), List.of(x), false).getFirst();
        layer.loadStateDict(start, true);
        Variable first = layer.forward(x).square().sum();
        layer.forward(x);
        assertThat(Variable.gradients(first, List.of(x), false).getFirst().data().toDoubleArray()).isEqualTo(alone.data().toDoubleArray());
    }

    @Test
    void aJoinedConvolutionReadsTheSameWeight() {
        var conv = new Conv2d(2, 3, 3, rng);
        var net = new Sequential(conv, new BatchNorm2d(3), new Relu());
        Parametrizations.weightNorm(conv);
        conv.namedParameters().get("parametrizations.weight.original0").set(Tensor.full(Shape.of(3, 1, 1, 1), 4, DType.F32, Device.CPU));
        net.eval();
        Tensor x = Tensor.randn(Shape.of(1, 2, 5, 5), rng);
        Tensor apart = net.children().get(2).forward(net.children().get(1).forward(conv.forward(x))).data();
        assertClose("joined", net.forward(x).data(), apart, 1e-5);
    }

    @Test
    void removingKeepsTheNumbers() {
        var layer = Parametrizations.weightNorm(new Linear(4, 3, rng));
        layer.namedParameters().get("parametrizations.weight.original0").set(Tensor.ones(3, 1));
        Tensor x = Tensor.ones(1, 4);
        float[] y = layer.forward(x).data().toFloatArray();
        Parametrizations.remove(layer, "weight");
        assertThat(layer.stateDict().keySet()).containsExactlyInAnyOrder("weight", "bias");
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(y);
        assertThat(layer.children()).isEmpty();
        assertThatThrownBy(() -> Parametrizations.remove(layer, "weight"))
                .hasMessage("Linear: no parametrised parameter has this name (got 'weight')");
    }

    @Test
    void onlyWhatALayerReadsThatWayCanBeParametrised() {
        assertThatThrownBy(() -> Parametrizations.weightNorm(new Linear(2, 2, rng), "bias", 0))
                .hasMessageStartingWith("Linear: no parameter of this name can be parametrised (got 'bias')");
        assertThatThrownBy(() -> Parametrizations.weightNorm(new BatchNorm1d(2))).isInstanceOf(IllegalArgumentException.class);
        var twice = Parametrizations.weightNorm(new Linear(2, 2, rng));
        assertThatThrownBy(() -> Parametrizations.weightNorm(twice)).isInstanceOf(IllegalArgumentException.class);
        var layer = new Linear(2, 2, rng);
        assertThatThrownBy(() -> Parametrizations.weightNorm(layer, "weight", 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Parametrizations.spectralNorm(layer, "weight", 0, 0, 1e-12, rng))
                .hasMessage("SpectralNorm: the number of iterations must be at least 1 (got 0)");
        assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    }
}
