package dev.sunda.core.cpu;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;

/// How far results of Winograd's algorithm may lie from the convolution they stand for.
///
/// A result is made from all 36 pixels of its tile, also those that its own window does not see and whose parts cancel, so the error is a
/// share of `largest |x| * sum of |w|` over all taps and channels, whatever the window's own terms add up to: a corner that sees one pixel
/// through one tiny weight comes out with the rounding errors of its neighbours.
final class WinogradError {
    /// Errors as a share of [#most]. In 2,500 random convolutions and their gradients the largest was 0.83e-6.
    static final double SHARE = 2e-6;
    /// The same of F64. In 1,500 random convolutions and their gradients the largest was 1.9e-15.
    static final double SHARE_64 = 3e-15;

    private WinogradError() {
    }

    static double share(DType dtype) {
        return dtype == DType.F64 ? SHARE_64 : SHARE;
    }

    /// `largest |x| * sum over c and taps of |w[o]| + |bias[o]|` for every result.
    static double[] most(ConvSpec spec, View x, View w, View bias) {
        int out = spec.outChannels();
        double[] sums = sums(w, out, spec.inChannels(), true);
        double[] offsets = bias == null ? new double[out] : ConvolutionViews.values(bias);
        double largest = largest(x);
        for (int o = 0; o < out; o++)
            sums[o] = sums[o] * largest + Math.abs(offsets[o]);
        return perChannel(sums, spec.batch(), spec.outputShape().numel());
    }

    /// `largest |dy| * sum over o and taps of |w[:, c]|` for every element of the input's gradient.
    static double[] mostOfInput(ConvSpec spec, View dy, View w) {
        int in = spec.inChannels();
        double[] sums = sums(w, spec.outChannels(), in, false);
        double largest = largest(dy);
        for (int c = 0; c < in; c++)
            sums[c] *= largest;
        return perChannel(sums, spec.batch(), spec.inputShape().numel());
    }

    /// `largest |x| * sum over n and positions of |dy[o]|` for every element of the weight's gradient.
    static double[] mostOfWeight(ConvSpec spec, View x, View dy) {
        int out = spec.outChannels();
        double[] values = ConvolutionViews.values(dy);
        double[] sums = new double[out];
        double largest = largest(x);
        int plane = values.length / (spec.batch() * out);
        for (int i = 0; i < values.length; i++)
            sums[i / plane % out] += Math.abs(values[i]) * largest;
        return perChannel(sums, 1, spec.weightShape().numel());
    }

    private static double[] sums(View w, int out, int in, boolean ofOut) {
        double[] values = ConvolutionViews.values(w);
        double[] sums = new double[ofOut ? out : in];
        int taps = values.length / (out * in);
        for (int i = 0; i < values.length; i++)
            sums[ofOut ? i / (in * taps) : i / taps % in] += Math.abs(values[i]);
        return sums;
    }

    private static double largest(View view) {
        double largest = 0;
        for (double value : ConvolutionViews.values(view))
            largest = Math.max(largest, Math.abs(value));
        return largest;
    }

    /// Each channel's number for all its elements, `[batch, channels, ...]`.
    private static double[] perChannel(double[] numbers, int batch, int numel) {
        double[] all = new double[numel];
        int plane = numel / (batch * numbers.length);
        for (int i = 0; i < numel; i++)
            all[i] = numbers[i / plane % numbers.length];
        return all;
    }
}
