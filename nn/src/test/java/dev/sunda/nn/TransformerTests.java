package dev.sunda.nn;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
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
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The expected numbers were computed by PyTorch 2.13 in float64, with parameters `ramp(shape) / 2`.
class TransformerTests {
    private static final TransformerOptions SMALL = TransformerOptions.DEFAULT.withFeedForward(3).withDropout(0);

    private final Rng rng = new Rng(9);

    private static <L extends Layer> L filled(L layer) {
        layer.to(DType.F64);
        layer.parameters().forEach(p -> p.set(ramp(p.shape().sizes()).mul(0.5)));
        return layer;
    }

    private static Variable input(int... sizes) {
        return Variable.of(ramp(sizes));
    }

    private static Masks causal(int size) {
        return Masks.NONE.withAttention(Transformer.generateSquareSubsequentMask(size, DType.F64, Device.CPU));
    }

    @Test
    void encoderLayersHaveNormsBehindOrInFront() {
        var masks = causal(3).withKeyPadding(Tensor.of(new boolean[] {false, false, true, false, false, false}, Shape.of(2, 3)));
        var options = SMALL.withActivation(UnaryOp.GELU).withBatchFirst(true);
        var behind = filled(new TransformerEncoderLayer(4, 2, options, rng));
        assertClose("behind", behind.forward(input(2, 3, 4), masks).data(), 0.212134987654, 0.307155543898, -0.169707154471, 1.51997824173,
                0.0904316714875, 0.318656115687, -0.0944358601145, 1.55770173198, 0.00496319912364, 0.498030624224, -0.00200604757933,
                1.25487151962, -0.19804532531, 0.299911509447, 0.0143991770669, 1.58817384374, -0.158756465063, 0.458875139267,
                0.05387838191, 1.32875164154, 0.280289263696, 0.313322512125, -0.212016294688, 1.46694224666);
        var front = filled(new TransformerEncoderLayer(4, 2, options.withNormFirst(true), rng));
        assertClose("front", front.forward(input(2, 3, 4), masks).data(), -1.25860623462, 0.312143881393, 0.15953055956, 1.75897657394,
                -0.111405031578, -0.748875495368, 1.24020375175, 0.683235763585, -1.19618512958, 0.403535820481, -0.284902100407,
                -0.885950490025, -0.140614226453, -0.217108152331, 1.23339880617, 1.21436939977, -1.26812975393, 0.898980430051,
                0.00172190626133, -0.425031165987, -0.0954605577518, 0.333135675464, -0.950566113499, 1.58777471781);
        assertThat(front.describe()).isEqualTo("TransformerEncoderLayer(4, heads 2, feed forward 3, gelu, batch first, norm first)");
    }

    @Test
    void decoderLayersSeeTheMemory() {
        var behind = filled(new TransformerDecoderLayer(4, 2, SMALL, rng));
        assertClose("behind", behind.forward(input(2, 1, 4), input(3, 1, 4), causal(2), Masks.NONE).data(), 0.0515348012536,
                0.295320136084, -0.0893944944584, 1.5897482249, 0.0943652234853, 0.302485021532, -0.106123459645, 1.57284402054);
        var front = filled(new TransformerDecoderLayer(4, 2, SMALL.withNormFirst(true), rng));
        assertClose("front", front.forward(input(2, 1, 4), input(3, 1, 4), causal(2), Masks.NONE).data(), -1.74206085555, 0.512909676102,
                0.206882999834, 2.17132458163, -0.546876016221, -0.546241477114, 1.3627627065, 1.09519873072);
    }

    @Test
    void theWholeTransformerHasPyTorchsNames() {
        var model = filled(new Transformer(4, 2, 1, 2, SMALL, rng));
        assertClose("result", model.forward(input(3, 1, 4), input(2, 1, 4), Masks.NONE, causal(2), Masks.NONE).data(), -0.323166052207,
                0.183638654439, -0.0168125203896, 1.67570601072, -0.308842494334, 0.183533248042, -0.0216783854905, 1.67812842183);
        assertThat(model.stateDict().keySet()).hasSize(52).startsWith("encoder.layers.0.self_attn.in_proj_weight")
                .contains("encoder.norm.weight", "decoder.layers.1.multihead_attn.out_proj.bias", "decoder.layers.1.norm3.bias")
                .endsWith("decoder.norm.bias");
        var bare = new Transformer(4, 2, 1, 1, SMALL.withBias(false), rng);
        assertThat(bare.namedParameters().keySet()).noneMatch(name -> name.endsWith("bias"));
        assertThatThrownBy(() -> new Transformer(4, 2, 0, 1, SMALL, rng)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SMALL.withDropout(1.5)).hasMessage("transformer: dropout must be from 0 to 1 (got 1.5)");
        assertThatThrownBy(() -> model.forward(input(3, 1, 4), input(2, 1, 5), Masks.NONE, Masks.NONE, Masks.NONE))
                .hasMessageStartingWith("in decoder.layers.0.self_attn MultiheadAttention(4, heads 2): attention: ");
    }

    @Test
    void gradientsReachEveryParameterAndDropoutRuns() {
        var model = new Transformer(4, 2, 1, 1, SMALL.withDropout(0.1).withActivation(UnaryOp.GELU), rng);
        Variable source = Variable.of(Tensor.randn(Shape.of(3, 2, 4), rng));
        Variable target = Variable.of(Tensor.randn(Shape.of(5, 2, 4), rng));
        Masks masks = Masks.NONE.withCausal(true);
        Variable weights = Variable.of(Tensor.randn(Shape.of(5, 2, 4), rng));
        model.forward(source, target, Masks.NONE, masks, Masks.NONE).mul(weights).sum().backward();
        model.namedParameters().forEach((name, p) -> assertThat(p.grad().abs().amax(Dims.all()).item()).as(name).isPositive());
        float[] first = model.forward(source, target, Masks.NONE, masks, Masks.NONE).data().toFloatArray();
        assertThat(model.forward(source, target, Masks.NONE, masks, Masks.NONE).data().toFloatArray()).isNotEqualTo(first);
    }

