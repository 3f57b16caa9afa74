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
    public void box(float[] x, int xo, int step, Box box, float[] w, int wo, int ws, float[] start, int so, int channels, int pixels,
            float[] out, int oo, int op) {
        box(x, xo, step, box, w, wo, ws, start, so, 0, channels, pixels, out, oo, op);
    }

    /// The channels from `first` on.
    static void box(float[] x, int xo, int step, Box box, float[] w, int wo, int ws, float[] start, int so, int first, int channels,
            int pixels, float[] out, int oo, int op) {
        for (int p = 0; p < pixels; p++)
            for (int c = first; c < channels; c++) {
                float sum = start[so + c];
                int at = wo + c;
                for (int z = 0; z < box.planes(); z++)
                    for (int y = 0; y < box.lines(); y++)
                        for (int t = 0; t < box.taps(); t++, at += ws)
                            sum = Math.fma(x[xo + z * box.plane() + y * box.line() + p * step + t * box.next() + c], w[at], sum);
                out[oo + p * op + c] = sum;
            }
    }

    @Override
    public void squares(float[] x, int xo, int line, int groups, int step, int next, float[] w, int wo, int ws, float[] start, int so,
            int channels, int pixels, float[] out, int oo, int or, int op) {
        squares(x, xo, line, groups, step, next, w, wo, ws, start, so, 0, channels, pixels, out, oo, or, op);
    }

    /// The channels from `first` on.
    static void squares(float[] x, int xo, int line, int groups, int step, int next, float[] w, int wo, int ws, float[] start, int so,
            int first, int channels, int pixels, float[] out, int oo, int or, int op) {
        var box = new Box(1, 0, 3, line, 3, next);
        for (int r = 0; r < 4 * groups; r++)
            box(x, xo + r * line, step, box, w, wo, ws, start, so, first, channels, pixels, out, oo + r * or, op);
    }

    @Override
    public void copy(float[] x, int xo, int step, int channels, int pixels, float[] out, int oo, int op) {
        for (int p = 0; p < pixels; p++)
            System.arraycopy(x, xo + p * step, out, oo + p * op, channels);
    }

    @Override
    public void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int count, int pixels,
            float[] sums, int so) {
        gradient(x, xo, step, tapStep, taps, dy, dyo, channels, 0, count, pixels, sums, so);
    }

    /// The channels from `first` on.
    static void gradient(float[] x, int xo, int step, int tapStep, int taps, float[] dy, int dyo, int channels, int first, int count,
            int pixels, float[] sums, int so) {
        for (int t = 0; t < taps; t++)
            for (int c = first; c < count; c++) {
                float sum = sums[so + t * channels + c];
                for (int p = 0; p < pixels; p++)
                    sum = Math.fma(x[xo + p * step + t * tapStep + c], dy[dyo + p * channels + c], sum);
                sums[so + t * channels + c] = sum;
            }
    }
}
