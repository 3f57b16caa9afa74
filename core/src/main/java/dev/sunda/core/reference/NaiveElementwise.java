package dev.sunda.core.reference;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.UnaryFunction;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;

/// One element in, one element out: copies, functions of one and two tensors, selection.
///
/// Floating types are computed in double and rounded once; integers and booleans in 64 bits, so that they are exact.
final class NaiveElementwise {
    private NaiveElementwise() {
    }

    static void fill(double value, View out) {
        HeapStorage target = out.heap();
        var at = new Walk(out.layout());
        for (int i = 0, n = out.shape().numel(); i < n; i++)
            target.setDouble(at.next(), value);
    }

    static void copy(View from, View to) {
        HeapStorage source = from.heap();
        HeapStorage target = to.heap();
        var at = new Walk(from.layout());
        var out = new Walk(to.layout());
        boolean floating = from.dtype().isFloating();
        for (int i = 0, n = from.shape().numel(); i < n; i++)
            if (floating)
                target.setDouble(out.next(), source.getDouble(at.next()));
            else
            target.setLong(out.next(), source.getLong(at.next()));
    }

    static void unary(UnaryFunction function, View x, View out) {
        if (!x.dtype().isFloating()) {
            long[] values = Elements.longs(x);
            for (int i = 0; i < values.length; i++)
                values[i] = integral(function, values[i]);
            Elements.store(values, out);
            return;
        }
        double[] values = Elements.doubles(x);
        for (int i = 0; i < values.length; i++)
            values[i] = function.value(values[i]);
        Elements.store(values, out);
    }

    /// The functions that map integers to integers, with wrap-around.
    private static long integral(UnaryFunction function, long x) {
        return switch (function) {
            case UnaryOp.NEG -> -x;
            case UnaryOp.ABS -> Math.abs(x);
            case UnaryOp.SIGN -> Long.signum(x);
            case UnaryOp.FLOOR, UnaryOp.CEIL, UnaryOp.ROUND, UnaryOp.TRUNC -> x;
            case UnaryOp.SQUARE -> x * x;
            case UnaryOp.RELU -> Math.max(x, 0);
            default ->
                    throw new UnsupportedOperationException(function.label() + ": has no integer form; convert to a floating type first");
        };
    }

    static void unaryBackward(UnaryFunction function, View kept, View dy, View dx) {
        double[] gradient = Elements.doubles(dy);
        double[] at = Elements.doublesOr(kept, 0, gradient.length);
        for (int i = 0; i < gradient.length; i++)
            gradient[i] *= function.derivative(at[i]);
        Elements.store(gradient, dx);
    }

    static void binary(BinaryOp op, View a, View b, View out) {
        if (!a.dtype().isFloating()) {
            long[] left = Elements.longs(a);
            long[] right = Elements.longs(b);
            for (int i = 0; i < left.length; i++)
                left[i] = op.value(left[i], right[i]);
            Elements.store(left, out);
            return;
        }
        double[] left = Elements.doubles(a);
        double[] right = Elements.doubles(b);
        for (int i = 0; i < left.length; i++)
            left[i] = op.value(left[i], right[i]);
        Elements.store(left, out);
    }

    static void where(View condition, View a, View b, View out) {
        HeapStorage target = out.heap();
        var test = new Walk(condition.layout());
        var left = new Walk(a.layout());
        var right = new Walk(b.layout());
        var at = new Walk(out.layout());
        for (int i = 0, n = out.shape().numel(); i < n; i++) {
            int p = left.next();
            int q = right.next();
            boolean first = condition.heap().getLong(test.next()) != 0;
            HeapStorage source = first ? a.heap() : b.heap();
            if (out.dtype().isFloating())
                target.setDouble(at.next(), source.getDouble(first ? p : q));
            else
                target.setLong(at.next(), source.getLong(first ? p : q));
        }
    }
}
