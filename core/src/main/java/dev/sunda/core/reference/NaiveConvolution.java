package dev.sunda.core.reference;

import dev.sunda.core.op.ConvSpec;
import dev.sunda.core.op.Window;
import dev.sunda.core.spi.View;

/// Convolution over any number of spatial axes and its two gradients.
///
/// All three visit the same products; with `x[n, c, at(y, k)]` being 0 in the padding and `c` running over the group of `o`:
/// - `out[n,o,y] = bias[o] + sum over c,k of x[n, c, at(y, k)] * w[o, c, k]`
/// - `dx[n,c,p] = bias[c] + sum over o and over y,k with at(y, k) = p of dy[n,o,y] * w[o, c, k]`
/// - `dw[o,c,k] = sum over n,y of dy[n,o,y] * x[n, c, at(y, k)]`
///
/// Source: Dumoulin, Visin 2016, arXiv:1603.07285.
final class NaiveConvolution {
    private NaiveConvolution() {
    }

    /// What one product of a convolution refers to: places in row-major input, weight and output.
    @FunctionalInterface
    private interface Product {
        void at(int x, int w, int y);
    }

    static void conv(ConvSpec spec, View x, View w, View bias, View out) {
        double[] input = Elements.doubles(x);
        double[] weight = Elements.doubles(w);
        double[] output = filled(bias, spec.outChannels(), out.shape().numel(),
                spec.axes().stream().mapToInt(Window::out).reduce(1, (a, b) -> a * b));
        forEachProduct(spec, (i, j, k) -> output[k] += input[i] * weight[j]);
        Elements.store(output, out);
    }

    static void convInput(ConvSpec spec, View dy, View w, View bias, View dx) {
        double[] gradient = Elements.doubles(dy);
        double[] weight = Elements.doubles(w);
        double[] input = filled(bias, spec.inChannels(), dx.shape().numel(),
                spec.axes().stream().mapToInt(Window::in).reduce(1, (a, b) -> a * b));
        forEachProduct(spec, (i, j, k) -> input[i] += gradient[k] * weight[j]);
        Elements.store(input, dx);
    }

    static void convWeight(ConvSpec spec, View x, View dy, View dw) {
        double[] input = Elements.doubles(x);
        double[] gradient = Elements.doubles(dy);
        var weight = new double[dw.shape().numel()];
        forEachProduct(spec, (i, j, k) -> weight[j] += gradient[k] * input[i]);
        Elements.store(weight, dw);
    }

    /// Images of which every pixel holds the bias of its channel, or zeros.
    private static double[] filled(View bias, int channels, int numel, int pixels) {
        double[] start = Elements.doublesOr(bias, 0, channels);
        var images = new double[numel];
        for (int i = 0; i < numel; i++)
            images[i] = start[i / pixels % channels];
        return images;
    }

    /// Visits every product that does not fall into the padding, in row-major order of `n, o, y, c, k`.
    private static void forEachProduct(ConvSpec spec, Product product) {
        Taps taps = Taps.of(spec.axes());
        int channels = spec.inChannels() / spec.groups();            // that one output channel sees
        int outputs = spec.outChannels() / spec.groups();            // that share them
        for (int n = 0; n < spec.batch(); n++)
            for (int o = 0; o < spec.outChannels(); o++)
                for (int y = 0; y < taps.out(); y++)
                    for (int c = 0; c < channels; c++)
                        for (int k = 0; k < taps.kernel(); k++) {
                            int p = taps.at()[y][k];
                            if (p == Taps.PADDING)
                                continue;
                            int image = n * spec.inChannels() + o / outputs * channels + c;
                            product.at(image * taps.in() + p, (o * channels + c) * taps.kernel() + k,
                                    (n * spec.outChannels() + o) * taps.out() + y);
                        }
    }
}
