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
import dev.sunda.nn.functional.Activations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ActivationLayersTests {
    private final Rng rng = new Rng(11);
    private final Tensor x = Tensor.randn(Shape.of(2, 4, 3), rng).mul(3);

    /// Layers with their text and what they compute, in PyTorch's defaults.
    private Map<Layer, UnaryOperator<Variable>> layers() {
        var layers = new LinkedHashMap<Layer, UnaryOperator<Variable>>();
        layers.put(new Elu(), v -> Activations.elu(v, 1));
        layers.put(new Celu(), v -> Activations.celu(v, 1));
        layers.put(new Selu(), Activations::selu);
        layers.put(new LeakyRelu(), v -> Activations.leakyRelu(v, 0.01));
        layers.put(new Hardshrink(), v -> Activations.hardshrink(v, 0.5));
        layers.put(new Softshrink(), v -> Activations.softshrink(v, 0.5));
        layers.put(new Hardsigmoid(), Activations::hardsigmoid);
        layers.put(new Hardswish(), Activations::hardswish);
        layers.put(new Hardtanh(), v -> Activations.hardtanh(v, -1, 1));
        layers.put(new Relu6(), Activations::relu6);
        layers.put(new LogSigmoid(), Activations::logSigmoid);
        layers.put(new Silu(), Activations::silu);
        layers.put(new Mish(), Activations::mish);
        layers.put(new Softplus(), v -> Activations.softplus(v, 1, 20));
        layers.put(new Softsign(), Activations::softsign);
        layers.put(new Tanh(), Variable::tanh);
        layers.put(new Tanhshrink(), Activations::tanhshrink);
        layers.put(new Sigmoid(), Variable::sigmoid);
        layers.put(new Threshold(0.1, 20), v -> Activations.threshold(v, 0.1, 20));
        layers.put(new Glu(1), v -> Activations.glu(v, 1));
        layers.put(new Softmin(1), v -> Activations.softmin(v, 1));
        layers.put(new Softmax(-1), v -> v.softmax(-1));
        layers.put(new LogSoftmax(0), v -> v.logSoftmax(0));
        layers.put(new Softmax2d(), v -> v.softmax(0));
        return layers;
    }

    @Test
    void computeTheirFunctionsAndPassGradients() {
        layers().forEach((layer, function) -> {
            Variable input = Variable.tracked(x);
            Variable y = layer.forward(input);
            assertThat(y.data().toFloatArray()).as(layer.describe()).isEqualTo(function.apply(input).data().toFloatArray());
            assertThat(layer.parameters()).isEmpty();
            Variable dx = Variable.gradients(y.square().sum(), List.of(input), false).getFirst();
            assertThat(dx.data().ne(0).any(Dims.all()).item()).as(layer.describe()).isEqualTo(1);
        });
    }

    @Test
    void describeTheirOptions() {
        assertThat(layers().keySet().stream().map(Layer::describe)).containsExactly("Elu(alpha 1.0)", "Celu(alpha 1.0)", "Selu()",
                "LeakyRelu(negativeSlope 0.01)", "Hardshrink(lambda 0.5)", "Softshrink(lambda 0.5)", "Hardsigmoid()", "Hardswish()",
                "Hardtanh(min -1.0, max 1.0)", "Relu6()", "LogSigmoid()", "Silu()", "Mish()", "Softplus(beta 1.0, threshold 20.0)",
                "Softsign()", "Tanh()", "Tanhshrink()", "Sigmoid()", "Threshold(threshold 0.1, value 20.0)", "Glu(dim 1)", "Softmin(dim 1)",
                "Softmax(dim -1)", "LogSoftmax(dim 0)", "Softmax2d()");
        assertThat(new RRelu(rng).describe()).isEqualTo("RRelu(lower 0.125, upper 0.3333333333333333)");
        assertThat(new PRelu(4, 0.1).describe()).isEqualTo("PRelu(4)");
        assertThat(new Glu().describe()).isEqualTo("Glu(dim -1)");
    }

    @Test
    void preluLearnsItsWeights() {
        var layer = new PRelu(4, 0.25);
        assertThat(layer.stateDict().keySet()).containsExactly("weight");
        assertThat(layer.weight().data().toFloatArray()).containsOnly(0.25f).hasSize(4);
        assertThat(new PRelu().weight().shape()).isEqualTo(Shape.of(1));
        layer.forward(Variable.of(x)).sum().backward();
        assertThat(layer.weight().grad().shape()).isEqualTo(Shape.of(4));
        assertThat(layer.weight().grad().lt(0).toBooleanArray()).doesNotContain(false);
        layer.to(DType.F64);
        assertThat(layer.forward(x.to(DType.F64)).dtype()).isEqualTo(DType.F64);
    }

    @Test
    void rreluIsRandomInTrainingOnly() {
        var layer = new RRelu(new Rng(1));
        Tensor first = layer.forward(x).data();
        assertThat(layer.forward(x).data().toFloatArray()).isNotEqualTo(first.toFloatArray());
        assertThat(new RRelu(new Rng(1)).forward(x).data().toFloatArray()).isEqualTo(first.toFloatArray());
        layer.eval();
        assertThat(layer.forward(x).data().toFloatArray())
                .isEqualTo(Activations.leakyRelu(Variable.of(x), (1.0 / 8 + 1.0 / 3) / 2).data().toFloatArray());
    }

    @Test
    void wrongOptionsAndInputsAreRefused() {
        assertThatThrownBy(() -> new Hardtanh(1, 1)).hasMessage("Hardtanh: the upper bound must be above the lower one (got 1.0, 1.0)");
        assertThatThrownBy(() -> new Softshrink(-1)).hasMessage("Softshrink: lambda must not be negative (got -1.0)");
        assertThatThrownBy(() -> new Celu(0)).hasMessage("Celu: alpha must not be 0 (got 0.0)");
        assertThatThrownBy(() -> new RRelu(0.5, 0.2, rng))
                .hasMessage("RRelu: the lower bound must not be above the upper one (got 0.5, 0.2)");
        assertThatThrownBy(() -> new PRelu(0, 0.25)).hasMessage("PRelu: the number of weights must be at least 1 (got 0)");
        assertThatThrownBy(() -> new PRelu(3, 0.25).forward(x)).isInstanceOf(ShapeException.class)
                .hasMessage("in PRelu(3): prelu: there must be one weight or one for each of 4 channels (got [2, 4, 3], [3])");
        assertThatThrownBy(() -> new Softmax2d().forward(Tensor.zeros(2, 2)))
                .hasMessage("in Softmax2d(): softmax2d: the input must be [N, C, H, W] or [C, H, W] (got [2, 2])");
        assertThatThrownBy(() -> new Glu().forward(x))
                .hasMessage("in Glu(dim -1): glu: the size of dimension -1 must be even (got [2, 4, 3])");
    }
}
