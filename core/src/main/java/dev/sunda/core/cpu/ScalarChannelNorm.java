package dev.sunda.core.cpu;

/// Channel by channel; the overloads take the channels from `first` on.
final class ScalarChannelNorm implements ChannelNormKernel {
    @Override
    public int held() {
        return 16;
    }

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
            float sum = 0, squares = 0, oddSum = 0, oddSquares = 0;
            for (int r = 0; r < rows; r += 2) {
                float even = x[xo + r * channels + c] - centre[co + c];
                sum += even;
                squares = Math.fma(even, even, squares);
                if (r + 1 < rows) {
                    float odd = x[xo + (r + 1) * channels + c] - centre[co + c];
                    oddSum += odd;
                    oddSquares = Math.fma(odd, odd, oddSquares);
                }
            }
            sums[so + c] = sum + oddSum;
            sums[so + channels + c] = squares + oddSquares;
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
    public void activeProducts(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift,
            float[] sums, int so) {
        activeProducts(dy, dyo, x, xo, rows, 0, channels, mean, scale, shift, sums, so);
    }

    static void activeProducts(float[] dy, int dyo, float[] x, int xo, int rows, int first, int channels, float[] mean, float[] scale,
            float[] shift, float[] sums, int so) {
        for (int c = first; c < channels; c++) {
            float sum = 0, products = 0;
            for (int r = 0; r < rows; r++) {
                float centred = x[xo + r * channels + c] - mean[c];
                float d = dy[dyo + r * channels + c] * active(Math.fma(centred, scale[c], shift[c]));
                sum += d;
                products = Math.fma(d, centred, products);
            }
            sums[so + c] = sum;
            sums[so + channels + c] = products;
        }
    }

    /// The derivative of relu.
    private static float active(float y) {
        return y <= 0 ? 0 : 1;
    }

    @Override
    public void normalize(float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] shift, float least, float[] y,
            int yo) {
        normalize(x, xo, rows, 0, channels, mean, scale, shift, least, y, yo);
    }

    static void normalize(float[] x, int xo, int rows, int first, int channels, float[] mean, float[] scale, float[] shift, float least,
            float[] y, int yo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                float value = Math.fma(x[xo + r * channels + c] - mean[c], scale[c], shift[c]);
                y[yo + r * channels + c] = value <= least ? least : value;
            }
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

    @Override
    public void activeGradient(float[] dy, int dyo, float[] x, int xo, int rows, int channels, float[] mean, float[] scale, float[] bias,
            float[] slope, float[] shift, float[] dx, int dxo) {
        activeGradient(dy, dyo, x, xo, rows, 0, channels, mean, scale, bias, slope, shift, dx, dxo);
    }

    static void activeGradient(float[] dy, int dyo, float[] x, int xo, int rows, int first, int channels, float[] mean, float[] scale,
            float[] bias, float[] slope, float[] shift, float[] dx, int dxo) {
        for (int r = 0; r < rows; r++)
            for (int c = first; c < channels; c++) {
                float centred = x[xo + r * channels + c] - mean[c];
                float d = dy[dyo + r * channels + c] * active(Math.fma(centred, scale[c], bias[c]));
                dx[dxo + r * channels + c] = Math.fma(d, scale[c], Math.fma(centred, slope[c], shift[c]));
            }
    }
}
