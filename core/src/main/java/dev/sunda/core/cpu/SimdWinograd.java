package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// A vector of columns at a time. Constants are made before each loop: fields would be read again in every round, because a store of floats
/// might have changed what a vector object holds.
final class SimdWinograd implements WinogradKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void apply(WinogradTransform transform, float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        int whole = n / L * L;
        switch (transform) {
            case INPUT -> input(n / L, x, xo, L, xs, out, oo, L, os);
            case RESULT -> result(x, xo, xs, whole, out, oo, os);
            case RESULT_GRADIENT -> resultGradient(n / L, x, xo, L, xs, out, oo, L, os);
            case WEIGHT -> weight(x, xo, xs, whole, out, oo, os);
            case WEIGHT_GRADIENT -> weightGradient(x, xo, xs, whole, out, oo, os);
        }
        ScalarWinograd.apply(transform, x, xo, xs, whole, n, out, oo, os);
    }

    @Override
    public void applyTiles(WinogradTransform transform, int tiles, float[] x, int xo, int xt, int xs, int n, float[] out, int oo, int ot,
            int os) {
        if (n % L > 0 || n / L > tiles || transform != WinogradTransform.INPUT && transform != WinogradTransform.RESULT_GRADIENT) {
            WinogradKernel.super.applyTiles(transform, tiles, x, xo, xt, xs, n, out, oo, ot, os);
            return;
        }
        for (int j = 0; j < n; j += L)
            if (transform == WinogradTransform.INPUT)
                input(tiles, x, xo + j, xt, xs, out, oo + j, ot, os);
            else
            resultGradient(tiles, x, xo + j, xt, xs, out, oo + j, ot, os);
    }

    /// `n` vectors of columns, number `i` of them at `xo + i * xn` and at `oo + i * on`: neighbours, or one of each tile.
    private static void input(int n, float[] x, int xo, int xn, int xs, float[] out, int oo, int on, int os) {
        FloatVector minusHalf = broadcast(S, -0.5f);
        FloatVector minusTwo = broadcast(S, -2);
        FloatVector minusTwoAndHalf = broadcast(S, -2.5f);
        FloatVector minusHalfRoot = broadcast(S, (float) -WinogradTransform.HALF_ROOT);
        FloatVector halfRoot = broadcast(S, (float) WinogradTransform.HALF_ROOT);
        FloatVector minusRoot = broadcast(S, (float) -WinogradTransform.ROOT);
        FloatVector root = broadcast(S, (float) WinogradTransform.ROOT);
        for (int i = 0, at = xo, to = oo; i < n; i++, at += xn, to += on) {
            FloatVector d0 = fromArray(S, x, at);
            FloatVector d1 = fromArray(S, x, at + xs);
            FloatVector d2 = fromArray(S, x, at + 2 * xs);
            FloatVector d3 = fromArray(S, x, at + 3 * xs);
            FloatVector d4 = fromArray(S, x, at + 4 * xs);
            FloatVector d5 = fromArray(S, x, at + 5 * xs);
            d2.fma(minusTwoAndHalf, d0.add(d4)).intoArray(out, to);
            FloatVector e1 = d2.fma(minusTwo, d4);
            FloatVector w1 = d1.fma(minusRoot, d3.mul(halfRoot));
            FloatVector e2 = d2.fma(minusHalf, d4);
            FloatVector w2 = d1.fma(minusHalfRoot, d3.mul(root));
            e1.add(w1).intoArray(out, to + os);
            e1.sub(w1).intoArray(out, to + 2 * os);
            e2.add(w2).intoArray(out, to + 3 * os);
            e2.sub(w2).intoArray(out, to + 4 * os);
            d3.fma(minusTwoAndHalf, d1.add(d5)).intoArray(out, to + 5 * os);
        }
    }

    /// The same.
    private static void resultGradient(int n, float[] x, int xo, int xn, int xs, float[] out, int oo, int on, int os) {
        FloatVector half = broadcast(S, 0.5f);
        FloatVector two = broadcast(S, 2);
        FloatVector halfRoot = broadcast(S, (float) WinogradTransform.HALF_ROOT);
        FloatVector quarterRoot = broadcast(S, (float) WinogradTransform.QUARTER_ROOT);
        FloatVector root = broadcast(S, (float) WinogradTransform.ROOT);
        FloatVector twoRoots = broadcast(S, (float) WinogradTransform.TWO_ROOTS);
        for (int i = 0, at = xo, to = oo; i < n; i++, at += xn, to += on) {
            FloatVector d0 = fromArray(S, x, at);
            FloatVector d1 = fromArray(S, x, at + xs);
            FloatVector d2 = fromArray(S, x, at + 2 * xs);
            FloatVector d3 = fromArray(S, x, at + 3 * xs);
            FloatVector e1 = d2.fma(half, d0);
            FloatVector w1 = d3.fma(quarterRoot, d1.mul(halfRoot));
            FloatVector e2 = d2.fma(two, d0);
            FloatVector w2 = d3.fma(twoRoots, d1.mul(root));
            d0.intoArray(out, to);
            e1.add(w1).intoArray(out, to + os);
            e1.sub(w1).intoArray(out, to + 2 * os);
            e2.add(w2).intoArray(out, to + 3 * os);
            e2.sub(w2).intoArray(out, to + 4 * os);
            d3.intoArray(out, to + 5 * os);
        }
    }

    @Override
    public void results(int tiles, float[] x, int xo, int xt, int xs, int n, float[] start, int so, float[] out, int oo, int ot,
            int os) {
        int whole = n / L * L;
        for (int j = 0; j < whole; j += L)
            results(tiles, x, xo + j, xt, xs, start, so + j, out, oo + j, ot, os);
        for (int t = 0; whole < n && t < tiles; t++)
            ScalarWinograd.results(x, xo + t * xt, xs, whole, n, start, so, out, oo + t * ot, os);
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

    private static void result(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        FloatVector half = broadcast(S, 0.5f);
        FloatVector two = broadcast(S, 2);
        FloatVector halfRoot = broadcast(S, (float) WinogradTransform.HALF_ROOT);
        FloatVector quarterRoot = broadcast(S, (float) WinogradTransform.QUARTER_ROOT);
        FloatVector root = broadcast(S, (float) WinogradTransform.ROOT);
        FloatVector twoRoots = broadcast(S, (float) WinogradTransform.TWO_ROOTS);
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
            t2.fma(root, t1.mul(halfRoot)).intoArray(out, oo + os + j);
            s2.fma(two, s1.mul(half)).intoArray(out, oo + 2 * os + j);
            t2.fma(twoRoots, t1.fma(quarterRoot, d5)).intoArray(out, oo + 3 * os + j);
        }
    }

    /// The results of a vector of columns of each tile.
    private static void results(int tiles, float[] x, int xo, int xt, int xs, float[] start, int so, float[] out, int oo, int ot, int os) {
        FloatVector first = fromArray(S, start, so);
        FloatVector half = broadcast(S, 0.5f);
        FloatVector two = broadcast(S, 2);
        FloatVector halfRoot = broadcast(S, (float) WinogradTransform.HALF_ROOT);
        FloatVector quarterRoot = broadcast(S, (float) WinogradTransform.QUARTER_ROOT);
        FloatVector root = broadcast(S, (float) WinogradTransform.ROOT);
        FloatVector twoRoots = broadcast(S, (float) WinogradTransform.TWO_ROOTS);
        for (int t = 0, at = xo, to = oo; t < tiles; t++, at += xt, to += ot) {
            FloatVector d0 = fromArray(S, x, at);
            FloatVector d1 = fromArray(S, x, at + xs);
            FloatVector d2 = fromArray(S, x, at + 2 * xs);
            FloatVector d3 = fromArray(S, x, at + 3 * xs);
            FloatVector d4 = fromArray(S, x, at + 4 * xs);
            FloatVector d5 = fromArray(S, x, at + 5 * xs);
            FloatVector s1 = d1.add(d2);
            FloatVector t1 = d1.sub(d2);
            FloatVector s2 = d3.add(d4);
            FloatVector t2 = d3.sub(d4);
            d0.add(s1).add(s2).add(first).intoArray(out, to);
            t2.fma(root, t1.mul(halfRoot)).add(first).intoArray(out, to + os);
            s2.fma(two, s1.mul(half)).add(first).intoArray(out, to + 2 * os);
            t2.fma(twoRoots, t1.fma(quarterRoot, d5)).add(first).intoArray(out, to + 3 * os);
        }
    }

    private static void weight(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        FloatVector sixth = broadcast(S, (float) WinogradTransform.SIXTH);
        FloatVector sixthRoot = broadcast(S, (float) WinogradTransform.SIXTH_ROOT);
        FloatVector minusThird = broadcast(S, (float) -WinogradTransform.THIRD);
        FloatVector third = broadcast(S, (float) WinogradTransform.THIRD);
        FloatVector thirdRoot = broadcast(S, (float) WinogradTransform.THIRD_ROOT);
        FloatVector minusTwoThirds = broadcast(S, (float) -WinogradTransform.TWO_THIRDS);
        for (int j = 0; j < n; j += L) {
            FloatVector d0 = fromArray(S, x, xo + j);
            FloatVector d1 = fromArray(S, x, xo + xs + j);
            FloatVector d2 = fromArray(S, x, xo + 2 * xs + j);
            FloatVector e1 = d2.fma(minusThird, d0.mul(minusTwoThirds));
            FloatVector w1 = d1.mul(thirdRoot);
            FloatVector e2 = d2.fma(third, d0.mul(sixth));
            FloatVector w2 = d1.mul(sixthRoot);
            d0.intoArray(out, oo + j);
            e1.sub(w1).intoArray(out, oo + os + j);
            e1.add(w1).intoArray(out, oo + 2 * os + j);
            e2.add(w2).intoArray(out, oo + 3 * os + j);
            e2.sub(w2).intoArray(out, oo + 4 * os + j);
            d2.intoArray(out, oo + 5 * os + j);
        }
    }

    private static void weightGradient(float[] x, int xo, int xs, int n, float[] out, int oo, int os) {
        FloatVector sixth = broadcast(S, (float) WinogradTransform.SIXTH);
        FloatVector sixthRoot = broadcast(S, (float) WinogradTransform.SIXTH_ROOT);
        FloatVector minusThird = broadcast(S, (float) -WinogradTransform.THIRD);
        FloatVector third = broadcast(S, (float) WinogradTransform.THIRD);
        FloatVector thirdRoot = broadcast(S, (float) WinogradTransform.THIRD_ROOT);
        FloatVector minusTwoThirds = broadcast(S, (float) -WinogradTransform.TWO_THIRDS);
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
            s2.fma(sixth, s1.fma(minusTwoThirds, d0)).intoArray(out, oo + j);
            t2.fma(sixthRoot, t1.mul(thirdRoot)).intoArray(out, oo + os + j);
            s2.fma(third, s1.fma(minusThird, d5)).intoArray(out, oo + 2 * os + j);
        }
    }
}
