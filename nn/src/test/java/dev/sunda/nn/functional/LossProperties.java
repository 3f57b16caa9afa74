package dev.sunda.nn.functional;

import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Cross-entropy over shapes, targets, weights, smoothing, ignored indices, reductions and memory orders.
class LossProperties {
    @Provide
    Arbitrary<Reduction> reductions() {
        return Arbitraries.of(Reduction.MEAN, Reduction.SUM, Reduction.NONE);
    }

    /// Logits of 1, 2, 3 or 4 dimensions.
    private static Shape logits(int n, int c, int rank) {
        return Shape.of(switch (rank) {
            case 1 -> new int[] {c};
            case 2 -> new int[] {n, c};
            case 3 -> new int[] {n, c, 2};
            default -> new int[] {n, c, 2, 2};
        });
    }

    private static Shape elements(int n, int rank) {
        return Shape.of(switch (rank) {
            case 1 -> new int[] {};
            case 2 -> new int[] {n};
            case 3 -> new int[] {n, 2};
            default -> new int[] {n, 2, 2};
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void classIndices(@ForAll @IntRange(min = 1, max = 3) int n,
            @ForAll @IntRange(min = 1, max = 4) int c, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll boolean weighted, @ForAll boolean smoothed, @ForAll boolean int32, @ForAll("reductions") Reduction reduction,
            @ForAll @IntRange(max = 3) int memory, @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        Shape shape = elements(n, rank);
        long[] classes = new long[shape.numel()];
        Arrays.setAll(classes, i -> i == 0 || rng.nextInt(4) > 0 ? rng.nextInt(c) : -100);       // never all ignored: their mean is NaN
        Tensor target = OpChecks.stored(Tensor.of(classes, shape).to(int32 ? DType.I32 : DType.I64), memory);
        Tensor weights = Tensor.rand(Shape.of(c), rng).add(0.5);
        OpChecks.check(x -> Losses.crossEntropy(x.getFirst(), target, CrossEntropyOptions.DEFAULT.withReduction(reduction)
                .withLabelSmoothing(smoothed ? 0.3 : 0).withClassWeights(weighted ? weights.to(x.getFirst().dtype()) : null)),
                List.of(OpChecks.normal(logits(n, c, rank), rng, memory)));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void probabilities(@ForAll @IntRange(min = 1, max = 3) int n,
            @ForAll @IntRange(min = 1, max = 4) int c, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll boolean weighted, @ForAll boolean smoothed, @ForAll("reductions") Reduction reduction,
            @ForAll @IntRange(max = 3) int memory,
            @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        Tensor target = OpChecks.stored(Tensor.rand(logits(n, c, rank), rng).to(DType.F64), memory);
        Tensor weights = Tensor.rand(Shape.of(c), rng).add(0.5);
        OpChecks.check(
                x -> Losses.crossEntropy(x.getFirst(), target.to(x.getFirst().dtype()), CrossEntropyOptions.DEFAULT.withReduction(reduction)
                        .withLabelSmoothing(smoothed ? 0.3 : 0).withClassWeights(weighted ? weights.to(x.getFirst().dtype()) : null)),
                List.of(OpChecks.normal(logits(n, c, rank), rng, memory)));
    }
}
