package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarFunctions.LOG2_E;
import static dev.sunda.core.cpu.SimdFunctions.ROUND_RAISED;
import static dev.sunda.core.cpu.SimdFunctions.expMinus1;
import static dev.sunda.core.cpu.SimdFunctions.notBelow;
import static dev.sunda.core.cpu.SimdFunctions.remainder;
import static dev.sunda.core.cpu.SimdFunctions.scaleSmall;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarSoftmaxMath]. Where a vector holds all 16 lanes of a sum, the loop that goes through
/// a row also sums up, because a chain of additions by itself would take as long.
final class SimdSoftmaxMath implements SoftmaxMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final boolean WHOLE = L == 16;

    private static final Apart EXP =
            Apart.of(MethodHandles.lookup(), "exp", float[].class, int.class, float.class, float[].class, int.class,
                    int.class);
    private static final Apart SUMMED = Apart.of(MethodHandles.lookup(), "summed", float[].class, int.class, float.class, float[].class,
            int.class, int.class, float[].class);
    private static final Apart LOGARITHM = Apart.of(MethodHandles.lookup(), "logarithm", float[].class, int.class, float[].class, int.class,
            int.class, float.class, float[].class, int.class, int.class, float[].class);

    @Override
    public float largest(float[] x, int xi, int n) {
        int end = S.loopBound(n);
        return end == 0 ? ScalarSoftmaxMath.finishLargest(x[xi], x, xi, 1, n)
                : ScalarSoftmaxMath.finishLargest(largestOfVectors(x, xi, end), x, xi, end, n);
    }

    private static float largestOfVectors(float[] x, int xi, int end) {
        FloatVector a = fromArray(S, x, xi), b = a, c = a, d = a;
        int j = 0;
        for (; j <= end - 4 * L; j += 4 * L) {
            a = larger(a, fromArray(S, x, xi + j));
            b = larger(b, fromArray(S, x, xi + j + L));
            c = larger(c, fromArray(S, x, xi + j + 2 * L));
            d = larger(d, fromArray(S, x, xi + j + 3 * L));
        }
        for (; j < end; j += L)
            a = larger(a, fromArray(S, x, xi + j));
        return larger(larger(a, b), larger(c, d)).reduceLanes(MAX);
    }

    private static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(GT, a));
    }

    /// What does not fill a vector is part of one that overlaps the last whole one, unless source and result are the same place.
    @Override
    public void expShifted(float[] x, int xi, float shift, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        EXP.run(x, xi, shift, y, yi, end);
        finishExp(x, xi, shift, y, yi, end, n);
    }

    private static void finishExp(float[] x, int xi, float shift, float[] y, int yi, int end, int n) {
        if (end == n)
            return;
        if (n > L && x != y)
            EXP.run(x, xi + n - L, shift, y, yi + n - L, L);
        else
            ScalarSoftmaxMath.finishExp(x, xi, shift, y, yi, end, n);
    }

    @Override
    public double exponentials(float[] x, int xi, float shift, float[] y, int yi, int n, float[] lanes) {
        if (!WHOLE || n < L)
            return SoftmaxMath.super.exponentials(x, xi, shift, y, yi, n, lanes);
        double total = 0;
        for (int i = 0; i < n; i += ReduceMath.BLOCK) {
            int m = Math.min(ReduceMath.BLOCK, n - i);
            SUMMED.run(x, xi + i, shift, y, yi + i, m, lanes);
            if (m < L)
                ScalarSoftmaxMath.finishExp(x, xi + i, shift, y, yi + i, 0, m);
            total += ScalarReduceMath.finishSum(lanes, y, yi + i, m & -16, m);
        }
        return total;
    }

    private static void exp(float[] x, int xi, float shift, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = notBelow(fromArray(S, x, xi + j).sub(shift));
            FloatVector t = v.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_RAISED));
            scaleSmall(expMinus1(remainder(v, t.sub(ROUND_RAISED))), t.reinterpretAsInts()).intoArray(y, yi + j);
        }
    }

    /// Nothing if there is no whole vector. The last elements come first, in a vector of their own that overlaps the last whole one, and
    /// are left out of the sum.
    private static void summed(float[] x, int xi, float shift, float[] y, int yi, int n, float[] lanes) {
        FloatVector sum = zero(S);
        for (int part = n < L ? 2 : 0; part < 2; part++) {
            int from = part == 0 ? n - L : 0;
            int end = part == 0 ? n : n & -16;
            sum = zero(S);
            for (int j = from; j < end; j += 16) {
                FloatVector v = notBelow(fromArray(S, x, xi + j).sub(shift));
                FloatVector t = v.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_RAISED));
                FloatVector e = scaleSmall(expMinus1(remainder(v, t.sub(ROUND_RAISED))), t.reinterpretAsInts());
                e.intoArray(y, yi + j);
                sum = sum.add(e);
            }
        }
        sum.intoArray(lanes, 0);
    }

    @Override
    public void divide(float[] y, int yi, float sum, int n) {
        int end = S.loopBound(n);
        quotients(y, yi, sum, end);
        ScalarSoftmaxMath.finishDivide(y, yi, sum, end, n);
    }

    @Override
    public void shift(float[] x, int xi, float max, float log, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        differences(x, xi, max, log, y, yi, end);
        ScalarSoftmaxMath.finishShift(x, xi, max, log, y, yi, end, n);
    }

    private static void quotients(float[] y, int yi, float sum, int end) {
        FloatVector inverse = broadcast(S, 1 / sum);
        FloatVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, y, yi + j);
            FloatVector q = v.mul(inverse);
            q.fma(minus, v).fma(inverse, q).intoArray(y, yi + j);
        }
    }

    private static void differences(float[] x, int xi, float max, float log, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).sub(max).sub(log).intoArray(y, yi + j);
    }

    @Override
    public void backward(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        plain(y, yi, dy, di, dot, dx, oi, end);
        ScalarSoftmaxMath.finishBackward(y, yi, dy, di, dot, dx, oi, end, n);
    }

    @Override
    public void logBackward(float[] y, int yi, float[] dy, int di, float sum, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        EXP.run(y, yi, 0, dx, oi, end);
        logarithm(dy, di, sum, dx, oi, end);
        ScalarSoftmaxMath.finishLogBackward(y, yi, dy, di, sum, dx, oi, end, n);
    }

    private static void plain(float[] y, int yi, float[] dy, int di, float dot, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, y, yi + j).mul(fromArray(S, dy, di + j).sub(dot)).intoArray(dx, oi + j);
    }

    /// `dx` holds `exp(y)` on entry.
    private static void logarithm(float[] dy, int di, float sum, float[] dx, int oi, int end) {
        FloatVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += L)
            fromArray(S, dx, oi + j).fma(minus, fromArray(S, dy, di + j)).intoArray(dx, oi + j);
    }

    @Override
    public float backward(float[] y, int yi, int yn, float[] dy, int di, int dn, float dot, float[] dx, int oi, int n, float[] lanes) {
        if (!WHOLE)
            return SoftmaxMath.super.backward(y, yi, yn, dy, di, dn, dot, dx, oi, n, lanes);
        plain(y, yi, yn, dy, di, dn, dot, dx, oi, n, lanes);
        return ScalarReduceMath.finishDot(lanes, y, yn, dy, dn, n, n);
    }

    /// All elements: a mask takes those that do not fill a vector.
    private static void plain(float[] y, int yi, int yn, float[] dy, int di, int dn, float dot, float[] dx, int oi, int n,
            float[] lanes) {
        int end = n & -16;
        FloatVector product = zero(S);
        for (int j = 0; j < end; j += 16) {
            product = fromArray(S, y, yn + j).fma(fromArray(S, dy, dn + j), product);
            fromArray(S, y, yi + j).mul(fromArray(S, dy, di + j).sub(dot)).intoArray(dx, oi + j);
        }
        if (end < n) {
            VectorMask<Float> rest = S.indexInRange(end, n);
            product = product.blend(fromArray(S, y, yn + end, rest).fma(fromArray(S, dy, dn + end, rest), product), rest);
            fromArray(S, y, yi + end, rest).mul(fromArray(S, dy, di + end, rest).sub(dot)).intoArray(dx, oi + end, rest);
        }
        product.intoArray(lanes, 0);
    }

    @Override
    public float logBackward(float[] y, int yi, float[] dy, int di, int dn, float sum, float[] dx, int oi, int n, float[] lanes) {
        if (!WHOLE)
            return SoftmaxMath.super.logBackward(y, yi, dy, di, dn, sum, dx, oi, n, lanes);
        int end = n & -16;
        LOGARITHM.run(y, yi, dy, di, dn, sum, dx, oi, end, lanes);
        ScalarSoftmaxMath.finishLogBackward(y, yi, dy, di, sum, dx, oi, end, n);
        return ScalarReduceMath.finishSum(lanes, dy, dn, end, n);
    }

    private static void logarithm(float[] y, int yi, float[] dy, int di, int dn, float sum, float[] dx, int oi, int end, float[] lanes) {
        FloatVector total = zero(S);
        FloatVector minus = broadcast(S, -sum);
        for (int j = 0; j < end; j += 16) {
            total = total.add(fromArray(S, dy, dn + j));
            FloatVector v = notBelow(fromArray(S, y, yi + j));
            FloatVector t = v.fma(broadcast(S, LOG2_E), broadcast(S, ROUND_RAISED));
            FloatVector e = scaleSmall(expMinus1(remainder(v, t.sub(ROUND_RAISED))), t.reinterpretAsInts());
            e.fma(minus, fromArray(S, dy, di + j)).intoArray(dx, oi + j);
        }
        total.intoArray(lanes, 0);
    }
}
