package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One small loop for each function, so that each compiles well on its own; the rest of a loop is left to [ScalarUnaryMath].
final class SimdUnaryMath implements UnaryMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final FloatVector ONE = FloatVector.broadcast(S, 1);

    @Override
    public void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case NEG -> neg(x, xi, y, yi, end);
            case ABS -> abs(x, xi, y, yi, end);
            case SQUARE -> square(x, xi, y, yi, end);
            case SQRT -> sqrt(x, xi, y, yi, end);
            case RSQRT -> rsqrt(x, xi, y, yi, end);
            case RECIPROCAL -> reciprocal(x, xi, y, yi, end);
            case EXP -> SimdFunctions.exp(x, xi, 0, y, yi, end);
            case LOG -> SimdFunctions.log(x, xi, y, yi, end);
            case TANH -> SimdFunctions.tanh(x, xi, y, yi, end);
            case SIGMOID -> SimdFunctions.sigmoid(x, xi, y, yi, end);
            case RELU -> relu(x, xi, y, yi, end);
            default -> end = 0;
        }
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
