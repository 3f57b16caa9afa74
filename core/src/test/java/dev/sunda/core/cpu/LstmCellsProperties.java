package dev.sunda.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.cpu.ConvolutionViews.Order;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.LstmStep;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// A step of an LSTM has the bits of a product and of the operations one after the other, however it is cut.
class LstmCellsProperties {
    private final CpuBackend cpu = new CpuBackend();

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void aStepHasTheBitsOfSingleOperations(@ForAll @IntRange(min = 17, max = 210) int samples,
            @ForAll @IntRange(min = 1, max = 9) int panels, @ForAll @IntRange(min = 1, max = 600) int width,
            @ForAll @IntRange(min = 1, max = 7) int threads, @ForAll boolean simd, @ForAll boolean kept, @ForAll boolean biased,
            @ForAll long seed) {
        GemmKernel kernel = simd ? new SimdGemm() : new ScalarGemm();
        int units = panels * kernel.columns();
        var random = new Random(seed);
        View weight = ConvolutionViews.random(Shape.of(1, width, 4 * units), Order.CONTIGUOUS, random);
        View h = ConvolutionViews.random(Shape.of(samples, width), Order.CONTIGUOUS, random);
        View bias = biased ? ConvolutionViews.random(Shape.of(4 * units), Order.SLICED, random) : null;
        View x = ConvolutionViews.random(Shape.of(samples, 4 * units), Order.CONTIGUOUS, random);
        View c = ConvolutionViews.random(Shape.of(samples, units), Order.CONTIGUOUS, random);
        View gates = kept ? empty(samples, 4 * units) : null;
        View squashed = kept ? empty(samples, units) : null;
        var step = new LstmStep(x, c, empty(samples, units), empty(samples, units), gates, squashed);
        assertThat(Parallel.withThreads(threads, () -> Matmul.rightSide(kernel, weight, samples).lstm(h, bias, step))).isTrue();

        View product = empty(samples, 4 * units);
        cpu.matmul(h.as(h.layout().reshape(Shape.of(1, samples, width))), weight, bias,
                product.as(Layout.contiguous(Shape.of(1, samples, 4 * units)).at(product.layout().offset())));
        View sums = binary(BinaryOp.ADD, x, product);
        View i = unary(UnaryOp.SIGMOID, gate(sums, 0)), f = unary(UnaryOp.SIGMOID, gate(sums, 1));
        View g = unary(UnaryOp.TANH, gate(sums, 2)), o = unary(UnaryOp.SIGMOID, gate(sums, 3));
        View cell = binary(BinaryOp.ADD, binary(BinaryOp.MUL, f, c), binary(BinaryOp.MUL, i, g));
        View tanh = unary(UnaryOp.TANH, cell);
        ConvolutionViews.assertSame(step.cell(), cell);
        ConvolutionViews.assertSame(step.out(), binary(BinaryOp.MUL, o, tanh));
        if (!kept)
            return;
        ConvolutionViews.assertSame(squashed, tanh);
        View[] expected = {i, f, g, o};
        for (int k = 0; k < 4; k++)
            ConvolutionViews.assertSame(gate(gates, k), expected[k]);
    }

    @Property(tries = 20)
    void panelsWithColumnsOfTwoGatesAreLeftToSingleOperations(@ForAll @IntRange(min = 1, max = 50) int units) {
        GemmKernel kernel = new SimdGemm();
        View weight = empty(3, 4 * units);
        var side = Matmul.rightSide(kernel, weight.as(weight.layout().reshape(Shape.of(1, 3, 4 * units))), 40);
        var step = new LstmStep(empty(40, 4 * units), empty(40, units), empty(40, units), empty(40, units), null, null);
        assertThat(side.lstm(empty(40, 3), null, step)).isEqualTo(units % kernel.columns() == 0);
    }

    private static View empty(int rows, int columns) {
        return ConvolutionViews.empty(DType.F32, Shape.of(rows, columns), Order.CONTIGUOUS);
    }

    private static View gate(View gates, int number) {
        int units = gates.shape().size(1) / 4;
        return gates.as(gates.layout().slice(1, number * units, units, 1));
    }

    private View unary(UnaryOp op, View x) {
        View y = empty(x.shape().size(0), x.shape().size(1));
        cpu.unary(op, x, y);
        return y;
    }

    private View binary(BinaryOp op, View a, View b) {
        View y = empty(a.shape().size(0), a.shape().size(1));
        cpu.binary(op, a, b, y);
        return y;
    }
}
