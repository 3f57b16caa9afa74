package dev.sunda.core.reference;

import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import java.util.Arrays;

/// The elements of views of any strides as plain arrays in row-major order, and back. Kernels load, compute in `double` or
/// `long`, and store, so each result is rounded to the view's type exactly once.
final class Elements {
    private Elements() {
    }

    /// The elements as doubles; exact but for integers beyond 2^53.
    static double[] doubles(View x) {
        HeapStorage from = x.heap();
        var at = new Walk(x.layout());
        var values = new double[x.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = from.getDouble(at.next());
        return values;
    }

    /// The elements as longs; floating values are truncated toward zero.
    static long[] longs(View x) {
        HeapStorage from = x.heap();
        var at = new Walk(x.layout());
        var values = new long[x.shape().numel()];
        for (int i = 0; i < values.length; i++)
            values[i] = from.getLong(at.next());
        return values;
    }

    /// The elements as doubles, or `fallback` everywhere if there is no view.
    static double[] doublesOr(View x, double fallback, int numel) {
        if (x != null)
            return doubles(x);
        var values = new double[numel];
        Arrays.fill(values, fallback);
        return values;
    }

    /// Overwrites every element of `out`, rounding once.
    static void store(double[] values, View out) {
        HeapStorage to = out.heap();
        var at = new Walk(out.layout());
        for (double value : values)
            to.setDouble(at.next(), value);
    }

    /// Overwrites every element of `out`.
    static void store(long[] values, View out) {
        HeapStorage to = out.heap();
        var at = new Walk(out.layout());
        for (long value : values)
            to.setLong(at.next(), value);
    }
}
