package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The 16 logical lanes of a sum in one vector or in pairs of vectors; the rest of a loop is left to [ScalarLayerNorm].
final class SimdLayerNorm implements LayerNormKernel {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void squares(float[] x, int xi, int next, float mean, int n, Sums sums) {
        int end = n & -16;
        if (L == 16)
            squares(sums.plain(), sums.centred(), x, xi, next, mean, end);
        else
            for (int first = 0; first < 16; first += 2 * L)
                squarePair(sums.plain(), sums.centred(), first, x, xi + first, next + first, mean, end);
        ScalarLayerNorm.finishSquares(x, xi, next, mean, sums, end, n);
    }

    private static void squares(float[] plain, float[] centred, float[] x, int xi, int next, float mean, int end) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector square = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 16) {
            sum = sum.add(fromArray(S, x, next + j));
            FloatVector d = fromArray(S, x, xi + j).sub(centre);
            square = d.fma(d, square);
        }
        sum.intoArray(plain, 0);
        square.intoArray(centred, 0);
    }

    private static void squarePair(float[] plain, float[] centred, int first, float[] x, int xi, int next, float mean, int end) {
        FloatVector lowSum = FloatVector.zero(S);
        FloatVector highSum = FloatVector.zero(S);
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 16) {
            lowSum = lowSum.add(fromArray(S, x, next + j));
            highSum = highSum.add(fromArray(S, x, next + j + L));
            FloatVector d = fromArray(S, x, xi + j).sub(centre);
            FloatVector e = fromArray(S, x, xi + j + L).sub(centre);
            low = d.fma(d, low);
            high = e.fma(e, high);
        }
        lowSum.intoArray(plain, first);
        highSum.intoArray(plain, first + L);
        low.intoArray(centred, first);
        high.intoArray(centred, first + L);
    }

    @Override
    public void normalize(float[] x, int xi, float mean, float rstd, float[] w, float[] b, int wi, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        FloatVector centre = FloatVector.broadcast(S, mean);
        FloatVector scale = FloatVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += L) {
            FloatVector xhat = fromArray(S, x, xi + j).sub(centre).mul(scale);
            xhat.fma(fromArray(S, w, wi + j), fromArray(S, b, wi + j)).intoArray(y, yi + j);
        }
        ScalarLayerNorm.finishNormalize(x, xi, mean, rstd, w, b, wi, y, yi, end, n);
    }

    @Override
    public void products(float[] dy, int di, float[] x, int xi, float mean, float[] w, int wi, Sums sums, int n) {
        float[] plain = sums.plain();
        float[] centred = sums.centred();
        int end = n & -16;
        if (L == 16)
            products(plain, centred, dy, di, x, xi, mean, w, wi, end);
        else
            for (int first = 0; first < 16; first += 2 * L)
                productPair(plain, centred, first, dy, di + first, x, xi + first, mean, w, wi + first, end);
        ScalarLayerNorm.finishProducts(dy, di, x, xi, mean, w, wi, sums, end, n);
    }

    private static void products(float[] plain, float[] centred, float[] dy, int di, float[] x, int xi, float mean, float[] w, int wi,
            int end) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector product = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 16) {
            FloatVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, wi + j));
            sum = sum.add(g);
            product = g.fma(fromArray(S, x, xi + j).sub(centre), product);
        }
        sum.intoArray(plain, 0);
        product.intoArray(centred, 0);
    }

    private static void productPair(float[] plain, float[] centred, int first, float[] dy, int di, float[] x, int xi, float mean, float[] w,
            int wi, int end) {
        FloatVector lowSum = FloatVector.zero(S);
        FloatVector highSum = FloatVector.zero(S);
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        for (int j = 0; j < end; j += 16) {
            FloatVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, wi + j));
            FloatVector h = fromArray(S, dy, di + j + L).mul(fromArray(S, w, wi + j + L));
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
    public void gradient(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, float slope, float shift, float[] dx,
            int oi, int n) {
        int end = S.loopBound(n);
        FloatVector centre = FloatVector.broadcast(S, mean);
        FloatVector scale = FloatVector.broadcast(S, rstd);
        FloatVector incline = FloatVector.broadcast(S, slope);
        FloatVector start = FloatVector.broadcast(S, shift);
        for (int j = 0; j < end; j += L) {
            FloatVector g = fromArray(S, dy, di + j).mul(fromArray(S, w, j));
            FloatVector d = fromArray(S, x, xi + j).sub(centre);
            g.fma(scale, d.fma(incline, start)).intoArray(dx, oi + j);
        }
        ScalarLayerNorm.finishGradient(dy, di, x, xi, mean, rstd, w, slope, shift, dx, oi, end, n);
    }

    @Override
    public void parameterGradients(float[] dy, int di, float[] x, int xi, float mean, float rstd, float[] w, int wi, float[] sums, int wo,
            int bo,
            Sums products, int n) {
        float[] plain = products.plain();
        float[] centred = products.centred();
        int end = n & -16;
        if (L == 16)
            parameterGradients(plain, centred, dy, di, x, xi, mean, rstd, w, wi, sums, wo, bo, end);
        else
            for (int first = 0; first < 16; first += 2 * L)
                parameterGradientPair(plain, centred, first, dy, di + first, x, xi + first, mean, rstd, w, wi + first, sums, wo + first,
                        bo + first,
                        end);
        ScalarLayerNorm.finishParameterGradients(dy, di, x, xi, mean, rstd, sums, wo, bo, end, n);
        ScalarLayerNorm.finishProducts(dy, di, x, xi, mean, w, wi, products, end, n);
    }

    private static void parameterGradients(float[] plain, float[] centred, float[] dy, int di, float[] x, int xi, float mean, float rstd,
            float[] w, int wi,
            float[] sums, int wo, int bo, int end) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector product = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        FloatVector scale = FloatVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 16) {
            FloatVector g = fromArray(S, dy, di + j);
            FloatVector d = fromArray(S, x, xi + j).sub(centre);
            FloatVector h = g.mul(fromArray(S, w, wi + j));
            sum = sum.add(h);
            product = h.fma(d, product);
            g.fma(d.mul(scale), fromArray(S, sums, wo + j)).intoArray(sums, wo + j);
            g.add(fromArray(S, sums, bo + j)).intoArray(sums, bo + j);
        }
        sum.intoArray(plain, 0);
        product.intoArray(centred, 0);
    }

    private static void parameterGradientPair(float[] plain, float[] centred, int first, float[] dy, int di, float[] x, int xi, float mean,
            float rstd, float[] w, int wi, float[] sums, int wo, int bo, int end) {
        FloatVector lowSum = FloatVector.zero(S);
        FloatVector highSum = FloatVector.zero(S);
        FloatVector low = FloatVector.zero(S);
        FloatVector high = FloatVector.zero(S);
        FloatVector centre = FloatVector.broadcast(S, mean);
        FloatVector scale = FloatVector.broadcast(S, rstd);
        for (int j = 0; j < end; j += 16) {
            FloatVector g = fromArray(S, dy, di + j);
            FloatVector d = fromArray(S, x, xi + j).sub(centre);
            FloatVector h = g.mul(fromArray(S, w, wi + j));
            lowSum = lowSum.add(h);
            low = h.fma(d, low);
            g.fma(d.mul(scale), fromArray(S, sums, wo + j)).intoArray(sums, wo + j);
            g.add(fromArray(S, sums, bo + j)).intoArray(sums, bo + j);
            g = fromArray(S, dy, di + j + L);
            d = fromArray(S, x, xi + j + L).sub(centre);
            h = g.mul(fromArray(S, w, wi + j + L));
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
