package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.copy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Reductions, softmax and cross-entropy of the fast backend against the naive one.
class CpuReductionProperties {
    private static final double RELATIVE = 1e-5;
    private static final double ABSOLUTE = 2e-5;
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Property(tries = 1500)
    void reduceAgrees(@ForAll ReduceOp op, @ForAll @IntRange(max = 4) int rank,
            @ForAll @IntRange(max = 15) int mask, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        Assume.that(!op.needsElements() || shape.numel() > 0 || reduced(shape, mask).numel() == 0);
        View x = views.finite(shape);
        View actual = views.target(op == ReduceOp.ANY || op == ReduceOp.ALL ? DType.BOOL : DType.F32, reduced(shape, mask));
        View expected = copy(actual);
        cpu.reduce(op, x, actual);
        naive.reduce(op, x, expected);
        assertClose(actual, expected, RELATIVE, op == ReduceOp.SUM ? ABSOLUTE + rounding(x, actual.shape()) : ABSOLUTE);
    }

    /// How much rounding may change a sum: a lane adds at most 256 terms, lanes and blocks a few more, each addition rounding by half a
    /// unit of what it has got so far; equal terms, as of a broadcast view, all round the same way.
    private double rounding(View x, Shape result) {
        View magnitudes = copy(x);
        for (int i = 0; i < magnitudes.storage().numel(); i++)
            magnitudes.heap().setDouble(i, Math.abs(magnitudes.heap().getDouble(i)));
        View sums = new View(HeapStorage.allocate(Device.CPU, DType.F32, result.numel()), Layout.contiguous(result));
        naive.reduce(ReduceOp.SUM, magnitudes, sums);
        double most = 0;
        for (int i = 0; i < result.numel(); i++)
            most = Math.max(most, sums.heap().getDouble(i));
        return 264 * 0x1p-24 * most;
    }

    private static Shape reduced(Shape shape, int mask) {
        Shape result = shape;
        for (int d = 0; d < shape.rank(); d++)
            if ((mask >> d & 1) == 1)
                result = result.with(d, 1);
        return result;
    }

