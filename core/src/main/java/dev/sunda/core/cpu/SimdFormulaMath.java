package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarFormulaMath].
final class SimdFormulaMath implements FormulaMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void sum(float[] a, int ai, float s, float[] b, int bi, float t, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector left = FloatVector.broadcast(S, s);
        FloatVector right = FloatVector.broadcast(S, t);
        for (int j = 0; j < end; j += L)
            fromArray(S, a, ai + j).mul(left).add(fromArray(S, b, bi + j).mul(right)).intoArray(out, oi + j);
        ScalarFormulaMath.finishSum(a, ai, s, b, bi, t, out, oi, end, n);
    }

    @Override
    public void sumWithProduct(float[] a, int ai, float s, float[] b, int bi, float[] c, int ci, float t, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector left = FloatVector.broadcast(S, s);
        FloatVector right = FloatVector.broadcast(S, t);
        for (int j = 0; j < end; j += L) {
            FloatVector product = fromArray(S, b, bi + j).mul(fromArray(S, c, ci + j));
            fromArray(S, a, ai + j).mul(left).add(product.mul(right)).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishSumWithProduct(a, ai, s, b, bi, c, ci, t, out, oi, end, n);
    }

    @Override
    public void lerp(float[] a, int ai, float[] b, int bi, float w, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector weight = FloatVector.broadcast(S, w);
        for (int j = 0; j < end; j += L) {
            FloatVector start = fromArray(S, a, ai + j);
            start.add(fromArray(S, b, bi + j).sub(start).mul(weight)).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishLerp(a, ai, b, bi, w, out, oi, end, n);
    }

    @Override
    public void quotient(float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector scale = FloatVector.broadcast(S, s);
        FloatVector roots = FloatVector.broadcast(S, r);
        FloatVector least = FloatVector.broadcast(S, eps);
        for (int j = 0; j < end; j += L) {
            FloatVector root = fromArray(S, v, vi + j).sqrt().mul(roots).add(least);
            fromArray(S, x, xi + j).mul(scale).div(root).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishQuotient(x, xi, s, v, vi, r, eps, out, oi, end, n);
    }

    @Override
    public void descent(float[] p, int pi, float c, float[] x, int xi, float s, float[] v, int vi, float r, float eps, float[] out, int oi,
            int n) {
        int end = S.loopBound(n);
        FloatVector length = FloatVector.broadcast(S, c);
        FloatVector scale = FloatVector.broadcast(S, s);
        FloatVector roots = FloatVector.broadcast(S, r);
        FloatVector least = FloatVector.broadcast(S, eps);
        for (int j = 0; j < end; j += L) {
            FloatVector root = fromArray(S, v, vi + j).sqrt().mul(roots).add(least);
            FloatVector quotient = fromArray(S, x, xi + j).mul(scale).div(root);
            fromArray(S, p, pi + j).sub(quotient.mul(length)).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishDescent(p, pi, c, x, xi, s, v, vi, r, eps, out, oi, end, n);
    }

    @Override
    public void plainDescent(float[] p, int pi, float c, float[] x, int xi, float[] v, int vi, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector length = FloatVector.broadcast(S, c);
        for (int j = 0; j < end; j += L) {
            FloatVector quotient = fromArray(S, x, xi + j).div(fromArray(S, v, vi + j));
            fromArray(S, p, pi + j).sub(quotient.mul(length)).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishPlainDescent(p, pi, c, x, xi, v, vi, out, oi, end, n);
    }

    @Override
    public void decayingMaximum(float[] a, int ai, float s, float[] b, int bi, float eps, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector scale = FloatVector.broadcast(S, s);
        FloatVector least = FloatVector.broadcast(S, eps);
        for (int j = 0; j < end; j += L) {
            FloatVector fresh = SimdSpecies.abs(fromArray(S, b, bi + j)).add(least);
            fromArray(S, a, ai + j).mul(scale).max(fresh).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishDecayingMaximum(a, ai, s, b, bi, eps, out, oi, end, n);
    }

    @Override
    public void clamp(float[] x, int xi, float low, float high, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        FloatVector least = FloatVector.broadcast(S, low);
        FloatVector most = FloatVector.broadcast(S, high);
        for (int j = 0; j < end; j += L)
            fromArray(S, x, xi + j).max(least).min(most).intoArray(out, oi + j);
        ScalarFormulaMath.finishClamp(x, xi, low, high, out, oi, end, n);
    }

    @Override
    public void choose(float[] condition, int ci, float[] a, int ai, float[] b, int bi, float[] out, int oi, int n) {
        int end = S.loopBound(n);
        for (int j = 0; j < end; j += L) {
            var chosen = fromArray(S, condition, ci + j).compare(VectorOperators.NE, 0);
            fromArray(S, b, bi + j).blend(fromArray(S, a, ai + j), chosen).intoArray(out, oi + j);
        }
        ScalarFormulaMath.finishChoose(condition, ci, a, ai, b, bi, out, oi, end, n);
    }
}
