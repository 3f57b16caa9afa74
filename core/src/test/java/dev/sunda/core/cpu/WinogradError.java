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
    /// The same of F64: as many roundings, each `2^-29` as large. The naive loops it is compared with round as well, and have a part in the
    /// 3.2e-15 that the largest was of a few thousand random convolutions and their gradients.
    static final double SHARE_64 = SHARE * 0x1p-29;

    private WinogradError() {
    }

    static double share(DType dtype) {
        return dtype == DType.F64 ? SHARE_64 : SHARE;
    }

    /// Whether the CPU convolves forwards by Winograd's algorithm.
    static boolean isForward(ConvSpec spec) {
        return WinogradTiles.pays(Im2colGrid.forward(spec.axes()), spec.batch(), spec.inChannels() / spec.groups(),
                spec.outChannels() / spec.groups());
    }

    /// Whether it computes the gradient of the input so; with strides, all its phases side by side.
    static boolean isBackward(ConvSpec spec, View w) {
        var grid = Im2colGrid.backward(spec.axes());
        int inner = spec.outChannels() / spec.groups();
        int outer = spec.inChannels() / spec.groups();
        if (spec.axes().stream().noneMatch(axis -> axis.stride() > 1))
            return WinogradTiles.pays(grid, spec.batch(), inner, outer);
        return !BlockGradient.fits(spec) && WinogradPhases.pays(
                GemmPhase.of(grid, spec.axes(), grid.tapOffsets(w.layout().strides(), 2)), spec.batch(), inner, outer);
    }

    /// `largest |x| * sum over c and taps of |w[o]| + |bias[o]|` for every result.
    static double[] most(ConvSpec spec, View x, View w, View bias) {
        int out = spec.outChannels();
        double[] sums = sums(spec, w, true);
        double[] offsets = bias == null ? new double[out] : ConvolutionViews.values(bias);
        double largest = largest(x);
        for (int o = 0; o < out; o++)
            sums[o] = sums[o] * largest + Math.abs(offsets[o]);
        return perChannel(sums, spec.batch(), spec.outputShape().numel());
    }

    /// `largest |dy| * sum over o and taps of |w[:, c]|` for every element of the input's gradient.
    static double[] mostOfInput(ConvSpec spec, View dy, View w) {
        int in = spec.inChannels();
        double[] sums = sums(spec, w, false);
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

    /// `sum of |w|` over all but the channels of the result, or of the input.
    private static double[] sums(ConvSpec spec, View w, boolean ofOut) {
        double[] values = ConvolutionViews.values(w);
        double[] sums = new double[ofOut ? spec.outChannels() : spec.inChannels()];
        int inner = spec.inChannels() / spec.groups();
        int outer = spec.outChannels() / spec.groups();
        int taps = values.length / (spec.outChannels() * inner);
        for (int i = 0; i < values.length; i++) {
            int o = i / (inner * taps);
            sums[ofOut ? o : o / outer * inner + i / taps % inner] += Math.abs(values[i]);
        }
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
