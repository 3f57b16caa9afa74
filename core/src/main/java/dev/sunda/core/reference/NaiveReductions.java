package dev.sunda.core.reference;

import dev.sunda.core.op.ReduceOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Folds of many elements into one, in row-major order: floating types in double, integers and booleans in 64 bits with
/// wrap-around.
final class NaiveReductions {
    private NaiveReductions() {
    }

    /// Every element of `x` is folded into the element of `out` with the same position, reduced dimensions having position 0.
    static void reduce(ReduceOp op, View x, View out) {
        Shape result = out.shape();
        if (op.needsElements() && x.shape().numel() == 0 && result.numel() > 0)
            throw new ShapeException(op.label(), "there is no largest or smallest of no elements", x.shape());
        var target = new Walk(Layout.contiguous(result).expand(x.shape()));
        if (x.dtype().isFloating()) {
            var folded = new double[result.numel()];
            Arrays.fill(folded, start(op));
            for (double value : Elements.doubles(x)) {
                int i = target.next();
                folded[i] = fold(op, folded[i], value);
            }
            Elements.store(folded, out);
        } else {
            var folded = new long[result.numel()];
            Arrays.fill(folded, integerStart(op));
            for (long value : Elements.longs(x)) {
                int i = target.next();
                folded[i] = fold(op, folded[i], value);
            }
            Elements.store(folded, out);
        }
    }

    private static double start(ReduceOp op) {
        return switch (op) {
            case SUM, ANY -> 0;
            case PROD, ALL -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private static double fold(ReduceOp op, double folded, double x) {
        return switch (op) {
            case SUM -> folded + x;
            case PROD -> folded * x;
            case MAX -> Math.max(folded, x);                         // NaN if either is NaN
            case MIN -> Math.min(folded, x);
            case ANY -> folded != 0 || x != 0 ? 1 : 0;
            case ALL -> folded != 0 && x != 0 ? 1 : 0;
        };
    }

    private static long integerStart(ReduceOp op) {
        return switch (op) {
            case SUM, ANY -> 0;
            case PROD, ALL -> 1;
            case MAX -> Long.MIN_VALUE;
            case MIN -> Long.MAX_VALUE;
        };
    }

    private static long fold(ReduceOp op, long folded, long x) {
        return switch (op) {
            case SUM -> folded + x;
            case PROD -> folded * x;
            case MAX -> Math.max(folded, x);
            case MIN -> Math.min(folded, x);
            case ANY -> folded != 0 || x != 0 ? 1 : 0;
            case ALL -> folded != 0 && x != 0 ? 1 : 0;
        };
    }

    /// Index of the first largest (smallest) element along `dim`; the first NaN, if there is one.
    static void argReduce(boolean largest, View x, int dim, View out) {
        Slices slices = Slices.along("argReduce", x.shape(), dim);
        if (slices.length() == 0 && slices.count() > 0)
            throw new ShapeException(largest ? "argmax" : "argmin", "there is no largest or smallest of no elements", x.shape());
        boolean floating = x.dtype().isFloating();
        double[] floats = floating ? Elements.doubles(x) : null;
        long[] integers = floating ? null : Elements.longs(x);
        var result = new long[slices.count()];
        for (int s = 0; s < result.length; s++) {
            int best = 0;
            for (int i = 1; i < slices.length(); i++) {
                int p = slices.at(s, i);
                int q = slices.at(s, best);
                if (floating ? beats(largest, floats[p], floats[q]) : largest ? integers[p] > integers[q] : integers[p] < integers[q])
                    best = i;
            }
            result[s] = best;
        }
        Elements.store(result, out);
    }

    private static boolean beats(boolean largest, double x, double best) {
        if (Double.isNaN(best))
            return false;
        return Double.isNaN(x) || (largest ? x > best : x < best);
    }
}
