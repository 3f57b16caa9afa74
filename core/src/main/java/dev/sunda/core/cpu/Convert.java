package dev.sunda.core.cpu;

/// Conversions between element types, a short stretch at a time by way of `double` (from floating types) or `long` (from the others).
/// Floating numbers are rounded once; to integers they are truncated, and anything but 0 is true.
final class Convert {
    private Convert() {
    }

    /// `to = from` over all elements of the nest, whose operands are the two.
    static void apply(Nest nest, boolean floating, Object from, Object to) {
        int fs = nest.stride(0);
        int ts = nest.stride(1);
        nest.forEach((at, n) -> {
            int length = Math.min(n, Strips.LENGTH);
            var doubles = floating ? new double[length] : null;
            var longs = floating ? null : new long[length];
            for (int i = 0; i < n; i += Strips.LENGTH) {
                int m = Math.min(Strips.LENGTH, n - i);
                if (floating) {
                    read(from, at[0] + i * fs, fs, doubles, m);
                    write(doubles, to, at[1] + i * ts, ts, m);
                } else {
                    read(from, at[0] + i * fs, fs, longs, m);
                    write(longs, to, at[1] + i * ts, ts, m);
                }
            }
        });
    }

    private static void read(Object from, int at, int stride, double[] strip, int n) {
        if (from instanceof float[] values)
            for (int j = 0; j < n; j++)
                strip[j] = values[at + j * stride];
        else
            Strips.read((double[]) from, at, stride, strip, n);
    }

    private static void read(Object from, int at, int stride, long[] strip, int n) {
        switch (from) {
            case long[] values -> {
                for (int j = 0; j < n; j++)
                    strip[j] = values[at + j * stride];
            }
            case int[] values -> {
                for (int j = 0; j < n; j++)
                    strip[j] = values[at + j * stride];
            }
            default -> {
                byte[] values = (byte[]) from;
                for (int j = 0; j < n; j++)
                    strip[j] = values[at + j * stride];
            }
        }
    }

    private static void write(double[] strip, Object to, int at, int stride, int n) {
        switch (to) {
            case float[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (float) strip[j];
            }
            case double[] values -> Strips.write(strip, values, at, stride, n);
            case long[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (long) strip[j];
            }
            case int[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (int) (long) strip[j];
            }
            default -> {
                byte[] values = (byte[]) to;
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (byte) (strip[j] != 0 ? 1 : 0);
            }
        }
    }

    private static void write(long[] strip, Object to, int at, int stride, int n) {
        switch (to) {
            case float[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = strip[j];
            }
            case double[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = strip[j];
            }
            case long[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = strip[j];
            }
            case int[] values -> {
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (int) strip[j];
            }
            default -> {
                byte[] values = (byte[]) to;
                for (int j = 0; j < n; j++)
                    values[at + j * stride] = (byte) ((strip[j] | -strip[j]) >>> 63);
            }
        }
    }
}
