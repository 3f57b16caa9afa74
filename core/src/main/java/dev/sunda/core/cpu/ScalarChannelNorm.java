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
    public void squares(float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        squares(x, xo, rows, 0, channels, mean, sums, so);
    }

    static void squares(float[] x, int xo, int rows, int first, int channels, float[] mean, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0;
            for (int r = 0; r < rows; r++) {
                float centred = x[xo + r * channels + c] - mean[c];
                sum = Math.fma(centred, centred, sum);
            }
            sums[so + c] = sum;
        }
    }

    @Override
    public void products(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] sums, int so) {
        products(dy, dyo, x, xo, rows, 0, channels, mean, sums, so);
    }

    static void products(float[] dy, int dyo, float[] x, int xo, int rows, int first, int channels, float[] mean, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0;
            for (int r = 0; r < rows; r++)
                sum = Math.fma(dy[dyo + r * channels + c], x[xo + r * channels + c] - mean[c], sum);
            sums[so + c] = sum;
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
