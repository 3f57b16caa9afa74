package dev.sunda.core.cpu;

/// Channel by channel.
final class ScalarPooling64 implements Pooling64Kernel {
    @Override
    public void max(double[] x, int[] at, int[] within, int taps, int step, int pixels, int channels, double least, double[] out,
            int oo, int[] index, int io) {
        for (int p = 0; p < pixels; p++)
            maxOne(x, at, within, taps, p * step, 0, channels, least, out, oo + p * channels, index, io + p * channels);
    }

    /// The channels from `first` on, of the window `shift` pixels further.
    static void maxOne(double[] x, int[] at, int[] within, int taps, int shift, int first, int channels, double least, double[] out,
            int oo, int[] index, int io) {
        for (int c = first; c < channels; c++) {
            double best = x[at[0] + shift * channels + c];
            int where = within[0];
            for (int t = 1; t < taps; t++) {
                double value = x[at[t] + shift * channels + c];
                if (value > best || value != value) {
                    best = value;
                    where = within[t];
                }
            }
            out[oo + c] = best <= least ? least : best;
            index[io + c] = where + shift;
        }
    }

    @Override
    public void largest(double[] x, int[] at, int taps, int step, int pixels, int channels, double least, double[] out, int oo) {
        for (int p = 0; p < pixels; p++)
            largestOne(x, at, taps, p * step * channels, 0, channels, least, out, oo + p * channels);
    }

    /// The channels from `first` on, of the window `shift` numbers further.
    static void largestOne(double[] x, int[] at, int taps, int shift, int first, int channels, double least, double[] out, int oo) {
        for (int c = first; c < channels; c++) {
            double best = x[at[0] + shift + c];
            for (int t = 1; t < taps; t++) {
                double value = x[at[t] + shift + c];
                best = value <= best || best != best ? best : value;
            }
            out[oo + c] = best <= least ? least : best;
        }
    }

    @Override
    public void spread(double[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int step, int pixels, int channels,
            boolean add, double[] dx) {
        for (int p = 0; p < pixels; p++)
            spreadOne(dy, dyo + p * channels, index, io + p * channels, at, within, taps, p * step, 0, channels, add, dx);
    }

    /// The channels from `first` on, of the window `shift` pixels further.
    static void spreadOne(double[] dy, int dyo, int[] index, int io, int[] at, int[] within, int taps, int shift, int first, int channels,
            boolean add, double[] dx) {
        for (int t = 0; t < taps; t++)
            for (int c = first; c < channels; c++) {
                double value = index[io + c] == within[t] + shift ? dy[dyo + c] : 0;
                int to = at[t] + shift * channels + c;
                dx[to] = add ? dx[to] + value : value;
            }
    }

    @Override
    public void average(double[] x, int[] at, double[] divisor, int taps, int channels, double[] out, int oo) {
        average(x, at, divisor, taps, 0, channels, out, oo);
    }

    /// The channels from `first` on.
    static void average(double[] x, int[] at, double[] divisor, int taps, int first, int channels, double[] out, int oo) {
        for (int c = first; c < channels; c++) {
            double sum = 0;
            for (int t = 0; t < taps; t++)
                sum += x[at[t] + c] / divisor[t];
            out[oo + c] = sum;
        }
    }

    @Override
    public void mean(double[] x, int[] at, int taps, double divisor, int channels, double[] out, int oo) {
        mean(x, at, taps, divisor, 0, channels, out, oo);
    }

    /// The channels from `first` on.
    static void mean(double[] x, int[] at, int taps, double divisor, int first, int channels, double[] out, int oo) {
        for (int c = first; c < channels; c++) {
            double sum = 0;
            for (int t = 0; t < taps; t++)
                sum += x[at[t] + c];
            out[oo + c] = sum / divisor;
        }
    }
}
