package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.WinogradTransform.HALF_ROOT;
import static dev.sunda.core.cpu.WinogradTransform.QUARTER_ROOT;
import static dev.sunda.core.cpu.WinogradTransform.ROOT;
import static dev.sunda.core.cpu.WinogradTransform.SIXTH;
import static dev.sunda.core.cpu.WinogradTransform.SIXTH_ROOT;
import static dev.sunda.core.cpu.WinogradTransform.THIRD;
import static dev.sunda.core.cpu.WinogradTransform.THIRD_ROOT;
import static dev.sunda.core.cpu.WinogradTransform.TWO_ROOTS;
import static dev.sunda.core.cpu.WinogradTransform.TWO_THIRDS;

/// One column at a time.
final class ScalarWinograd64 implements WinogradKernel64 {
    @Override
    public void apply(WinogradTransform transform, double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        apply(transform, x, xo, xs, 0, n, out, oo, os);
    }

    /// The columns from `done` on.
    static void apply(WinogradTransform transform, double[] x, int xo, int xs, int done, int n, double[] out, int oo, int os) {
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
    public void add(double[] x, int xo, int xs, int rows, int n, double[] start, int so, double[] out, int oo, int os) {
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < n; j++)
                out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j];
    }

    private static void input(double[] x, int xo, int xs, double[] out, int oo, int os) {
        double d0 = x[xo];
        double d1 = x[xo + xs];
        double d2 = x[xo + 2 * xs];
        double d3 = x[xo + 3 * xs];
        double d4 = x[xo + 4 * xs];
        double d5 = x[xo + 5 * xs];
        out[oo] = Math.fma(-2.5, d2, d0 + d4);
        double e1 = Math.fma(-2, d2, d4);
        double w1 = Math.fma(-ROOT, d1, HALF_ROOT * d3);
        double e2 = Math.fma(-0.5, d2, d4);
        double w2 = Math.fma(-HALF_ROOT, d1, ROOT * d3);
        out[oo + os] = e1 + w1;
        out[oo + 2 * os] = e1 - w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = Math.fma(-2.5, d3, d1 + d5);
    }

    private static void result(double[] x, int xo, int xs, double[] out, int oo, int os) {
        double d0 = x[xo];
        double d1 = x[xo + xs];
        double d2 = x[xo + 2 * xs];
        double d3 = x[xo + 3 * xs];
        double d4 = x[xo + 4 * xs];
        double d5 = x[xo + 5 * xs];
        double s1 = d1 + d2;
        double t1 = d1 - d2;
        double s2 = d3 + d4;
        double t2 = d3 - d4;
        out[oo] = d0 + s1 + s2;
        out[oo + os] = Math.fma(ROOT, t2, HALF_ROOT * t1);
        out[oo + 2 * os] = Math.fma(2, s2, 0.5 * s1);
        out[oo + 3 * os] = Math.fma(TWO_ROOTS, t2, Math.fma(QUARTER_ROOT, t1, d5));
    }

    private static void resultGradient(double[] x, int xo, int xs, double[] out, int oo, int os) {
        double d0 = x[xo];
        double d1 = x[xo + xs];
        double d2 = x[xo + 2 * xs];
        double d3 = x[xo + 3 * xs];
        double e1 = Math.fma(0.5, d2, d0);
        double w1 = Math.fma(QUARTER_ROOT, d3, HALF_ROOT * d1);
        double e2 = Math.fma(2, d2, d0);
        double w2 = Math.fma(TWO_ROOTS, d3, ROOT * d1);
        out[oo] = d0;
        out[oo + os] = e1 + w1;
        out[oo + 2 * os] = e1 - w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = d3;
    }

    private static void weight(double[] x, int xo, int xs, double[] out, int oo, int os) {
        double d0 = x[xo];
        double d1 = x[xo + xs];
        double d2 = x[xo + 2 * xs];
        double e1 = Math.fma(-THIRD, d2, -TWO_THIRDS * d0);
        double w1 = THIRD_ROOT * d1;
        double e2 = Math.fma(THIRD, d2, SIXTH * d0);
        double w2 = SIXTH_ROOT * d1;
        out[oo] = d0;
        out[oo + os] = e1 - w1;
        out[oo + 2 * os] = e1 + w1;
        out[oo + 3 * os] = e2 + w2;
        out[oo + 4 * os] = e2 - w2;
        out[oo + 5 * os] = d2;
    }

    private static void weightGradient(double[] x, int xo, int xs, double[] out, int oo, int os) {
        double d0 = x[xo];
        double d1 = x[xo + xs];
        double d2 = x[xo + 2 * xs];
        double d3 = x[xo + 3 * xs];
        double d4 = x[xo + 4 * xs];
        double d5 = x[xo + 5 * xs];
        double s1 = d1 + d2;
        double t1 = d2 - d1;
        double s2 = d3 + d4;
        double t2 = d3 - d4;
        out[oo] = Math.fma(SIXTH, s2, Math.fma(-TWO_THIRDS, s1, d0));
        out[oo + os] = Math.fma(SIXTH_ROOT, t2, THIRD_ROOT * t1);
        out[oo + 2 * os] = Math.fma(THIRD, s2, Math.fma(-THIRD, s1, d5));
    }
}
