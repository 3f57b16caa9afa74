package dev.sunda.core.reference;

import dev.sunda.core.op.PoolSpec;
import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;

/// Maxima and means of windows over any number of spatial axes, and their gradients.
///
/// A window that lies in the padding altogether (possible with dilation, or over an empty input) has the maximum `-inf` at
/// index [Taps#PADDING], which takes no part in the gradient, and the mean 0.
final class NaivePooling {
    private NaivePooling() {
    }

    static void maxPool(PoolSpec spec, View x, boolean relu, View out, View index) {
        Taps taps = Taps.of(spec.axes());
        double[] input = Elements.doubles(x);
        var largest = new double[out.shape().numel()];
        var where = new long[largest.length];
        for (int i = 0; i < largest.length; i++) {
            int image = i / taps.out() * taps.in();
            int best = Taps.PADDING;
            for (int p : taps.at()[i % taps.out()])
                if (p != Taps.PADDING && (best == Taps.PADDING || beats(input[image + p], input[image + best])))
                    best = p;
            largest[i] = best == Taps.PADDING ? Double.NEGATIVE_INFINITY : input[image + best];
            if (relu)
                largest[i] = UnaryOp.RELU.value(largest[i]);
            where[i] = best;
        }
        Elements.store(largest, out);
        if (index != null)
            Elements.store(where, index);
    }

    /// NaN wins over everything, the last one of several; the first of equals stays.
    private static boolean beats(double x, double best) {
        return Double.isNaN(x) || x > best;
    }

    /// `dx[n,c,index[n,c,y]] += dy[n,c,y]` into zeros.
    static void maxPoolScatter(PoolSpec spec, View dy, View index, View dx) {
        Taps taps = Taps.of(spec.axes());
        double[] gradient = Elements.doubles(dy);
        long[] where = Elements.longs(index);
        var input = new double[dx.shape().numel()];
        for (int i = 0; i < gradient.length; i++)
            if (where[i] != Taps.PADDING)
                input[i / taps.out() * taps.in() + (int) where[i]] += gradient[i];
        Elements.store(input, dx);
    }

    /// `out[n,c,y] = x[n,c,index[n,c,y]]`.
    static void maxPoolGather(PoolSpec spec, View x, View index, View out) {
        Taps taps = Taps.of(spec.axes());
        double[] input = Elements.doubles(x);
        long[] where = Elements.longs(index);
        var chosen = new double[where.length];
        for (int i = 0; i < chosen.length; i++)
            chosen[i] = where[i] == Taps.PADDING ? 0 : input[i / taps.out() * taps.in() + (int) where[i]];
        Elements.store(chosen, out);
    }

    static void avgPool(PoolSpec spec, View x, View out) {
        Taps taps = Taps.of(spec.axes());
        int[] counts = counts(spec, taps);
        double[] input = Elements.doubles(x);
        var mean = new double[out.shape().numel()];
        for (int i = 0; i < mean.length; i++) {
            int y = i % taps.out();
            double sum = 0;
            for (int p : taps.at()[y])
                if (p != Taps.PADDING)
                    sum += input[i / taps.out() * taps.in() + p];
            mean[i] = counts[y] == 0 ? 0 : sum / counts[y];
        }
        Elements.store(mean, out);
    }

    /// Each output hands `dy / count` to every element it was the mean of.
    static void avgPoolBackward(PoolSpec spec, View dy, View dx) {
        Taps taps = Taps.of(spec.axes());
        int[] counts = counts(spec, taps);
        double[] gradient = Elements.doubles(dy);
        var input = new double[dx.shape().numel()];
        for (int i = 0; i < gradient.length; i++) {
            int y = i % taps.out();
            for (int p : taps.at()[y])
                if (p != Taps.PADDING)
                    input[i / taps.out() * taps.in() + p] += gradient[i] / counts[y];
        }
        Elements.store(input, dx);
    }

    /// The divisor of each output position: the product over the axes of what the spec counts.
    private static int[] counts(PoolSpec spec, Taps taps) {
        var counts = new int[taps.out()];
        for (int y = 0; y < counts.length; y++) {
            counts[y] = 1;
            int rest = y;
            for (int a = spec.axes().size() - 1; a >= 0; a--) {
                int out = spec.axes().get(a).out();
                counts[y] *= spec.count(a, rest % out);
                rest /= out;
            }
        }
        return counts;
    }
}
