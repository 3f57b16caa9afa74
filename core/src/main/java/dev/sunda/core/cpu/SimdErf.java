package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarErf.*;
import static dev.sunda.core.cpu.ScalarFunctions.LN2_HIGH;
import static dev.sunda.core.cpu.ScalarFunctions.LN2_LOW;
import static dev.sunda.core.cpu.ScalarFunctions.LOG2_E;
import static dev.sunda.core.cpu.ScalarFunctions.ROUND;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static dev.sunda.core.cpu.SimdSpecies.bits;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarErf] on arrays: the identical chains of operations, lane by lane. `end` is a multiple of the vector length.
///
/// Constants of GELU are broadcast where they are used: the compiler keeps them in registers or on the stack, whereas it reads vectors that
/// are static fields from memory in every round, because for all it knows a store of results might have changed them. So long a loop asks
/// for broadcasts directly: a method that wraps one would not be inlined any more towards the end.
/// The other functions prepare the exponents of a block that stays in the cache, run the one loop of `exp` over it, and finish.
final class SimdErf {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    private static final FloatVector ONE = broadcast(S, 1);
    private static final IntVector MINUS_MOST = IntVector.broadcast(SimdSpecies.I, Float.floatToRawIntBits(-GAUSS_MOST));

    private SimdErf() {
    }

    /// Whether the function is computed here.
    static boolean covers(UnaryOp op) {
        return op == UnaryOp.ERF || op == UnaryOp.GELU || op == UnaryOp.GELU_TANH;
    }

