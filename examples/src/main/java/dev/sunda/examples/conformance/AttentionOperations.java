package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Attentions;
import dev.sunda.nn.functional.MultiheadAttentions;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import dev.sunda.nn.functional.MultiheadAttentions.Options;
import dev.sunda.nn.functional.MultiheadAttentions.Wanted;
import dev.sunda.nn.functional.MultiheadAttentions.Weights;
import java.util.List;

/// Attention.
final class AttentionOperations {
    private AttentionOperations() {
    }

    static void register(OperationTable table) {
        table.one("scaled_dot_product_attention", AttentionOperations::scaledDotProduct);
        table.put("multi_head_attention", AttentionOperations::multiHead);
    }

    private static Variable scaledDotProduct(Args a) {
        var options = Attentions.Options.DEFAULT.withCausal(a.flag("is_causal", false)).withEnableGqa(a.flag("enable_gqa", false));
        return Attentions.scaledDotProductAttention(a.variable("query"), a.variable("key"), a.variable("value"), a.optional("attn_mask"),
                a.has("scale") ? options.withScale(a.number("scale")) : options);
    }

    /// Gives the result and the weights averaged over heads.
    private static List<Variable> multiHead(Args a) {
        var weights = new Weights(a.variable("in_proj_weight"), a.optional("in_proj_bias"), a.variable("out_proj_weight"),
                a.optional("out_proj_bias"));
        var masks = new Masks(a.optional("attn_mask"), a.optionalTensor("key_padding_mask"), false);
        var result = MultiheadAttentions.multiheadAttention(a.variable("query"), a.variable("key"), a.variable("value"),
                a.integer("num_heads"), weights, masks, Options.DEFAULT.withWeights(Wanted.AVERAGE));
        return List.of(result.output(), result.weights());
    }
}
