package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.BinaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// One small loop for each function and kind of operands; the rest of a loop is left to [ScalarBinaryMath].
final class SimdBinaryMath implements BinaryMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void vectors(BinaryOp op, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case ADD -> add(a, ai, b, bi, out, oi, end);
            case SUB -> sub(a, ai, b, bi, out, oi, end);
            case MUL -> mul(a, ai, b, bi, out, oi, end);
            case DIV -> div(a, ai, b, bi, out, oi, end);
            case MAXIMUM -> max(a, ai, b, bi, out, oi, end);
            case MINIMUM -> min(a, ai, b, bi, out, oi, end);
            default -> end = 0;
        }
        if (end < n)
            ScalarBinaryMath.finishVectors(op, a, ai, b, bi, out, oi, end, n);
    }

    @Override
    public void vectorScalar(BinaryOp op, float[] a, int ai, float b, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case ADD -> add(a, ai, b, out, oi, end);
            case SUB -> add(a, ai, -b, out, oi, end);                // the same bits
            case MUL -> mul(a, ai, b, out, oi, end);
            case DIV -> div(a, ai, b, out, oi, end);
            case MAXIMUM -> max(a, ai, b, out, oi, end);
            case MINIMUM -> min(a, ai, b, out, oi, end);
            case GT -> greater(a, ai, b, out, oi, end);
            case LT -> less(a, ai, b, out, oi, end);
            default -> end = 0;
        }
        if (end < n)
            ScalarBinaryMath.finishVectorScalar(op, a, ai, b, out, oi, end, n);
    }

    @Override
    public void scalarVector(BinaryOp op, float a, float[] b, int bi, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case ADD -> add(b, bi, a, out, oi, end);
            case SUB -> sub(a, b, bi, out, oi, end);
            case MUL -> mul(b, bi, a, out, oi, end);
            case DIV -> div(a, b, bi, out, oi, end);
            case MAXIMUM -> max(b, bi, a, out, oi, end);
            case MINIMUM -> min(b, bi, a, out, oi, end);
            default -> end = 0;
        }
        if (end < n)
            ScalarBinaryMath.finishScalarVector(op, a, b, bi, out, oi, end, n);
    }

    private static void add(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).add(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void sub(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).sub(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void mul(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void div(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).div(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void max(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).max(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void min(float[] a, int ai, float[] b, int bi, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).min(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void add(float[] a, int ai, float b, float[] out, int oi, int end) {
        FloatVector right = FloatVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).add(right).intoArray(out, oi + j);
    }

    private static void mul(float[] a, int ai, float b, float[] out, int oi, int end) {
        FloatVector right = FloatVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(right).intoArray(out, oi + j);
    }

    private static void div(float[] a, int ai, float b, float[] out, int oi, int end) {
        FloatVector right = FloatVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).div(right).intoArray(out, oi + j);
    }

    private static void max(float[] a, int ai, float b, float[] out, int oi, int end) {
        FloatVector right = FloatVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).max(right).intoArray(out, oi + j);
    }

    private static void min(float[] a, int ai, float b, float[] out, int oi, int end) {
        FloatVector right = FloatVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).min(right).intoArray(out, oi + j);
    }

    private static void greater(float[] a, int ai, float b, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            FloatVector.zero(S).blend(1, fromArray(S, a, ai + j).compare(GT, b)).intoArray(out, oi + j);
    }

    private static void less(float[] a, int ai, float b, float[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            FloatVector.zero(S).blend(1, fromArray(S, a, ai + j).compare(LT, b)).intoArray(out, oi + j);
    }

    private static void sub(float a, float[] b, int bi, float[] out, int oi, int end) {
        FloatVector left = FloatVector.broadcast(S, a);
        for (int j = 0; j < end; j += L)
            left.sub(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void div(float a, float[] b, int bi, float[] out, int oi, int end) {
        FloatVector left = FloatVector.broadcast(S, a);
        for (int j = 0; j < end; j += L)
            left.div(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }
}
