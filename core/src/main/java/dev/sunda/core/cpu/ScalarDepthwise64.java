package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarDepthwise64 implements Depthwise64Kernel {
    @Override
    public void pixels(double[] x, int[] at, int step, double[] w, int[] taps, int seen, double[] start, int channels, int length,
            double[] y, int yo) {
        finishPixels(x, at, step, w, taps, seen, start, 0, channels, length, y, yo);
    }

    static void finishPixels(double[] x, int[] at, int step, double[] w, int[] taps, int seen, double[] start, int first, int channels,
            int length, double[] y, int yo) {
        for (int p = 0; p < length; p++)
            for (int c = first; c < channels; c++) {
                double sum = start[c];
                for (int t = 0; t < seen; t++)
                    sum = Math.fma(x[at[t] + p * step + c], w[taps[t] + c], sum);
                y[yo + p * channels + c] = sum;
            }
    }

    @Override
    public void gradient(double[] x, int xo, int step, double[] dy, int yo, int channels, int length, double[] sums, int so) {
        finishGradient(x, xo, step, dy, yo, 0, channels, length, sums, so);
    }

    static void finishGradient(double[] x, int xo, int step, double[] dy, int yo, int first, int channels, int length, double[] sums,
            int so) {
        for (int c = first; c < channels; c++) {
            double sum = sums[so + c];
            for (int p = 0; p < length; p++)
                sum = Math.fma(x[xo + p * step + c], dy[yo + p * channels + c], sum);
            sums[so + c] = sum;
        }
    }
}
