package dev.sunda.core.cpu;

/// Channel by channel; the overloads take the channels from `first` on.
final class ScalarChannelNorm64 implements ChannelNorm64Kernel {
    @Override
    public int held() {
        return 16;
    }

    @Override
    public void sum(double[] x, int xo, int rows, int channels, double[] sums, int so) {
        sum(x, xo, rows, 0, channels, sums, so);
    }

    static void sum(double[] x, int xo, int rows, int first, int channels, double[] sums, int so) {
        for (int c = first; c < channels; c++) {
            double sum = 0;
            for (int r = 0; r < rows; r++)
                sum += x[xo + r * channels + c];
            sums[so + c] = sum;
        }
    }

    @Override
    public void moments(double[] x, int xo, int rows, int channels, double[] centre, int co, double[] sums, int so) {
        moments(x, xo, rows, 0, channels, centre, co, sums, so);
    }

    static void moments(double[] x, int xo, int rows, int first, int channels, double[] centre, int co, double[] sums, int so) {
        for (int c = first; c < channels; c++) {
            double sum = 0, squares = 0;
            for (int r = 0; r < rows; r++) {
                double centred = x[xo + r * channels + c] - centre[co + c];
                sum += centred;
                squares = Math.fma(centred, centred, squares);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = squares;
        }
    }

    @Override
    public void products(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] sums, int so) {
        products(dy, dyo, x, xo, rows, 0, channels, mean, sums, so);
    }

    static void products(double[] dy, int dyo, double[] x, int xo, int rows, int first, int channels, double[] mean, double[] sums,
            int so) {
        for (int c = first; c < channels; c++) {
            double sum = 0, products = 0;
            for (int r = 0; r < rows; r++) {
                double d = dy[dyo + r * channels + c];
                sum += d;
                products = Math.fma(d, x[xo + r * channels + c] - mean[c], products);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = products;
        }
    }

    @Override
    public void activeProducts(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] shift,
            double[] sums, int so) {
        activeProducts(dy, dyo, x, xo, rows, 0, channels, mean, scale, shift, sums, so);
    }

    static void activeProducts(double[] dy, int dyo, double[] x, int xo, int rows, int first, int channels, double[] mean, double[] scale,
            double[] shift, double[] sums, int so) {
        for (int c = first; c < channels; c++) {
            double sum = 0, products = 0;
            for (int r = 0; r < rows; r++) {
                double centred = x[xo + r * channels + c] - mean[c];
                double d = dy[dyo + r * channels + c] * active(Math.fma(centred, scale[c], shift[c]));
                sum += d;
                products = Math.fma(d, centred, products);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = products;
        }
    }

    /// The derivative of relu.
    private static double active(double y) {
        return y <= 0 ? 0 : 1;
    }

    @Override
    public void normalize(double[] x, int xo, int rows, int channels, double[] mean, double[] scale, double[] shift, double least,
            double[] y,
            int yo) {
        normalize(x, xo, rows, 0, channels, mean, scale, shift, least, y, yo);
    }

    static void normalize(double[] x, int xo, int rows, int first, int channels, double[] mean, double[] scale, double[] shift,
            double least,
            double[] y, int yo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                double value = Math.fma(x[xo + r * channels + c] - mean[c], scale[c], shift[c]);
                y[yo + r * channels + c] = value <= least ? least : value;
            }
    }

    @Override
    public void gradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] slope, double[] shift, double[] dx, int dxo) {
        gradient(dy, dyo, x, xo, rows, 0, channels, mean, scale, slope, shift, dx, dxo);
    }

    static void gradient(double[] dy, int dyo, double[] x, int xo, int rows, int first, int channels, double[] mean, double[] scale,
            double[] slope, double[] shift, double[] dx, int dxo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                double line = Math.fma(x[xo + r * channels + c] - mean[c], slope[c], shift[c]);
                dx[dxo + r * channels + c] = Math.fma(dy[dyo + r * channels + c], scale[c], line);
            }
    }

    @Override
    public void activeGradient(double[] dy, int dyo, double[] x, int xo, int rows, int channels, double[] mean, double[] scale,
            double[] bias,
            double[] slope, double[] shift, double[] dx, int dxo) {
        activeGradient(dy, dyo, x, xo, rows, 0, channels, mean, scale, bias, slope, shift, dx, dxo);
    }

    static void activeGradient(double[] dy, int dyo, double[] x, int xo, int rows, int first, int channels, double[] mean, double[] scale,
            double[] bias, double[] slope, double[] shift, double[] dx, int dxo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                double centred = x[xo + r * channels + c] - mean[c];
                double d = dy[dyo + r * channels + c] * active(Math.fma(centred, scale[c], bias[c]));
                dx[dxo + r * channels + c] = Math.fma(d, scale[c], Math.fma(centred, slope[c], shift[c]));
            }
    }
}