    // ---------------------------------------------------------------------------------------------------------- decoding

    @Test
    void anEncoderDecodesWhatACausalPassGives() {
        for (boolean normFirst : new boolean[] {false, true}) {
            var options = TransformerOptions.DEFAULT.withFeedForward(24).withBatchFirst(true).withNormFirst(normFirst);
            var layers = List.of(new TransformerEncoderLayer(12, 3, options, rng), new TransformerEncoderLayer(12, 3, options, rng));
            var model = new TransformerEncoder(layers, new LayerNorm(12));
            model.eval();
            Variable x = Variable.of(Tensor.randn(Shape.of(2, 21, 12), rng));
            float[] whole = model.forward(x, Masks.NONE.withCausal(true)).data().toFloatArray();
            var cache = new DecodingCache(2, 21);
            var parts = new ArrayList<Variable>();
            for (int t = 0; t < 21; t++)
                parts.add(model.decode(x.narrow(1, t, 1), cache));
            assertThat(Variable.cat(parts, 1).data().toFloatArray()).isEqualTo(whole);
            cache = new DecodingCache(2, 30);
            var several = List.of(model.decode(x.narrow(1, 0, 4), cache), model.decode(x.narrow(1, 4, 17), cache));
            assertThat(Variable.cat(several, 1).data().toFloatArray()).isEqualTo(whole);
            assertThat(cache.length()).isEqualTo(21);
        }
    }

    @Test
    void aDecoderKeepsTheKeysOfTheMemory() {
        var options = TransformerOptions.DEFAULT.withFeedForward(16);
        var layers = List.of(new TransformerDecoderLayer(8, 2, options, rng), new TransformerDecoderLayer(8, 2, options, rng));
        var model = new TransformerDecoder(layers, null);
        model.eval();
        Variable x = Variable.of(Tensor.randn(Shape.of(6, 2, 8), rng));
        Variable memory = Variable.of(Tensor.randn(Shape.of(5, 2, 8), rng));
        float[] whole = model.forward(x, memory, Masks.NONE.withCausal(true), Masks.NONE).data().toFloatArray();
        var cache = new DecodingCache(2, 6);
        var parts = new ArrayList<Variable>();
        for (int t = 0; t < 6; t++)
            parts.add(model.decode(x.narrow(0, t, 1), memory, cache));
        assertThat(Variable.cat(parts, 0).data().toFloatArray()).isEqualTo(whole);
        assertThat(cache.memory(1).length()).isEqualTo(5);
        assertThatThrownBy(() -> model.decode(x.narrow(0, 0, 1), memory, cache))
                .hasMessageEndingWith("KeyValueCache: 6 of 6 positions are taken, so there is no room for 1 (got [2, 2, 1, 4])");
        assertThatThrownBy(() -> model.decode(x, memory, new DecodingCache(3, 6)))
                .hasMessage("decode: the cache must be for 2 layers (got 3)");
    }

    @Test
    void groupedQueriesWithRotaryEmbeddingDecodeWhatACausalPassGives() {
        for (boolean interleaved : new boolean[] {false, true}) {
            var options = GroupedQueryAttention.Options.DEFAULT.withRotary(new RotaryEmbedding(4, 100, interleaved));
            var layer = new GroupedQueryAttention(16, 4, 2, options, rng);
            Variable x = Variable.of(Tensor.randn(Shape.of(2, 9, 16), rng));
            float[] whole = layer.forward(x).data().toFloatArray();
            var cache = new KeyValueCache(9);
            var parts = new ArrayList<Variable>();
            for (int t = 0; t < 9; t++)
                parts.add(layer.decode(x.narrow(1, t, 1), cache));
            assertThat(Variable.cat(parts, 1).data().toFloatArray()).isEqualTo(whole);
            cache.truncate(3);
            assertThat(layer.decode(x.narrow(1, 3, 6), cache).data().toFloatArray())
                    .isEqualTo(Variable.cat(parts.subList(3, 9), 1).data().toFloatArray());
        }
        assertThatThrownBy(() -> new GroupedQueryAttention(16, 4, 3, GroupedQueryAttention.Options.DEFAULT, rng))
                .hasMessageEndingWith("(got width 16, heads 4, 3)");
    }

    /// With as many heads of keys as of queries it is the attention of several heads.
    @Test
    void groupedQueriesOfSizeOneAreOrdinaryAttention() {
        var grouped = new GroupedQueryAttention(6, 3, 3, GroupedQueryAttention.Options.DEFAULT, rng);
        var plain = new MultiheadAttention(6, 3,
                MultiheadAttention.Options.DEFAULT.withBias(false).withCausal(true).withBatchFirst(true), rng);
        var weights = grouped.namedParameters();
        plain.inProjWeight().set(Tensor.cat(List.of(weights.get("q_proj.weight").data(), weights.get("k_proj.weight").data(),
                weights.get("v_proj.weight").data()), 0));
        plain.outProj().weight().set(weights.get("out_proj.weight").data());
        Tensor x = Tensor.randn(Shape.of(2, 5, 6), rng);
        assertClose("same", grouped.forward(x).data(), plain.forward(x).data(), 1e-6);
    }
}
