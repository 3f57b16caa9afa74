package dev.sunda.core.cpu;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// Reading and writing single elements of integers and booleans at places along one dimension.
final class PickingIntegers {
    private PickingIntegers() {
    }

    /// `out[i][j] = x[i][index[i][j]]`.
    static void gather(String operation, View x, int dim, View index, View out) {
        var loop = new PickLoop(x.shape().dim(operation, dim), x.layout(), index, out.layout());
        loop.check(operation);
        HeapStorage from = x.heap();
        HeapStorage to = out.heap();
        long[] places = index.heap().longs();
        int placeStep = loop.placeStep();
        if (x.dtype() == DType.I64) {
            gather(loop, from.longs(), places, to.longs());
            return;
        }
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++)
                to.setLong(rows + j * rowStep, from.getLong(table + j * tableStep + (int) places[i + j * indexStep] * placeStep));
        });
    }

    private static void gather(PickLoop loop, long[] from, long[] places, long[] to) {
        int placeStep = loop.placeStep();
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++)
                to[rows + j * rowStep] = from[table + j * tableStep + (int) places[i + j * indexStep] * placeStep];
        });
    }

    /// `out[i][index[i][j]] = op(out[i][index[i][j]], source[i][j])`.
    static void scatter(String operation, ScatterOp op, View source, int dim, View index, View out) {
        var loop = new PickLoop(out.shape().dim(operation, dim), out.layout(), index, source.layout());
        loop.check(operation);
        HeapStorage from = source.heap();
        HeapStorage to = out.heap();
        long[] places = index.heap().longs();
        int placeStep = loop.placeStep();
        if (out.dtype() == DType.I64) {
            scatter(op, loop, from.longs(), places, to.longs());
            return;
        }
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++) {
                int at = table + j * tableStep + (int) places[i + j * indexStep] * placeStep;
                to.setLong(at, op.apply(to.getLong(at), from.getLong(rows + j * rowStep)));
            }
        });
    }

    private static void scatter(ScatterOp op, PickLoop loop, long[] from, long[] places, long[] to) {
        int placeStep = loop.placeStep();
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++) {
                int at = table + j * tableStep + (int) places[i + j * indexStep] * placeStep;
                to[at] = op.apply(to[at], from[rows + j * rowStep]);
            }
        });
    }
}
