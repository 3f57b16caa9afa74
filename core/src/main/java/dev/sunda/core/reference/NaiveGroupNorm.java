package dev.sunda.core.reference;

import dev.sunda.core.spi.View;

/// Group normalisation: statistics of neighbouring channels, sample by sample.
///
/// Source: Wu, He 2018, Group Normalization, arXiv:1803.08494.
final class NaiveGroupNorm {
    private NaiveGroupNorm() {
    }

    /// `mean = sum(x) / m`, `variance = sum((x - mean)^2) / m` over the `m` elements of a group of a sample, which lie together in
    /// row-major order, and `y = (x - mean) / sqrt(variance + eps) * w[c] + b[c]`.
    static void forward(View x, View weight, View bias, double eps, View mean, View variance, View y) {
        int channels = x.shape().size(1);
        int groups = mean.shape().numel();
        double[] values = Elements.doubles(x);
        double[] w = Elements.doublesOr(weight, 1, channels);
        double[] b = Elements.doublesOr(bias, 0, channels);
        int m = values.length / Math.max(1, groups);
        int pixels = values.length / Math.max(1, x.shape().size(0) * channels);
        var centres = new double[groups];
        var spreads = new double[groups];
        for (int group = 0; group < groups; group++) {
            for (int i = group * m; i < (group + 1) * m; i++)
                centres[group] += values[i];
            centres[group] /= m;
            for (int i = group * m; i < (group + 1) * m; i++)
                spreads[group] += (values[i] - centres[group]) * (values[i] - centres[group]);
            spreads[group] /= m;
            double scale = 1 / Math.sqrt(spreads[group] + eps);
            for (int i = group * m; i < (group + 1) * m; i++) {
                int c = i / pixels % channels;
                values[i] = (values[i] - centres[group]) * scale * w[c] + b[c];
            }
        }
        Elements.store(centres, mean);
        Elements.store(spreads, variance);
        Elements.store(values, y);
    }

    /// With `xhat = (x - mean) * rstd` and `g = dy * w`: `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` group by group,
    /// `dweight = sum(dy * xhat)` and `dbias = sum(dy)` over samples and pixels.
    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        int channels = x.shape().size(1);
        int groups = mean.shape().numel();
        double[] gradient = Elements.doubles(dy);
        double[] xhat = Elements.doubles(x);
        double[] centres = Elements.doubles(mean);
        double[] scales = Elements.doubles(rstd);
        double[] w = Elements.doublesOr(weight, 1, channels);
        int m = xhat.length / Math.max(1, groups);
        int pixels = xhat.length / Math.max(1, x.shape().size(0) * channels);
        var dw = new double[channels];
        var db = new double[channels];
        for (int group = 0; group < groups; group++) {
            double sum = 0;
            double product = 0;
            for (int i = group * m; i < (group + 1) * m; i++) {
                int c = i / pixels % channels;
                xhat[i] = (xhat[i] - centres[group]) * scales[group];
                dw[c] += gradient[i] * xhat[i];
                db[c] += gradient[i];
                gradient[i] *= w[c];
                sum += gradient[i];
                product += gradient[i] * xhat[i];
            }
            for (int i = group * m; i < (group + 1) * m; i++)
                gradient[i] = scales[group] * (gradient[i] - sum / m - xhat[i] * product / m);
        }
        Elements.store(gradient, dx);
        Elements.store(dw, dweight);
        Elements.store(db, dbias);
    }
}
