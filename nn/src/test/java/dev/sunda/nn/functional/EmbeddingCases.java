package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.nn.functional.Embeddings.BagOptions;
import dev.sunda.nn.functional.Embeddings.Mode;
import dev.sunda.nn.functional.Embeddings.Options;
import java.util.List;

/// Lookups in tables, and bilinear forms.
final class EmbeddingCases {
    private static final BagOptions SUM = BagOptions.DEFAULT.withMode(Mode.SUM);

    private EmbeddingCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("embedding", "3,b", x -> Embeddings.embedding(on(x.get(0).device(), 2, 0, 2, 2).reshape(2, 2), x.get(0)))
                        .asLinear()
                        .refusing(d -> Embeddings.embedding(on(d, 3), zeros(d, 3, 2)))
                        .refusing(d -> Embeddings.embedding(on(d, 0, -1), zeros(d, 3, 2)))
                        .refusing(d -> Embeddings.embedding(zeros(d, 2).data(), zeros(d, 3, 2)))
                        .refusing(d -> Embeddings.embedding(on(d, 0), zeros(d, 3)))
                        .refusing(d -> Embeddings.embedding(on(d, 0), zeros(d, 3, 2), Options.DEFAULT.withPaddingIndex(3)))
                        .refusing(d -> Embeddings.embedding(on(d, 0), zeros(d, 3, 2), Options.DEFAULT.withPaddingIndex(-4))),
                OpCase.of("embedding", "4,b", x -> Embeddings.embedding(on(x.get(0).device(), 2, 0), x.get(0),
                        new Options(-1, true))),
                OpCase.of("embeddingBag", "3,b 4", x -> Embeddings.embeddingBag(on(x.get(0).device(), 2, 0, 2, 1),
                        on(x.get(0).device(), 0, 0, 3), x.get(0), x.get(1), SUM)).asLinear()
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), null, zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 1), zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0, 2, 1), zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0, 3), zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0, 1), zeros(d, 3, 2), null,
                                SUM.withIncludeLastOffset(true)))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1).reshape(1, 2), on(d, 0), zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1).reshape(1, 1, 2), null, zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 3), on(d, 0), zeros(d, 3, 2), null, SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 3), on(d, 0), zeros(d, 3, 2), null, SUM.withMode(Mode.MAX)))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0), zeros(d, 3, 2), zeros(d, 3), SUM))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0), zeros(d, 3, 2), zeros(d, 2), BagOptions.DEFAULT))
                        .refusing(d -> SUM.withMode(Mode.MAX).withScaleGradByFreq(true))
                        .refusing(d -> Embeddings.embeddingBag(on(d, 0, 1), on(d, 0), zeros(d, 3, 2), null, SUM.withPaddingIndex(3))),
                OpCase.of("embeddingBag", "3,b", x -> Embeddings.embeddingBag(on(x.get(0).device(), 2, 0, 2, 1, 1, 1).reshape(3, 2), null,
                        x.get(0), null, BagOptions.DEFAULT.withPaddingIndex(1))).asLinear(),
                OpCase.of("embeddingBag", "4,b", OpCase.Domain.DISTINCT,
                        x -> Embeddings.embeddingBag(on(x.get(0).device(), 2, 0, 2, 1, 3), on(x.get(0).device(), 0, 1, 1, 5), x.get(0),
                                null,
                                new BagOptions(Mode.MAX, 1, false, true))),
                OpCase.of("bilinear", "a,b,2 a,b,c 3,2,c 3", x -> Bilinears.bilinear(x.get(0), x.get(1), x.get(2), x.get(3)))
                        .refusing(d -> Bilinears.bilinear(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 5, 4, 4), null))
                        .refusing(d -> Bilinears.bilinear(zeros(d, 1, 3), zeros(d, 2, 4), zeros(d, 5, 3, 4), null))
                        .refusing(d -> Bilinears.bilinear(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 5, 3, 4), zeros(d, 4)))
                        .refusing(d -> Bilinears.bilinear(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 5, 3), null)),
                OpCase.of("bilinear", "b c 2,b,c", x -> Bilinears.bilinear(x.get(0), x.get(1), x.get(2), null)).asLinear(),
                OpCase.of("linear", "a,b,c d,c d", x -> Linears.linear(x.get(0), x.get(1), x.get(2))).asLinear()
                        .refusing(d -> Linears.linear(zeros(d, 2, 3), zeros(d, 4, 2), null))
                        .refusing(d -> Linears.linear(zeros(d, 2, 3), zeros(d, 4, 3), zeros(d, 3)))
                        .refusing(d -> Linears.linear(zeros(d, 2, 3), zeros(d, 3), zeros(d, 1)))
                        .refusing(d -> Linears.linear(zeros(d), zeros(d, 4, 1), null))
                        .refusing(d -> Linears.linear(zeros(d, 2, 3), zeros(d, 1, 4, 3), null)),
                OpCase.of("linear", "a,c c ", x -> Linears.linear(x.get(0), x.get(1), null)).asLinear());
    }

    private static Tensor on(Device device, long... index) {
        return Tensor.of(index).to(device);
    }
}
