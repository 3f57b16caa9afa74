package dev.sunda.bench;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.Layer;
import dev.sunda.nn.LayerNorm;
import dev.sunda.nn.Linear;
import dev.sunda.nn.functional.Attentions;

/// A block of a language model with norms in front, causal attention of 8 heads and a feed-forward part of four times the width. Shapes:
/// `[batch, length, 256]` to the same.
final class TransformerBlock extends Layer {
    private static final int WIDTH = 256;
    private static final int HEADS = 8;

    private final LayerNorm norm1 = child("n1", new LayerNorm(WIDTH));
    private final Linear qkv;
    private final Linear out;
    private final LayerNorm norm2 = child("n2", new LayerNorm(WIDTH));
    private final Linear expand;
    private final Linear contract;

    TransformerBlock(Rng rng) {
        qkv = child("qkv", new Linear(WIDTH, 3 * WIDTH, rng));
        out = child("o", new Linear(WIDTH, WIDTH, rng));
        expand = child("f1", new Linear(WIDTH, 4 * WIDTH, rng));
        contract = child("f2", new Linear(4 * WIDTH, WIDTH, rng));
    }

    @Override
    protected Variable compute(Variable x) {
        Variable attended =
                Attentions.selfAttention(qkv.forward(norm1.forward(x)), HEADS, null, Attentions.Options.DEFAULT.withCausal(true));
        Variable y = x.add(out.forward(attended));
        return y.add(contract.forward(expand.forward(norm2.forward(y)).gelu()));
    }
}
