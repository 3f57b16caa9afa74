package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Attentions.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionTests {
    private static Variable randn(Device device, int... sizes) {
        return Variable.of(Tensor.randn(Shape.of(sizes), new Rng(1), DType.F32, device));
    }

    /// The numbers were computed by PyTorch 2.13 in float64.
    @Test
    void groupedQueriesShareKeys() {
        Variable q = Variable.of(ramp(1, 4, 2, 2));
        Variable k = Variable.of(ramp(1, 2, 3, 2));
        Variable v = k.mul(0.5).add(1);
        var options = Options.DEFAULT.withEnableGqa(true);
        assertClose("causal", Attentions.scaledDotProductAttention(q, k, v, null, options.withCausal(true)).data(), 0.375, 1.25,
                0.599304888062, 1.47430488806, 0.375, 1.25, 0.611085035989, 1.48608503599, 1.5, 1, 1.07672884551, 1.15872668293, 1.5, 1,
                1.33687861668, 1.06117051874);
        assertClose("masked", Attentions.scaledDotProductAttention(q, k, v, Variable.of(ramp(2, 3)), options).data(), 0.704189678501,
                1.48413007272, 0.518031720902, 1.36998709885, 0.901652450276, 1.09291794671, 0.636702813484, 1.24511411834, 0.551197587472,
                1.29742616568, 1.16931418324, 0.877926620459, 0.838881185527, 0.904235918317, 1.41498204122, 1.00399528794);
    }

    /// A query that sees nothing gives zeros and gets no gradient, whether booleans or numbers hide the keys.
    @Test
    void aQueryThatSeesNothingGivesZeros() {
        for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
            Tensor seen = Tensor.of(new boolean[] {true, false, true, false, false, false}, Shape.of(2, 3)).to(device);
            Tensor numbers = Tensor.full(Shape.of(2, 3), Double.NEGATIVE_INFINITY, DType.F32, device)
                    .where(seen.logicalNot(), Tensor.zeros(Shape.of(2, 3), DType.F32, device));
            for (Tensor mask : List.of(seen, numbers)) {
                Variable q = Variable.tracked(randn(device, 2, 2, 4).data());
                Variable k = randn(device, 2, 3, 4);
                Variable y = Attentions.scaledDotProductAttention(q, k, k, Variable.of(mask), Options.DEFAULT);
                assertThat(y.data().select(1, 1).toFloatArray()).containsOnly(0);
                assertThat(y.data().select(1, 0).toFloatArray()).doesNotContain(0, Float.NaN);
                Tensor gradient = Gradients.gradients(y.square().sum(), List.of(q), false).getFirst().data();
                assertThat(gradient.select(1, 1).toFloatArray()).containsOnly(0);
                assertThat(gradient.select(1, 0).toFloatArray()).doesNotContain(0, Float.NaN);
            }
        }
    }

    @Test
    void emptySequencesAndBatches() {
        for (Device device : List.of(Device.CPU, Device.REFERENCE)) {
            Variable none = Attentions.scaledDotProductAttention(randn(device, 2, 3, 4), randn(device, 2, 0, 4), randn(device, 2, 0, 5));
            assertThat(none.data().toFloatArray()).hasSize(30).containsOnly(0);
            assertThat(Attentions.scaledDotProductAttention(randn(device, 2, 0, 4), randn(device, 2, 3, 4), randn(device, 2, 3, 5)).shape())
                    .isEqualTo(Shape.of(2, 0, 5));
            assertThat(Attentions.scaledDotProductAttention(randn(device, 0, 2, 4), randn(device, 0, 3, 4), randn(device, 0, 3, 5)).shape())
                    .isEqualTo(Shape.of(0, 2, 5));
            Variable q = Variable.tracked(randn(device, 2, 3, 4).data());
            Variable y = Attentions.scaledDotProductAttention(q, randn(device, 2, 0, 4), randn(device, 2, 0, 4));
            assertThat(Gradients.gradients(y.sum(), List.of(q), false).getFirst().data().toFloatArray()).containsOnly(0);
        }
    }

    /// As in PyTorch the first query sees the first key alone, however many there are.
    @Test
    void causalAttentionStartsAtTheFirstKey() {
        Variable q = randn(Device.CPU, 1, 2, 4);
        Variable k = randn(Device.CPU, 1, 5, 4);
        Variable y = Attentions.scaledDotProductAttention(q, k, k, null, Options.DEFAULT.withCausal(true));
        assertThat(y.data().select(1, 0).toFloatArray()).isEqualTo(k.data().select(1, 0).toFloatArray());
    }
}
