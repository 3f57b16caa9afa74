package dev.sunda.core.cpu;

import dev.sunda.core.op.RandomKey;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarRandomMath implements RandomMath {
    @Override
    public void bits(long start, long step, long[] out, int n) {
        finishBits(start, step, out, 0, n);
    }

    static void finishBits(long start, long step, long[] out, int from, int n) {
        for (int j = from; j < n; j++)
            out[j] = RandomKey.mix(start + j * step);
    }

    @Override
    public void keep(long[] bits, int[] masks, long least, float scale, float[] x, int xi, float[] y, int yi, int n) {
        finishKeep(bits, least, scale, x, xi, y, yi, 0, n);
    }

    static void finishKeep(long[] bits, long least, float scale, float[] x, int xi, float[] y, int yi, int from, int n) {
        for (int j = from; j < n; j++) {
            int keep = (int) (((bits[j] >>> 11) - least) >>> 63) - 1;    // all ones or 0; no branch: it could not be predicted
            y[yi + j] = Float.intBitsToFloat(Float.floatToRawIntBits(x[xi + j] * scale) & keep);
        }
    }
}
