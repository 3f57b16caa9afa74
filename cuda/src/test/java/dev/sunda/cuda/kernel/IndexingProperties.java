package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertClose;
import static dev.sunda.cuda.kernel.TwinViews.assertSame;
import static dev.sunda.cuda.kernel.TwinViews.twin;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Gathering and scattering on the device: what the reference says, for every type and stride, and with few and many numbers for one place.
class IndexingProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void gathersAlike(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new TwinViews(seed);
        int dim = at % rank;
        View x = views.source(dtype, views.shape(rank, 6).with(dim, 1 + views.below(9)));
        View index = views.indices(views.source(DType.I64, x.shape().with(dim, views.below(12))), x.shape().size(dim));
        gathersAlike(views.target(dtype, index.shape()), x, dim, index);
    }

    /// Rows chosen whole, which are moved in words where they are aligned.
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void gathersRowsAlike(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 20) int chosen, @ForAll @IntRange(min = 1, max = 40) int width, @ForAll boolean aligned,
            @ForAll boolean deep, @ForAll long seed) {
        var views = new TwinViews(seed);
        int n = aligned ? (width + 15) / 16 * 16 : width;
        Shape shape = deep ? Shape.of(rows, 3, n) : Shape.of(rows, n);
        View x = views.contiguous(dtype, shape);
        if (!aligned && views.coin())
            x = x.as(x.layout().slice(0, rows / 2, rows - rows / 2, 1));
        View index = rowIndex(views, x.shape().with(0, chosen), x.shape().size(0));
        gathersAlike(views.contiguous(dtype, index.shape()), x, 0, index);
    }

    private static void gathersAlike(View expected, View x, int dim, View index) {
        View actual = twin(expected);
        REFERENCE.gather("gather", x, dim, index, expected);
        DEVICE.gather("gather", twin(x), dim, twin(index), actual);
        assertSame(actual, expected);
    }

    /// An index that is the same along all dimensions but the first.
    private static View rowIndex(TwinViews views, Shape shape, int limit) {
        View index = views.indices(views.contiguous(DType.I64, Shape.of(shape.size(0))), limit);
        int[] strides = new int[shape.rank()];
        strides[0] = 1;
        return index.as(Layout.strided(shape, strides, 0));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void scattersAlike(@ForAll ScatterOp op, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll @IntRange(max = 3) int at, @ForAll long seed) {
        var views = new TwinViews(seed);
        int dim = at % rank;
        Shape slices = views.shape(rank, 5);
        View expected = views.target(dtype, slices.with(dim, 1 + views.below(9)));
        View source = views.source(dtype, slices.with(dim, views.below(views.coin() ? 8 : 80)));
        if (isRounded(op, dtype)) {
            views.finite(source);
            views.finite(expected);
        }
        View index = views.indices(views.source(DType.I64, source.shape()), expected.shape().size(dim));
        scattersAlike(op, source, dim, index, expected);
    }

    /// The gradient of an embedding: rows added to rows.
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void scattersRowsAlike(@ForAll ScatterOp op, @ForAll boolean wide, @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 120) int chosen, @ForAll @IntRange(min = 1, max = 12) int width, @ForAll long seed) {
        var views = new TwinViews(seed);
        DType dtype = wide ? DType.F64 : DType.F32;
        View expected = views.finite(views.target(dtype, Shape.of(rows, 2, width)));
        View source = views.finite(views.source(dtype, Shape.of(chosen, 2, width)));
        scattersAlike(op, source, 0, rowIndex(views, source.shape(), rows), expected);
    }

    /// So many numbers that their indices are sorted by digits.
    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE)
    void longRowsScatterAlike(@ForAll ScatterOp op, @ForAll @IntRange(min = 4097, max = 8000) int length,
            @ForAll @IntRange(min = 1, max = 3000) int size, @ForAll long seed) {
        var views = new TwinViews(seed);
        View expected = views.finite(views.target(DType.F32, Shape.of(size)));
        View source = views.finite(views.source(DType.F32, Shape.of(length)));
        scattersAlike(op, source, 0, views.indices(views.source(DType.I64, source.shape()), size), expected);
    }

    private static void scattersAlike(ScatterOp op, View source, int dim, View index, View expected) {
        View actual = twin(expected);
        View again = twin(expected);
        REFERENCE.scatter("scatter", op, source, dim, index, expected);
        DEVICE.scatter("scatter", op, twin(source), dim, twin(index), actual);
        DEVICE.scatter("scatter", op, twin(source), dim, twin(index), again);
        assertClose(actual, expected, 0);
        assertSame(again, fetched(actual));
    }

    private static boolean isRounded(ScatterOp op, DType dtype) {
        return dtype == DType.F32 && (op == ScatterOp.ADD || op == ScatterOp.MULTIPLY);
    }

    private static View fetched(View twin) {
        var views = new TwinViews(0);
        View host = views.contiguous(twin.dtype(), Shape.of(twin.storage().numel()));
        System.arraycopy(DEVICE.download(twin.storage(), 0, twin.storage().numel()), 0, host.heap().array(), 0, twin.storage().numel());
        return host.as(twin.layout());
    }
}
