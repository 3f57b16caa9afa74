package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
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

    /// Calls `launch` with the rows of views of one shape: once, unless more than eight dimensions are left that choose a row; never if
    /// there are no elements.
    ///
    /// @param folded whether a dimension chooses the place; after merging at most eight do
    static void over(List<View> views, IntPredicate folded, Consumer<Rows> launch) {
        if (views.getFirst().shape().numel() == 0)
            return;
        int rank = views.getFirst().shape().rank();
        var inner = new boolean[rank];
        int count = 0;
        for (int d = 0; d < rank; d++) {
            inner[d] = folded.test(d);
            count += inner[d] ? 1 : 0;
        }
        int[] sizes = views.getFirst().shape().sizes();
        int[] keptSizes = part(sizes, inner, false, rank - count);
        int[] placeSizes = part(sizes, inner, true, count);
        var keptStrides = new int[views.size()][];
        var placeStrides = new int[views.size()][];
        var addresses = new long[views.size()];
        for (int n = 0; n < addresses.length; n++) {
            int[] strides = views.get(n).layout().strides();
            keptStrides[n] = part(strides, inner, false, rank - count);
            placeStrides[n] = part(strides, inner, true, count);
            addresses[n] = Gpu.address(views.get(n));
        }
        Strided.over(views, keptSizes, keptStrides, addresses,
                kept -> Strided.over(views, placeSizes, placeStrides, addresses, places -> launch.accept(new Rows(kept, places))));
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

    /// Some of the numbers of each dimension.
    private static int[] part(int[] numbers, boolean[] inner, boolean wanted, int count) {
        var some = new int[count];
        for (int d = 0, to = 0; d < inner.length; d++)
            if (inner[d] == wanted)
                some[to++] = numbers[d];
        return some;
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
