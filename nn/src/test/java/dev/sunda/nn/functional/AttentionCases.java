package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Attentions.Options;
import dev.sunda.nn.functional.MultiheadAttentions.Masks;
import dev.sunda.nn.functional.MultiheadAttentions.Wanted;
import dev.sunda.nn.functional.MultiheadAttentions.Weights;
import java.util.List;

/// Attention and positions.
final class AttentionCases {
    private static final boolean[] SEEN = {true, false, true, false, false, false};
    private static final MultiheadAttentions.Options PLAIN = MultiheadAttentions.Options.DEFAULT;

    private AttentionCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("scaledDotProductAttention", "a,b,3,2 a,b,c,2 a,b,c,4",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2)))
                        .refusing(d -> Attentions.scaledDotProductAttention(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 2, 3)))
                        .refusing(d -> Attentions.scaledDotProductAttention(zeros(d, 3), zeros(d, 3), zeros(d, 3)))
                        .refusing(d -> Attentions.scaledDotProductAttention(zeros(d, 2, 2, 3), zeros(d, 3, 2, 3), zeros(d, 3, 2, 3)))
                        .refusing(d -> Attentions.scaledDotProductAttention(zeros(d, 2, 3), zeros(d, 2, 3).to(DType.F64), zeros(d, 2, 3)))
                        .refusing(d -> masked(d, Variable.of(Tensor.zeros(Shape.of(2, 4), DType.I64, d)), Options.DEFAULT))
                        .refusing(d -> masked(d, zeros(d, 3, 4), Options.DEFAULT))
                        .refusing(d -> masked(d, zeros(d, 5, 2, 4), Options.DEFAULT))
                        .refusing(d -> masked(d, zeros(d, 2, 4), Options.DEFAULT.withCausal(true))),
                OpCase.of("scaledDotProductAttention", "a,3,2 a,4,2 a,4,b 3,4",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2),
                                x.get(3), Options.DEFAULT.withScale(0.3))),
                OpCase.of("scaledDotProductAttention", "a,2,2 3,2 3,b",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2), seen(x.get(0)), Options.DEFAULT)),
                OpCase.of("scaledDotProductAttention", "1,4,2,2 1,2,2,2 1,2,2,b",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2), null,
                                Options.DEFAULT.withEnableGqa(true).withCausal(true)))
                        .refusing(d -> grouped(d, 4, 3, 3)).refusing(d -> grouped(d, 4, 2, 4)).refusing(d -> grouped(d, 2, 4, 4)),
                OpCase.of("scaledDotProductAttention", "4,2,1 2,3,1 2,3,1 4,2,3",
                        x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2), x.get(3),
                                Options.DEFAULT.withEnableGqa(true))),
                OpCase.of("attentionWeights", "a,3,2 a,4,2", x -> Attentions.attentionWeights(x.get(0), x.get(1), null, Options.DEFAULT)),
                OpCase.of("selfAttention", "a,3,12", x -> Attentions.selfAttention(x.get(0), 2, null, Options.DEFAULT.withCausal(true)))
                        .refusing(d -> Attentions.selfAttention(zeros(d, 1, 3, 8), 2, null, Options.DEFAULT)),
                OpCase.of("multiheadAttention", "2,a,2 6,2 6 2,2 2",
                        x -> MultiheadAttentions.multiheadAttention(x.get(0), x.get(0), x.get(0), 2,
                                new Weights(x.get(1), x.get(2), x.get(3), x.get(4)), Masks.NONE.withCausal(true), PLAIN).output())
                        .refusing(d -> multihead(d, 2, zeros(d, 3, 1, 4), zeros(d, 12, 4), Masks.NONE))
                        .refusing(d -> multihead(d, 3, zeros(d, 2, 1, 4), zeros(d, 12, 4), Masks.NONE))
                        .refusing(d -> multihead(d, 2, zeros(d, 2, 2, 4), zeros(d, 12, 4), Masks.NONE))
                        .refusing(d -> multihead(d, 2, zeros(d, 2, 4), zeros(d, 12, 4), Masks.NONE))
                        .refusing(d -> multihead(d, 2, zeros(d, 2, 1, 4), zeros(d, 8, 4), Masks.NONE))
                        .refusing(d -> multihead(d, 2, zeros(d, 2, 1, 4), null, Masks.NONE))
                        .refusing(d -> multihead(d, 2, zeros(d, 2, 1, 4), zeros(d, 12, 4), Masks.NONE.withAttention(zeros(d, 3, 3).data())))
                        .refusing(
                                d -> multihead(d, 2, zeros(d, 2, 1, 4), zeros(d, 12, 4), Masks.NONE.withKeyPadding(zeros(d, 2, 2).data()))),
                OpCase.of("multiheadAttention", "1,2,2 1,3,1 1,3,2 2,2 2,1 2,2 1,1,2 2,3 2,2",
                        x -> weighted(MultiheadAttentions.multiheadAttention(x.get(0), x.get(1), x.get(2), 1,
                                new Weights(null, x.get(3), x.get(4), x.get(5), null, x.get(6), x.get(6), x.get(8), null),
                                new Masks(x.get(7), null, true),
                                PLAIN.withBatchFirst(true).withAddZeroAttn(true).withWeights(Wanted.AVERAGE)))),
                OpCase.of("rotary", "a,b,5", x -> Positions.rotary(x.get(0), angles(x.get(0), 4), false)).asLinear()
                        .refusing(d -> Positions.rotary(zeros(d, 3, 3), angles(zeros(d, 3, 4), 4), false))
                        .refusing(d -> Positions.rotary(zeros(d, 2, 4), angles(zeros(d, 3, 4), 4), false))
                        .refusing(d -> Positions.rotary(zeros(d, 3, 4).to(DType.F64), angles(zeros(d, 3, 4), 4), false))
                        .refusing(d -> angles(zeros(d, 3, 4), 3)),
                OpCase.of("rotary", "a,b,4", x -> Positions.rotary(x.get(0), angles(x.get(0), 4), true)).asLinear());
    }

    private static Variable seen(Variable like) {
        return Variable.of(Tensor.of(SEEN, Shape.of(2, 3)).to(like.device()));
    }

    private static Positions.Angles angles(Variable x, int width) {
        return Positions.angles(x.size(-2), width, 10, 3, x.dtype(), x.device());
    }

    private static Variable weighted(MultiheadAttentions.Result result) {
        return Variable.cat(List.of(result.output().reshape(-1), result.weights().reshape(-1)), 0);
    }

    private static void masked(Device d, Variable mask, Options options) {
        Attentions.scaledDotProductAttention(zeros(d, 2, 3), zeros(d, 4, 3), zeros(d, 4, 3), mask, options);
    }

    private static void grouped(Device d, int heads, int keys, int values) {
        Attentions.scaledDotProductAttention(zeros(d, 1, heads, 2, 3), zeros(d, 1, keys, 2, 3), zeros(d, 1, values, 2, 3), null,
                Options.DEFAULT.withEnableGqa(true));
    }

    private static void multihead(Device d, int heads, Variable value, Variable in, Masks masks) {
        MultiheadAttentions.multiheadAttention(zeros(d, 3, 1, 4), zeros(d, 2, 1, 4), value, heads,
                new Weights(in, null, zeros(d, 4, 4), null), masks, PLAIN);
    }
}