    /// `y = op(x)`.
    static void apply(UnaryOp op, float[] x, int xi, float[] y, int yi, int end) {
        if (op == UnaryOp.GELU) {
            gelu(x, xi, y, yi, end);
            return;
        }
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            if (op == UnaryOp.ERF)
                erfExponent(x, xi + i, y, yi + i, n);
            else
                tanhExponent(x, xi + i, y, yi + i, n);
            SimdFunctions.exp(y, yi + i, 0, y, yi + i, n);
            if (op == UnaryOp.ERF)
                erf(x, xi + i, y, yi + i, n);
            else
                geluTanh(x, xi + i, y, yi + i, n);
        }
    }

    /// `dx = dy * op'(k)`.
    static void backward(UnaryOp op, float[] k, int ki, float[] dy, int di, float[] dx, int oi, int end) {
        if (op == UnaryOp.GELU) {
            geluBackward(k, ki, dy, di, dx, oi, end);
            return;
        }
        for (int i = 0; i < end; i += BLOCK) {
            int n = Math.min(BLOCK, end - i);
            if (op == UnaryOp.ERF)
                minusSquare(k, ki + i, dx, oi + i, n);
            else
                tanhExponentWithin(k, ki + i, dx, oi + i, n);
            SimdFunctions.exp(dx, oi + i, 0, dx, oi + i, n);
            if (op == UnaryOp.ERF)
                erfBackward(dy, di + i, dx, oi + i, n);
            else
                geluTanhBackward(k, ki + i, dy, di + i, dx, oi + i, n);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- erf

    private static void erfExponent(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector t = SimdSpecies.abs(fromArray(S, x, xi + j)).min(ERF_MOST);
            FloatVector r = t.fma(constant(L6), constant(L5));
            r = r.fma(t, constant(L4));
            r = r.fma(t, constant(L3));
            r = r.fma(t, constant(L2));
            r = r.fma(t, constant(L1));
            r = r.fma(t, constant(L0));
            r.fma(t, t.neg()).intoArray(y, yi + j);
        }
    }

    private static void erf(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector a = SimdSpecies.abs(v);
            FloatVector large = constant(1).sub(fromArray(S, y, yi + j));
            IntVector result = SimdSpecies.bits(large.blend(erfPolynomial(a), a.compare(LT, ERF_SMALL)));
            result.or(SimdSpecies.bits(v).and(Integer.MIN_VALUE)).reinterpretAsFloats().intoArray(y, yi + j);
        }
    }

    private static FloatVector erfPolynomial(FloatVector a) {
        FloatVector z = a.mul(a);
        FloatVector p = z.fma(constant(S5), constant(S4));
        p = p.fma(z, constant(S3));
        p = p.fma(z, constant(S2));
        p = p.fma(z, constant(S1));
        p = p.fma(z, constant(S0));
        return p.fma(a, a);
    }

    private static void minusSquare(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.neg().mul(v).intoArray(y, yi + j);
        }
    }

    private static void erfBackward(float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L)
            fromArray(S, dy, di + j).mul(fromArray(S, dx, oi + j).mul(ERF_SLOPE)).intoArray(dx, oi + j);
    }

    // ---------------------------------------------------------------------------------------------------------- gelu

    private static void gelu(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            IntVector minus = v.reinterpretAsInts().or(Integer.MIN_VALUE);
            FloatVector m = minus.min(MINUS_MOST).reinterpretAsFloats(); // NaN too, but the last line knows it
            FloatVector s = m.mul(m);
            FloatVector t = s.fma(broadcast(S, -0.5f * LOG2_E), broadcast(S, ROUND));
            FloatVector n = t.sub(broadcast(S, ROUND));
            FloatVector r = n.fma(broadcast(S, 2 * LN2_LOW), m.fma(m, n.mul(broadcast(S, 2 * LN2_HIGH))));
            FloatVector z = r.mul(r);
            FloatVector e =
                    z.fma(z.fma(r.fma(broadcast(S, E5 / -32), broadcast(S, E4 / 16)), r.fma(broadcast(S, E3 / -8), broadcast(S, E2 / 4))),
                            r.fma(broadcast(S, E1 / -2), broadcast(S, 1)));
            e = e.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(LSHL, 23)).reinterpretAsFloats();
            FloatVector p =
                    s.fma(s.fma(broadcast(S, P4), m.fma(broadcast(S, -P3), broadcast(S, P2))), m.fma(broadcast(S, -P1), broadcast(S, P0)));
            FloatVector q = s.fma(s.fma(m.fma(broadcast(S, -Q5), broadcast(S, Q4)), m.fma(broadcast(S, -Q3), broadcast(S, Q2))),
                    m.fma(broadcast(S, -Q1), broadcast(S, 1)));
            m.fma(p.div(q).mul(e), v.blend(0, v.compare(LT, 0))).intoArray(y, yi + j);
        }
    }

    private static void geluBackward(float[] x, int xi, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector m = v.reinterpretAsInts().or(Integer.MIN_VALUE).reinterpretAsFloats();
            m = m.blend(-GAUSS_MOST, m.compare(LT, -GAUSS_MOST));
            FloatVector s = m.mul(m);
            FloatVector t = s.fma(broadcast(S, -0.5f * LOG2_E), broadcast(S, ROUND));
            FloatVector n = t.sub(broadcast(S, ROUND));
            FloatVector r = n.fma(broadcast(S, 2 * LN2_LOW), m.fma(m, n.mul(broadcast(S, 2 * LN2_HIGH))));
            FloatVector z = r.mul(r);
            FloatVector e =
                    z.fma(z.fma(r.fma(broadcast(S, E5 / -32), broadcast(S, E4 / 16)), r.fma(broadcast(S, E3 / -8), broadcast(S, E2 / 4))),
                            r.fma(broadcast(S, E1 / -2), broadcast(S, 1)));
            e = e.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(LSHL, 23)).reinterpretAsFloats();
            FloatVector p =
                    s.fma(s.fma(broadcast(S, P4), m.fma(broadcast(S, -P3), broadcast(S, P2))), m.fma(broadcast(S, -P1), broadcast(S, P0)));
            FloatVector q = s.fma(s.fma(m.fma(broadcast(S, -Q5), broadcast(S, Q4)), m.fma(broadcast(S, -Q3), broadcast(S, Q2))),
                    m.fma(broadcast(S, -Q1), broadcast(S, 1)));
            FloatVector slope = m.fma(broadcast(S, DENSITY), p.div(q)).mul(e);
            slope = broadcast(S, 1).sub(slope).blend(slope, v.compare(LT, 0));
            fromArray(S, dy, di + j).mul(slope).intoArray(dx, oi + j);
        }
    }

    private static void tanhExponent(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            v.mul(v.mul(v).fma(constant(TANH_CUBIC), constant(TANH_LINEAR))).intoArray(y, yi + j);
        }
    }

    private static void geluTanh(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector result = v.mul(ONE.div(fromArray(S, y, yi + j).add(1)));
            result.blend(-0f, v.compare(EQ, Float.NEGATIVE_INFINITY)).intoArray(y, yi + j);
        }
    }

    private static void tanhExponentWithin(float[] x, int xi, float[] y, int yi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j).max(-TANH_MOST).min(TANH_MOST);
            v.mul(v.mul(v).fma(constant(TANH_CUBIC), constant(TANH_LINEAR))).intoArray(y, yi + j);
        }
    }

    private static void geluTanhBackward(float[] x, int xi, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j).max(-TANH_MOST).min(TANH_MOST);
            FloatVector e = fromArray(S, dx, oi + j);
            FloatVector s = ONE.div(e.add(1));
            FloatVector minus = v.mul(v.mul(v).fma(constant(TANH_SLOPE), constant(TANH_LINEAR))).neg();
            fromArray(S, dy, di + j).mul(minus.fma(s.mul(e.mul(s)), s)).intoArray(dx, oi + j);
        }
    }

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(S, value);
    }
}
