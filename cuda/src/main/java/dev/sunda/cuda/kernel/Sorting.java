package dev.sunda.cuda.kernel;

import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import java.lang.ref.Reference;
import java.util.List;

/// Sorting along one dimension and searching in what is sorted: `sort.cu`.
public final class Sorting {
    private final Gpu gpu;

    public Sorting(Gpu gpu) {
        this.gpu = gpu;
    }

    /// See `Backend.argsort`.
    public void argsort(View x, int dim, boolean descending, View out) {
        int d = x.shape().dim("argsort", dim);
        int count = out.shape().size(d);
        if (count == 0)
            return;
        View rows = start(x, d);
        Strided.over(List.of(start(out, d), rows, rows),
                walk -> RowSort.elements(gpu, walk, x.dtype(), x.shape().size(d), x.layout().stride(d), descending)
                        .write(count, out.layout().stride(d)));
        Reference.reachabilityFence(x);                              // its memory must not become one of the intermediate results
    }

    /// See `Backend.ranked`.
    public void ranked(View x, int dim, View rank, View out) {
        int d = x.shape().dim("ranked", dim);
        int n = x.shape().size(d);
        int count = out.shape().size(d);
        if (count == 0)
            return;
        Strided.over(List.of(start(out, d), start(rank, d), start(x, d)),
                walk -> RowSort.elements(gpu, walk, x.dtype(), n, x.layout().stride(d), false)
                        .each((row, rows, _, places) -> gpu.kernel("sort", "sort_ranked").launch(Grid.over(rows * count), places,
                                walk.address(1), walk.address(0), n, count, rank.layout().stride(d), out.layout().stride(d), row, rows,
                                gpu.faults().address(), gpu.faults().code("ranked"), walk.struct())));
        Reference.reachabilityFence(List.of(x, rank));
    }

    /// The first element of each row along `dim`.
    private static View start(View x, int dim) {
        return x.as(x.layout().slice(dim, 0, 1, 1));
    }

    /// See `Backend.searchSorted`.
    public void searchSorted(View sorted, View x, boolean right, View out) {
        Layout rows = sorted.layout();
        View row = sorted.as(Layout.strided(x.shape(), new int[] {rows.stride(0), 0}, rows.offset()));
        Strided.over(List.of(out, x, row),
                walk -> gpu.kernel("sort", "sort_search_" + type(x.dtype())).launch(Grid.over(walk.numel()), walk.address(2),
                        walk.address(1), walk.address(0), sorted.shape().size(1), rows.stride(1), right ? 1 : 0, walk.struct()));
    }

    /// The name of a type among those of kernels.
    static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "f32";
            case F64 -> "f64";
            case I32 -> "i32";
            case I64 -> "i64";
            case BOOL -> "b8";
        };
    }
}
