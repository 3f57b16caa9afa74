package dev.sunda.core.cpu;

/// Sixteen lanes in an array; also finishes what does not fill a vector.
final class ScalarReduceMath implements ReduceMath {
    @Override
    public float sum(float[] x, int xi, int n) {
        return finishSum(new float[16], x, xi, 0, n);
    }

    @Override
    public void blockSums(float[] x, int xi, int blocks, float[] out, int oi) {
        for (int i = 0; i < blocks; i++)
            out[oi + i] = sum(x, xi + i * BLOCK, BLOCK);
    }

    @Override
    public float dot(float[] x, int xi, float[] y, int yi, int n) {
        return finishDot(new float[16], x, xi, y, yi, 0, n);
    }

    @Override
    public void sumRows(float[] x, int xi, int stride, int rows, float[] out, int oi, int n) {
        finishRows(x, xi, stride, rows, out, oi, 0, n);
    }

    static void finishRows(float[] x, int xi, int stride, int rows, float[] out, int oi, int from, int n) {
        for (int j = from; j < n; j++) {
            float sum = x[xi + j];
            for (int r = 1; r < rows; r++)
                sum += x[xi + r * stride + j];
            out[oi + j] = sum;
        }
    }

    @Override
    public float max(float[] x, int xi, int n) {
        return finishMax(Float.NEGATIVE_INFINITY, x, xi, 0, n);
    }

    @Override
    public float min(float[] x, int xi, int n) {
        return finishMin(Float.POSITIVE_INFINITY, x, xi, 0, n);
    }

    /// Takes 16 lanes that already hold the first `done` elements: adds the rest, then the lanes in a fixed tree.
    static float finishSum(float[] lanes, float[] x, int xi, int done, int n) {
        for (int j = done; j < n; j++)
            lanes[j & 15] += x[xi + j];
        return join(lanes);
    }

    static float finishDot(float[] lanes, float[] x, int xi, float[] y, int yi, int done, int n) {
        for (int j = done; j < n; j++)
            lanes[j & 15] = Math.fma(x[xi + j], y[yi + j], lanes[j & 15]);
        return join(lanes);
    }

    private static float join(float[] lanes) {
        for (int half = 8; half > 0; half >>= 1)
            for (int l = 0; l < half; l++)
                lanes[l] += lanes[l + half];
        return lanes[0];
    }

    static float finishMax(float most, float[] x, int xi, int done, int n) {
        float result = most;
        for (int j = done; j < n; j++)
            result = Math.max(result, x[xi + j]);
        return result;
    }

    static float finishMin(float least, float[] x, int xi, int done, int n) {
        float result = least;
        for (int j = done; j < n; j++)
            result = Math.min(result, x[xi + j]);
        return result;
    }
}
