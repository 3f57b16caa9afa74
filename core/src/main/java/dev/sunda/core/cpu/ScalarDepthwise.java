package dev.sunda.core.cpu;

/// Channel by channel.
final class ScalarDepthwise implements DepthwiseKernel {
    @Override
    public void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int channels, int pixels,
            float[] out,
            int oo) {
        pixels(x, at, step, w, weight, taps, start, 0, channels, pixels, out, oo);
    }

    /// The channels from `first` on.
    static void pixels(float[] x, int[] at, int step, float[] w, int[] weight, int taps, float[] start, int first, int channels, int pixels,
            float[] out, int oo) {
        for (int p = 0; p < pixels; p++)
            for (int c = first; c < channels; c++) {
                float sum = start[c];
                for (int t = 0; t < taps; t++)
                    sum = Math.fma(x[at[t] + p * step + c], w[weight[t] + c], sum);
                out[oo + p * channels + c] = sum;
            }
    }

    @Override
    public void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int pixels,
            float[] sums,
            int so) {
        gradient(x, xo, step, tapStep, taps, dy, dyo, 0, channels, pixels, sums, so);
    }

    /// The channels from `first` on.
    static void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int first, int channels, int pixels,
            float[] sums, int so) {
        for (int t = 0; t < taps; t++)
            for (int c = first; c < channels; c++) {
                float sum = sums[so + t * channels + c];
                for (int p = 0; p < pixels; p++)
                    sum = Math.fma(x[xo + p * step + t * tapStep + c], dy[dyo + p * channels + c], sum);
                sums[so + t * channels + c] = sum;
            }
    }
}
