package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of columns at a time.
final class SimdWinograd implements WinogradKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final FloatVector MINUS_HALF = broadcast(S, -0.5f);
    private static final FloatVector HALF = broadcast(S, 0.5f);
    private static final FloatVector MINUS_TWO = broadcast(S, -2);
    private static final FloatVector TWO = broadcast(S, 2);
    private static final FloatVector MINUS_TWO_AND_HALF = broadcast(S, -2.5f);
    private static final FloatVector MINUS_HALF_ROOT = broadcast(S, (float) -WinogradTransform.HALF_ROOT);
    private static final FloatVector HALF_ROOT = broadcast(S, (float) WinogradTransform.HALF_ROOT);
    private static final FloatVector QUARTER_ROOT = broadcast(S, (float) WinogradTransform.QUARTER_ROOT);
    private static final FloatVector MINUS_ROOT = broadcast(S, (float) -WinogradTransform.ROOT);
    private static final FloatVector ROOT = broadcast(S, (float) WinogradTransform.ROOT);
    private static final FloatVector SIXTH = broadcast(S, (float) WinogradTransform.SIXTH);
    private static final FloatVector SIXTH_ROOT = broadcast(S, (float) WinogradTransform.SIXTH_ROOT);
    private static final FloatVector MINUS_THIRD = broadcast(S, (float) -WinogradTransform.THIRD);
    private static final FloatVector THIRD = broadcast(S, (float) WinogradTransform.THIRD);
    private static final FloatVector THIRD_ROOT = broadcast(S, (float) WinogradTransform.THIRD_ROOT);
    private static final FloatVector TWO_ROOTS = broadcast(S, (float) WinogradTransform.TWO_ROOTS);
    private static final FloatVector MINUS_TWO_THIRDS = broadcast(S, (float) -WinogradTransform.TWO_THIRDS);

    @Override
    public void apply(WinogradTransform transform, float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        int whole = n / L * L;
        switch (transform) {
            case INPUT -> input(x, xo, xs, whole, out, oo, os);
            case RESULT -> result(x, xo, xs, whole, out, oo, os);
            case RESULT_GRADIENT -> resultGradient(x, xo, xs, whole, out, oo, os);
            case WEIGHT -> weight(x, xo, xs, whole, out, oo, os);
            case WEIGHT_GRADIENT -> weightGradient(x, xo, xs, whole, out, oo, os);
        }
        ScalarWinograd.apply(transform, x, xo, xs, whole, n, out, oo, os);
    }

    @Override
    public void add(float[] x, int xo, int xs, int rows, int n, float[] start, int so, float[] out, int oo, int os) {
        int whole = n / L * L;
        for (int j = 0; j < whole; j += L)
            addColumns(x, xo + j, xs, rows, start, so + j, out, oo + j, os);
        for (int r = 0; whole < n && r < rows; r++)
            for (int j = whole; j < n; j++)
                out[oo + r * os + j] = x[xo + r * xs + j] + start[so + j];
    }

    private static void addColumns(float[] x, int xo, int xs, int rows, float[] start, int so, float[] out, int oo, int os) {
        FloatVector s = fromArray(S, start, so);
        for (int r = 0; r < rows; r++)
            fromArray(S, x, xo + r * xs).add(s).intoArray(out, oo + r * os);
    }

    private static void input(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector d3 = fromArray(S, x, xo + 3 * xs + j);
            FloatVector d4 = fromArray(S, x, xo + 4 * xs + j);
            FloatVector d5 = fromArray(S, x, xo + 5 * xs + j);
            d2.fma(MINUS_TWO_AND_HALF, d0.add(d4)).intoArray(out, oo + j);
            FloatVector e1 = d2.fma(MINUS_TWO, d4);
            FloatVector w1 = d1.fma(MINUS_ROOT, d3.mul(HALF_ROOT));
            FloatVector e2 = d2.fma(MINUS_HALF, d4);
            FloatVector w2 = d1.fma(MINUS_HALF_ROOT, d3.mul(ROOT));
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.fma(MINUS_TWO_AND_HALF, d1.add(d5)).intoArray(out, oo + 5 * os + j);
        }
    }

    private static void result(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector d3 = fromArray(S, x, xo + 3 * xs + j);
            FloatVector d4 = fromArray(S, x, xo + 4 * xs + j);
            FloatVector d5 = fromArray(S, x, xo + 5 * xs + j);
            FloatVector s1 = d1.add(d2);
            FloatVector t1 = d1.sub(d2);
            FloatVector s2 = d3.add(d4);
            FloatVector t2 = d3.sub(d4);
            d0.add(s1).add(s2).intoArray(out, oo + j);
            t2.fma(ROOT, t1.mul(HALF_ROOT)).intoArray(out, oo + os + j);
            s2.fma(TWO, s1.mul(HALF)).intoArray(out, oo + 2 * os + j);
            t2.fma(TWO_ROOTS, t1.fma(QUARTER_ROOT, d5)).intoArray(out, oo + 3 * os + j);
        }
    }

    private static void resultGradient(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector d3 = fromArray(S, x, xo + 3 * xs + j);
            FloatVector e1 = d2.fma(HALF, d0);
            FloatVector w1 = d3.fma(QUARTER_ROOT, d1.mul(HALF_ROOT));
            FloatVector e2 = d2.fma(TWO, d0);
            FloatVector w2 = d3.fma(TWO_ROOTS, d1.mul(ROOT));
            d0.intoArray(out, oo + j);
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weight(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector e1 = d2.fma(MINUS_THIRD, d0.mul(MINUS_TWO_THIRDS));
            FloatVector w1 = d1.mul(THIRD_ROOT);
            FloatVector e2 = d2.fma(THIRD, d0.mul(SIXTH));
            FloatVector w2 = d1.mul(SIXTH_ROOT);
            d0.intoArray(out, oo + j);
            e1.sub(w1).intoArray(out, oo + os + j);
            e1.add(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d2.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weightGradient(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector d3 = fromArray(S, x, xo + 3 * xs + j);
            FloatVector d4 = fromArray(S, x, xo + 4 * xs + j);
            FloatVector d5 = fromArray(S, x, xo + 5 * xs + j);
            FloatVector s1 = d1.add(d2);
            FloatVector t1 = d2.sub(d1);
            FloatVector s2 = d3.add(d4);
            FloatVector t2 = d3.sub(d4);
            s2.fma(SIXTH, s1.fma(MINUS_TWO_THIRDS, d0)).intoArray(out, oo + j);
            t2.fma(SIXTH_ROOT, t1.mul(THIRD_ROOT)).intoArray(out, oo + os + j);
            s2.fma(THIRD, s1.fma(MINUS_THIRD, d5)).intoArray(out, oo + 2 * os + j);
        }
    }
}
