package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The eight chains of a sum in one vector or in pairs of vectors; the rest of a loop is left to [ScalarLayerNorm64].
final class SimdLayerNorm64 implements LayerNorm64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    @Override
    public double squares(double[] x, int xi, double mean, int n, double[] lanes) {
        int end = n & -8;
        if (L == 8)
            squares(lanes, x, xi, mean, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                squarePair(lanes, first, x, xi + first, mean, end);
        return ScalarLayerNorm64.finishSquares(lanes, x, xi, mean, end, n);
    }

    private static void squares(double[] lanes, double[] x, int xi, double mean, int end) {
        DoubleVector sum = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 8) {
            DoubleVector d = fromArray(S, x, xi + j).sub(centre);
            sum = d.fma(d, sum);
        }
        sum.intoArray(lanes, 0);
    }

    private static void squarePair(double[] lanes, int first, double[] x, int xi, double mean, int end) {
        DoubleVector low = DoubleVector.zero(S);
        DoubleVector high = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 8) {
            DoubleVector d = fromArray(S, x, xi + j).sub(centre);
            DoubleVector e = fromArray(S, x, xi + j + L).sub(centre);
            low = d.fma(d, low);
            high = e.fma(e, high);
        }
        low.intoArray(lanes, first);
        high.intoArray(lanes, first + L);
    }

    @Override
    public double normalize(double[] x, int xi, int next, double mean, double rstd, double[] w, double[] b, double[] y, int yi, int n,
            double[] lanes) {
        int end = n & -8;
        if (L == 8)
            normalize(lanes, x, xi, next, mean, rstd, w, b, y, yi, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                normalizePair(lanes, first, x, xi + first, next + first, mean, rstd, w, b, y, yi + first, end);
        ScalarLayerNorm64.finishNormalize(x, xi, mean, rstd, w, b, y, yi, end, n);
        return Reduce64.finishSum(lanes, x, next, end, n);
    }

    private static void normalize(double[] lanes, double[] x, int xi, int next, double mean, double rstd, double[] w, double[] b,
            double[] y, int yi, int end) {
        DoubleVector sum = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        DoubleVector scale = DoubleVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 8) {
            sum = sum.add(fromArray(S, x, next + j));
            DoubleVector xhat = fromArray(S, x, xi + j).sub(centre).mul(scale);
            xhat.fma(fromArray(S, w, j), fromArray(S, b, j)).intoArray(y, yi + j);
        }
        sum.intoArray(lanes, 0);
    }

    private static void normalizePair(double[] lanes, int first, double[] x, int xi, int next, double mean, double rstd, double[] w,
            double[] b, double[] y, int yi, int end) {
        DoubleVector low = DoubleVector.zero(S);
        DoubleVector high = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        DoubleVector scale = DoubleVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 8) {
            low = low.add(fromArray(S, x, next + j));
            high = high.add(fromArray(S, x, next + j + L));
            DoubleVector u = fromArray(S, x, xi + j).sub(centre).mul(scale);
            DoubleVector v = fromArray(S, x, xi + j + L).sub(centre).mul(scale);
            u.fma(fromArray(S, w, first + j), fromArray(S, b, first + j)).intoArray(y, yi + j);
            v.fma(fromArray(S, w, first + j + L), fromArray(S, b, first + j + L)).intoArray(y, yi + j + L);
        }
        low.intoArray(lanes, first);
        high.intoArray(lanes, first + L);
    }

    @Override
    public void products(double[] dy, int di, double[] x, int xi, double mean, double[] w, Sums sums, int n) {
        double[] plain = sums.plain();
        double[] centred = sums.centred();
        int end = n & -8;
        if (L == 8)
            products(plain, centred, dy, di, x, xi, mean, w, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                productPair(plain, centred, first, dy, di + first, x, xi + first, mean, w, end);
        ScalarLayerNorm64.finishProducts(dy, di, x, xi, mean, w, sums, end, n);
    }

    private static void products(double[] plain, double[] centred, double[] dy, int di, double[] x, int xi, double mean, double[] w,
            int end) {
        DoubleVector sum = DoubleVector.zero(S);
        DoubleVector product = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 8) {
            DoubleVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, j));
            sum = sum.add(g);
            product = g.fma(fromArray(S, x, xi + j).sub(centre), product);
        }
        sum.intoArray(plain, 0);
        product.intoArray(centred, 0);
    }

    private static void productPair(double[] plain, double[] centred, int first, double[] dy, int di, double[] x, int xi, double mean,
            double[] w, int end) {
        DoubleVector lowSum = DoubleVector.zero(S);
        DoubleVector highSum = DoubleVector.zero(S);
        DoubleVector low = DoubleVector.zero(S);
        DoubleVector high = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 8) {
            DoubleVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, first + j));
            DoubleVector h = fromArray(S, dy, di + j + L).mul(fromArray(S, w, first + j + L));
            lowSum = lowSum.add(g);
            highSum = highSum.add(h);
            low = g.fma(fromArray(S, x, xi + j).sub(centre), low);
            high = h.fma(fromArray(S, x, xi + j + L).sub(centre), high);
        }
        lowSum.intoArray(plain, first);
        highSum.intoArray(plain, first + L);
        low.intoArray(centred, first);
        high.intoArray(centred, first + L);
    }

    @Override
    public void gradient(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double slope, double shift,
            double[] dx,
            int oi, int n) {
        int end = S.loopBound(n);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        DoubleVector scale = DoubleVector.broadcast(S, rstd);
        DoubleVector incline = DoubleVector.broadcast(S, slope);
        DoubleVector start = DoubleVector.broadcast(S, shift);
        for (int j = 0; j < end; j += L) {
            DoubleVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, j));
            DoubleVector d = fromArray(S, x, xi + j).sub(centre);
            g.fma(scale, d.fma(incline, start)).intoArray(dx, oi + j);
        }
        ScalarLayerNorm64.finishGradient(dy, di, x, xi, mean, rstd, w, slope, shift, dx, oi, end, n);
    }

    @Override
    public void parameterGradients(double[] dy, int di, double[] x, int xi, double mean, double rstd, double[] w, double[] sums, int wo,
            int bo,
            Sums products, int n) {
        double[] plain = products.plain();
        double[] centred = products.centred();
        int end = n & -8;
        if (L == 8)
            parameterGradients(plain, centred, dy, di, x, xi, mean, rstd, w, sums, wo, bo, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                parameterGradientPair(plain, centred, first, dy, di + first, x, xi + first, mean, rstd, w, sums, wo + first, bo + first,
                        end);
        ScalarLayerNorm64.finishParameterGradients(dy, di, x, xi, mean, rstd, sums, wo, bo, end, n);
        ScalarLayerNorm64.finishProducts(dy, di, x, xi, mean, w, products, end, n);
    }

    private static void parameterGradients(double[] plain, double[] centred, double[] dy, int di, double[] x, int xi, double mean,
            double rstd, double[] w,
            double[] sums, int wo, int bo, int end) {
        DoubleVector sum = DoubleVector.zero(S);
        DoubleVector product = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        DoubleVector scale = DoubleVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 8) {
            DoubleVector g = fromArray(S, dy, di + j);
            DoubleVector d = fromArray(S, x, xi + j).sub(centre);
            DoubleVector h = g.mul(fromArray(S, w, j));
            sum = sum.add(h);
            product = h.fma(d, product);
            g.fma(d.mul(scale), fromArray(S, sums, wo + j)).intoArray(sums, wo + j);
            g.add(fromArray(S, sums, bo + j)).intoArray(sums, bo + j);
        }
        sum.intoArray(plain, 0);
        product.intoArray(centred, 0);
    }

    private static void parameterGradientPair(double[] plain, double[] centred, int first, double[] dy, int di, double[] x, int xi,
            double mean,
            double rstd, double[] w, double[] sums, int wo, int bo, int end) {
        DoubleVector lowSum = DoubleVector.zero(S);
        DoubleVector highSum = DoubleVector.zero(S);
        DoubleVector low = DoubleVector.zero(S);
        DoubleVector high = DoubleVector.zero(S);
        DoubleVector centre = DoubleVector.broadcast(S, mean);
        DoubleVector scale = DoubleVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 8) {
            DoubleVector g = fromArray(S, dy, di + j);
            DoubleVector d = fromArray(S, x, xi + j).sub(centre);
            DoubleVector h = g.mul(fromArray(S, w, first + j));
            lowSum = lowSum.add(h);
            low = h.fma(d, low);
            g.fma(d.mul(scale), fromArray(S, sums, wo + j)).intoArray(sums, wo + j);
            g.add(fromArray(S, sums, bo + j)).intoArray(sums, bo + j);
            g = fromArray(S, dy, di + j + L);
            d = fromArray(S, x, xi + j + L).sub(centre);
            h = g.mul(fromArray(S, w, first + j + L));
            highSum = highSum.add(h);
            high = h.fma(d, high);
            g.fma(d.mul(scale), fromArray(S, sums, wo + j + L)).intoArray(sums, wo + j + L);
            g.add(fromArray(S, sums, bo + j + L)).intoArray(sums, bo + j + L);
        }
        lowSum.intoArray(plain, first);
        highSum.intoArray(plain, first + L);
        low.intoArray(centred, first);
        high.intoArray(centred, first + L);
    }
}
