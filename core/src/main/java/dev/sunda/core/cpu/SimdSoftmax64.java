package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions64.LOG2_E;
import static dev.sunda.core.cpu.ScalarFunctions64.ROUND_POWERS;
import static dev.sunda.core.cpu.SimdFunctions64.bounded;
import static dev.sunda.core.cpu.SimdFunctions64.expMinus1;
import static dev.sunda.core.cpu.SimdFunctions64.remainder;
import static dev.sunda.core.cpu.SimdFunctions64.scale;
import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GT;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarSoftmax64]. Where a vector holds all eight chains of a sum, the loop that takes
/// exponentials also reads the next row.
final class SimdSoftmax64 implements Softmax64Kernel {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final boolean WHOLE = L == 8;
    private static final Functions64 FUNCTIONS = new SimdFunctions64();
    private static final Apart SUMMED = Apart.of(MethodHandles.lookup(), "summed", double[].class, int.class, int.class, double.class,
            double[].class, int.class, int.class, Lanes.class);
    private static final Apart LOGARITHM = Apart.of(MethodHandles.lookup(), "logarithm", double[].class, int.class, double[].class,
            int.class, int.class, double.class, double[].class, int.class, int.class, Lanes.class);

    @Override
    public double largest(double[] x, int xi, int n) {
        int end = S.loopBound(n);
        if (end == 0)
            return ScalarSoftmax64.finishLargest(x[xi], x, xi, 1, n);
        var lanes = new double[L];
        largestOfVectors(lanes, x, xi, end);
        return ScalarSoftmax64.finishLargest(ScalarSoftmax64.finishLargest(lanes[0], lanes, 0, 1, L), x, xi, end, n);
    }

    private static void largestOfVectors(double[] lanes, double[] x, int xi, int end) {
        DoubleVector a = fromArray(S, x, xi), b = a, c = a, d = a;
        int j = 0;
        for (; j <= end - 4 * L; j += 4 * L) {
            a = larger(a, fromArray(S, x, xi + j));
            b = larger(b, fromArray(S, x, xi + j + L));
            c = larger(c, fromArray(S, x, xi + j + 2 * L));
            d = larger(d, fromArray(S, x, xi + j + 3 * L));
        }
        for (; j < end; j += L)
            a = larger(a, fromArray(S, x, xi + j));
        larger(larger(a, b), larger(c, d)).intoArray(lanes, 0);
    }

    private static DoubleVector larger(DoubleVector a, DoubleVector b) {
        return a.blend(b, b.compare(GT, a));
    }

    @Override
    public double exponentials(double[] x, int xi, int next, double shift, double[] y, int yi, int n, Lanes lanes) {
        int end = n & -8;
        if (WHOLE && end > 0) {
            SUMMED.run(x, xi, next, shift, y, yi, end, lanes);
            ScalarFunctions64.finishExp(x, xi, shift, y, yi, end, n);
            double[] tops = lanes.largest();
            tops[0] = ScalarSoftmax64.finishLargest(ScalarSoftmax64.finishLargest(tops[0], tops, 0, 1, 8), x, next, end, n);
            return Reduce64.finishSum(lanes.sums(), y, yi, end, n);
        }
        FUNCTIONS.exp(x, xi, shift, y, yi, n);
        lanes.largest()[0] = largest(x, next, n);
        return Reduce64.sum(y, yi, n);
    }

