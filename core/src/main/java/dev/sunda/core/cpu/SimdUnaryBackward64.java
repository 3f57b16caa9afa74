package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The slopes of [Unary64], one small loop each.
final class SimdUnaryBackward64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();
    /// Numerators: a broadcast there would allocate. Elsewhere in a loop, constants are broadcasts, which stay in a register.
    private static final DoubleVector HALF = broadcast(S, 0.5);
    private static final DoubleVector ONE = broadcast(S, 1);

    private SimdUnaryBackward64() {
    }

    /// `dx = dy * op'(kept)` for whole vectors. Returns how many elements were done, 0 for a function that is not here.
    static int apply(UnaryOp op, double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case NEG -> end = SimdUnary64.apply(op, dy, di, dx, oi, n);
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
            default -> end = SimdActivations64.backward(op, kept, ki, dy, di, dx, oi, end);
        }
        return end;
    }

    private static void abs(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(zero(S).blend(-1, k.compare(LT, 0)).blend(1, k.compare(GT, 0))).intoArray(dx, oi + j);
        }
    }

    private static void square(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(k.add(k)).intoArray(dx, oi + j);
        }
    }

    private static void sqrt(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(HALF.div(k)).intoArray(dx, oi + j);
        }
    }

    private static void rsqrt(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(k.mul(-0.5).mul(k).mul(k)).intoArray(dx, oi + j);
        }
    }

    private static void reciprocal(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(k.neg().mul(k)).intoArray(dx, oi + j);
        }
    }

    private static void exp(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(k).intoArray(dx, oi + j);
        }
    }

    private static void log(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(ONE.div(k)).intoArray(dx, oi + j);
        }
    }

    private static void tanh(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).sub(k.mul(k))).intoArray(dx, oi + j);
        }
    }

    private static void sigmoid(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(k.mul(broadcast(S, 1).sub(k))).intoArray(dx, oi + j);
        }
    }

    private static void relu(double[] kept, int ki, double[] dy, int di, double[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            DoubleVector k = fromArray(S, kept, ki + j);
            DoubleVector d = fromArray(S, dy, di + j);
            d.mul(broadcast(S, 1).blend(0, k.compare(LE, 0))).intoArray(dx, oi + j);
        }
    }
}
