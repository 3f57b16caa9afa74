package dev.sunda.core.reference;

import dev.sunda.core.op.ScanOp;
import dev.sunda.core.spi.View;

/// Running folds and linear recurrences along one dimension; floating types in double, integers in 64 bits with wrap-around.
final class NaiveScan {
    private NaiveScan() {
    }

    static void scan(ScanOp op, View x, int dim, View out) {
        Slices slices = Slices.along(op.label(), x.shape(), dim);
        if (op.isIndex())
            Elements.store(x.dtype().isFloating() ? places(op, slices, Elements.doubles(x)) : places(op, slices, Elements.longs(x)), out);
        else if (x.dtype().isFloating())
            Elements.store(folds(op, slices, Elements.doubles(x)), out);
        else
            Elements.store(folds(op, slices, Elements.longs(x)), out);
    }

    private static double[] folds(ScanOp op, Slices slices, double[] x) {
        for (int s = 0; s < slices.count(); s++)
            for (int i = 1; i < slices.length(); i++)
                x[slices.at(s, i)] = op.next(x[slices.at(s, i - 1)], x[slices.at(s, i)]);
        return x;
    }

    private static long[] folds(ScanOp op, Slices slices, long[] x) {
        for (int s = 0; s < slices.count(); s++)
            for (int i = 1; i < slices.length(); i++)
                x[slices.at(s, i)] = op.next(x[slices.at(s, i - 1)], x[slices.at(s, i)]);
        return x;
    }

    private static long[] places(ScanOp op, Slices slices, double[] x) {
        var places = new long[x.length];
        for (int s = 0; s < slices.count(); s++)
            for (int i = 1, best = 0; i < slices.length(); i++) {
                if (op.beats(x[slices.at(s, i)], x[slices.at(s, best)]))
                    best = i;
                places[slices.at(s, i)] = best;
            }
        return places;
    }

    private static long[] places(ScanOp op, Slices slices, long[] x) {
        var places = new long[x.length];
        for (int s = 0; s < slices.count(); s++)
            for (int i = 1, best = 0; i < slices.length(); i++) {
                if (op.beats(x[slices.at(s, i)], x[slices.at(s, best)]))
                    best = i;
                places[slices.at(s, i)] = best;
            }
        return places;
    }

    /// `out[0] = b[0]`, `out[i] = a[i] * out[i - 1] + b[i]`, each step one fused multiply-add.
    static void linearScan(View a, View b, int dim, View out) {
        Slices slices = Slices.along("linearScan", b.shape(), dim);
        double[] factors = Elements.doubles(a);
        double[] state = Elements.doubles(b);
        for (int s = 0; s < slices.count(); s++)
            for (int i = 1; i < slices.length(); i++)
                state[slices.at(s, i)] = Math.fma(factors[slices.at(s, i)], state[slices.at(s, i - 1)], state[slices.at(s, i)]);
        Elements.store(state, out);
    }
}
