package dev.sunda.core.reference;

import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.Comparator;

/// Sorting along one dimension and searching in what is sorted.
final class NaiveSorting {
    private NaiveSorting() {
    }

    /// Stable; NaN is the largest number, zeros of either sign are equal. As many places as `out` takes.
    static void argsort(View x, int dim, boolean descending, View out) {
        Slices slices = Slices.along("argsort", x.shape(), dim);
        Slices to = Slices.along("argsort", out.shape(), dim);
        boolean floating = x.dtype().isFloating();
        double[] floats = floating ? Elements.doubles(x) : null;
        long[] integers = floating ? null : Elements.longs(x);
        var places = new long[out.shape().numel()];
        for (int s = 0; s < slices.count(); s++) {
            int slice = s;
            Comparator<Integer> ascending = floating ? (i, j) -> Double.compare(floats[slices.at(slice, i)] + 0.0,
                    floats[slices.at(slice, j)] + 0.0)                // adding 0 turns -0 into 0
                    : (i, j) -> Long.compare(integers[slices.at(slice, i)], integers[slices.at(slice, j)]);
            var order = new Integer[slices.length()];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, descending ? ascending.reversed() : ascending);
            for (int i = 0; i < to.length(); i++)
                places[to.at(s, i)] = order[i];
        }
        Elements.store(places, out);
    }

    /// By bisection of each row of `sorted`, in double or, if both are integers, in 64 bits.
    static void searchSorted(View sorted, View x, boolean right, View out) {
        int length = sorted.shape().size(1);
        int perRow = x.shape().size(1);
        boolean floating = x.dtype().isFloating();
        double[] floats = floating ? Elements.doubles(sorted) : null;
        long[] integers = floating ? null : Elements.longs(sorted);
        double[] floatValues = floating ? Elements.doubles(x) : null;
        long[] integerValues = floating ? null : Elements.longs(x);
        var places = new long[x.shape().numel()];
        for (int i = 0; i < places.length; i++) {
            int row = i / perRow * length;
            int from = 0;
            int to = length;
            while (from < to) {
                int mid = (from + to) >>> 1;
                boolean reached = floating ? reached(floats[row + mid], floatValues[i], right)
                        : right ? integers[row + mid] > integerValues[i] : integers[row + mid] >= integerValues[i];
                if (reached)
                    to = mid;
                else
                    from = mid + 1;
            }
            places[i] = from;
        }
        Elements.store(places, out);
    }

    private static boolean reached(double element, double value, boolean right) {
        return right ? element > value : element >= value;
    }
}
