package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.PoolKernels;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Pooling over sizes, strides, paddings, dilations, modes and memory orders.
class PoolingProperties {
    /// One spatial axis; the padding is cut to what is allowed, `room` is what the axis has beyond the smallest one with an output. The
    /// axis is
    /// long enough for every window to meet a pixel: a window in the padding alone has the maximum -infinity.
    record Axis(int kernel, int stride, int wantedPadding, int dilation, int room) {
        int span(boolean dilated) {
            return (dilated ? dilation : 1) * (kernel - 1) + 1;
        }

        int padding(boolean dilated) {
            return Math.min(wantedPadding, kernel / 2);
        }

        int length(boolean dilated) {
            return Math.max(dilated ? dilation : 1, span(dilated) - 2 * padding(dilated) + room);
        }
    }

    record Case(int batch, int channels, Axis rows, Axis columns, boolean ceilMode, boolean countPadding, int memory, long seed) {
        PoolSpec max() {
            return spec(true);
        }

        PoolSpec average() {
            return spec(false);
        }

        private PoolSpec spec(boolean dilated) {
            return PoolSpec.of("pool", Shape.of(batch, channels, rows.length(dilated), columns.length(dilated)),
                    new int[] {rows.kernel, columns.kernel}, new int[] {rows.stride, columns.stride},
                    new int[] {rows.padding(dilated), columns.padding(dilated)},
                    dilated ? new int[] {rows.dilation, columns.dilation} : new int[] {1, 1}, ceilMode, countPadding);
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        var small = Arbitraries.integers().between(1, 2);
        var three = Arbitraries.integers().between(1, 3);
        var axis = Combinators.combine(three, three, Arbitraries.integers().between(0, 2), small, Arbitraries.integers().between(0, 4))
                .as(Axis::new);
        var flag = Arbitraries.of(false, true);
        return Combinators.combine(small, three, axis, axis, flag, flag, Arbitraries.integers().between(0, 3),
                Arbitraries.longs().between(0, 1_000_000)).as(Case::new);
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void maxPool(@ForAll("cases") Case c) {
        Tensor x = OpChecks.distinct(c.max().inputShape(), new Rng(c.seed), c.memory);
        OpChecks.check(v -> Poolings.maxPool(v.getFirst(), c.max()).values(), List.of(x));
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void maxPoolWithRelu(@ForAll("cases") Case c) {
        Tensor x = OpChecks.distinct(c.max().inputShape(), new Rng(c.seed), c.memory);
        OpChecks.check(v -> Poolings.maxPoolValues(v.getFirst(), c.max(), true), List.of(x));
        Function<List<Variable>, Variable> apart = v -> Poolings.maxPool(v.getFirst(), c.max()).values().relu();
        Function<List<Variable>, Variable> joined = v -> Poolings.maxPoolValues(v.getFirst(), c.max(), true);
        OpChecks.assertClose("value", OpChecks.run(joined, List.of(x)), OpChecks.run(apart, List.of(x)), 0);
        OpChecks.assertClose("recorded value", joined.apply(List.of(Variable.tracked(x))).data(), OpChecks.run(apart, List.of(x)), 0);
        OpChecks.assertClose("gradient", OpChecks.gradients(joined, List.of(x), false).getFirst(),
                OpChecks.gradients(apart, List.of(x), false).getFirst(), 0);
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void avgPool(@ForAll("cases") Case c) {
        Tensor x = OpChecks.normal(c.average().inputShape(), new Rng(c.seed), c.memory);
        OpChecks.check(v -> Poolings.avgPool(v.getFirst(), c.average()), List.of(x));
    }

    /// `<gather(x), dy> = <x, scatter(dy)>`, and the gather at the positions of the maxima gives the maxima.
    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void scatterAndGatherAreAdjoint(@ForAll("cases") Case c) {
        Tensor x = OpChecks.distinct(c.max().inputShape(), new Rng(c.seed), c.memory);
        Tensor dy = OpChecks.normal(c.max().outputShape(), new Rng(c.seed).split(1), c.memory);
        var pooled = PoolKernels.maxPool(c.max(), x, false);
        Tensor gathered = PoolKernels.maxPoolGather(c.max(), x, pooled.index());
        OpChecks.assertClose("maxima", gathered, pooled.values(), 0);
        assertThat(OpChecks.dot(x, PoolKernels.maxPoolScatter(c.max(), dy, pooled.index())))
                .isCloseTo(OpChecks.dot(gathered, dy), within(1e-10));
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void averageAndItsBackwardAreAdjoint(@ForAll("cases") Case c) {
        Tensor x = OpChecks.normal(c.average().inputShape(), new Rng(c.seed), c.memory);
        Tensor dy = OpChecks.normal(c.average().outputShape(), new Rng(c.seed).split(1), c.memory);
        assertThat(OpChecks.dot(x, PoolKernels.avgPoolBackward(c.average(), dy)))
                .isCloseTo(OpChecks.dot(PoolKernels.avgPool(c.average(), x), dy), within(1e-10));
    }

    /// The gradients are operations of their own, with derivatives of their own.
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void derivativesOfTheGradients(@ForAll("cases") Case c) {
        Tensor x = OpChecks.distinct(c.max().inputShape(), new Rng(c.seed), c.memory);
        Tensor index = PoolKernels.maxPool(c.max(), x, false).index();
        Tensor dy = OpChecks.normal(c.max().outputShape(), new Rng(c.seed).split(1), c.memory);
        OpChecks.derivatives(v -> Poolings.maxPoolGather(v.getFirst(), index, c.max()), List.of(x));
        OpChecks.derivatives(v -> Poolings.maxPoolScatter(v.getFirst(), index, c.max()), List.of(dy));
        Tensor dmean = OpChecks.normal(c.average().outputShape(), new Rng(c.seed).split(2), c.memory);
        OpChecks.derivatives(v -> Poolings.avgPoolBackward(v.getFirst(), c.average()), List.of(dmean));
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void globalAverage(@ForAll("cases") Case c) {
        Tensor x = OpChecks.normal(c.average().inputShape(), new Rng(c.seed), c.memory);
        OpChecks.check(v -> Poolings.globalAvgPool2d(v.getFirst()), List.of(x));
    }
}
