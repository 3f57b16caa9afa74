package dev.sunda.core.cpu;

import dev.sunda.core.op.ScatterOp;
import dev.sunda.core.spi.View;

/// Reading and writing single F32 elements at places along one dimension.
final class Picking {
    private Picking() {
    }

    /// `out[i][j] = x[i][index[i][j]]`.
    static void gather(String operation, View x, int dim, View index, View out) {
        var loop = new PickLoop(x.shape().dim(operation, dim), x.layout(), index, out.layout());
        loop.check(operation);
        float[] from = x.heap().floats();
        float[] to = out.heap().floats();
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
        float[] from = source.heap().floats();
        float[] to = out.heap().floats();
        long[] places = index.heap().longs();
        int placeStep = loop.placeStep();
        loop.run((table, tableStep, i, indexStep, rows, rowStep, n) -> {
            for (int j = 0; j < n; j++) {
                int at = table + j * tableStep + (int) places[i + j * indexStep] * placeStep;
                to[at] = (float) op.apply(to[at], from[rows + j * rowStep]);
            }
        });
    }
}
