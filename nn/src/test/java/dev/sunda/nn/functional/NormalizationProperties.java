package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Batch normalisation over sizes, ranks, optional parameters and memory orders.
class NormalizationProperties {
    private static final double EPS = 1e-2;

    private static List<Tensor> inputs(int n, int c, int rank, boolean weight, boolean bias, int memory, long seed) {
        var rng = new Rng(seed);
        Shape shape = Shape.of(rank == 2 ? new int[] {n, c} : rank == 3 ? new int[] {n, c, 3} : new int[] {n, c, 2, 3});
        var inputs = new ArrayList<Tensor>();
        inputs.add(OpChecks.stored(OpChecks.distinct(shape, rng, 0).mul(5), memory));        // channels without spread have steep slopes
        if (weight)
            inputs.add(OpChecks.normal(Shape.of(c), rng, memory));
        if (bias)
            inputs.add(OpChecks.normal(Shape.of(c), rng, memory));
        return inputs;
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void training(@ForAll @IntRange(min = 2, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 3) int c, @ForAll @IntRange(min = 2, max = 4) int rank,
            @ForAll boolean weight, @ForAll boolean bias, @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        OpChecks.check(x -> Normalizations.batchNorm(x.getFirst(), weight ? x.get(1) : null, bias ? x.getLast() : null, EPS).y(),
                inputs(n, c, rank, weight, bias, memory, seed));
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void evaluation(@ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 3) int c, @ForAll @IntRange(min = 2, max = 4) int rank,
            @ForAll boolean weight, @ForAll boolean bias, @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        Tensor mean = OpChecks.normal(Shape.of(c), new Rng(seed).split(1), memory);
        Tensor variance = OpChecks.normal(Shape.of(c), new Rng(seed).split(2), memory).square().add(0.5);
        OpChecks.check(x -> {
            DType type = x.getFirst().dtype();
            return Normalizations.batchNorm(x.getFirst(), mean.to(type), variance.to(type), weight ? x.get(1) : null,
                    bias ? x.getLast() : null, EPS);
        }, inputs(n, c, rank, weight, bias, memory, seed));
    }

    /// The joined operation against central differences and against the norm followed by relu, away from the kink.
    @Property(tries = 120, maxDiscardRatio = 20, edgeCases = EdgeCasesMode.NONE)
    void reluBehindTheNorm(@ForAll @IntRange(min = 2, max = 4) int n, @ForAll @IntRange(min = 1, max = 3) int c,
            @ForAll @IntRange(min = 2, max = 4) int rank, @ForAll boolean weight, @ForAll boolean bias, @ForAll boolean training,
            @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        Tensor mean = OpChecks.normal(Shape.of(c), new Rng(seed).split(1), memory);
        Tensor variance = OpChecks.normal(Shape.of(c), new Rng(seed).split(2), memory).square().add(0.5);
        Function<List<Variable>, Variable> norm = x -> training
                ? Normalizations.batchNorm(x.getFirst(), weight ? x.get(1) : null, bias ? x.getLast() : null, EPS).y()
                : Normalizations.batchNorm(x.getFirst(), mean.to(x.getFirst().dtype()), variance.to(x.getFirst().dtype()),
                        weight ? x.get(1) : null, bias ? x.getLast() : null, EPS);
        Function<List<Variable>, Variable> joined = x -> training
                ? Normalizations.batchNormRelu(x.getFirst(), weight ? x.get(1) : null, bias ? x.getLast() : null, EPS).y()
                : Normalizations.batchNormRelu(x.getFirst(), mean.to(x.getFirst().dtype()), variance.to(x.getFirst().dtype()),
                        weight ? x.get(1) : null, bias ? x.getLast() : null, EPS);
        var inputs = inputs(n, c, rank, weight, bias, memory, seed);
        Assume.that(OpChecks.run(norm, inputs).reshape(-1).abs().amin(Dims.of(0)).item() > 0.01);
        OpChecks.check(joined, inputs);
        OpChecks.assertClose("value", OpChecks.run(joined, inputs), OpChecks.run(norm, inputs).relu(), 0);
        var actual = OpChecks.gradients(joined, inputs, false);
        var expected = OpChecks.gradients(x -> norm.apply(x).relu(), inputs, false);
        for (int i = 0; i < actual.size(); i++)
            OpChecks.assertClose("gradient of input " + i, actual.get(i), expected.get(i), 1e-12);
    }

    /// The result has mean 0 and variance 1, whatever the input's were.
    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void normalizes(@ForAll @IntRange(min = 2, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 3) int c, @ForAll @IntRange(max = 3) int memory,
            @ForAll @IntRange(max = 1000) int seed) {
        var x = inputs(n, c, 4, false, false, memory, seed).getFirst();
        Tensor y = Normalizations.batchNorm(Variable.of(x), null, null, 1e-12).y().data().transpose(0, 1).contiguous().reshape(c, -1);
        for (int i = 0; i < c; i++) {
            OpChecks.assertClose("mean", y.select(0, i).mean(), 0);
            OpChecks.assertClose("variance", y.select(0, i).square().mean(), 1);
        }
    }
}
