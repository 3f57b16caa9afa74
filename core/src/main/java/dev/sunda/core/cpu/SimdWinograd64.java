package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of columns at a time.
final class SimdWinograd64 implements WinogradKernel64 {
    private static final VectorSpecies<Double> S = VectorSpecies.of(double.class, SimdSpecies.F.vectorShape());
    private static final int L = S.length();
    private static final DoubleVector MINUS_HALF = broadcast(S, -0.5);
    private static final DoubleVector HALF = broadcast(S, 0.5);
    private static final DoubleVector MINUS_TWO = broadcast(S, -2);
    private static final DoubleVector TWO = broadcast(S, 2);
    private static final DoubleVector MINUS_TWO_AND_HALF = broadcast(S, -2.5);
    private static final DoubleVector MINUS_HALF_ROOT = broadcast(S, -WinogradTransform.HALF_ROOT);
    private static final DoubleVector HALF_ROOT = broadcast(S, WinogradTransform.HALF_ROOT);
    private static final DoubleVector QUARTER_ROOT = broadcast(S, WinogradTransform.QUARTER_ROOT);
    private static final DoubleVector MINUS_ROOT = broadcast(S, -WinogradTransform.ROOT);
    private static final DoubleVector ROOT = broadcast(S, WinogradTransform.ROOT);
    private static final DoubleVector SIXTH = broadcast(S, WinogradTransform.SIXTH);
    private static final DoubleVector SIXTH_ROOT = broadcast(S, WinogradTransform.SIXTH_ROOT);
    private static final DoubleVector MINUS_THIRD = broadcast(S, -WinogradTransform.THIRD);
    private static final DoubleVector THIRD = broadcast(S, WinogradTransform.THIRD);
    private static final DoubleVector THIRD_ROOT = broadcast(S, WinogradTransform.THIRD_ROOT);
    private static final DoubleVector TWO_ROOTS = broadcast(S, WinogradTransform.TWO_ROOTS);
    private static final DoubleVector MINUS_TWO_THIRDS = broadcast(S, -WinogradTransform.TWO_THIRDS);

    @Override
    public void apply(WinogradTransform transform, double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        int whole = n / L * L;
        switch (transform) {
            case INPUT -> input(x, xo, xs, whole, out, oo, os);
            case RESULT -> result(x, xo, xs, whole, out, oo, os);
            case RESULT_GRADIENT -> resultGradient(x, xo, xs, whole, out, oo, os);
            case WEIGHT -> weight(x, xo, xs, whole, out, oo, os);
            case WEIGHT_GRADIENT -> weightGradient(x, xo, xs, whole, out, oo, os);
        }
        ScalarWinograd64.apply(transform, x, xo, xs, whole, n, out, oo, os);
    }

    @Override
    public void add(double[] x, int xo, int xs, int rows, int n, double[] start, int so, double[] out, int oo, int os) {
        int whole = n / L * L;
        for (int j = 0; j < whole; j += L)
            addColumns(x, xo + j, xs, rows, start, so + j, out, oo + j, os);
        for (int r = 0; whole < n && r < rows; r++)
            for (int j = whole; j < n; j++)
                out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j];
    }

    private static void addColumns(double[] x, int xo, int xs, int rows, double[] start, int so, double[] out, int oo, int os) {
        DoubleVector s = fromArray(S, start, so);
        for (int r = 0; r < rows; r++)
            fromArray(S, x, xo + r * xs).add(s).intoArray(out, oo + r * os);
    }

    private static void input(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector d4 = fromArray(S, x, xo + 4 * xs + j);
            DoubleVector d5 = fromArray(S, x, xo + 5 * xs + j);
            d2.fma(MINUS_TWO_AND_HALF, d0.add(d4)).intoArray(out, oo + j);
            DoubleVector e1 = d2.fma(MINUS_TWO, d4);
            DoubleVector w1 = d1.fma(MINUS_ROOT, d3.mul(HALF_ROOT));
            DoubleVector e2 = d2.fma(MINUS_HALF, d4);
            DoubleVector w2 = d1.fma(MINUS_HALF_ROOT, d3.mul(ROOT));
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.fma(MINUS_TWO_AND_HALF, d1.add(d5)).intoArray(out, oo + 5 * os + j);
        }
    }

    private static void result(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector d4 = fromArray(S, x, xo + 4 * xs + j);
            DoubleVector d5 = fromArray(S, x, xo + 5 * xs + j);
            DoubleVector s1 = d1.add(d2);
            DoubleVector t1 = d1.sub(d2);
            DoubleVector s2 = d3.add(d4);
            DoubleVector t2 = d3.sub(d4);
            d0.add(s1).add(s2).intoArray(out, oo + j);
            t2.fma(ROOT, t1.mul(HALF_ROOT)).intoArray(out, oo + os + j);
            s2.fma(TWO, s1.mul(HALF)).intoArray(out, oo + 2 * os + j);
            t2.fma(TWO_ROOTS, t1.fma(QUARTER_ROOT, d5)).intoArray(out, oo + 3 * os + j);
        }
    }

    private static void resultGradient(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector e1 = d2.fma(HALF, d0);
            DoubleVector w1 = d3.fma(QUARTER_ROOT, d1.mul(HALF_ROOT));
            DoubleVector e2 = d2.fma(TWO, d0);
            DoubleVector w2 = d3.fma(TWO_ROOTS, d1.mul(ROOT));
            d0.intoArray(out, oo + j);
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weight(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector e1 = d2.fma(MINUS_THIRD, d0.mul(MINUS_TWO_THIRDS));
            DoubleVector w1 = d1.mul(THIRD_ROOT);
            DoubleVector e2 = d2.fma(THIRD, d0.mul(SIXTH));
            DoubleVector w2 = d1.mul(SIXTH_ROOT);
            d0.intoArray(out, oo + j);
            e1.sub(w1).intoArray(out, oo + os + j);
            e1.add(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d2.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weightGradient(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector d4 = fromArray(S, x, xo + 4 * xs + j);
            DoubleVector d5 = fromArray(S, x, xo + 5 * xs + j);
            DoubleVector s1 = d1.add(d2);
            DoubleVector t1 = d2.sub(d1);
            DoubleVector s2 = d3.add(d4);
            DoubleVector t2 = d3.sub(d4);
            s2.fma(SIXTH, s1.fma(MINUS_TWO_THIRDS, d0)).intoArray(out, oo + j);
            t2.fma(SIXTH_ROOT, t1.mul(THIRD_ROOT)).intoArray(out, oo + os + j);
            s2.fma(THIRD, s1.fma(MINUS_THIRD, d5)).intoArray(out, oo + 2 * os + j);
        }
    }
}
