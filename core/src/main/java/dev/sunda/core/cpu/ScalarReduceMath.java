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

    /// Lanes eight apart, then four, two and one; written out, because a loop would go through memory.
    private static float join(float[] lanes) {
        float a = lanes[0] + lanes[8] + (lanes[4] + lanes[12]);
        float b = lanes[1] + lanes[9] + (lanes[5] + lanes[13]);
        float c = lanes[2] + lanes[10] + (lanes[6] + lanes[14]);
        float d = lanes[3] + lanes[11] + (lanes[7] + lanes[15]);
        return a + c + (b + d);
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
