package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.assertWithin;
import static dev.sunda.core.cpu.RandomViews.copy;
import static dev.sunda.core.cpu.RandomViews.magnitudes;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.RandomKey;
import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// The F64 kernels against the naive backend, over views of any strides.
class Cpu64Properties {
    private static final DType F64 = DType.F64;
    private static final double FEW_ULP = 1e-15;
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Property
    void unaryAgrees(@ForAll UnaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(F64, shape);
        View actual = views.target(F64, shape);
        View expected = copy(actual);
        cpu.unary(op, x, actual);
        naive.unary(op, x, expected);
        assertClose(actual, expected, FEW_ULP, 0);
    }

    @Property
    void unaryBackwardAgrees(@ForAll UnaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View kept = op.keeps() == UnaryOp.Keeps.NOTHING ? null : views.source(F64, shape);
        View dy = views.source(F64, shape);
        View actual = views.target(F64, shape);
        View expected = copy(actual);
        cpu.unaryBackward(op, kept, dy, actual);
        naive.unaryBackward(op, kept, dy, expected);
        // These pass through 0 in the middle, where digits are lost; see Erf64Tests and Activations64Tests for the rest.
        boolean crosses = op == UnaryOp.GELU || op == UnaryOp.GELU_TANH || op == UnaryOp.SILU || op == UnaryOp.MISH;
        assertClose(actual, expected, FEW_ULP, crosses ? 4 * FEW_ULP : 0);
    }

    @Property
    void binaryAgrees(@ForAll BinaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll boolean scalar, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View a = views.source(F64, shape);
        View one = views.source(F64, Shape.of());
        View b = scalar ? one.as(one.layout().expand(shape)) : views.source(F64, shape);
        View actual = views.target(op.isComparison() ? DType.BOOL : F64, shape);
        View expected = copy(actual);
        cpu.binary(op, a, b, actual);
        naive.binary(op, a, b, expected);
        assertSame(actual, expected);
    }

    @Property
    void whereAgrees(@ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View condition = views.source(DType.BOOL, shape);
        View a = views.source(F64, shape);
        View b = views.source(F64, shape);
        View actual = views.target(F64, shape);
        View expected = copy(actual);
        cpu.where(condition, a, b, actual);
        naive.where(condition, a, b, expected);
        assertSame(actual, expected);
    }

    @Property
    void reduceAgrees(@ForAll ReduceOp op, @ForAll @IntRange(max = 4) int rank, @ForAll @IntRange(max = 15) int mask, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        Shape result = shape;
        for (int d = 0; d < rank; d++)
            if ((mask >> d & 1) == 1)
                result = result.with(d, 1);
        Assume.that(!op.needsElements() || shape.numel() > 0 || result.numel() == 0);
        View x = views.source(F64, shape);
        View actual = views.target(op == ReduceOp.ANY || op == ReduceOp.ALL ? DType.BOOL : F64, result);
        View expected = copy(actual);
        cpu.reduce(op, x, actual);
        naive.reduce(op, x, expected);
        assertClose(actual, expected, 1e-13, 1e-13);
    }

    @Property(tries = 40)
    void reduceAgreesOnManyElements(@ForAll @IntRange(min = 1, max = 300) int rows, @ForAll @IntRange(min = 1, max = 900) int columns,
            @ForAll @IntRange(min = 1, max = 3) int mask, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.finite(F64, Shape.of(rows, columns));
        View actual = views.target(F64, Shape.of((mask & 1) == 1 ? 1 : rows, (mask & 2) == 2 ? 1 : columns));
        View expected = copy(actual);
        cpu.reduce(ReduceOp.SUM, x, actual);
        naive.reduce(ReduceOp.SUM, x, expected);
        assertClose(actual, expected, rows * columns * 0x1p-53, 1e-10);      // the naive chain may round each time
    }

    @Property
    void argReduceAgrees(@ForAll boolean largest, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        int dim = at % rank;
        Assume.that(shape.size(dim) > 0);
        View x = views.source(F64, shape);
        View actual = views.target(DType.I64, shape.with(dim, 1));
        View expected = copy(actual);
        cpu.argReduce(largest, x, dim, actual);
        naive.argReduce(largest, x, dim, expected);
        assertSame(actual, expected);
    }

