package dev.sunda.core.cpu;

import static dev.sunda.core.cpu.ScalarErf.*;
import static jdk.incubator.vector.FloatVector.fromArray;
import static dev.sunda.core.cpu.SimdSpecies.bits;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.sunda.core.op.UnaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// [ScalarErf] on arrays: the identical chains of operations, lane by lane. `end` is a multiple of the vector length.
///
/// Constants of GELU are vectors already, signed and scaled as its chain needs them, because so long a loop must not ask the compiler to
/// inline a broadcast for each of them. The other functions prepare the exponents of a block that stays in the cache, run the one loop of
/// `exp` over it, and finish.
final class SimdErf {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    private static final FloatVector ONE = FloatVector.broadcast(S, 1);
    private static final FloatVector P4 = FloatVector.broadcast(S, ScalarErf.P4);
    private static final FloatVector P3 = FloatVector.broadcast(S, -ScalarErf.P3);
    private static final FloatVector P2 = FloatVector.broadcast(S, ScalarErf.P2);
    private static final FloatVector P1 = FloatVector.broadcast(S, -ScalarErf.P1);
    private static final FloatVector P0 = FloatVector.broadcast(S, ScalarErf.P0);
    private static final FloatVector Q5 = FloatVector.broadcast(S, -ScalarErf.Q5);
    private static final FloatVector Q4 = FloatVector.broadcast(S, ScalarErf.Q4);
    private static final FloatVector Q3 = FloatVector.broadcast(S, -ScalarErf.Q3);
    private static final FloatVector Q2 = FloatVector.broadcast(S, ScalarErf.Q2);
    private static final FloatVector Q1 = FloatVector.broadcast(S, -ScalarErf.Q1);
    private static final FloatVector LOG2_E = FloatVector.broadcast(S, -0.5f * ScalarFunctions.LOG2_E);
    private static final FloatVector ROUND = FloatVector.broadcast(S, ScalarFunctions.ROUND);
    private static final FloatVector LN2_HIGH = FloatVector.broadcast(S, 2 * ScalarFunctions.LN2_HIGH);
    private static final FloatVector LN2_LOW = FloatVector.broadcast(S, 2 * ScalarFunctions.LN2_LOW);
    private static final FloatVector E5 = FloatVector.broadcast(S, ScalarErf.E5 / -32);
    private static final FloatVector E4 = FloatVector.broadcast(S, ScalarErf.E4 / 16);
    private static final FloatVector E3 = FloatVector.broadcast(S, ScalarErf.E3 / -8);
    private static final FloatVector E2 = FloatVector.broadcast(S, ScalarErf.E2 / 4);
    private static final FloatVector E1 = FloatVector.broadcast(S, ScalarErf.E1 / -2);
    private static final IntVector MINUS_MOST = IntVector.broadcast(SimdSpecies.I, Float.floatToRawIntBits(-GAUSS_MOST));
    private static final FloatVector PHI = FloatVector.broadcast(S, DENSITY);

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
            FloatVector large = ONE.sub(fromArray(S, y, yi + j));
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
            FloatVector m = bits(v).or(Integer.MIN_VALUE).min(MINUS_MOST).reinterpretAsFloats();   // NaN too, but the last line knows it
            FloatVector s = m.mul(m);
            FloatVector t = s.fma(LOG2_E, ROUND);
            FloatVector n = t.sub(ROUND);
            FloatVector r = n.fma(LN2_LOW, m.fma(m, n.mul(LN2_HIGH)));
            FloatVector z = r.mul(r);
            FloatVector e = z.fma(z.fma(r.fma(E5, E4), r.fma(E3, E2)), r.fma(E1, ONE));
            e = bits(e).add(bits(t).lanewise(LSHL, 23)).reinterpretAsFloats();
            FloatVector p = s.fma(s.fma(P4, m.fma(P3, P2)), m.fma(P1, P0));
            FloatVector q = s.fma(s.fma(m.fma(Q5, Q4), m.fma(Q3, Q2)), m.fma(Q1, ONE));
            m.fma(p.div(q).mul(e), v.blend(0, v.compare(LT, 0))).intoArray(y, yi + j);
        }
    }

    private static void geluBackward(float[] x, int xi, float[] dy, int di, float[] dx, int oi, int end) {
        for (int j = 0; j < end; j += L) {
            FloatVector v = fromArray(S, x, xi + j);
            FloatVector m = bits(v).or(Integer.MIN_VALUE).reinterpretAsFloats();
            m = m.blend(-GAUSS_MOST, m.compare(LT, -GAUSS_MOST));
            FloatVector s = m.mul(m);
            FloatVector t = s.fma(LOG2_E, ROUND);
            FloatVector n = t.sub(ROUND);
            FloatVector r = n.fma(LN2_LOW, m.fma(m, n.mul(LN2_HIGH)));
            FloatVector z = r.mul(r);
            FloatVector e = z.fma(z.fma(r.fma(E5, E4), r.fma(E3, E2)), r.fma(E1, ONE));
            e = bits(e).add(bits(t).lanewise(LSHL, 23)).reinterpretAsFloats();
            FloatVector p = s.fma(s.fma(P4, m.fma(P3, P2)), m.fma(P1, P0));
            FloatVector q = s.fma(s.fma(m.fma(Q5, Q4), m.fma(Q3, Q2)), m.fma(Q1, ONE));
            FloatVector slope = m.fma(PHI, p.div(q)).mul(e);
            slope = ONE.sub(slope).blend(slope, v.compare(LT, 0));
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
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).mul(ONE.div(fromArray(S, y, yi + j).add(1))).intoArray(y, yi + j);
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