    @Property(tries = 60)
    void reduceAgreesOnManyElements(@ForAll @IntRange(min = 1, max = 300) int rows,
            @ForAll @IntRange(min = 1, max = 600) int columns,
            @ForAll @IntRange(min = 1, max = 5) int channels, @ForAll @IntRange(min = 1, max = 7) int mask, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = Shape.of(rows, channels, columns);
        View x = views.finite(shape);
        for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.MAX, ReduceOp.MIN}) {
            View actual = views.target(DType.F32, reduced(shape, mask));
            View expected = copy(actual);
            cpu.reduce(op, x, actual);
            naive.reduce(op, x, expected);
            assertClose(actual, expected, RELATIVE, op == ReduceOp.SUM ? rounding(x, actual.shape()) : 0);
        }
    }

    @Property
    void extremesPassNotANumberOn(@ForAll boolean largest, @ForAll boolean columns, @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 70) int width, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.source(DType.F32, Shape.of(rows, width));
        View actual = views.target(DType.F32, columns ? Shape.of(1, width) : Shape.of(rows, 1));
        View expected = copy(actual);
        cpu.reduce(largest ? ReduceOp.MAX : ReduceOp.MIN, x, actual);
        naive.reduce(largest ? ReduceOp.MAX : ReduceOp.MIN, x, expected);
        assertSame(actual, expected);
    }

    @Property
    void argReduceAgrees(@ForAll boolean largest, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        int dim = at % rank;
        Shape shape = views.shape(rank);
        Assume.that(shape.size(dim) > 0);
        View x = views.source(DType.F32, shape);
        View actual = views.target(DType.I64, shape.with(dim, 1));
        View expected = copy(actual);
        cpu.argReduce(largest, x, dim, actual);
        naive.argReduce(largest, x, dim, expected);
        assertSame(actual, expected);
    }

    @Property
    void softmaxAgrees(@ForAll boolean log, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll boolean special, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = special ? views.source(DType.F32, shape) : views.finite(shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.softmax(x, at % rank, log, actual);
        naive.softmax(x, at % rank, log, expected);
        assertClose(actual, expected, RELATIVE, 1e-6);
    }

    @Property
    void softmaxBackwardAgrees(@ForAll boolean log, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.finite(shape);
        View y = views.target(DType.F32, shape);
        naive.softmax(x, at % rank, log, y);
        View dy = views.finite(shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.softmaxBackward(y, dy, at % rank, log, actual);
        naive.softmaxBackward(y, dy, at % rank, log, expected);
        assertClose(actual, expected, RELATIVE, ABSOLUTE);
    }

    @Property(tries = 500)
    void crossEntropyAgrees(@ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 50) int classes,
            @ForAll boolean probabilities, @ForAll boolean weighted, @ForAll boolean smoothed, @ForAll long seed) {
        var views = new RandomViews(seed);
        var spec = new CrossEntropySpec(2, smoothed ? 0.1 : 0);
        Shape shape = Shape.of(rows, classes);
        View logits = views.finite(shape);
        View target = views.target(probabilities ? DType.F32 : DType.I64, probabilities ? shape : Shape.of(rows));
        for (int i = 0; i < target.storage().numel(); i++)
            target.heap().setDouble(i, views.below(100) * (probabilities ? 0.01 : classes * 0.01));
        View weight = weighted ? views.finite(Shape.of(classes)) : null;
        View losses = views.target(DType.F32, Shape.of(rows));
        View logSumExp = views.target(DType.F32, Shape.of(rows));
        View expectedLosses = copy(losses);
        View expectedLogSumExp = copy(logSumExp);
        cpu.crossEntropy(spec, logits, target, weight, losses, logSumExp);
        naive.crossEntropy(spec, logits, target, weight, expectedLosses, expectedLogSumExp);
        assertClose(losses, expectedLosses, RELATIVE, ABSOLUTE * 10);
        assertClose(logSumExp, expectedLogSumExp, RELATIVE, ABSOLUTE);

        View dlosses = views.finite(Shape.of(rows));
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, actual);
        naive.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, expected);
        assertClose(actual, expected, RELATIVE, ABSOLUTE * 10);
    }

    @Example
    void crossEntropyRefusesClassesOutOfRangeAndWritesNothing() {
        var views = new RandomViews(1);
        View target = new View(cpu.upload(DType.I64, new long[] {0, 3}), Layout.contiguous(Shape.of(2)));
        View losses = new View(HeapStorage.of(Device.CPU, DType.F32, new float[] {7, 7}, 2), Layout.contiguous(Shape.of(2)));
        assertThatThrownBy(
                () -> cpu.crossEntropy(new CrossEntropySpec(-100, 0), views.finite(Shape.of(2, 3)), target, null, losses, losses))
                .isInstanceOf(ShapeException.class).hasMessageContaining("class 3 of row 1");
        assertThat(losses.heap().floats()).containsOnly(7);
    }

    @Example
    void sumsDoNotDependOnThreads() {
        var views = new RandomViews(5);
        View x = views.finite(Shape.of(123, 4567));
        for (int mask = 1; mask < 4; mask++) {
            View one = new View(HeapStorage.allocate(Device.CPU, DType.F32, 4567), Layout.contiguous(reduced(x.shape(), mask)));
            Parallel.withThreads(1, () -> {
                cpu.reduce(ReduceOp.SUM, x, one);
                return null;
            });
            for (int threads : new int[] {2, 3, 7}) {
                View many = copy(one);
                Parallel.withThreads(threads, () -> {
                    cpu.reduce(ReduceOp.SUM, x, many);
                    return null;
                });
                assertSame(many, one);
            }
        }
    }
}
