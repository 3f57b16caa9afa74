package dev.sunda.core.kernel;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Loops over vectors of doubles. The order of the additions depends on the length only.
final class Rows {
    private Rows() {
    }

    /// `sum of x[j] * y[j]` from `from` to below `to`, in four chains.
    static double dot(double[] x, double[] y, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int j = from;
        for (; j + 3 < to; j += 4) {
            a = Math.fma(x[j], y[j], a);
            b = Math.fma(x[j + 1], y[j + 1], b);
            c = Math.fma(x[j + 2], y[j + 2], c);
            d = Math.fma(x[j + 3], y[j + 3], d);
        }
        for (; j < to; j++)
            a = Math.fma(x[j], y[j], a);
        return (a + b) + (c + d);
    }

    /// `x[j] += factor * y[j]`.
    static void add(double[] x, double[] y, double factor, int from, int to) {
        for (int j = from; j < to; j++)
            x[j] = Math.fma(factor, y[j], x[j]);
    }

    /// `x` becomes `c x + s y` and `y` becomes `c y - s x`.
    static void rotate(double[] x, double[] y, double c, double s) {
        for (int j = 0; j < x.length; j++) {
            double a = x[j];
            double b = y[j];
            x[j] = Math.fma(c, a, s * b);
            y[j] = Math.fma(c, b, -s * a);
        }
    }

    /// The Euclidean norm, scaled so that no square overflows or vanishes.
    static double norm(double[] x, int from, int to) {
        double most = 0;
        for (int j = from; j < to; j++)
            most = Math.max(most, Math.abs(x[j]));
        if (most == 0 || !(most <= Double.MAX_VALUE))
            return most;
        double sum = 0;
        for (int j = from; j < to; j++)
            sum = Math.fma(x[j] / most, x[j] / most, sum);
        return most * Math.sqrt(sum);
    }

    /// The places of the numbers in ascending order; equal ones keep theirs.
    static int[] ascending(double[] x) {
        return IntStream.range(0, x.length).boxed().sorted(Comparator.comparingDouble(i -> x[i])).mapToInt(i -> i).toArray();
    }

    /// -1 if the element of largest magnitude, the first of equals, is negative, else 1.
    static double signOfLargest(double[] x) {
        double largest = 0;
        for (double element : x)
            if (Math.abs(element) > Math.abs(largest))
                largest = element;
        return largest < 0 ? -1 : 1;
    }
}