    private static void summed(double[] x, int xi, int next, double shift, double[] y, int yi, int end, Lanes lanes) {
        DoubleVector sum = zero(S);
        DoubleVector most = fromArray(S, x, next);
        for (int j = 0; j < end; j += L) {
            most = larger(most, fromArray(S, x, next + j));
            DoubleVector c = bounded(fromArray(S, x, xi + j).sub(shift));
            DoubleVector t = c.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_POWERS));
            DoubleVector e = scale(expMinus1(remainder(c, t.sub(ROUND_POWERS))), t.reinterpretAsLongs());
            e.intoArray(y, yi + j);
            sum = sum.add(e);
        }
        sum.intoArray(lanes.sums(), 0);
        most.intoArray(lanes.largest(), 0);
    }

    @Override
    public void divide(double[] y, int yi, double sum, int n) {
        int end = S.loopBound(n);
        quotients(y, yi, sum, end);
        ScalarSoftmax64.finishDivide(y, yi, sum, end, n);
    }

    private static void quotients(double[] y, int yi, double sum, int end) {
        DoubleVector inverse = broadcast(S, 1 / sum);
        DoubleVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, y, yi + j);
            DoubleVector q = v.mul(inverse);
            q.fma(minus, v).fma(inverse, q).intoArray(y, yi + j);
        }
    }

    @Override
    public void shift(double[] x, int xi, double max, double log, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        differences(x, xi, max, log, y, yi, end);
        ScalarSoftmax64.finishShift(x, xi, max, log, y, yi, end, n);
    }

    private static void differences(double[] x, int xi, double max, double log, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).sub(max).sub(log).intoArray(y, yi + j);
    }

    @Override
    public double backward(double[] y, int yi, int yn, double[] dy, int di, int dn, double dot, double[] dx, int oi, int n, Lanes lanes) {
        int end = n & -8;
        double[] sums = lanes.sums();
        if (WHOLE)
            plain(sums, y, yi, yn, dy, di, dn, dot, dx, oi, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                plainPair(sums, first, y, yi + first, yn + first, dy, di + first, dn + first, dot, dx, oi + first, end);
        ScalarSoftmax64.finishBackward(y, yi, dy, di, dot, dx, oi, end, n);
        return ScalarSoftmax64.finishDot(sums, y, yn, dy, dn, end, n);
    }

    private static void plain(double[] sums, double[] y, int yi, int yn, double[] dy, int di, int dn, double dot, double[] dx, int oi,
            int end) {
        DoubleVector product = zero(S);
        for (int j = 0; j < end; j += 8) {
            product = fromArray(S, y, yn + j).fma(fromArray(S, dy, dn + j), product);
            fromArray(S, y, yi + j).mul(fromArray(S, dy, di + j).sub(dot)).intoArray(dx, oi + j);
        }
        product.intoArray(sums, 0);
    }

    private static void plainPair(double[] sums, int first, double[] y, int yi, int yn, double[] dy, int di, int dn, double dot,
            double[] dx, int oi, int end) {
        DoubleVector low = zero(S);
        DoubleVector high = zero(S);
        for (int j = 0; j < end; j += 8) {
            low = fromArray(S, y, yn + j).fma(fromArray(S, dy, dn + j), low);
            high = fromArray(S, y, yn + j + L).fma(fromArray(S, dy, dn + j + L), high);
            fromArray(S, y, yi + j).mul(fromArray(S, dy, di + j).sub(dot)).intoArray(dx, oi + j);
            fromArray(S, y, yi + j + L).mul(fromArray(S, dy, di + j + L).sub(dot)).intoArray(dx, oi + j + L);
        }
        low.intoArray(sums, first);
        high.intoArray(sums, first + L);
    }

    @Override
    public double dot(double[] y, int yi, double[] dy, int di, int n, Lanes lanes) {
        int end = n & -8;
        double[] sums = lanes.sums();
        if (WHOLE)
            products(sums, y, yi, dy, di, end);
        else
            for (int first = 0; first < 8; first += 2 * L)
                productPair(sums, first, y, yi + first, dy, di + first, end);
        return ScalarSoftmax64.finishDot(sums, y, yi, dy, di, end, n);
    }

    private static void products(double[] sums, double[] y, int yi, double[] dy, int di, int end) {
        DoubleVector product = zero(S);
        for (int j = 0; j < end; j += 8)
            product = fromArray(S, y, yi + j).fma(fromArray(S, dy, di + j), product);
        product.intoArray(sums, 0);
    }

    private static void productPair(double[] sums, int first, double[] y, int yi, double[] dy, int di, int end) {
        DoubleVector low = zero(S);
        DoubleVector high = zero(S);
        for (int j = 0; j < end; j += 8) {
            low = fromArray(S, y, yi + j).fma(fromArray(S, dy, di + j), low);
            high = fromArray(S, y, yi + j + L).fma(fromArray(S, dy, di + j + L), high);
        }
        low.intoArray(sums, first);
        high.intoArray(sums, first + L);
    }

    @Override
    public double logBackward(double[] y, int yi, double[] dy, int di, int dn, double sum, double[] dx, int oi, int n, Lanes lanes) {
        int end = n & -8;
        if (WHOLE) {
            LOGARITHM.run(y, yi, dy, di, dn, sum, dx, oi, end, lanes);
            ScalarSoftmax64.finishLogBackward(y, yi, dy, di, sum, dx, oi, end, n);
            return Reduce64.finishSum(lanes.sums(), dy, dn, end, n);
        }
        FUNCTIONS.exp(y, yi, 0, dx, oi, end);
        multiples(dy, di, sum, dx, oi, end);
        ScalarSoftmax64.finishLogBackward(y, yi, dy, di, sum, dx, oi, end, n);
        return Reduce64.sum(dy, dn, n);
    }

    /// `dx` holds `exp(y)` on entry.
    private static void multiples(double[] dy, int di, double sum, double[] dx, int oi, int end) {
        DoubleVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += L)
            fromArray(S, dx, oi + j).fma(minus, fromArray(S, dy, di + j)).intoArray(dx, oi + j);
    }

    private static void logarithm(double[] y, int yi, double[] dy, int di, int dn, double sum, double[] dx, int oi, int end,
            Lanes lanes) {
        DoubleVector total = zero(S);
        DoubleVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += L) {
            total = total.add(fromArray(S, dy, dn + j));
            DoubleVector c = bounded(fromArray(S, y, yi + j));
            DoubleVector t = c.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_POWERS));
            DoubleVector e = scale(expMinus1(remainder(c, t.sub(ROUND_POWERS))), t.reinterpretAsLongs());
            e.fma(minus, fromArray(S, dy, di + j)).intoArray(dx, oi + j);
        }
        total.intoArray(lanes.sums(), 0);
    }
}
