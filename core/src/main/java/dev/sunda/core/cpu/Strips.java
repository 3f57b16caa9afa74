package dev.sunda.core.cpu;

/// Moves short stretches of elements between a strided place and a small contiguous buffer, so that every kernel has one
/// innermost loop, the contiguous one.
final class Strips {
    /// Elements of a buffer: small enough for the first-level cache, several times over.
    static final int LENGTH = 512;

    private Strips() {
    }

    static void read(float[] from, int at, int stride, float[] strip, int n) {
        if (stride == 1) {
            System.arraycopy(from, at, strip, 0, n);
            return;
        }
        for (int i = 0; i < n; i++)
            strip[i] = from[at + i * stride];
    }

    static void write(float[] strip, float[] to, int at, int stride, int n) {
        write(strip, 0, to, at, stride, n);
    }

    /// From `first` of the strip on.
    static void write(float[] strip, int first, float[] to, int at, int stride, int n) {
        if (stride == 1) {
            System.arraycopy(strip, first, to, at, n);
            return;
        }
        for (int i = 0; i < n; i++)
            to[at + i * stride] = strip[first + i];
    }

    static void read(double[] from, int at, int stride, double[] strip, int n) {
        if (stride == 1) {
            System.arraycopy(from, at, strip, 0, n);
            return;
        }
        for (int i = 0; i < n; i++)
            strip[i] = from[at + i * stride];
    }

    static void write(double[] strip, double[] to, int at, int stride, int n) {
        if (stride == 1) {
            System.arraycopy(strip, 0, to, at, n);
            return;
        }
        for (int i = 0; i < n; i++)
            to[at + i * stride] = strip[i];
    }
}
