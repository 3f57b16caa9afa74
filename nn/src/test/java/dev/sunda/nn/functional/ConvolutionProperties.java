package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.ConvKernels;
import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Convolution over sizes, strides, paddings, dilations, groups, channel multipliers and memory orders.
class ConvolutionProperties {
    /// Sizes of images and kernels; `room` is what the image has beyond the smallest one with an output.
    record Sizes(int batch, int groups, int inOfGroup, int outOfGroup, int kernelRows, int kernelColumns, int roomRows, int roomColumns) {
    }

    /// @param padding 0 none, 1 a number, 2 a pair, 3 each side for itself, 4 same
    record Sliding(int strideRows, int strideColumns, int dilationRows, int dilationColumns, int padding) {
        Padding toPadding() {
            return switch (padding) {
                case 0 -> Padding.VALID;
                case 1 -> Padding.of(1);
                case 2 -> Padding.of(2, 1);
                case 3 -> Padding.of(0, 1, 2, 0);
                default -> Padding.SAME;
            };
        }

        int[] stride() {
            return padding == 4 ? new int[] {1, 1} : new int[] {strideRows, strideColumns};
        }

        int[] dilation() {
            return new int[] {dilationRows, dilationColumns};
        }
    }

    record Case(Sizes sizes, Sliding sliding, boolean bias, int memory, long seed) {
        Shape input() {
            return Shape.of(sizes.batch, sizes.groups * sizes.inOfGroup, length(0, sizes.kernelRows, sizes.roomRows),
                    length(1, sizes.kernelColumns, sizes.roomColumns));
        }

        private int length(int axis, int kernel, int room) {
            int dilation = sliding.dilation()[axis];
            Padding padding = sliding.toPadding();
            return Math.max(1,
                    dilation * (kernel - 1) + 1 - padding.before(axis, kernel, dilation) - padding.after(axis, kernel, dilation) + room);
        }

        Shape weight() {
            return Shape.of(sizes.groups * sizes.outOfGroup, sizes.inOfGroup, sizes.kernelRows, sizes.kernelColumns);
        }

        ConvSpec spec() {
            return ConvSpec.of("conv2d", input(), weight(), sliding.stride(), sliding.toPadding(), sliding.dilation(), sizes.groups);
        }

        Variable run(List<Variable> x) {
            return Convolutions.conv2d(x.get(0), x.get(1), bias ? x.get(2) : null, sliding.stride(), sliding.toPadding(),
                    sliding.dilation(),
                    sizes.groups);
        }

