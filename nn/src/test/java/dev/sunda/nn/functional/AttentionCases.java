package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.check.OpCase;
import dev.sunda.nn.functional.Attentions.Options;
import java.util.List;

/// Attention.
final class AttentionCases {
    private AttentionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("scaledDotProductAttention", "a,b,3,2 a,b,c,2 a,b,c,4",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2)))
                        .refusing(d -> Attentions.scaledDotProductAttention(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 2, 3))),
                OpCase.of("scaledDotProductAttention", "a,3,2 a,4,2 a,4,b 3,4",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2),
                                x.get(3), Options.DEFAULT.withScale(0.3))),
                OpCase.of("attentionWeights", "a,3,2 a,4,2", x -> Attentions.attentionWeights(x.get(0), x.get(1), null, Options.DEFAULT)),
                OpCase.of("selfAttention", "a,3,12", x -> Attentions.selfAttention(x.get(0), 2, null, Options.DEFAULT.withCausal(true)))
                        .refusing(d -> Attentions.selfAttention(zeros(d, 1, 3, 8), 2, null, Options.DEFAULT)));
    }
}
