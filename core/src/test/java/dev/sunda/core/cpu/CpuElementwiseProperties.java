package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertClose;
import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.copy;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// The fast backend against the naive one, over views of any strides.
class CpuElementwiseProperties {
    private static final double ULP = Math.ulp(1f);
    private static final double TINY = 4 * Float.MIN_VALUE;
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Property(tries = 1000)
    void unaryAgrees(@ForAll UnaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(DType.F32, shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.unary(op, x, actual);
        naive.unary(op, x, expected);
        boolean gelu = op == UnaryOp.GELU || op == UnaryOp.GELU_TANH;
        boolean factor = op == UnaryOp.SILU || op == UnaryOp.MISH;   // x times a number that may be subnormal
        assertClose(actual, expected, (gelu ? 4 : factor ? 3 : 2) * ULP, gelu ? 1e-6 : factor ? 150 * TINY : TINY);
    }

    @Property(tries = 1000)
    void unaryBackwardAgrees(@ForAll UnaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View kept = op.keeps() == UnaryOp.Keeps.NOTHING ? null : views.finite(shape);
        View dy = views.finite(shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.unaryBackward(op, kept, dy, actual);
        naive.unaryBackward(op, kept, dy, expected);
        assertClose(actual, expected, 4 * ULP, 1e-5);
    }

    @Property(tries = 1000)
    void binaryAgrees(@ForAll BinaryOp op, @ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View a = views.source(DType.F32, shape);
        View b = views.source(DType.F32, shape);
        View actual = views.target(op.isComparison() ? DType.BOOL : DType.F32, shape);
        View expected = copy(actual);
        cpu.binary(op, a, b, actual);
        naive.binary(op, a, b, expected);
        assertSame(actual, expected);
    }

    @Property
    void binaryAgreesOnBroadcastRows(@ForAll BinaryOp op, @ForAll @IntRange(max = 40) int rows,
            @ForAll @IntRange(max = 70) int columns, @ForAll boolean left, @ForAll boolean column, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = Shape.of(rows, columns);
        View full = views.source(DType.F32, shape);
        View few = views.source(DType.F32, column ? Shape.of(rows, 1) : Shape.of(columns));
        View vector = few.as(few.layout().expand(shape));
        View actual = views.target(op.isComparison() ? DType.BOOL : DType.F32, shape);
        View expected = copy(actual);
        cpu.binary(op, left ? vector : full, left ? full : vector, actual);
        naive.binary(op, left ? vector : full, left ? full : vector, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 20)
    void binaryAgreesOnManyElements(@ForAll @IntRange(min = 30_000, max = 100_000) int n,
            @ForAll @IntRange(min = 1, max = 2000) int width,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = Shape.of(n / width, width);
        View a = views.finite(shape);
        View row = views.finite(Shape.of(width));
        View b = row.as(row.layout().expand(shape));
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.binary(BinaryOp.SUB, a, b, actual);
        naive.binary(BinaryOp.SUB, a, b, expected);
        assertSame(actual, expected);
    }

    @Property
    void whereAgrees(@ForAll @IntRange(max = 4) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View condition = views.source(DType.BOOL, shape);
        View a = views.source(DType.F32, shape);
        View b = views.source(DType.F32, shape);
        View actual = views.target(DType.F32, shape);
        View expected = copy(actual);
        cpu.where(condition, a, b, actual);
        naive.where(condition, a, b, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 1000)
    void copyAgrees(@ForAll DType from, @ForAll DType to, @ForAll @IntRange(max = 5) int rank, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(from, shape);
        View actual = views.target(to, shape);
        View expected = copy(actual);
        cpu.copy(x, actual);
        naive.copy(x, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 50)
    void copyChangesMemoryOrder(@ForAll @IntRange(max = 4) int n, @ForAll @IntRange(max = 70) int c,
            @ForAll @IntRange(max = 20) int h, @ForAll @IntRange(max = 20) int w, @ForAll boolean back,
            @ForAll long seed) {
        Shape shape = Shape.of(n, c, h, w);
        var views = new RandomViews(seed);
        View x = views.finite(shape);
        View actual = new View(cpu.allocate(DType.F32, shape.numel()), back ? Layout.contiguous(shape) : Layout.channelsLast(shape));
        View expected = copy(actual);
        View dense = new View(cpu.allocate(DType.F32, shape.numel()), back ? Layout.channelsLast(shape) : Layout.contiguous(shape));
        naive.copy(x, dense);
        cpu.copy(dense, actual);
        naive.copy(dense, expected);
        assertSame(actual, expected);
    }
}
