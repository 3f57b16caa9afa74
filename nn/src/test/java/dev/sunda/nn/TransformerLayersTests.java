package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import dev.sunda.nn.functional.MultiheadAttentions.Wanted;
import dev.sunda.nn.functional.OpChecks;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransformerLayersTests {
    private static final MultiheadAttention.Options BATCH_FIRST = MultiheadAttention.Options.DEFAULT.withBatchFirst(true);
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
        assertThatThrownBy(() -> new LayerNorm.Options(-1, true, true)).hasMessage("LayerNorm: eps must not be negative (got -1.0)");
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
        assertThatThrownBy(() -> layer.forward(Tensor.zeros(2, 8))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("the input projection must be [24, 8] (got [18, 6])");
    }

    @Test
    void attendingToItselfIsTheForwardPass() {
        for (boolean causal : new boolean[] {false, true}) {
            var layer = new MultiheadAttention(6, 2, BATCH_FIRST.withCausal(causal), rng);
            layer.to(DType.F64);
            Variable x = Variable.of(normal(2, 5, 6));
            Variable same = Variable.of(x.data());
            OpChecks.assertClose("self", layer.forward(x).data(), layer.forward(x, same, same, Masks.NONE).data(), 1e-12);
            OpChecks.assertClose("weights", layer.forward(x).data(), layer.attend(x, x, x, Masks.NONE, Wanted.AVERAGE).output().data(),
                    1e-12);
            var timeFirst = new MultiheadAttention(6, 2, BATCH_FIRST.withBatchFirst(false).withCausal(causal), rng);
            timeFirst.to(DType.F64);
            timeFirst.loadStateDict(layer.stateDict(), true);
            OpChecks.assertClose("time first", timeFirst.forward(x.transpose(0, 1)).data().transpose(0, 1), layer.forward(x).data(), 1e-12);
        }
    }

    @Test
    void aCausalLayerDoesNotLookAhead() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST.withCausal(true), rng);
        layer.to(DType.F64);
        Tensor x = normal(1, 6, 4);
        Tensor changed = x.copy();
        changed.narrow(1, 4, 2).copyFrom(normal(1, 2, 4));
        Tensor before = layer.forward(x).data().narrow(1, 0, 4);
        OpChecks.assertClose("past", layer.forward(changed).data().narrow(1, 0, 4), before, 0);
    }

    @Test
    void paddingIsNotSeen() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST, rng);
        layer.to(DType.F64);
        Variable query = Variable.of(normal(2, 3, 4));
        Tensor memory = normal(2, 5, 4);
        Tensor padded = Tensor.of(new boolean[] {false, false, false, true, true, false, false, false, true, true}, Shape.of(2, 5));
        Variable all = Variable.of(memory);
        Variable some = Variable.of(memory.narrow(1, 0, 3));
        Masks masks = Masks.NONE.withKeyPadding(padded);
        OpChecks.assertClose("result", layer.forward(query, all, all, masks).data(), layer.forward(query, some, some, Masks.NONE).data(),
                1e-12);
        Tensor weights = layer.attend(query, all, all, masks, Wanted.AVERAGE).weights().data();
        OpChecks.assertClose("weights", weights.narrow(2, 0, 3),
                layer.attend(query, some, some, Masks.NONE, Wanted.AVERAGE).weights().data(),
                1e-12);
        assertThat(weights.narrow(2, 3, 2).toDoubleArray()).containsOnly(0);
    }

    @Test
    void aQueryThatSeesNothingGivesZerosWithoutWeightsAndNanWithThem() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST, rng);
        Variable x = Variable.of(Tensor.randn(Shape.of(1, 2, 4), rng));
        Masks masks = Masks.NONE.withKeyPadding(Tensor.ones(Shape.of(1, 2), DType.BOOL, Device.CPU));
        assertThat(layer.forward(x, x, x, masks).data().toFloatArray()).containsOnly(0);
        assertThat(layer.attend(x, x, x, masks, Wanted.PER_HEAD).output().data().toFloatArray()).containsOnly(Float.NaN);
    }

    /// The numbers were computed by PyTorch 2.13 in float64, with parameters `ramp(shape) / 2`.
    @Test
    void furtherKeysAndWidthsOfTheirOwn() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST.withKdim(3).withVdim(2).withAddBiasKv(true).withAddZeroAttn(true), rng);
        assertThat(layer.stateDict().keySet()).containsExactly("q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias", "bias_k",
                "bias_v", "out_proj.weight", "out_proj.bias");
        filled(layer);
        Tensor padding = Tensor.of(new boolean[] {false, false, true, true, false, false}, Shape.of(2, 3));
        var result =
                layer.attend(input(2, 2, 4), input(2, 3, 3), input(2, 3, 2), new Masks(input(4, 2, 3), padding, false), Wanted.PER_HEAD);
        OpChecks.assertClose("result", result.output().data(), -0.77767375927, -0.182961263054, 0.411796664482, 0.158043349833,
                -0.443248570431, -0.210019675687, 0.268965147498, 0.177058758242, -0.62093489812, 0.249625072127, 0.204336433369,
                0.519806691791, -0.205385127747, 0.130228003634, -0.0974892006156, 0.463005804287);
        OpChecks.assertClose("weights", result.weights().data(), 0.270631867179, 0.282522871885, 0, 0.159814789509, 0.287030471426,
                0.0952619551514, 0.45670414911, 0, 0.301985576163, 0.146048319576, 0.478595917758, 0.15505786908, 0, 0.186967181402,
                0.17937903176, 0.275637861746, 0.156451059104, 0, 0.391967966674, 0.175943112476, 0, 0.110117308783, 0.608803326769,
                0.153507048922, 0.127572315525, 0, 0.0848070621819, 0.395894209596, 0.35127796556, 0.168020762662, 0, 0.093206991382,
                0.531942992218, 0.160181601389, 0.214668415011, 0, 0.0305775435008, 0.196789055252, 0.552867170156, 0.219766231091);
    }

    /// Further keys stay visible, whether booleans or numbers hide the padding.
    @Test
    void booleansAndNumbersHideTheSame() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST.withAddBiasKv(true).withAddZeroAttn(true).withCausal(true), rng);
        layer.to(DType.F64);
        Variable x = Variable.of(normal(2, 3, 4));
        Tensor padding = Tensor.of(new boolean[] {false, false, true, true, false, false}, Shape.of(2, 3));
        Tensor numbers = Tensor.full(padding.shape(), Double.NEGATIVE_INFINITY, DType.F64, Device.CPU)
                .where(padding, Tensor.zeros(padding.shape(), DType.F64, Device.CPU));
        Tensor booleans = layer.forward(x, x, x, Masks.NONE.withKeyPadding(padding)).data();
        OpChecks.assertClose("result", booleans, layer.forward(x, x, x, Masks.NONE.withKeyPadding(numbers)).data(), 1e-12);
        var seen = layer.attend(x, x, x, Masks.NONE.withKeyPadding(padding), Wanted.AVERAGE).weights().data();
        assertThat(seen.select(0, 1).select(0, 0).ne(0).toBooleanArray()).containsExactly(false, false, false, true, true);
    }

    @Test
    void aSequenceWithoutBatch() {
        var layer = filled(new MultiheadAttention(4, 2, rng));
        Tensor behind = Tensor.of(new boolean[] {false, true, true, false, false, true, false, false, false}, Shape.of(3, 3));
        var result = layer.attend(input(3, 4), input(3, 4), input(3, 4), Masks.NONE.withAttention(behind), Wanted.AVERAGE);
        OpChecks.assertClose("result", result.output().data(), 1.09765625, -0.421875, -0.1796875, -0.06640625, -0.191515364426,
                0.0400320552886, 0.00133053081159, 0.393429181961, -0.437441047716, 0.0163968676761, 0.165766575933, 0.267263250358);
        OpChecks.assertClose("weights", result.weights().data(), 1, 0, 0, 0.516812771435, 0.483187228565, 0, 0.270028408863, 0.292454087908,
                0.437517503228);
    }

    private static <L extends Layer> L filled(L layer) {
        layer.to(DType.F64);
        layer.parameters().forEach(p -> p.set(OpChecks.ramp(p.shape().sizes()).mul(0.5)));
        return layer;
    }

    private static Variable input(int... sizes) {
        return Variable.of(OpChecks.ramp(sizes));
    }

    @Test
    void dropoutFollowsItsOwnStreamAndOnlyInTraining() {
        var layer = new MultiheadAttention(4, 2, BATCH_FIRST.withDropout(0.5), rng);
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
