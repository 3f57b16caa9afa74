package dev.sunda.core.cpu;

/// Channel by channel; the overloads take the channels from `first` on.
final class ScalarChannelNorm implements ChannelNormKernel {
    @Override
    public void sum(float[] x, int xo, int rows, int channels, float[] sums, int so) {
        sum(x, xo, rows, 0, channels, sums, so);
    }

    static void sum(float[] x, int xo, int rows, int first, int channels, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0;
            for (int r = 0; r < rows; r++)
                sum += x[xo + r * channels + c];
            sums[so + c] = sum;
        }
    }

    @Override
    public void moments(float[] x, int xo, int rows, int channels, float[] centre, int co, float[] sums, int so) {
        moments(x, xo, rows, 0, channels, centre, co, sums, so);
    }

    static void moments(float[] x, int xo, int rows, int first, int channels, float[] centre, int co, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0, squares = 0;
            for (int r = 0; r < rows; r++) {
                float centred = x[xo + r * channels + c] - centre[co + c];
                sum += centred;
                squares = Math.fma(centred, centred, squares);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = squares;
        }
    }

    @Override
    public void products(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        products(dy, dyo, x, xo, rows, 0, channels, mean, sums, so);
    }

    static void products(float[] dy, int dyo, float[] x, int xo, int rows, int first, int channels, float[] mean, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0, products = 0;
            for (int r = 0; r < rows; r++) {
                float d = dy[dyo + r * channels + c];
                sum += d;
                products = Math.fma(d, x[xo + r * channels + c] - mean[c], products);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = products;
        }
    }

    @Override
    public void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float[] y,
            int yo) {
        normalize(x, xo, rows, 0, channels, mean, scale, shift, y, yo);
    }

    static void normalize(float[] x, int xo, int rows, int first, int channels, float[] mean, float[] scale, float[] shift, float[] y,
            int yo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++)
                y[yo + r * channels + c] = Math.fma(x[xo + r * channels + c] - mean[c], scale[c], shift[c]);
    }

    @Override
    public void gradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale,
            float[] slope,
            float[] shift, float[] dx, int dxo) {
        gradient(dy, dyo, x, xo, rows, 0, channels, mean, scale, slope, shift, dx, dxo);
    }

    static void gradient(float[] dy, int dyo, float[] x, int xo, int rows, int first, int channels, float[] mean, float[] scale,
            float[] slope,
            float[] shift, float[] dx, int dxo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                float line = Math.fma(x[xo + r * channels + c] - mean[c], slope[c], shift[c]);
                dx[dxo + r * channels + c] = Math.fma(dy[dyo + r * channels + c], scale[c], line);
            }
    }
}
