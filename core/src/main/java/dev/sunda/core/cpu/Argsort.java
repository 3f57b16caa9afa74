package dev.sunda.core.cpu;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Where the elements of rows of every type and stride belong, row by row in parallel; see [SortRow].
final class Argsort {
    private Argsort() {
    }

    static void apply(View x, int dim, boolean descending, View out) {
        int d = x.shape().dim("argsort", dim);
        int n = x.shape().size(d);
        int count = out.shape().size(d);
        int step = x.layout().stride(d);
        int outStep = out.layout().stride(d);
        HeapStorage from = x.heap();
        long[] to = out.heap().longs();
        if (count == 0)
            return;
        var nest = Nest.of(start(x, d), start(out, d));
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            var row = new SortRow(n);
            for (int r = 0; r < rows; r++)
                row.sorted(from, at[0] + r * nest.stride(0), step, descending, count, to, at[1] + r * nest.stride(1), outStep);
        });
    }

    static void ranked(View x, int dim, View rank, View out) {
        int d = x.shape().dim("ranked", dim);
        int n = x.shape().size(d);
        int count = out.shape().size(d);
        int step = x.layout().stride(d);
        int rankStep = rank.layout().stride(d);
        int outStep = out.layout().stride(d);
        HeapStorage from = x.heap();
        long[] ranks = rank.heap().longs();
        long[] to = out.heap().longs();
        if (count == 0)
            return;
        var nest = Nest.of(start(x, d), start(rank, d), start(out, d));
        nest.forEach(Math.max(1, Nest.CHUNK / n), (at, rows) -> {
            var row = new SortRow(n);
            for (int r = 0; r < rows; r++)
                row.ranked(from, at[0] + r * nest.stride(0), step, ranks, at[1] + r * nest.stride(1), rankStep, count, to,
                        at[2] + r * nest.stride(2), outStep);
        });
    }

    private static Layout start(View x, int dim) {
        return x.layout().slice(dim, 0, 1, 1);
    }
}
