package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Bilinears;
import dev.sunda.nn.functional.Embeddings;
import dev.sunda.nn.functional.Embeddings.BagOptions;
import dev.sunda.nn.functional.Embeddings.Mode;
import dev.sunda.nn.functional.Embeddings.Options;
import java.util.Locale;

/// Lookups in tables, and bilinear forms.
final class EmbeddingOperations {
    private EmbeddingOperations() {
    }

    static void register(OperationTable table) {
        table.one("embedding", a -> Embeddings.embedding(a.tensor("input"), a.variable("weight"),
                new Options(padding(a), a.flag("scale_grad_by_freq", false))));
        table.one("embedding_bag", EmbeddingOperations::bag);
        table.one("bilinear",
                a -> Bilinears.bilinear(a.variable("input1"), a.variable("input2"), a.variable("weight"), a.optional("bias")));
    }

    private static Variable bag(Args a) {
        var options = new BagOptions(Mode.valueOf(a.text("mode", "mean").toUpperCase(Locale.ROOT)), padding(a),
                a.flag("scale_grad_by_freq", false), a.flag("include_last_offset", false));
        return Embeddings.embeddingBag(a.tensor("input"), a.optionalTensor("offsets"), a.variable("weight"),
                a.optional("per_sample_weights"),
                options);
    }

    private static Integer padding(Args a) {
        return a.has("padding_idx") ? a.integer("padding_idx") : null;
    }
}
