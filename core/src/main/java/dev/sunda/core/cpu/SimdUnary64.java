package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// What [Unary64] computes with one or two instructions, one small loop each: plain loops over `double[]` become vectors in some places
/// and not in others. [SimdFunctions64] has the longer functions.
final class SimdUnary64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    private static final DoubleVector ONE = DoubleVector.broadcast(S, 1);

    private SimdUnary64() {
    }

    /// `y = op(x)` for whole vectors. Returns how many elements were done, 0 for a function that is not here.
    static int apply(UnaryOp op, double[] x, int xi, double[] y, int yi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case NEG -> neg(x, xi, y, yi, end);
            case ABS -> abs(x, xi, y, yi, end);
            case SIGN -> sign(x, xi, y, yi, end);
            case SQUARE -> square(x, xi, y, yi, end);
            case SQRT -> sqrt(x, xi, y, yi, end);
            case RSQRT -> rsqrt(x, xi, y, yi, end);
            case RECIPROCAL -> reciprocal(x, xi, y, yi, end);
            case RELU -> relu(x, xi, y, yi, end);
            default -> end = SimdActivations64.apply(op, x, xi, y, yi, end);
        }
        return end;
    }

    private static void neg(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.neg().intoArray(y, yi + j);
        }
    }

    private static void abs(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            SimdSpecies.abs(v).intoArray(y, yi + j);
        }
    }

    private static void sign(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            zero(S).blend(1, v.compare(GT, 0)).blend(-1, v.compare(LT, 0)).intoArray(y, yi + j);
        }
    }

    private static void square(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.mul(v).intoArray(y, yi + j);
        }
    }

    private static void sqrt(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.sqrt().intoArray(y, yi + j);
        }
    }

    private static void rsqrt(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            ONE.div(v.sqrt()).intoArray(y, yi + j);
        }
    }

    private static void reciprocal(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            ONE.div(v).intoArray(y, yi + j);
        }
    }

    private static void relu(double[] x, int xi, double[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector v = fromArray(S, x, xi + j);
            v.blend(0, v.compare(LE, 0)).intoArray(y, yi + j);
        }
    }
}
