package dev.sunda.cuda.kernel;

import static dev.sunda.cuda.kernel.TwinViews.DEVICE;
import static dev.sunda.cuda.kernel.TwinViews.REFERENCE;
import static dev.sunda.cuda.kernel.TwinViews.assertSame;
import static dev.sunda.cuda.kernel.TwinViews.twin;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Shape;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Sorting and searching on the device: what the reference says, whichever kernels a row's length chooses.
class SortingProperties {
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void shortRowsAreSortedAlike(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 1, max = 4) int rank,
            @ForAll @IntRange(max = 3) int at, @ForAll long seed) {
        var views = new TwinViews(seed);
        Shape shape = views.shape(rank, 6).with(at % rank, views.below(70));
        sortedAlike(views, descending, views.source(dtype, shape), at % rank);
    }

    /// Up to 2,000 elements, beyond what one warp holds.
    @Property(tries = 8, edgeCases = EdgeCasesMode.NONE)
    void rowsOfABlockAreSortedAlike(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 200, max = 2000) int length,
            @ForAll long seed) {
        var views = new TwinViews(seed);
        sortedAlike(views, descending, views.source(dtype, Shape.of(2, length)), 1);
    }

    /// Rows of several chunks, which are sorted by their digits.
    @Property(tries = 5, edgeCases = EdgeCasesMode.NONE)
    void longRowsAreSortedAlike(@ForAll boolean descending, @ForAll DType dtype, @ForAll @IntRange(min = 4097, max = 9000) int length,
            @ForAll @IntRange(min = 1, max = 2) int rows, @ForAll long seed) {
        var views = new TwinViews(seed);
        sortedAlike(views, descending, views.source(dtype, Shape.of(rows, length)), 1);
    }

    private static void sortedAlike(TwinViews views, boolean descending, View x, int dim) {
        int length = x.shape().size(dim);
        View expected = views.target(DType.I64, x.shape().with(dim, views.coin() ? length : views.below(length + 1)));
        View actual = twin(expected);
        REFERENCE.argsort(x, dim, descending, expected);
        DEVICE.argsort(twin(x), dim, descending, actual);
        assertSame(actual, expected);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void ranksAreFoundAlike(@ForAll DType dtype, @ForAll @IntRange(min = 1, max = 3) int rank, @ForAll @IntRange(max = 2) int at,
            @ForAll @IntRange(max = 6) int count, @ForAll long seed) {
        var views = new TwinViews(seed);
        int dim = at % rank;
        View x = views.source(dtype, views.shape(rank, 6).with(dim, 1 + views.below(views.below(12) == 0 ? 4500 : 40)));
        View ranks = views.indices(views.source(DType.I64, x.shape().with(dim, count)), x.shape().size(dim));
        View expected = views.target(DType.I64, ranks.shape());
        View actual = twin(expected);
        REFERENCE.ranked(x, dim, ranks, expected);
        DEVICE.ranked(twin(x), dim, twin(ranks), actual);
        assertSame(actual, expected);
    }

    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void placesAreFoundAlike(@ForAll DType dtype, @ForAll boolean right, @ForAll @IntRange(max = 4) int rows,
            @ForAll @IntRange(max = 40) int length, @ForAll @IntRange(max = 20) int count, @ForAll long seed) {
        var views = new TwinViews(seed);
        View sorted = views.source(dtype, Shape.of(rows, length));
        View x = views.source(dtype, Shape.of(rows, count));
        View expected = views.target(DType.I64, x.shape());
        View actual = twin(expected);
        REFERENCE.searchSorted(sorted, x, right, expected);
        DEVICE.searchSorted(twin(sorted), twin(x), right, actual);
        assertSame(actual, expected);
    }
}
