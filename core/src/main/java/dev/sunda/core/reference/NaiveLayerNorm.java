package dev.sunda.core.reference;

import dev.sunda.core.spi.View;

/// Layer normalisation of the rows of a matrix. Source: Ba, Kiros, Hinton 2016, Layer Normalization, arXiv:1607.06450.
final class NaiveLayerNorm {
    private NaiveLayerNorm() {
    }

    /// `mean = sum(x) / n`, `rstd = 1 / sqrt(sum((x - mean)^2) / n + eps)`, `y = (x - mean) * rstd * w + b`, row by row; without a mean
    /// the same with 0 in its place.
    static void forward(View x, View weight, View bias, double eps, View mean, View rstd, View y) {
        int rows = x.shape().size(0);
        int n = x.shape().size(1);
        double[] values = Elements.doubles(x);
        double[] w = Elements.doublesOr(weight, 1, n);
        double[] b = Elements.doublesOr(bias, 0, n);
        var centres = new double[rows];
        var scales = new double[rows];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int j = 0; j < n; j++)
                sum += values[row * n + j];
            double centre = mean == null ? 0 : sum / n;
            double squares = 0;
            for (int j = 0; j < n; j++)
                squares += (values[row * n + j] - centre) * (values[row * n + j] - centre);
            double scale = 1 / Math.sqrt(squares / n + eps);
            for (int j = 0; j < n; j++)
                values[row * n + j] = (values[row * n + j] - centre) * scale * w[j] + b[j];
            centres[row] = centre;
            scales[row] = scale;
        }
        if (mean != null)
            Elements.store(centres, mean);
        Elements.store(scales, rstd);
        Elements.store(values, y);
    }

    /// With `xhat = (x - mean) * rstd` and `g = dy * w`: `dx = rstd * (g - mean(g) - xhat * mean(g * xhat))` row by row,
    /// `dweight = sum(dy * xhat)` and `dbias = sum(dy)` over the rows; without a mean the term `mean(g)` is missing.
    static void backward(View dy, View x, View mean, View rstd, View weight, View dx, View dweight, View dbias) {
        int rows = x.shape().size(0);
        int n = x.shape().size(1);
        double[] gradient = Elements.doubles(dy);
        double[] values = Elements.doubles(x);
        double[] centres = Elements.doublesOr(mean, 0, rows);
        double[] scales = Elements.doubles(rstd);
        double[] w = Elements.doublesOr(weight, 1, n);
        var dw = new double[n];
        var db = new double[n];
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            double product = 0;
            for (int j = 0; j < n; j++) {
                int i = row * n + j;
                values[i] = (values[i] - centres[row]) * scales[row];
                dw[j] += gradient[i] * values[i];
                db[j] += gradient[i];
                sum += gradient[i] * w[j];
                product += gradient[i] * w[j] * values[i];
            }
            for (int j = 0; j < n; j++) {
                int i = row * n + j;
                gradient[i] = scales[row] * (gradient[i] * w[j] - (mean == null ? 0 : sum / n) - values[i] * product / n);
            }
        }
        Elements.store(gradient, dx);
        if (dweight != null) {
            Elements.store(dw, dweight);
            Elements.store(db, dbias);
        }
    }
}