    @Property
    void softmaxAgrees(@ForAll boolean log, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(F64, shape);
        View y = views.target(F64, shape);
        View expectedY = copy(y);
        cpu.softmax(x, at % rank, log, y);
        naive.softmax(x, at % rank, log, expectedY);
        assertClose(y, expectedY, 1e-14, 1e-15);

        View dy = views.finite(F64, shape);
        View actual = views.target(F64, shape);
        View expected = copy(actual);
        cpu.softmaxBackward(expectedY, dy, at % rank, log, actual);
        naive.softmaxBackward(expectedY, dy, at % rank, log, expected);
        assertClose(actual, expected, 1e-13, 1e-12);
    }

    /// Rows longer than all vectors of a loop and rows that follow each other in one thread, some without a number that counts.
    @Example
    void softmaxOfLongAndOfInfiniteRowsAgrees() {
        var views = new RandomViews(5);
        for (int n : new int[] {7, 8, 41, 1000})
            for (boolean log : new boolean[] {false, true}) {
                View x = new View(cpu.allocate(F64, 5 * n), Layout.contiguous(Shape.of(5, n)));
                for (int i = 0; i < 5 * n; i++)
                    x.heap().setDouble(i, i / n == 1 ? Double.NEGATIVE_INFINITY : Math.sin(i) * 30);
                x.heap().setDouble(2 * n + 3, Double.NaN);
                x.heap().setDouble(3 * n + 4, Double.POSITIVE_INFINITY);
                x.heap().setDouble(4 * n + 5, Double.NEGATIVE_INFINITY);
                View y = views.target(F64, x.shape());
                View expected = copy(y);
                cpu.softmax(x, 1, log, y);
                naive.softmax(x, 1, log, expected);
                assertClose(y, expected, 1e-13, 1e-14);
                View rows = new View(cpu.allocate(F64, 5 * n), x.layout());
                View expectedRows = copy(rows);
                cpu.softmax(x, 1, log, rows);
                naive.softmax(x, 1, log, expectedRows);
                assertClose(rows, expectedRows, 1e-13, 1e-14);
            }
    }

    @Property
    void channelNormAgrees(@ForAll @IntRange(min = 1, max = 20) int batch, @ForAll @IntRange(min = 1, max = 20) int channels,
            @ForAll @IntRange(min = 2, max = 4) int rank, @ForAll boolean weighted, @ForAll boolean relu,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = rank == 2 ? Shape.of(batch, channels) : rank == 3 ? Shape.of(batch, channels, 5) : Shape.of(batch, channels, 3, 7);
        Shape vector = Shape.of(channels);
        View x = views.finite(F64, shape);
        View dy = views.finite(F64, shape);
        View mean = views.target(F64, vector);
        View spread = views.target(F64, vector);
        View weight = weighted ? views.finite(F64, vector) : null;
        View y = views.target(F64, shape);
        View dweight = views.target(F64, vector);
        View dbias = views.target(F64, vector);
        View[] expected = {copy(mean), copy(spread), copy(y), copy(y), copy(dweight), copy(dbias)};
        cpu.channelStatistics(x, mean, spread);
        naive.channelStatistics(x, expected[0], expected[1]);
        assertClose(mean, expected[0], 1e-12, 1e-12);
        assertClose(spread, expected[1], 1e-12, 1e-12);
        cpu.channelNormalize(x, mean, spread, weight, weight, relu, y);
        naive.channelNormalize(x, mean, spread, weight, weight, relu, expected[2]);
        assertClose(y, expected[2], 1e-12, 1e-12);
        cpu.batchNormBackward(dy, x, mean, spread, weight, weight, relu, y, dweight, dbias);
        naive.batchNormBackward(dy, x, mean, spread, weight, weight, relu, expected[3], expected[4], expected[5]);
        assertClose(y, expected[3], 1e-9, 1e-9);
        assertClose(dweight, expected[4], 1e-10, 1e-10);
        assertClose(dbias, expected[5], 1e-10, 1e-10);
    }

