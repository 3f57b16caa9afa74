package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of columns at a time; constants as in [SimdWinograd].
final class SimdWinograd64 implements WinogradKernel64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

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
        DoubleVector minusHalf = broadcast(S, -0.5);
        DoubleVector minusTwo = broadcast(S, -2);
        DoubleVector minusTwoAndHalf = broadcast(S, -2.5);
        DoubleVector minusHalfRoot = broadcast(S, -WinogradTransform.HALF_ROOT);
        DoubleVector halfRoot = broadcast(S, WinogradTransform.HALF_ROOT);
        DoubleVector minusRoot = broadcast(S, -WinogradTransform.ROOT);
        DoubleVector root = broadcast(S, WinogradTransform.ROOT);
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector d4 = fromArray(S, x, xo + 4 * xs + j);
            DoubleVector d5 = fromArray(S, x, xo + 5 * xs + j);
            d2.fma(minusTwoAndHalf, d0.add(d4)).intoArray(out, oo + j);
            DoubleVector e1 = d2.fma(minusTwo, d4);
            DoubleVector w1 = d1.fma(minusRoot, d3.mul(halfRoot));
            DoubleVector e2 = d2.fma(minusHalf, d4);
            DoubleVector w2 = d1.fma(minusHalfRoot, d3.mul(root));
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.fma(minusTwoAndHalf, d1.add(d5)).intoArray(out, oo + 5 * os + j);
        }
    }

    private static void result(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        DoubleVector half = broadcast(S, 0.5);
        DoubleVector two = broadcast(S, 2);
        DoubleVector halfRoot = broadcast(S, WinogradTransform.HALF_ROOT);
        DoubleVector quarterRoot = broadcast(S, WinogradTransform.QUARTER_ROOT);
        DoubleVector root = broadcast(S, WinogradTransform.ROOT);
        DoubleVector twoRoots = broadcast(S, WinogradTransform.TWO_ROOTS);
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
            t2.fma(root, t1.mul(halfRoot)).intoArray(out, oo + os + j);
            s2.fma(two, s1.mul(half)).intoArray(out, oo + 2 * os + j);
            t2.fma(twoRoots, t1.fma(quarterRoot, d5)).intoArray(out, oo + 3 * os + j);
        }
    }

    private static void resultGradient(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        DoubleVector half = broadcast(S, 0.5);
        DoubleVector two = broadcast(S, 2);
        DoubleVector halfRoot = broadcast(S, WinogradTransform.HALF_ROOT);
        DoubleVector quarterRoot = broadcast(S, WinogradTransform.QUARTER_ROOT);
        DoubleVector root = broadcast(S, WinogradTransform.ROOT);
        DoubleVector twoRoots = broadcast(S, WinogradTransform.TWO_ROOTS);
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector d3 = fromArray(S, x, xo + 3 * xs + j);
            DoubleVector e1 = d2.fma(half, d0);
            DoubleVector w1 = d3.fma(quarterRoot, d1.mul(halfRoot));
            DoubleVector e2 = d2.fma(two, d0);
            DoubleVector w2 = d3.fma(twoRoots, d1.mul(root));
            d0.intoArray(out, oo + j);
            e1.add(w1).intoArray(out, oo + os + j);
            e1.sub(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d3.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weight(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        DoubleVector sixth = broadcast(S, WinogradTransform.SIXTH);
        DoubleVector sixthRoot = broadcast(S, WinogradTransform.SIXTH_ROOT);
        DoubleVector minusThird = broadcast(S, -WinogradTransform.THIRD);
        DoubleVector third = broadcast(S, WinogradTransform.THIRD);
        DoubleVector thirdRoot = broadcast(S, WinogradTransform.THIRD_ROOT);
        DoubleVector minusTwoThirds = broadcast(S, -WinogradTransform.TWO_THIRDS);
        for (int j = 0; j < n; j += L) {
            DoubleVector d0 = fromArray(S, x, xo + j);
            DoubleVector d1 = fromArray(S, x, xo + xs + j);
            DoubleVector d2 = fromArray(S, x, xo + 2 * xs + j);
            DoubleVector e1 = d2.fma(minusThird, d0.mul(minusTwoThirds));
            DoubleVector w1 = d1.mul(thirdRoot);
            DoubleVector e2 = d2.fma(third, d0.mul(sixth));
            DoubleVector w2 = d1.mul(sixthRoot);
            d0.intoArray(out, oo + j);
            e1.sub(w1).intoArray(out, oo + os + j);
            e1.add(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d2.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weightGradient(double[] x, int xo, int xs, int n, double[] out, int oo, int os) {
        DoubleVector sixth = broadcast(S, WinogradTransform.SIXTH);
        DoubleVector sixthRoot = broadcast(S, WinogradTransform.SIXTH_ROOT);
        DoubleVector minusThird = broadcast(S, -WinogradTransform.THIRD);
        DoubleVector third = broadcast(S, WinogradTransform.THIRD);
        DoubleVector thirdRoot = broadcast(S, WinogradTransform.THIRD_ROOT);
        DoubleVector minusTwoThirds = broadcast(S, -WinogradTransform.TWO_THIRDS);
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
            s2.fma(sixth, s1.fma(minusTwoThirds, d0)).intoArray(out, oo + j);
            t2.fma(sixthRoot, t1.mul(thirdRoot)).intoArray(out, oo + os + j);
            s2.fma(third, s1.fma(minusThird, d5)).intoArray(out, oo + 2 * os + j);
        }
    }
}
