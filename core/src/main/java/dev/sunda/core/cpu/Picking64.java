package dev.sunda.core.cpu;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;

/// Reading and writing single F64 elements at places along one dimension.
final class Picking64 {
    private Picking64() {
    }

    /// `out[i][j] = x[i][index[i][j]]`.
    static void gather(String operation, View x, int dim, View index, View out) {
        var loop = new PickLoop(x.shape().dim(operation, dim), x.layout(), index, out.layout());
        loop.check(operation);
        double[] from = x.heap().doubles();
        double[] to = out.heap().doubles();
        long[] places = index.heap().longs();
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
        double[] from = source.heap().doubles();
        double[] to = out.heap().doubles();
        long[] places = index.heap().longs();
        int placeStep = loop.placeStep();
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++) {
                int at = table + j * tableStep + (int) places[i + j * indexStep] * placeStep;
                to[at] = op.apply(to[at], from[rows + j * rowStep]);
            }
        });
    }
}
