package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import dev.sunda.core.op.BinaryOp;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Comparisons of floats with results in bytes, and selection by bytes. A mask is a bit for each lane; bits become bytes and bytes bits
/// by one multiplication, so no branch depends on data.
///
/// Source of the multiplications: Warren 2012, Hacker's Delight, chapter 7.
final class SimdChoice {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;

    private SimdChoice() {
    }

    /// `out = op(a, b)` for the first elements; returns how many were done.
    static int compare(BinaryOp op, float[] a, int ai, float[] b, int bi, byte[] out, int oi, int n) {
        int end = S.loopBound(n);
        switch (op) {
            case EQ -> equal(a, ai, b, bi, out, oi, end);
            case NE -> unequal(a, ai, b, bi, out, oi, end);
            case LT -> less(a, ai, b, bi, out, oi, end);
            case LE -> lessOrEqual(a, ai, b, bi, out, oi, end);
            case GT -> less(b, bi, a, ai, out, oi, end);
            case GE -> lessOrEqual(b, bi, a, ai, out, oi, end);
            default -> end = 0;
        }
        return end;
    }

    private static void equal(float[] a, int ai, float[] b, int bi, byte[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            store(fromArray(S, a, ai + j).compare(VectorOperators.EQ, fromArray(S, b, bi + j)).toLong(), out, oi + j);
    }

    private static void unequal(float[] a, int ai, float[] b, int bi, byte[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            store(fromArray(S, a, ai + j).compare(VectorOperators.NE, fromArray(S, b, bi + j)).toLong(), out, oi + j);
    }

    private static void less(float[] a, int ai, float[] b, int bi, byte[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            store(fromArray(S, a, ai + j).compare(VectorOperators.LT, fromArray(S, b, bi + j)).toLong(), out, oi + j);
    }

    private static void lessOrEqual(float[] a, int ai, float[] b, int bi, byte[] out, int oi, int end) {
        for (int j = 0; j < end; j += L)
            store(fromArray(S, a, ai + j).compare(VectorOperators.LE, fromArray(S, b, bi + j)).toLong(), out, oi + j);
    }

    /// One bit a lane to one byte a lane.
    private static void store(long bits, byte[] out, int at) {
        if (L == 4) {
            INTS.set(out, at, (int) bytes(bits));
            return;
        }
        LONGS.set(out, at, bytes(bits & 255));
        if (L == 16)
            LONGS.set(out, at + 8, bytes(bits >>> 8));
    }

    /// Bit `k` of eight to byte `k`.
    private static long bytes(long bits) {
        return ((bits * ONES & 0x8040201008040201L) + 0x7F7F7F7F7F7F7F7FL) >>> 7 & ONES;
    }

    /// `out = condition ? a : b` for the first elements; returns how many were done.
    static int select(byte[] condition, int ci, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            FloatVector chosen = fromArray(S, b, bi + j).blend(fromArray(S, a, ai + j), VectorMask.fromLong(S, load(condition, ci + j)));
            chosen.intoArray(out, oi + j);
        }
        return end;
    }

    /// One byte a lane, 0 or 1, to one bit a lane.
    private static long load(byte[] from, int at) {
        if (L == 4)
            return bits((int) INTS.get(from, at));
        long low = bits((long) LONGS.get(from, at));
        return L == 8 ? low : low | bits((long) LONGS.get(from, at + 8)) << 8;
    }

    /// Byte `k` of eight to bit `k`.
    private static long bits(long bytes) {
        return bytes * 0x0102040810204080L >>> 56;
    }
}
