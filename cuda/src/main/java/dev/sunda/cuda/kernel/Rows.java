package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Views of one shape, cut into rows: some dimensions choose a row, the others a place within it. Both are merged and sorted as [Strided]
/// does by the memory order of the first view, whatever it is.
final class Rows {
    /// As many dimensions of places as a kernel can walk.
    static final int MAX_RANK = 8;

    private final Strided kept;
    private final Strided places;

    private Rows(Strided kept, Strided places) {
        this.kept = kept;
        this.places = places;
    }

    /// Calls `launch` with the rows of views of one shape that has elements: once, unless more than eight dimensions are left that choose a
    /// row.
    ///
    /// @param folded whether a dimension chooses the place; after merging at most eight do
    static void over(List<View> views, IntPredicate folded, Consumer<Rows> launch) {
        int rank = views.getFirst().shape().rank();
        int[] inner = IntStream.range(0, rank).filter(folded).toArray();
        int[] outer = IntStream.range(0, rank).filter(folded.negate()).toArray();
        List<View> outside = views.stream().map(v -> part(v, outer)).toList();
        List<View> inside = views.stream().map(v -> part(v, inner)).toList();
        Strided.over(outside, kept -> Strided.over(inside, places -> launch.accept(new Rows(kept, places))));
    }

    /// The same rows as a list, one entry for each launch. They know where the views lie, but do not keep their memory: the caller does.
    static List<Rows> of(List<View> views, IntPredicate folded) {
        var all = new ArrayList<Rows>();
        over(views, folded, all::add);
        return all;
    }

    /// `x` stands in for views that are not there, so that all kernels of a family see views in the same places.
    static List<View> present(View x, View... others) {
        return Stream.concat(Stream.of(x), Arrays.stream(others).map(view -> view == null ? x : view)).toList();
    }

    /// The view with some of its dimensions, at position 0 of the others.
    private static View part(View view, int[] dims) {
        int[] sizes = IntStream.of(dims).map(view.shape()::size).toArray();
        int[] strides = IntStream.of(dims).map(view.layout()::stride).toArray();
        return view.as(Layout.strided(Shape.of(sizes), strides, view.layout().offset()));
    }

    /// How the rows lie.
    Strided kept() {
        return kept;
    }

    /// How the places within a row lie.
    Strided places() {
        return places;
    }

    /// Number of rows.
    int count() {
        return kept.numel();
    }

    /// Number of places in a row.
    int length() {
        return places.numel();
    }

    /// Where view `n` starts.
    long address(int n) {
        return kept.address(n);
    }

    /// True if neighbouring places of the first view lie closer than neighbouring rows.
    boolean isRowwise() {
        if (kept.rank() == 0)
            return true;
        return places.rank() > 0 && Math.abs(innermost(places)) <= Math.abs(innermost(kept));
    }

    private static int innermost(Strided walk) {
        return walk.stride(0, walk.rank() - 1);
    }

    /// True if the first `vectors` views can be read and written four places at a time, 16 bytes each, within rows.
    boolean hasQuarters(int vectors) {
        int last = places.rank() - 1;
        if (last < 0 || places.size(last) % 4 != 0)
            return false;
        for (int n = 0; n < vectors; n++)
            if (places.stride(n, last) != 1 || address(n) % 16 != 0 || !dividesStrides(n))
                return false;
        return true;
    }

    private boolean dividesStrides(int n) {
        for (int d = 0; d < places.rank() - 1; d++)
            if (places.stride(n, d) % 4 != 0)
                return false;
        for (int d = 0; d < kept.rank(); d++)
            if (kept.stride(n, d) % 4 != 0)
                return false;
        return true;
    }
}
