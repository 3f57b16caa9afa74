package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Attentions.Options;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Attention over sizes, ranks, masks of both kinds, causality, dropout and memory orders.
class AttentionsProperties {
    private static final int TRIES = 60;

    private static Options options(Rng rng, boolean causal, boolean dropout) {
        var plain = Options.DEFAULT.withCausal(causal);
        return dropout ? plain.withDropout(0.3, new RandomKey(rng.nextLong(), 5)) : plain.withScale(0.4);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void derivatives(@ForAll @IntRange(max = 3) int lead, @ForAll @IntRange(min = 1, max = 3) int l,
            @ForAll @IntRange(min = 1, max = 4) int s, @ForAll @IntRange(min = 1, max = 3) int e, @ForAll @IntRange(max = 2) int masks,
            @ForAll boolean causal, @ForAll boolean dropout, @ForAll @IntRange(max = 3) int memory,
            @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        var inputs = new ArrayList<Tensor>();
        inputs.add(OpChecks.normal(shape(lead, l, e), rng, memory));
        inputs.add(OpChecks.normal(shape(lead, s, e), rng, memory));
        inputs.add(OpChecks.normal(shape(Math.min(lead, 1), s, 2), rng, memory));        // broadcast over the rest
        Tensor allowed = masks == 1 ? Tensor.rand(Shape.of(l, s), rng).lt(0.7) : null;
        if (masks == 2)
            inputs.add(OpChecks.normal(Shape.of(l, s), rng, memory));
        Options options = options(rng, causal && masks == 0, dropout);     // one excludes the other
        OpChecks.check(x -> Attentions.scaledDotProductAttention(x.get(0), x.get(1), x.get(2),
                masks == 0 ? null : masks == 1 ? Variable.of(allowed) : x.get(3), options), inputs);
    }

    private static Shape shape(int lead, int rows, int columns) {
        return Shape.of(switch (lead) {
            case 0 -> new int[] {rows, columns};
            case 1 -> new int[] {2, rows, columns};
            case 2 -> new int[] {3, 2, rows, columns};
            default -> new int[] {2, 1, 2, rows, columns};
        });
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void packedEqualsSeparate(@ForAll @IntRange(min = 1, max = 3) int b, @ForAll @IntRange(min = 1, max = 4) int t,
            @ForAll @IntRange(min = 1, max = 3) int heads, @ForAll @IntRange(min = 1, max = 2) int e, @ForAll boolean mask,
            @ForAll boolean causal, @ForAll boolean dropout, @ForAll @IntRange(max = 3) int memory,
            @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        Options options = options(rng, causal && !mask, dropout);
        Tensor allowed = mask ? Tensor.rand(Shape.of(b, 1, 1, t), rng).lt(0.7) : null;
        var inputs = List.of(OpChecks.normal(Shape.of(b, t, 3 * heads * e), rng, memory));
        OpChecks.check(x -> Attentions.selfAttention(x.getFirst(), heads, allowed, options), inputs);
        var parts = Variable.of(inputs.getFirst()).chunk(3, 2).stream().map(x -> Attentions.split(x, heads)).toList();
        Variable separate = Attentions.scaledDotProductAttention(parts.get(0), parts.get(1), parts.get(2),
                mask ? Variable.of(allowed) : null, options);
        OpChecks.assertClose("packed", OpChecks.run(x -> Attentions.selfAttention(x.getFirst(), heads, allowed, options), inputs),
                Attentions.join(separate).data(), 1e-13);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void weightsAreDistributionsThatGiveTheResult(@ForAll @IntRange(min = 1, max = 6) int l, @ForAll @IntRange(min = 1, max = 6) int s,
            @ForAll boolean causal, @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        Variable q = Variable.of(OpChecks.normal(Shape.of(l, 3), rng, 0));
        Variable k = Variable.of(OpChecks.normal(Shape.of(s, 3), rng, 0));
        Variable v = Variable.of(OpChecks.normal(Shape.of(s, 2), rng, 0));
        var options = Options.DEFAULT.withCausal(causal);
        Variable p = Attentions.attentionWeights(q, k, null, options);
        OpChecks.assertClose("sums", p.data().sum(Dims.of(1)), Tensor.ones(Shape.of(l), DType.F64, p.device()), 1e-12);
        OpChecks.assertClose("result", Attentions.scaledDotProductAttention(q, k, v, null, options).data(), p.matmul(v).data(), 1e-12);
    }

    @Example
    void aQueryThatSeesNothingGivesZeros() {
        Variable q = Variable.of(OpChecks.ramp(2, 3));
        Tensor allowed = Tensor.of(new boolean[] {true, false, false, false}, Shape.of(2, 2));
        Tensor y = Attentions.scaledDotProductAttention(q, q, q, Variable.of(allowed), Options.DEFAULT).data();
        OpChecks.assertClose("first", y.select(0, 0), q.data().select(0, 0), 0);
        assertThat(y.select(0, 1).toDoubleArray()).containsOnly(0);
    }

    @Example
    void dropoutOfEverythingGivesZeros() {
        Variable q = Variable.tracked(OpChecks.ramp(1, 2, 3, 4));
        Variable y = Attentions.scaledDotProductAttention(q, q, q, null, Options.DEFAULT.withDropout(1, new RandomKey(1, 0)));
        assertThat(y.data().toDoubleArray()).containsOnly(0);
        for (boolean recorded : new boolean[] {true, false})
            assertThat(Variable.gradients(y.square().sum(), List.of(q), recorded).getFirst().data().toDoubleArray()).containsOnly(0);
    }

    @Example
    void refusesWhatDoesNotFit() {
        Variable q = Variable.of(OpChecks.ramp(2, 3));
        assertThatThrownBy(() -> Attentions.scaledDotProductAttention(q, Variable.of(OpChecks.ramp(2, 4)), q))
                .isInstanceOf(ShapeException.class).hasMessageContaining("queries have 3 columns but keys have 4");
        assertThatThrownBy(() -> Attentions.scaledDotProductAttention(q, q, Variable.of(OpChecks.ramp(5, 3))))
                .isInstanceOf(ShapeException.class).hasMessageContaining("2 keys but 5 values");
        assertThatThrownBy(() -> Attentions.scaledDotProductAttention(q, Variable.of(OpChecks.ramp(3)), q))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Attentions.selfAttention(Variable.of(OpChecks.ramp(1, 2, 6)), 4, null, Options.DEFAULT))
                .isInstanceOf(ShapeException.class).hasMessageContaining("4 heads");
        assertThatThrownBy(() -> Attentions.scaledDotProductAttention(q, q, q, null, Options.DEFAULT.withDropout(1.5, new RandomKey(1, 0))))
                .hasMessage("attention: the probability of dropout must be from 0 to 1 (got 1.5)");
    }
}
