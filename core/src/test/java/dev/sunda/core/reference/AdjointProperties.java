package dev.sunda.core.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;

/// A gradient kernel is the adjoint of its forward kernel: `<A x, y> = <x, A' y>` for all `x` and `y`.
class AdjointProperties {
    private static final Offset<Double> CLOSE = Offset.offset(1e-9);

    private static Window window(SplittableRandom random, int in, boolean pooling) {
        int kernel = 1 + random.nextInt(3);
        int stride = 1 + random.nextInt(3);
        int dilation = 1 + random.nextInt(2);
        int most = pooling ? (int) Window.span(kernel, dilation) / 2 : 3;
        int before = random.nextInt(most + 1);
        int after = pooling ? before : random.nextInt(most + 1);
        Window window = pooling && random.nextBoolean() ? Window.slidingCeil(in, kernel, stride, dilation, before, after)
                : Window.sliding(in, kernel, stride, dilation, before, after);
        return window.out() > 0 ? window : Window.sliding(in, 1, stride, 1, 0, 0);
    }

    private static List<Window> windows(SplittableRandom random, int axes, int size, boolean pooling) {
        var windows = new ArrayList<Window>();
        for (int a = 0; a < axes; a++)
            windows.add(window(random, 1 + random.nextInt(size), pooling));
        return windows;
    }

    private static View normal(SplittableRandom random, Shape shape) {
        return Samples.random(DType.F64, random, shape);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void convolution(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 1, max = 5) int size,
            @ForAll @IntRange(min = 1, max = 3) int groups, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        var spec = new ConvSpec(random.nextInt(3), groups * (1 + random.nextInt(2)), groups * (1 + random.nextInt(2)), groups,
                windows(random, axes, size, false));
        View x = normal(random, spec.inputShape());
        View w = normal(random, spec.weightShape());
        View dy = normal(random, spec.outputShape());
        View y = Samples.empty(DType.F64, spec.outputShape());
        View dx = Samples.empty(DType.F64, spec.inputShape());
        View dw = Samples.empty(DType.F64, spec.weightShape());
        NaiveConvolution.conv(spec, x, w, null, y);
        NaiveConvolution.convInput(spec, dy, w, null, dx);
        NaiveConvolution.convWeight(spec, x, dy, dw);
        assertThat(Samples.dot(dx, x)).isCloseTo(Samples.dot(dy, y), CLOSE);
        assertThat(Samples.dot(dw, w)).isCloseTo(Samples.dot(dy, y), CLOSE);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void averagePooling(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 1, max = 6) int size,
            @ForAll boolean countPadding, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        var spec = new PoolSpec(1 + random.nextInt(2), 1 + random.nextInt(2), windows(random, axes, size, true), countPadding);
        View x = normal(random, spec.inputShape());
        View dy = normal(random, spec.outputShape());
        View y = Samples.empty(DType.F64, spec.outputShape());
        View dx = Samples.empty(DType.F64, spec.inputShape());
        NaivePooling.avgPool(spec, x, y);
        NaivePooling.avgPoolBackward(spec, dy, dx);
        assertThat(Samples.dot(dx, x)).isCloseTo(Samples.dot(dy, y), CLOSE);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void maximumPooling(@ForAll @IntRange(min = 1, max = 3) int axes,
            @ForAll @IntRange(min = 1, max = 6) int size, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        var spec = new PoolSpec(1 + random.nextInt(2), 1 + random.nextInt(2), windows(random, axes, size, true), false);
        View x = normal(random, spec.inputShape());
        View dy = normal(random, spec.outputShape());
        View y = Samples.empty(DType.F64, spec.outputShape());
        View index = Samples.empty(DType.I32, spec.outputShape());
        View dx = Samples.empty(DType.F64, spec.inputShape());
        View chosen = Samples.empty(DType.F64, spec.outputShape());
        NaivePooling.maxPool(spec, x, false, y, index);
        NaivePooling.maxPoolScatter(spec, dy, index, dx);
        NaivePooling.maxPoolGather(spec, x, index, chosen);
        assertThat(Samples.dot(dx, x)).isCloseTo(Samples.dot(dy, chosen), CLOSE);
        double[] largest = Elements.doubles(y);
        double[] read = Elements.doubles(chosen);
        for (int i = 0; i < largest.length; i++)
            assertThat(read[i]).isEqualTo(largest[i] == Double.NEGATIVE_INFINITY ? 0 : largest[i]);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void gatherAndScatterAdd(@ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(min = 1, max = 5) int columns,
            @ForAll @IntRange(max = 6) int picks, @ForAll @IntRange(max = 1) int dim, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        Shape shape = Shape.of(rows, columns);
        Shape picked = shape.with(dim, picks);
        var places = new long[picked.numel()];
        for (int i = 0; i < places.length; i++)
            places[i] = random.nextInt(shape.size(dim));
        View index = Samples.i64(picked, places);
        View x = normal(random, shape);
        View dy = normal(random, picked);
        View y = Samples.empty(DType.F64, picked);
        View dx = Samples.of(DType.F64, shape, new double[shape.numel()]);
        NaiveIndexing.gather("gather", x, dim, index, y);
        NaiveIndexing.scatter("scatter", ScatterOp.ADD, dy, dim, index, dx);
        assertThat(Samples.dot(dx, x)).isCloseTo(Samples.dot(dy, y), CLOSE);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void softmaxGradientIsSymmetric(@ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 5) int columns,
            @ForAll long seed) {
        var random = new SplittableRandom(seed);
        Shape shape = Shape.of(rows, columns);
        View y = Samples.empty(DType.F64, shape);
        NaiveSoftmax.softmax(normal(random, shape), 1, false, y);
        View a = normal(random, shape);
        View b = normal(random, shape);
        View ja = Samples.empty(DType.F64, shape);
        View jb = Samples.empty(DType.F64, shape);
        NaiveSoftmax.softmaxBackward(y, a, 1, false, ja);
        NaiveSoftmax.softmaxBackward(y, b, 1, false, jb);
        assertThat(Samples.dot(ja, b)).isCloseTo(Samples.dot(a, jb), CLOSE);
    }
}
