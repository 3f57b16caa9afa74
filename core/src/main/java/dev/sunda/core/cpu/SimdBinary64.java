package dev.sunda.core.cpu;

import static jdk.incubator.vector.DoubleVector.fromArray;

import dev.sunda.core.op.BinaryOp;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/// The arithmetic of [Binary64], one small loop for each function and kind of operands.
final class SimdBinary64 {
    private static final VectorSpecies<Double> S = SimdSpecies.D;
    private static final int L = S.length();

    private SimdBinary64() {
    }

    /// `out = op(a, b)` for whole vectors. Returns how many elements were done, 0 for a function that is not here.
    static int vectors(BinaryOp op, double[] a, int ai, double[] b, int bi, double[] out, int oi, int n) {
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
        return end;
    }

    /// The same with one number on the right.
    static int vectorScalar(BinaryOp op, double[] a, int ai, double b, double[] out, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case ADD -> add(a, ai, b, out, oi, end);
            case SUB -> sub(a, ai, b, out, oi, end);
            case MUL -> mul(a, ai, b, out, oi, end);
            case DIV -> div(a, ai, b, out, oi, end);
            case MAXIMUM -> max(a, ai, b, out, oi, end);
            case MINIMUM -> min(a, ai, b, out, oi, end);
            default -> end = 0;
        }
        return end;
    }

    private static void add(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).add(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void sub(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).sub(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void mul(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void div(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).div(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void max(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).max(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void min(double[] a, int ai, double[] b, int bi, double[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).min(fromArray(S, b, bi + j)).intoArray(out, oi + j);
    }

    private static void add(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).add(right).intoArray(out, oi + j);
    }

    private static void sub(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).sub(right).intoArray(out, oi + j);
    }

    private static void mul(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(right).intoArray(out, oi + j);
    }

    private static void div(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).div(right).intoArray(out, oi + j);
    }

    private static void max(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).max(right).intoArray(out, oi + j);
    }

    private static void min(double[] a, int ai, double b, double[] out, int oi, int end) {
        DoubleVector right = DoubleVector.broadcast(S, b);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).min(right).intoArray(out, oi + j);
    }
}