        List<Tensor> inputs() {
            var rng = new Rng(seed);
            Tensor x = OpChecks.normal(input(), rng, memory);
            Tensor w = OpChecks.normal(weight(), rng, memory / 4);
            return bias ? List.of(x, w, OpChecks.normal(Shape.of(weight().size(0)), rng, memory)) : List.of(x, w);
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        var size = Arbitraries.integers().between(1, 2);
        var kernel = Arbitraries.integers().between(1, 3);
        var room = Arbitraries.integers().between(0, 3);
        var sizes = Combinators.combine(size, kernel, size, size, kernel, kernel, room, room).as(Sizes::new);
        var sliding = Combinators.combine(kernel, size, size, kernel, Arbitraries.integers().between(0, 4)).as(Sliding::new);
        return Combinators.combine(sizes, sliding, Arbitraries.of(false, true), Arbitraries.integers().between(0, 15),
                Arbitraries.longs().between(0, 1_000_000)).as(Case::new);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void derivativesMatchCentralDifferences(@ForAll("cases") Case c) {
        OpChecks.derivatives(c::run, c.inputs());
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void float32MatchesFloat64(@ForAll("cases") Case c) {
        OpChecks.float32MatchesFloat64(c::run, c.inputs(), 1e-4);
    }

    /// Relu inside the convolution against central differences and against relu behind it, away from the kink.
    @Property(tries = 60, maxDiscardRatio = 40, edgeCases = EdgeCasesMode.NONE)
    void reluInside(@ForAll("cases") Case c) {
        Function<List<Variable>, Variable> apart = x -> c.run(x).relu();
        Function<List<Variable>, Variable> joined =
                x -> Convolutions.convRelu(x.get(0), x.get(1), c.bias ? x.get(2) : null, c.spec());
        Assume.that(OpChecks.run(c::run, c.inputs()).reshape(-1).abs().amin(Dims.of(0)).item() > 0.01);
        OpChecks.check(joined, c.inputs());
        OpChecks.assertClose("value", OpChecks.run(joined, c.inputs()), OpChecks.run(apart, c.inputs()), 0);
        var actual = OpChecks.gradients(joined, c.inputs(), false);
        var expected = OpChecks.gradients(apart, c.inputs(), false);
        for (int i = 0; i < actual.size(); i++)
            OpChecks.assertClose("gradient of input " + i, actual.get(i), expected.get(i), 1e-12);
    }

    /// A norm inside the convolution against one behind it, with and without recording, in both types.
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void normInside(@ForAll("cases") Case c, @ForAll boolean relu, @ForAll boolean affine) {
        var rng = new Rng(c.seed).split(1);
        Shape channels = Shape.of(c.spec().outChannels());
        Tensor mean = OpChecks.normal(channels, rng, c.memory);
        Tensor variance = OpChecks.normal(channels, rng, c.memory).square();
        Tensor scale = OpChecks.normal(channels, rng, c.memory);
        Tensor shift = OpChecks.normal(channels, rng, c.memory);
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            var inputs = c.inputs().stream().map(x -> x.to(type)).toList();
            Variable weight = affine ? Variable.of(scale.to(type)) : null;
            Variable bias = affine ? Variable.of(shift.to(type)) : null;
            Function<List<Variable>, Variable> apart = x -> {
                Variable y = Normalizations.batchNorm(c.run(x), mean.to(type), variance.to(type), weight, bias, 1e-3);
                return relu ? y.relu() : y;
            };
            Function<List<Variable>, Variable> joined = x -> Convolutions.convBatchNorm(x.get(0), x.get(1), c.bias ? x.get(2) : null,
                    c.spec(), mean.to(type), variance.to(type), weight, bias, 1e-3, relu);
            Tensor expected = OpChecks.run(apart, inputs);
            OpChecks.assertClose("value", GradMode.noGrad(() -> OpChecks.run(joined, inputs)), expected, 0);
            OpChecks.assertClose("recorded value", joined.apply(inputs.stream().map(Variable::tracked).toList()).data(), expected, 0);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void memoryOrderChangesNothing(@ForAll("cases") Case c) {
        var dense = c.inputs().stream().map(x -> OpChecks.stored(x, 0)).toList();
        OpChecks.assertClose("value", OpChecks.run(c::run, c.inputs()), OpChecks.run(c::run, dense), 1e-12);
    }

    /// `<conv(x, w), dy> = <x, convInput(dy, w)> = <w, convWeight(x, dy)>`.
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void theThreeAreAdjoint(@ForAll("cases") Case c) {
        ConvSpec spec = c.spec();
        Tensor x = c.inputs().get(0);
        Tensor w = c.inputs().get(1);
        Tensor dy = OpChecks.normal(spec.outputShape(), new Rng(c.seed).split(1), c.memory);
        double forward = OpChecks.dot(ConvKernels.conv(spec, x, w, null), dy);
        assertThat(OpChecks.dot(x, ConvKernels.convInput(spec, dy, w))).isCloseTo(forward, within(1e-9));
        assertThat(OpChecks.dot(w, ConvKernels.convWeight(spec, x, dy))).isCloseTo(forward, within(1e-9));
    }

    /// Depthwise, normalised, activated, pointwise: the parts of a depthwise-separable block together.
    @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
    void depthwiseSeparable(@ForAll @IntRange(min = 2, max = 3) int n,
            @ForAll @IntRange(min = 1, max = 2) int c,
            @ForAll @IntRange(min = 1, max = 2) int multiplier, @ForAll @IntRange(min = 1, max = 3) int kernel,
            @ForAll @IntRange(min = 1, max = 2) int dilation, @ForAll boolean norm, @ForAll @IntRange(max = 3) int memory,
            @ForAll @IntRange(max = 1000) int seed) {
        var rng = new Rng(seed);
        int between = c * multiplier;
        Tensor x = OpChecks.normal(Shape.of(n, c, 3, 4), rng, memory);
        Tensor depthwise = OpChecks.normal(Shape.of(between, 1, kernel, kernel), rng, memory);
        Tensor bias = OpChecks.normal(Shape.of(between), rng, memory);
        Tensor pointwise = OpChecks.normal(Shape.of(3, between, 1, 1), rng, memory);
        int[] one = {1, 1};
        OpChecks.derivatives(v -> {
            Variable y = Convolutions.conv2d(v.get(0), v.get(1), v.get(2), one, Padding.SAME, new int[] {dilation, dilation}, c);
            if (norm)
                y = Normalizations.batchNorm(y, null, v.get(2), 1e-2).y();
            y = y.tanh();                                            // smooth, unlike a rectifier, so that every input can be checked
            return Convolutions.conv2d(y, v.get(3), null, one, Padding.VALID, one, 1);
        }, List.of(x, depthwise, bias, pointwise));
    }

    /// The two gradients are operations of their own, with derivatives of their own.
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void derivativesOfTheGradientsMatchCentralDifferences(@ForAll("cases") Case c) {
        ConvSpec spec = c.spec();
        Tensor x = c.inputs().get(0);
        Tensor w = c.inputs().get(1);
        Tensor dy = OpChecks.normal(spec.outputShape(), new Rng(c.seed).split(1), c.memory);
        OpChecks.derivatives(v -> Convolutions.convTranspose(v.get(0), v.get(1), null, spec), List.of(dy, w));
        OpChecks.derivatives(v -> Convolutions.convWeight(v.get(0), v.get(1), spec), List.of(x, dy));
    }
}
