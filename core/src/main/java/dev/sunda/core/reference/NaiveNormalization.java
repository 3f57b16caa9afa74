package dev.sunda.core.reference;

import dev.sunda.core.op.UnaryOp;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Shape;

/// Statistics and normalisation by channel, the parts of batch normalisation. Channels lie in dimension 1.
///
/// Source: Ioffe, Szegedy 2015, Batch Normalization, arXiv:1502.03167.
final class NaiveNormalization {
    private NaiveNormalization() {
    }

    /// `mean[c] = sum(x) / m` and `variance[c] = sum((x - mean)^2) / m` over the `m` elements of channel `c`; NaN if there are none.
    static void channelStatistics(View x, View mean, View variance) {
        double[] values = Elements.doubles(x);
        int channels = x.shape().size(1);
        int pixels = pixels(x.shape());
        double m = (double) x.shape().size(0) * pixels;
        var average = new double[channels];
        for (int i = 0; i < values.length; i++)
            average[i / pixels % channels] += values[i];
        for (int c = 0; c < channels; c++)
            average[c] /= m;
        var spread = new double[channels];
        for (int i = 0; i < values.length; i++) {
            int c = i / pixels % channels;
            spread[c] += (values[i] - average[c]) * (values[i] - average[c]);
        }
        for (int c = 0; c < channels; c++)
            spread[c] /= m;
        Elements.store(average, mean);
        Elements.store(spread, variance);
    }

    static void channelNormalize(View x, View mean, View rstd, View weight, View bias, boolean relu, View y) {
        double[] values = Elements.doubles(x);
        int channels = x.shape().size(1);
        int pixels = pixels(x.shape());
        double[] centre = Elements.doublesOr(mean, 0, channels);
        double[] scale = Elements.doublesOr(rstd, 1, channels);
        double[] w = Elements.doublesOr(weight, 1, channels);
        double[] b = Elements.doublesOr(bias, 0, channels);
        for (int i = 0; i < values.length; i++) {
            int c = i / pixels % channels;
            values[i] = (values[i] - centre[c]) * scale[c] * w[c] + b[c];
            if (relu)
                values[i] = UnaryOp.RELU.value(values[i]);
        }
        Elements.store(values, y);
    }

    /// With `xhat = (x - mean) * rstd`: `dbias = sum(dy)`, `dweight = sum(dy * xhat)`,
    /// `dx = weight * rstd * (dy - dbias / m - xhat * dweight / m)`; with `relu` for `dy` times the derivative of relu at
    /// `xhat * weight + bias`.
    static void batchNormBackward(View dy, View x, View mean, View rstd, View weight, View bias, boolean relu, View dx, View dweight,
            View dbias) {
        double[] gradient = Elements.doubles(dy);
        double[] xhat = Elements.doubles(x);
        int channels = x.shape().size(1);
        int pixels = pixels(x.shape());
        double m = (double) x.shape().size(0) * pixels;
        double[] centre = Elements.doubles(mean);
        double[] scale = Elements.doubles(rstd);
        double[] w = Elements.doublesOr(weight, 1, channels);
        double[] b = Elements.doublesOr(bias, 0, channels);
        var dw = new double[channels];
        var db = new double[channels];
        for (int i = 0; i < xhat.length; i++) {
            int c = i / pixels % channels;
            xhat[i] = (xhat[i] - centre[c]) * scale[c];
            if (relu)
                gradient[i] *= UnaryOp.RELU.derivative(xhat[i] * w[c] + b[c]);
            dw[c] += gradient[i] * xhat[i];
            db[c] += gradient[i];
        }
        for (int i = 0; i < xhat.length; i++) {
            int c = i / pixels % channels;
            gradient[i] = w[c] * scale[c] * (gradient[i] - db[c] / m - xhat[i] * dw[c] / m);
        }
        Elements.store(gradient, dx);
        Elements.store(dw, dweight);
        Elements.store(db, dbias);
    }

    /// Elements after the channel dimension.
    private static int pixels(Shape shape) {
        int pixels = 1;
        for (int d = 2; d < shape.rank(); d++)
            pixels *= shape.size(d);
        return pixels;
    }
}
