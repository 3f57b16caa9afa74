package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Convolutions over one and three axes, and transposed convolutions over one, two and three: strides, uneven paddings, dilations, groups,
/// output paddings, memory orders, with and without bias. Two axes are in [ConvolutionProperties].
class ConvolutionNdProperties {
    /// The numbers of one axis; `room` is what the input has beyond the smallest one with a result.
    record Axis(int kernel, int stride, int dilation, int before, int after, int outputPadding, int room) {
        int span() {
            return dilation * (kernel - 1) + 1;
        }

        /// What the padding cuts off a transposed convolution must have been put there by kernels, one every `stride`.
        int in(boolean transposed) {
            int least = transposed ? 1 + Math.ceilDiv(Math.max(0, before + after + 1 - span()), stride) : span() - before - after;
            return Math.max(1, least) + room;
        }

        int outPadding() {
            return outputPadding % Math.max(stride, dilation);
        }
    }

    record Channels(int batch, int groups, int in, int out, boolean bias) {
    }

    record Case(List<Axis> axes, boolean transposed, Channels channels, int memory, long seed) {
        Shape input() {
            return shape(channels.batch, channels.groups * channels.in, axis -> axis.in(transposed));
        }

        Shape weight() {
            return transposed ? shape(channels.groups * channels.in, channels.out, Axis::kernel)
                    : shape(channels.groups * channels.out, channels.in, Axis::kernel);
        }

        private Shape shape(int first, int second, ToIntFunction<Axis> size) {
            int[] rest = each(size);
            int[] sizes = new int[rest.length + 2];
            sizes[0] = first;
            sizes[1] = second;
            System.arraycopy(rest, 0, sizes, 2, rest.length);
            return Shape.of(sizes);
        }

        private int[] each(ToIntFunction<Axis> number) {
            return axes.stream().mapToInt(number).toArray();
        }

        Padding padding() {
            int[] before = each(Axis::before);
            int[] after = each(Axis::after);
            return switch (before.length) {
                case 1 -> Padding.ends(before[0], after[0]);
                case 2 -> Padding.of(before[0], after[0], before[1], after[1]);
                default -> Padding.of(before[0], after[0], before[1], after[1], before[2], after[2]);
            };
        }

        Variable run(List<Variable> x) {
            Variable bias = channels.bias ? x.get(2) : null;
            return transposed ? transposed(x.get(0), x.get(1), bias) : direct(x.get(0), x.get(1), bias);
        }

        /// The convolution with these numbers.
        Variable direct(Variable x, Variable w, Variable bias) {
            int[] stride = each(Axis::stride);
            int[] dilation = each(Axis::dilation);
            return switch (stride.length) {
                case 1 -> Convolutions.conv1d(x, w, bias, stride[0], padding(), dilation[0], channels.groups);
                case 2 -> Convolutions.conv2d(x, w, bias, stride, padding(), dilation, channels.groups);
                default -> Convolutions.conv3d(x, w, bias, stride, padding(), dilation, channels.groups);
            };
        }

        private Variable transposed(Variable x, Variable w, Variable bias) {
            int[] stride = each(Axis::stride);
            int[] dilation = each(Axis::dilation);
            int[] more = each(Axis::outPadding);
            return switch (stride.length) {
                case 1 -> Convolutions.convTranspose1d(x, w, bias, stride[0], padding(), more[0], dilation[0], channels.groups);
                case 2 -> Convolutions.convTranspose2d(x, w, bias, stride, padding(), more, dilation, channels.groups);
                default -> Convolutions.convTranspose3d(x, w, bias, stride, padding(), more, dilation, channels.groups);
            };
        }

        List<Tensor> inputs() {
            var rng = new Rng(seed);
            Tensor x = OpChecks.normal(input(), rng, memory);
            Tensor w = OpChecks.normal(weight(), rng, memory / 4);
            return channels.bias ? List.of(x, w, OpChecks.normal(Shape.of(channels.groups * channels.out), rng, memory)) : List.of(x, w);
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        var small = Arbitraries.integers().between(1, 2);
        var zeroToTwo = Arbitraries.integers().between(0, 2);
        var axis = Combinators.combine(Arbitraries.integers().between(1, 3), Arbitraries.integers().between(1, 3), small, zeroToTwo,
                zeroToTwo, zeroToTwo, Arbitraries.integers().between(0, 1)).as(Axis::new);
        var channels = Combinators.combine(small, small, small, small, Arbitraries.of(false, true)).as(Channels::new);
        return Arbitraries.of(-3, -2, -1, 1, 3).flatMap(axes -> Combinators.combine(axis.list().ofSize(Math.abs(axes)), channels,
                Arbitraries.integers().between(0, 15), Arbitraries.longs().between(0, 1_000_000))
                .as((list, c, memory, seed) -> new Case(new ArrayList<>(list), axes < 0, c, memory, seed)));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void firstAndSecondDerivativesMatchCentralDifferences(@ForAll("cases") Case c) {
        OpChecks.derivatives(c::run, c.inputs());
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void float32MatchesFloat64(@ForAll("cases") Case c) {
        OpChecks.float32MatchesFloat64(c::run, c.inputs(), 1e-4);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void memoryOrderChangesNothing(@ForAll("cases") Case c) {
        var dense = c.inputs().stream().map(x -> OpChecks.stored(x, 0)).toList();
        OpChecks.assertClose("value", OpChecks.run(c::run, c.inputs()), OpChecks.run(c::run, dense), 1e-12);
    }

    /// `<convTranspose(x, w), z> = <x, conv(z, w)>` for every `z`: that is what makes it the transpose. Where the output padding is not
    /// below the stride, the convolution of the larger image has further outputs, which the transposed one knows nothing of.
    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void transposedIsTheAdjointOfTheConvolution(@ForAll("cases") Case c) {
        if (!c.transposed)
            return;
        Variable x = Variable.of(c.inputs().get(0));
        Variable w = Variable.of(c.inputs().get(1));
        Variable y = c.transposed(x, w, null);
        Variable z = Variable.of(OpChecks.normal(y.shape(), new Rng(c.seed).split(1), c.memory));
        Variable back = c.direct(z, w, null);
        for (int d = 2; d < x.rank(); d++)
            back = back.narrow(d, 0, x.size(d));
        assertThat(OpChecks.dot(y.data(), z.data())).isCloseTo(OpChecks.dot(x.data(), back.data()), within(1e-9));
    }

    /// A single sample is a batch of one.
    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void takesASingleSample(@ForAll("cases") Case c) {
        var inputs = new ArrayList<>(c.inputs().stream().map(Variable::of).toList());
        inputs.set(0, inputs.getFirst().narrow(0, 0, 1));
        Tensor batch = c.run(inputs).data();
        inputs.set(0, inputs.getFirst().squeeze(0));
        OpChecks.assertClose("value", c.run(inputs).data(), batch.squeeze(0), 0);
    }
}
