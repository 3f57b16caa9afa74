package dev.sunda.core.reference;

import dev.sunda.core.spi.View;

/// Softmax `exp(x - max) / sum(exp(x - max))` along one dimension, its logarithm, and their gradients.
///
/// The shift by the maximum keeps `exp` from overflowing and does not change the quotient. A slice that is all `-inf`, or holds
/// NaN or `inf`, gives NaN.
final class NaiveSoftmax {
    private NaiveSoftmax() {
    }

    static void softmax(View x, int dim, boolean log, View out) {
        double[] values = Elements.doubles(x);
        Slices slices = Slices.along("softmax", x.shape(), dim);
        for (int s = 0; s < slices.count(); s++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < slices.length(); i++)
                max = Math.max(max, values[slices.at(s, i)]);
            double sum = 0;
            for (int i = 0; i < slices.length(); i++)
                sum += StrictMath.exp(values[slices.at(s, i)] - max);
            for (int i = 0; i < slices.length(); i++) {
                int at = slices.at(s, i);
                double shifted = values[at] - max;
                values[at] = log ? shifted - StrictMath.log(sum) : StrictMath.exp(shifted) / sum;
            }
        }
        Elements.store(values, out);
    }

    /// `y * (dy - sum(dy * y))`, of the logarithm `dy - exp(y) * sum(dy)`.
    static void softmaxBackward(View y, View dy, int dim, boolean log, View dx) {
        double[] output = Elements.doubles(y);
        double[] gradient = Elements.doubles(dy);
        Slices slices = Slices.along("softmax", y.shape(), dim);
        for (int s = 0; s < slices.count(); s++) {
            double sum = 0;
            for (int i = 0; i < slices.length(); i++) {
                int at = slices.at(s, i);
                sum += log ? gradient[at] : gradient[at] * output[at];
            }
            for (int i = 0; i < slices.length(); i++) {
                int at = slices.at(s, i);
                gradient[at] = log ? gradient[at] - StrictMath.exp(output[at]) * sum : output[at] * (gradient[at] - sum);
            }
        }
        Elements.store(gradient, dx);
    }
}
