package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.RandomViews.assertSame;
import static dev.sunda.core.cpu.RandomViews.copy;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.reference.ReferenceBackend;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Running folds and sorting of the fast backend: the same bits as the naive one.
class ScanSortProperties {
    private final CpuBackend cpu = new CpuBackend();
    private final ReferenceBackend naive = new ReferenceBackend(Device.CPU);

    @Property(tries = 1000)
    void scansAgree(@ForAll ScanOp op, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        DType type = op == ScanOp.LOG_SUM_EXP && !dtype.isFloating() ? DType.F32 : dtype;
        Shape shape = views.shape(rank);
        View x = views.source(type, shape);
        View actual = views.target(op.isIndex() || !type.isFloating() ? DType.I64 : type, shape);
        View expected = copy(actual);
        cpu.scan(op, x, at % rank, actual);
        naive.scan(op, x, at % rank, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 500)
    void linearScansAgree(@ForAll boolean wide, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        DType type = wide ? DType.F64 : DType.F32;
        Shape shape = views.shape(rank);
        View a = views.source(type, shape);
        View b = views.source(type, shape);
        View actual = views.target(type, shape);
        View expected = copy(actual);
        cpu.linearScan(a, b, at % rank, actual);
        naive.linearScan(a, b, at % rank, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 1000)
    void sortingAgrees(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll @IntRange(max = 3) int at, @ForAll long seed) {
        var views = new RandomViews(seed);
        Shape shape = views.shape(rank);
        View x = views.source(dtype, shape);
        View actual = views.target(DType.I64, shape);
        View expected = copy(actual);
        cpu.argsort(x, at % rank, descending, actual);
        naive.argsort(x, at % rank, descending, expected);
        assertSame(actual, expected);
    }

    @Property(tries = 30)
    void longRowsAreSortedAlike(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 5000) int length,
            @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.source(dtype, Shape.of(2, length));
        View actual = views.target(DType.I64, x.shape());
        View expected = copy(actual);
        cpu.argsort(x, 1, descending, actual);
        naive.argsort(x, 1, descending, expected);
        assertSame(actual, expected);
    }

    /// The first places, whether rows are sorted or searched for them; among few distinct numbers most are equal.
    @Property(tries = 300)
    void selectingAgrees(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 3000) int length,
            @ForAll @IntRange(max = 1) int dim, @ForAll boolean coarse, @ForAll long seed) {
        var views = new RandomViews(seed);
        int count = views.below(1 + length / (1 << views.below(8)));
        View x = views.source(dtype, Shape.of(2, 2).with(dim, length));
        if (coarse)
            for (int i = 0; i < x.storage().numel(); i++)
                x.heap().setLong(i, x.heap().getLong(i) % 3);
        View actual = views.target(DType.I64, x.shape().with(dim, count));
        View expected = copy(actual);
        cpu.argsort(x, dim, descending, actual);
        naive.argsort(x, dim, descending, expected);
        assertSame(actual, expected);
    }

    /// Rows in order, in reverse and with a peak in the middle, as a partition by the middle one of three likes and does not like them.
    @Property(tries = 100)
    void selectingFromRowsWithAPatternAgrees(@ForAll boolean wide, @ForAll boolean descending, @ForAll @IntRange(max = 2) int pattern,
            @ForAll @IntRange(min = 1, max = 5000) int length, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.contiguous(wide ? DType.F64 : DType.F32, Shape.of(length));
        for (int i = 0; i < length; i++)
            x.heap().setDouble(i, pattern == 0 ? i : pattern == 1 ? -i : Math.min(i, length - i));
        View actual = views.target(DType.I64, Shape.of(views.below(1 + length / 4)));
        View expected = copy(actual);
        cpu.argsort(x, 0, descending, actual);
        naive.argsort(x, 0, descending, expected);
        assertSame(actual, expected);
        ranksAgree(views, x, 0, 3);
    }

    @Property(tries = 300)
    void ranksAgree(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank, @ForAll @IntRange(max = 3) int at,
            @ForAll @IntRange(max = 12) int count, @ForAll long seed) {
        var views = new RandomViews(seed);
        View x = views.source(dtype, views.shape(rank));
        if (x.shape().size(at % rank) > 0)
            ranksAgree(views, x, at % rank, count);
    }

    private void ranksAgree(RandomViews views, View x, int dim, int count) {
        View ranks = views.target(DType.I64, x.shape().with(dim, count));
        for (int i = 0; i < ranks.storage().numel(); i++)
            ranks.heap().setLong(i, views.below(x.shape().size(dim)));
        View actual = views.target(DType.I64, ranks.shape());
        View expected = copy(actual);
        cpu.ranked(x, dim, ranks, actual);
        naive.ranked(x, dim, ranks, expected);
        assertSame(actual, expected);
    }

    @Example
    void nothingDependsOnThreads() {
        var views = new RandomViews(5);
        View x = views.contiguous(DType.F32, Shape.of(67, 890));
        for (int dim = 0; dim < 2; dim++) {
            int d = dim;
            sameForAnyThreads(views.contiguous(DType.F32, x.shape()), out -> cpu.scan(ScanOp.SUM, x, d, out));
            sameForAnyThreads(views.contiguous(DType.F32, x.shape()), out -> cpu.linearScan(x, x, d, out));
            sameForAnyThreads(views.contiguous(DType.I64, x.shape()), out -> cpu.argsort(x, d, false, out));
            sameForAnyThreads(views.contiguous(DType.I64, x.shape().with(d, 10)), out -> cpu.argsort(x, d, true, out));
        }
    }

    private static void sameForAnyThreads(View target, Consumer<View> call) {
        View one = copy(target);
        View many = copy(target);
        Parallel.withThreads(1, () -> run(call, one));
        Parallel.withThreads(3, () -> run(call, many));
        assertSame(many, one);
    }

    private static Void run(Consumer<View> call, View out) {
        call.accept(out);
        return null;
    }
}
