package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The derivatives of [SimdUnaryMath], one small loop each.
final class SimdUnaryBackward {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    /// Numerators: a broadcast there would allocate. Elsewhere in a loop, constants are broadcasts, which stay in a register.
    private static final FloatVector HALF = broadcast(S, 0.5f);
    private static final FloatVector ONE = broadcast(S, 1);

    private SimdUnaryBackward() {
    }

    /// Returns how many elements were done.
    static int apply(UnaryOp op, float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case NEG -> neg(dy, di, dx, oi, end);
            case ABS -> abs(kept, ki, dy, di, dx, oi, end);
            case SQUARE -> square(kept, ki, dy, di, dx, oi, end);
            case SQRT -> sqrt(kept, ki, dy, di, dx, oi, end);
            case RSQRT -> rsqrt(kept, ki, dy, di, dx, oi, end);
            case RECIPROCAL -> reciprocal(kept, ki, dy, di, dx, oi, end);
            case EXP -> exp(kept, ki, dy, di, dx, oi, end);
            case LOG -> log(kept, ki, dy, di, dx, oi, end);
            case TANH -> tanh(kept, ki, dy, di, dx, oi, end);
            case SIGMOID -> sigmoid(kept, ki, dy, di, dx, oi, end);
            case RELU -> relu(kept, ki, dy, di, dx, oi, end);
            case ERF, GELU, GELU_TANH -> SimdErf.backward(op, kept, ki, dy, di, dx, oi, end);
            case SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH -> SimdActivations.backward(op, kept, ki, dy, di, dx, oi, end);
            default -> end = 0;
        }
        return end;
    }

    private static FloatVector sign(FloatVector k) {
        return zero(S).blend(-1, k.compare(LT, 0)).blend(1, k.compare(GT, 0));
    }

    private static void neg(float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector d = fromArray(S, dy, di + j);
            d.neg().intoArray(dx, oi + j);
        }
    }

    private static void abs(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(sign(k)).intoArray(dx, oi + j);
        }
    }

    private static void square(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k.add(k)).intoArray(dx, oi + j);
        }
    }

    private static void sqrt(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(HALF.div(k)).intoArray(dx, oi + j);
        }
    }

    private static void rsqrt(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k.mul(-0.5f).mul(k).mul(k)).intoArray(dx, oi + j);
        }
    }

    private static void reciprocal(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k.neg().mul(k)).intoArray(dx, oi + j);
        }
    }

    private static void exp(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k).intoArray(dx, oi + j);
        }
    }

    private static void log(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(ONE.div(k)).intoArray(dx, oi + j);
        }
    }

    private static void tanh(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k.neg().fma(k, broadcast(S, 1))).intoArray(dx, oi + j);
        }
    }

    private static void sigmoid(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(k.mul(broadcast(S, 1).sub(k))).intoArray(dx, oi + j);
        }
    }

    private static void relu(float[] kept, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector k = fromArray(S, kept, ki + j);
            FloatVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(zero(S), k.compare(LE, 0))).intoArray(dx, oi + j);
        }
    }
}