    @Property
    void layerNormAgrees(@ForAll @IntRange(max = 70) int rows, @ForAll @IntRange(min = 1, max = 90) int n, @ForAll boolean weighted,
            @ForAll boolean parameters, @ForAll boolean centred, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = Shape.of(rows, n);
        View x = views.finite(F64, shape);
        View dy = views.finite(F64, shape);
        View weight = weighted ? views.finite(F64, Shape.of(n)) : null;
        View bias = weighted ? views.finite(F64, Shape.of(n)) : null;
        View mean = centred ? views.target(F64, Shape.of(rows)) : null;
        View rstd = views.target(F64, Shape.of(rows));
        View y = views.target(F64, shape);
        View dx = views.target(F64, shape);
        View dweight = parameters ? views.target(F64, Shape.of(n)) : null;
        View dbias = parameters ? views.target(F64, Shape.of(n)) : null;
        View[] expected = {centred ? copy(mean) : null, copy(rstd), copy(y), copy(dx), parameters ? copy(dweight) : null,
            parameters ? copy(dbias) : null};
        cpu.layerNorm(x, weight, bias, 0.01, mean, rstd, y);
        naive.layerNorm(x, weight, bias, 0.01, expected[0], expected[1], expected[2]);
        if (centred) {
            View most = copy(mean);
            naive.layerNorm(magnitudes(x), null, null, 0.01, most, copy(rstd), copy(y));
            assertWithin(mean, expected[0], most, n * 0x1p-52);
        }
        assertClose(rstd, expected[1], 1e-13, 0);
        assertClose(y, expected[2], 0, 1e-12);
        cpu.layerNormBackward(dy, x, mean, rstd, weight, dx, dweight, dbias);
        naive.layerNormBackward(dy, x, mean, rstd, weight, expected[3], expected[4], expected[5]);
        assertClose(dx, expected[3], 0, 1e-12);
        if (parameters) {
            assertClose(dweight, expected[4], 0, 1e-11);
            assertClose(dbias, expected[5], 0, 1e-12);
        }
    }

