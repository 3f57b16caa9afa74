package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.OpChecks;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransformerLayersTests {
    private final Rng rng = new Rng(3);

    private Tensor normal(int... sizes) {
        return OpChecks.normal(Shape.of(sizes), rng, 0);
    }

    @Test
    void layerNormHasPyTorchsParametersAndOptions() {
        var plain = new LayerNorm(4);
        assertThat(plain.stateDict().keySet()).containsExactly("weight", "bias");
        assertThat(new LayerNorm(Shape.of(2, 3), new LayerNorm.Options(1e-5, true, false)).stateDict().keySet()).containsExactly("weight");
        assertThat(new LayerNorm(Shape.of(2, 3), new LayerNorm.Options(1e-5, false, true)).parameters()).isEmpty();
        assertThat(plain.describe()).isEqualTo("LayerNorm(4)");
        assertThat(new LayerNorm(Shape.of(2, 3), new LayerNorm.Options(0.1, false, true)).describe())
                .isEqualTo("LayerNorm([2, 3], eps 0.1, not affine)");
        assertThatThrownBy(() -> plain.forward(Tensor.zeros(2, 3))).isInstanceOf(ShapeException.class)
                .hasMessage("in LayerNorm(4): layerNorm: the last dimensions of the input must be [4] (got [2, 3], [4])");
        assertThatThrownBy(() -> new LayerNorm.Options(0, true, true)).hasMessage("LayerNorm: eps must be positive (got 0.0)");
        assertThatThrownBy(() -> new LayerNorm(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void geluIsExactOrApproximate() {
        Tensor x = normal(5);
        OpChecks.assertClose("gelu", new Gelu().forward(x).data(), x.apply(UnaryOp.GELU), 0);
        OpChecks.assertClose("tanh", new Gelu(Gelu.Approximate.TANH).forward(x).data(), x.apply(UnaryOp.GELU_TANH), 0);
        assertThat(new Gelu(Gelu.Approximate.TANH).describe()).isEqualTo("Gelu(tanh)");
    }

    @Test
    void attentionHasPyTorchsParameters() {
        var layer = new MultiheadAttention(6, 2, rng);
        assertThat(layer.stateDict().keySet()).containsExactly("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias");
        assertThat(layer.inProjWeight().shape()).isEqualTo(Shape.of(18, 6));
        assertThat(layer.inProjBias().data().toFloatArray()).containsOnly(0);
        assertThat(layer.outProj().bias().data().toFloatArray()).containsOnly(0);
        var bare = new MultiheadAttention(6, 3, MultiheadAttention.Options.DEFAULT.withBias(false).withCausal(true), rng);
        assertThat(bare.stateDict().keySet()).containsExactly("in_proj_weight", "out_proj.weight");
        assertThat(bare.describe()).isEqualTo("MultiheadAttention(6, heads 3, no bias, causal)");
        assertThatThrownBy(() -> new MultiheadAttention(6, 4, rng))
                .hasMessage("MultiheadAttention: the number of heads must divide the width (got width 6, heads 4)");
        assertThatThrownBy(() -> layer.forward(Tensor.zeros(2, 6))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("the input must be [batch, length, 6]");
    }

    @Test
    void attendingToItselfIsTheForwardPass() {
        for (boolean causal : new boolean[] {false, true}) {
            var layer = new MultiheadAttention(6, 2, MultiheadAttention.Options.DEFAULT.withCausal(causal), rng);
            layer.to(DType.F64);
            Variable x = Variable.of(normal(2, 5, 6));
            OpChecks.assertClose("self", layer.forward(x).data(), layer.attend(x, x, x, null).data(), 1e-12);
        }
    }

    @Test
    void aCausalLayerDoesNotLookAhead() {
        var layer = new MultiheadAttention(4, 2, MultiheadAttention.Options.DEFAULT.withCausal(true), rng);
        layer.to(DType.F64);
        Tensor x = normal(1, 6, 4);
        Tensor changed = x.copy();
        changed.narrow(1, 4, 2).copyFrom(normal(1, 2, 4));
        Tensor before = layer.forward(x).data().narrow(1, 0, 4);
        OpChecks.assertClose("past", layer.forward(changed).data().narrow(1, 0, 4), before, 0);
    }

    @Test
    void paddingIsNotSeen() {
        var layer = new MultiheadAttention(4, 2, rng);
        layer.to(DType.F64);
        Variable query = Variable.of(normal(2, 3, 4));
        Tensor memory = normal(2, 5, 4);
        Tensor padded = Tensor.of(new boolean[] {false, false, false, true, true, false, false, false, true, true}, Shape.of(2, 5));
        Variable all = Variable.of(memory);
        Variable some = Variable.of(memory.narrow(1, 0, 3));
        Tensor hidden = MultiheadAttention.padding(padded);
        OpChecks.assertClose("result", layer.attend(query, all, all, hidden).data(), layer.attend(query, some, some, null).data(), 1e-12);
        Tensor weights = layer.weights(query, all, hidden).data();
        OpChecks.assertClose("weights", weights.narrow(2, 0, 3), layer.weights(query, some, null).data(), 1e-12);
        assertThat(weights.narrow(2, 3, 2).toDoubleArray()).containsOnly(0);
    }

    @Test
    void dropoutFollowsItsOwnStreamAndOnlyInTraining() {
        var layer = new MultiheadAttention(4, 2, MultiheadAttention.Options.DEFAULT.withDropout(0.5), rng);
        Tensor x = Tensor.randn(Shape.of(2, 7, 4), rng);
        float[] first = layer.forward(x).data().toFloatArray();
        assertThat(layer.forward(x).data().toFloatArray()).isNotEqualTo(first);
        layer.randomStates().get("rng").seek(0);
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(first);
        layer.eval();
        assertThat(layer.forward(x).data().toFloatArray()).isEqualTo(layer.forward(x).data().toFloatArray());
    }

    @Test
    void gradientsReachEveryParameter() {
        var layer = new MultiheadAttention(4, 2, rng);
        layer.to(DType.F64);
        OpChecks.derivatives(x -> layer.forward(x.getFirst()), List.of(normal(1, 3, 4)));
        layer.forward(normal(2, 3, 4)).square().sum().backward();
        layer.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name)
                .isPositive());
    }
}
