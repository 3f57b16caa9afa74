package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import java.lang.invoke.MethodHandles;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One small loop for each function, so that each compiles well on its own; the rest of a loop is left to [ScalarUnaryMath].
final class SimdUnaryMath implements UnaryMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final FloatVector ONE = FloatVector.broadcast(S, 1);

    private static final Apart[] LOOPS = new Apart[UnaryOp.values().length];

    static {
        for (UnaryOp op : List.of(UnaryOp.NEG, UnaryOp.ABS, UnaryOp.SIGN, UnaryOp.SQUARE, UnaryOp.SQRT, UnaryOp.RSQRT, UnaryOp.RECIPROCAL,
                UnaryOp.RELU))
            LOOPS[op.ordinal()] = loop(MethodHandles.lookup(), op);
        for (UnaryOp op : List.of(UnaryOp.EXP, UnaryOp.LOG, UnaryOp.TANH, UnaryOp.SIGMOID))
            LOOPS[op.ordinal()] = loop(SimdFunctions.lookup(), op);
    }

    private static Apart loop(MethodHandles.Lookup owner, UnaryOp op) {
        return Apart.of(owner, op.label(), float[].class, int.class, float[].class, int.class, int.class);
    }

    @Override
    public void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int n) {
        Apart loop = LOOPS[op.ordinal()];
        boolean erf = SimdErf.covers(op), activation = SimdActivations.covers(op);
        int end = loop == null && !erf && !activation ? 0 : S.loopBound(n);
        if (erf)
            SimdErf.apply(op, x, xi, y, yi, end);
        else if (activation)
            SimdActivations.apply(op, x, xi, y, yi, end);
        else if (end > 0)
            loop.run(x, xi, y, yi, end);
        if (end < n)
            ScalarUnaryMath.finish(op, x, xi, y, yi, end, n);
    }

    @Override
    public void backward(UnaryOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        int end = SimdUnaryBackward.apply(op, kept, ki, dy, di, dx, oi, n);
        if (end < n)
            ScalarUnaryMath.finishBackward(op, kept, ki, dy, di, dx, oi, end, n);
    }

    private static void neg(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.neg().intoArray(y, yi + j);
        }
    }

    private static void abs(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            SimdSpecies.abs(v).intoArray(y, yi + j);
        }
    }

    private static void sign(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector.zero(S).blend(1, v.compare(GT, 0)).blend(-1, v.compare(LT, 0)).intoArray(y, yi + j);
        }
    }

    private static void square(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.mul(v).intoArray(y, yi + j);
        }
    }

    private static void sqrt(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.sqrt().intoArray(y, yi + j);
        }
    }

    private static void rsqrt(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            ONE.div(v.sqrt()).intoArray(y, yi + j);
        }
    }

    private static void reciprocal(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            ONE.div(v).intoArray(y, yi + j);
        }
    }

    private static void relu(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.blend(0, v.compare(LE, 0)).intoArray(y, yi + j);
        }
    }
}
