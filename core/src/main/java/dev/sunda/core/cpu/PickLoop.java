package dev.sunda.core.cpu;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// The loops behind reading and writing single elements at places along one dimension, for tensors of any strides.
///
/// Threads share out the longest other dimension: so every element of the table belongs to one thread, which meets the numbers for it in
/// row-major order.
final class PickLoop {
    private final int dim;
    private final Layout table;
    private final View index;
    private final Layout rows;

    /// @param dim the dimension of the table that the index is about, from 0 on
    /// @param rows one element for each of the index
    PickLoop(int dim, Layout table, View index, Layout rows) {
        this.dim = dim;
        this.table = table;
        this.index = index;
        this.rows = rows;
    }

    /// A stretch of `n` elements of the innermost dimension. Element `j` of it is at `rows + j * rowStep`, its place in the table at
    /// `table + j * tableStep + index[i + j * indexStep] * placeStep`.
    @FunctionalInterface
    interface Stretch {
        void run(int table, int tableStep, int i, int indexStep, int rows, int rowStep, int n);
    }

    /// Distance between neighbouring places in the table.
    int placeStep() {
        return table.stride(dim);
    }

    /// @throws ShapeException naming the first index in the wrong
    void check(String operation) {
        long[] places = index.heap().longs();
        int size = table.shape().size(dim);
        run((_, _, i, step, _, _, n) -> {
            for (int j = 0; j < n; j++) {
                long place = places[i + j * step];
                if (place < 0 || place >= size)
                    throw new ShapeException(operation, "index " + place + " is outside dimension " + dim + " of size " + size,
                            table.shape(), index.shape());
            }
        });
    }

    void run(Stretch stretch) {
        Shape shape = rows.shape();
        if (shape.numel() == 0)
            return;
        int shared = shared(shape);
        int size = shape.size(shared);
        int chunk = shared == dim ? size : (int) Math.max(1, (long) Nest.CHUNK * size / shape.numel());
        Parallel.forChunks(size, chunk, (_, from, to) -> part(shared == dim ? table : table.slice(shared, from, to - from, 1),
                index.layout().slice(shared, from, to - from, 1), rows.slice(shared, from, to - from, 1), stretch));
    }

    /// The longest dimension besides the indexed one.
    private int shared(Shape shape) {
        int longest = dim;
        for (int d = 0; d < shape.rank(); d++)
            if (d != dim && (longest == dim || shape.size(d) > shape.size(longest)))
                longest = d;
        return longest;
    }

    private void part(Layout table, Layout index, Layout rows, Stretch stretch) {
        int last = rows.shape().rank() - 1;
        int n = rows.shape().size(last);
        int[] position = new int[last];
        int count = rows.shape().numel() / n;
        for (int k = 0; k < count; k++) {
            int tableAt = table.offset();
            int indexAt = index.offset();
            int rowsAt = rows.offset();
            for (int d = 0; d < last; d++) {
                tableAt += d == dim ? 0 : position[d] * table.stride(d);
                indexAt += position[d] * index.stride(d);
                rowsAt += position[d] * rows.stride(d);
            }
            stretch.run(tableAt, last == dim ? 0 : table.stride(last), indexAt, index.stride(last), rowsAt, rows.stride(last), n);
            for (int d = last - 1; d >= 0 && ++position[d] == rows.shape().size(d); d--)
                position[d] = 0;
        }
    }
}
