package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Losses;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A small model of a language with one sentence, which needs the two words before to know the next one.
class LanguageModelTests {
    private static final int[] SENTENCE = {0, 1, 2, 0, 2, 1, 3};
    private static final int WORDS = 4;

    private static final class Model extends Layer {
        private final Linear words;
        private final List<GroupedQueryAttention> attention = new ArrayList<>();
        private final List<LayerNorm> norms = new ArrayList<>();
        private final Linear next;

        Model(Rng rng) {
            words = child("words", new Linear(WORDS, 16, rng));
            var rotary = new RotaryEmbedding(4);
            for (int i = 0; i < 2; i++) {
                norms.add(child("norm" + i, new LayerNorm(16)));
                attention.add(child("attention" + i,
                        new GroupedQueryAttention(16, 4, 2, GroupedQueryAttention.Options.DEFAULT.withRotary(rotary), rng)));
            }
            next = child("next", new Linear(16, WORDS, rng));
        }

        @Override
        protected Variable compute(Variable x) {
            Variable y = words.forward(x);
            for (int i = 0; i < 2; i++)
                y = y.add(attention.get(i).forward(norms.get(i).forward(y)));
            return next.forward(y);
        }

        Variable decode(Variable x, DecodingCache cache) {
            Variable y = words.forward(x);
            for (int i = 0; i < 2; i++)
                y = y.add(attention.get(i).decode(norms.get(i).forward(y), cache.own(i)));
            return next.forward(y);
        }
    }

    /// `[1, words.size(), WORDS]`, one where the word is.
    private static Tensor oneHot(List<Integer> words) {
        var values = new float[words.size() * WORDS];
        for (int i = 0; i < words.size(); i++)
            values[i * WORDS + words.get(i)] = 1;
        return Tensor.of(values, Shape.of(1, words.size(), WORDS));
    }

    private static List<Integer> text(int length) {
        var words = new ArrayList<Integer>();
        for (int i = 0; i < length; i++)
            words.add(SENTENCE[i % SENTENCE.length]);
        return words;
    }

    private static Model trained() {
        var model = new Model(new Rng(4));
        var text = text(29);
        Tensor input = oneHot(text.subList(0, 28));
        Tensor target = Tensor.of(text.subList(1, 29).stream().mapToLong(word -> word).toArray());
        for (int step = 0; step < 150; step++) {
            try (var _ = StepScope.open()) {
                Losses.crossEntropy(model.forward(input).squeeze(0), target).backward();
                model.parameters().forEach(p -> p.set(p.data().sub(p.grad().mul(0.3))));
                model.zeroGrad();
            }
        }
        return model;
    }

    @Test
    void decodingGoesOnAsTheTextDoes() {
        var model = trained();
        var words = new ArrayList<>(text(3));
        var cache = new DecodingCache(2, 40);
        Tensor scores = model.decode(Variable.of(oneHot(words)), cache).data().select(1, 2);
        while (words.size() < 21) {
            Tensor whole = model.forward(oneHot(words)).data().select(1, words.size() - 1);
            assertThat(scores.toFloatArray()).as("scores of word %d", words.size()).isEqualTo(whole.toFloatArray());
            int word = (int) scores.argmax(-1, false).item();
            words.add(word);
            scores = model.decode(Variable.of(oneHot(List.of(word))), cache).data().select(1, 0);
        }
        assertThat(words).isEqualTo(text(21));
    }
}