    @Property
    void crossEntropyAgrees(@ForAll @IntRange(max = 40) int rows, @ForAll @IntRange(min = 1, max = 90) int classes,
            @ForAll boolean labelled, @ForAll boolean weighted, @ForAll boolean smoothed, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = Shape.of(rows, classes);
        var spec = new CrossEntropySpec(3, smoothed ? 0.1 : 0);
        View logits = views.finite(F64, shape);
        View target = labelled ? views.source(DType.I64, Shape.of(rows)) : views.finite(F64, shape);
        for (int i = 0; labelled && i < target.storage().numel(); i++)
            target.heap().setLong(i, views.below(4) == 0 ? 3 : views.below(classes));   // 3 is ignored
        View weight = weighted ? views.finite(F64, Shape.of(classes)) : null;
        View losses = views.target(F64, Shape.of(rows));
        View logSumExp = views.target(F64, Shape.of(rows));
        View dlogits = views.target(F64, shape);
        View[] expected = {copy(losses), copy(logSumExp), copy(dlogits)};
        cpu.crossEntropy(spec, logits, target, weight, losses, logSumExp);
        naive.crossEntropy(spec, logits, target, weight, expected[0], expected[1]);
        assertClose(losses, expected[0], 0, 1e-11);
        assertClose(logSumExp, expected[1], 0, 1e-13);
        View dlosses = views.finite(F64, Shape.of(rows));
        cpu.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, dlogits);
        naive.crossEntropyBackward(spec, dlosses, logits, target, weight, logSumExp, expected[2]);
        assertClose(dlogits, expected[2], 0, 1e-11);
    }

    /// A row's exponentials are taken relative to its own largest logit, which the row before it has looked for.
    @Example
    void crossEntropyOfRowsOfVeryDifferentSizes() {
        int rows = 6;
        int classes = 21;
        var views = new RandomViews(1);
        View logits = copy(views.finite(F64, Shape.of(rows * classes)));
        for (int i = 0; i < rows * classes; i++)
            logits.heap().doubles()[logits.layout().offset() + i] += i / classes % 2 == 0 ? -2000 : 2000;
        logits = logits.as(Layout.strided(Shape.of(rows, classes), new int[] {classes, 1}, logits.layout().offset()));
        View target = views.source(DType.I64, Shape.of(rows));
        for (int i = 0; i < target.storage().numel(); i++)
            target.heap().setLong(i, 5);
        View losses = views.target(F64, Shape.of(rows));
        View logSumExp = views.target(F64, Shape.of(rows));
        View[] expected = {copy(losses), copy(logSumExp)};
        var spec = new CrossEntropySpec(3, 0);
        cpu.crossEntropy(spec, logits, target, null, losses, logSumExp);
        naive.crossEntropy(spec, logits, target, null, expected[0], expected[1]);
        assertClose(logSumExp, expected[1], 1e-14, 0);
    }

    @Property
    void randomNumbersAgree(@ForAll @IntRange(max = 4) int rank, @ForAll @IntRange(max = 9) int p, @ForAll long key,
            @ForAll @IntRange(max = 9) int offset, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        var numbers = new RandomKey(key, offset);
        View x = views.source(F64, shape);
        View actual = views.target(F64, shape);
        View expected = copy(actual);
        cpu.uniform(numbers, actual);
        naive.uniform(numbers, expected);
        assertSame(actual, expected);
        cpu.normal(numbers, actual);
        naive.normal(numbers, expected);
        assertSame(actual, expected);
        cpu.dropout(numbers, p * 0.1, x, actual);
        naive.dropout(numbers, p * 0.1, x, expected);
        assertSame(actual, expected);
    }

    @Property
    void poolingAgrees(@ForAll @IntRange(min = 1, max = 3) int batch, @ForAll @IntRange(min = 1, max = 9) int channels,
            @ForAll @IntRange(min = 4, max = 9) int size, @ForAll @IntRange(min = 1, max = 3) int kernel,
            @ForAll @IntRange(min = 1, max = 3) int stride, @ForAll @IntRange(min = 1, max = 2) int dilation, @ForAll boolean ceil,
            @ForAll boolean counts, @ForAll boolean relu, @ForAll long seed) {
        var views = new RandomViews(seed);
        int pad = kernel / 2;
        var spec = PoolSpec.of("pool", Shape.of(batch, channels, size, size + 1), both(kernel), both(stride), both(pad), both(dilation),
                ceil, counts);
        View x = views.finite(F64, spec.inputShape());
        View y = views.target(F64, spec.outputShape());
        View index = views.target(DType.I32, spec.outputShape());
        View expectedY = copy(y);
        View expectedIndex = copy(index);
        cpu.maxPool(spec, x, relu, y, index);
        naive.maxPool(spec, x, relu, expectedY, expectedIndex);
        assertSame(y, expectedY);
        assertSame(index, expectedIndex);
        cpu.maxPoolGather(spec, x, index, y);
        naive.maxPoolGather(spec, x, index, expectedY);
        assertSame(y, expectedY);
        cpu.avgPool(spec, x, y);
        naive.avgPool(spec, x, expectedY);
        assertClose(y, expectedY, 1e-13, 1e-13);
        View dy = views.finite(F64, spec.outputShape());
        View dx = views.target(F64, spec.inputShape());
        View expectedDx = copy(dx);
        cpu.maxPoolScatter(spec, dy, index, dx);
        naive.maxPoolScatter(spec, dy, index, expectedDx);
        assertClose(dx, expectedDx, 1e-13, 1e-13);
        cpu.avgPoolBackward(spec, dy, dx);
        naive.avgPoolBackward(spec, dy, expectedDx);
        assertClose(dx, expectedDx, 1e-13, 1e-13);
    }

    private static int[] both(int value) {
        return new int[] {value, value};
    }

    @Property
    void stepsAgree(@ForAll @IntRange(max = 4) int rank, @ForAll boolean more, @ForAll boolean nesterov, @ForAll boolean decoupled,
            @ForAll boolean maximize, @ForAll boolean decays, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View[] actual = new View[4];
        View[] expected = new View[4];
        for (int k = 0; k < 4; k++) {
            actual[k] = views.target(F64, shape);
            for (int i = 0; k > 0 && i < actual[k].storage().numel(); i++)
                actual[k].heap().setDouble(i, 0);
            expected[k] = copy(actual[k]);
        }
        for (int t = 1; t <= 3; t++) {
            View g = views.finite(F64, shape);
            var sgd = new SgdStep(0.05, more ? 0.9 : 0, nesterov ? 0 : 0.2, decays ? 0.01 : 0, nesterov && more, maximize, t == 1);
            cpu.sgd(List.of(Update.of(sgd, actual[0], g, more ? actual[1] : null)));
            naive.sgd(List.of(Update.of(sgd, expected[0], g, more ? expected[1] : null)));
            var adam = new AdamStep(0.01, 0.9, 0.999, 1e-8, decays ? 0.01 : 0, decoupled, maximize, t);
            cpu.adam(List.of(Update.of(adam, actual[0], g, actual[1], actual[2], more ? actual[3] : null)));
            naive.adam(List.of(Update.of(adam, expected[0], g, expected[1], expected[2], more ? expected[3] : null)));
        }
        for (int k = 0; k < 4; k++)
            assertClose(actual[k], expected[k], 1e-10, 1e-11);
    }
}
