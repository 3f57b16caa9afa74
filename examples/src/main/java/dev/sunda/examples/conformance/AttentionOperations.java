package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.nn.functional.Attentions;
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
        var options = Attentions.Options.DEFAULT.withCausal(a.flag("is_causal", false));
        return Attentions.scaledDotProductAttention(a.variable("query"), a.variable("key"), a.variable("value"), a.optional("attn_mask"),
                a.has("scale") ? options.withScale(a.number("scale")) : options);
    }

    /// Sequences come as `[length, batch, width]`, masks are true where a key is hidden. Gives the result and the weights averaged over
    /// heads.
    private static List<Variable> multiHead(Args a) {
        int heads = a.integer("num_heads");
        Variable q = projected(a, "query", 0, heads);
        Variable k = projected(a, "key", 1, heads);
        Variable v = projected(a, "value", 2, heads);
        Tensor hidden = a.optionalTensor("attn_mask");
        if (a.has("key_padding_mask")) {
            Tensor padding = a.tensor("key_padding_mask").unsqueeze(1).unsqueeze(1);
            hidden = hidden == null ? padding : hidden.logicalOr(padding);
        }
        Variable mask = hidden == null ? null : Variable.of(hidden.logicalNot());
        Variable joined = Attentions.scaledDotProductAttention(q, k, v, mask, Attentions.Options.DEFAULT).permute(2, 0, 1, 3)
                .flatten(2, 3);
        Variable y = joined.matmul(a.variable("out_proj_weight").mT());
        if (a.has("out_proj_bias"))
            y = y.add(a.variable("out_proj_bias"));
        return List.of(y, Attentions.attentionWeights(q, k, mask, Attentions.Options.DEFAULT).mean(Dims.of(1)));
    }

    /// The part of the common projection that belongs to this input, as `[batch, heads, length, width / heads]`.
    private static Variable projected(Args a, String input, int part, int heads) {
        Variable x = a.variable(input);
        int width = x.size(2);
        Variable y = x.matmul(a.variable("in_proj_weight").narrow(0, part * width, width).mT());
        if (a.has("in_proj_bias"))
            y = y.add(a.variable("in_proj_bias").narrow(0, part * width, width));
        return y.reshape(x.size(0), x.size(1), heads, width / heads).permute(1, 2, 0, 3);
    }
}
