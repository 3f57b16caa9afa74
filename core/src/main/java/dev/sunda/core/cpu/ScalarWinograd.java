package dev.sunda.core.cpu;

/// One column at a time.
final class ScalarWinograd implements WinogradKernel {
    private static final float HALF_ROOT = (float) WinogradTransform.HALF_ROOT;
    private static final float QUARTER_ROOT = (float) WinogradTransform.QUARTER_ROOT;
    private static final float ROOT = (float) WinogradTransform.ROOT;
    private static final float SIXTH = (float) WinogradTransform.SIXTH;
    private static final float SIXTH_ROOT = (float) WinogradTransform.SIXTH_ROOT;
    private static final float THIRD = (float) WinogradTransform.THIRD;
    private static final float THIRD_ROOT = (float) WinogradTransform.THIRD_ROOT;
    private static final float TWO_ROOTS = (float) WinogradTransform.TWO_ROOTS;
    private static final float TWO_THIRDS = (float) WinogradTransform.TWO_THIRDS;

    @Override
    public void apply(WinogradTransform transform, float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        apply(transform, x, xo, xs, 0, n, out, oo, os);
    }

    /// The columns from `done` on.
    static void apply(WinogradTransform transform, float[] x, int xo, int xs, int done, int n, float[] out, int oo, int os) {
        for (int j = done; j < n; j++)
            switch (transform) {
            case INPUT -> input(x, xo + j, xs, out, oo + j, os);
            case RESULT -> result(x, xo + j, xs, out, oo + j, os);
            case RESULT_GRADIENT -> resultGradient(x, xo + j, xs, out, oo + j, os);
            case WEIGHT -> weight(x, xo + j, xs, out, oo + j, os);
            case WEIGHT_GRADIENT -> weightGradient(x, xo + j, xs, out, oo + j, os);
            }
    }

    @Override
    public void results(int tiles, float[] x, int xo, int xt, int xs, int n, float[] start, int so, float[] out, int oo, int ot,
            int os) {
        for (int t = 0; t < tiles; t++)
            results(x, xo + t * xt, xs, 0, n, start, so, out, oo + t * ot, os);
    }

    /// The columns from `done` on of a tile.
    static void results(float[] x, int xo, int xs, int done, int n, float[] start, int so, float[] out, int oo, int os) {
        for (int j = done; j < n; j++) {
            result(x, xo + j, xs, out, oo + j, os);
            for (int i = 0; i < WinogradTiles.RESULTS; i++)
                out[oo + i * os + j] += start[so + j];
        }
    }

    @Override
    public void add(float[] x, int xo, int xs, int rows, int n, float[] start, int so, float[] out, int oo, int os) {
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < n; j++)
                out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j];
    }

    private static void input(float[] x, int xo, int xs, float[] out, int oo, int os) {
        float d0 = x[xo];
        float d1 = x[xo + xs];
        float d2 = x[xo + 2 * xs];
        float d3 = x[xo + 3 * xs];
        float d4 = x[xo + 4 * xs];
        float d5 = x[xo + 5 * xs];
        out[oo] = Math.fma(-2.5f, d2, d0 + d4);
        float e1 = Math.fma(-2, d2, d4);
        float w1 = Math.fma(-ROOT, d1, HALF_ROOT * d3);
        float e2 = Math.fma(-0.5f, d2, d4);
        float w2 = Math.fma(-HALF_ROOT, d1, ROOT * d3);
        out[oo + os] = e1 + w1;
        out[oo + 2 * os] = e1 - w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = Math.fma(-2.5f, d3, d1 + d5);
    }

    private static void result(float[] x, int xo, int xs, float[] out, int oo, int os) {
        float d0 = x[xo];
        float d1 = x[xo + xs];
        float d2 = x[xo + 2 * xs];
        float d3 = x[xo + 3 * xs];
        float d4 = x[xo + 4 * xs];
        float d5 = x[xo + 5 * xs];
        float s1 = d1 + d2;
        float t1 = d1 - d2;
        float s2 = d3 + d4;
        float t2 = d3 - d4;
        out[oo] = d0 + s1 + s2;
        out[oo + os] = Math.fma(ROOT, t2, HALF_ROOT * t1);
        out[oo + 2 * os] = Math.fma(2, s2, 0.5f * s1);
        out[oo + 3 * os] = Math.fma(TWO_ROOTS, t2, Math.fma(QUARTER_ROOT, t1, d5));
    }

    private static void resultGradient(float[] x, int xo, int xs, float[] out, int oo, int os) {
        float d0 = x[xo];
        float d1 = x[xo + xs];
        float d2 = x[xo + 2 * xs];
        float d3 = x[xo + 3 * xs];
        float e1 = Math.fma(0.5f, d2, d0);
        float w1 = Math.fma(QUARTER_ROOT, d3, HALF_ROOT * d1);
        float e2 = Math.fma(2, d2, d0);
        float w2 = Math.fma(TWO_ROOTS, d3, ROOT * d1);
        out[oo] = d0;
        out[oo + os] = e1 + w1;
        out[oo + 2 * os] = e1 - w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = d3;
    }

    private static void weight(float[] x, int xo, int xs, float[] out, int oo, int os) {
        float d0 = x[xo];
        float d1 = x[xo + xs];
        float d2 = x[xo + 2 * xs];
        float e1 = Math.fma(-THIRD, d2, -TWO_THIRDS * d0);
        float w1 = THIRD_ROOT * d1;
        float e2 = Math.fma(THIRD, d2, SIXTH * d0);
        float w2 = SIXTH_ROOT * d1;
        out[oo] = d0;
        out[oo + os] = e1 - w1;
        out[oo + 2 * os] = e1 + w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = d2;
    }

    private static void weightGradient(float[] x, int xo, int xs, float[] out, int oo, int os) {
        float d0 = x[xo];
        float d1 = x[xo + xs];
        float d2 = x[xo + 2 * xs];
        float d3 = x[xo + 3 * xs];
        float d4 = x[xo + 4 * xs];
        float d5 = x[xo + 5 * xs];
        float s1 = d1 + d2;
        float t1 = d2 - d1;
        float s2 = d3 + d4;
        float t2 = d3 - d4;
        out[oo] = Math.fma(SIXTH, s2, Math.fma(-TWO_THIRDS, s1, d0));
        out[oo + os] = Math.fma(SIXTH_ROOT, t2, THIRD_ROOT * t1);
        out[oo + 2 * os] = Math.fma(THIRD, s2, Math.fma(-THIRD, s1, d5));
    }
}
