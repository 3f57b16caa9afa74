package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;

/// Reading whole rows of any type and adding F32 rows, chosen by an index that is the same for every element of a row: the lookup of an
/// embedding and its gradient.
final class Indexing {
    private static final BinaryMath MATH = BinaryMath.CHOSEN;
    private static final int PARTS = 16;
    /// Elements of shorter rows are picked one by one.
    private static final int SHORT = 4;

    private final int[] index;
    private final Nest nest;                                         // one row; operands: rows, table
    private final int rowStride;
    private final int tableStride;

    private Indexing(View table, View rows, int[] index) {
        this.index = index;
        nest = Nest.of(rows.layout().slice(0, 0, 1, 1), table.layout().slice(0, 0, 1, 1));
        rowStride = rows.layout().stride(0);
        tableStride = table.layout().stride(0);
    }

    /// Whether the kernels take the call: rows of dimension 0 that lie contiguous in both tensors, every index in range.
    static boolean takes(View table, int dim, View index, View rows) {
        int rank = table.shape().rank();
        if (rank < 1 || table.shape().dim("gather", dim) != 0 || rows.shape().numel() == 0)
            return false;
        for (int d = 1; d < rank; d++)
            if (index.shape().size(d) != table.shape().size(d) || index.shape().size(d) != 1 && index.layout().stride(d) != 0)
                return false;
        long[] values = index.heap().longs();
        for (int j = 0; j < index.shape().size(0); j++) {
            long row = values[index.layout().offset() + j * index.layout().stride(0)];
            if (row < 0 || row >= table.shape().size(0))
                return false;
        }
        var nest = Nest.of(row(rows), row(table));
        return nest.isUnit() && nest.outerLoops() == 0 && nest.numel() >= SHORT;
    }

    private static Layout row(View x) {
        return x.layout().slice(0, 0, 1, 1);
    }

    private static int[] positions(View index) {
        int[] positions = new int[index.shape().size(0)];
        for (int j = 0; j < positions.length; j++)
            positions[j] = (int) index.heap().longs()[index.layout().offset() + j * index.layout().stride(0)];
        return positions;
    }

    /// `out[j] = x[index[j]]`.
    static void gather(View x, View index, View out) {
        var call = new Indexing(x, out, positions(index));
        int width = call.nest.numel();
        Object table = x.heap().array();
        Object rows = out.heap().array();
        Parallel.forChunks(call.index.length, Math.max(1, 2 * Nest.CHUNK / width), (_, from, to) -> {
            for (int j = from; j < to; j++)
                System.arraycopy(table, call.tableAt(call.index[j]), rows, call.rowAt(j), width);
        });
    }

    /// `out[index[j]] += source[j]`, in ascending order of `j`. Each thread owns a range of rows of `out`.
    static void scatterAdd(View source, View index, View out) {
        var call = new Indexing(out, source, positions(index));
        int width = call.nest.numel();
        float[] table = out.heap().floats();
        float[] rows = source.heap().floats();
        int size = out.shape().size(0);
        int part = source.shape().numel() <= 2 * Nest.CHUNK ? size : Math.ceilDiv(size, PARTS);
        Parallel.forChunks(size, part, (_, from, to) -> {
            for (int j = 0; j < call.index.length; j++) {
                int row = call.index[j];
                if (row >= from && row < to)
                    MATH.vectors(BinaryOp.ADD, table, call.tableAt(row), rows, call.rowAt(j), table, call.tableAt(row), width);
            }
        });
    }

    private int rowAt(int j) {
        return nest.offset(0) + j * rowStride;
    }

    private int tableAt(int row) {
        return nest.offset(1) + row * tableStride;
    }
}
