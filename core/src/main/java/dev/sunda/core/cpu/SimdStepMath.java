package dev.sunda.core.cpu;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors; the rest of a loop is left to [ScalarStepMath].
final class SimdStepMath implements StepMath {
    private static final VectorSpecies<Float> S = SimdSpecies.F;
    private static final int L = S.length();

    @Override
    public void sgd(Sgd s, float[] p, int pi, float[] g, int gi, int n) {
        int end = S.loopBound(n);
        plain(p, pi, g, gi, end, s.sign(), s.decay(), -s.lr());
        ScalarStepMath.finishSgd(s, p, pi, g, gi, end, n);
    }

    private static void plain(float[] p, int pi, float[] g, int gi, int end, float sign, float decay, float step) {
        FloatVector decays = FloatVector.broadcast(S, decay);
        FloatVector steps = FloatVector.broadcast(S, step);
        for (int j = 0; j < end; j += L) {
            FloatVector old = fromArray(S, p, pi + j);
            FloatVector d = old.fma(decays, fromArray(S, g, gi + j).mul(sign));
            d.fma(steps, old).intoArray(p, pi + j);
        }
    }

    @Override
    public void momentum(Sgd s, float[] p, int pi, float[] g, int gi, float[] b, int bi, int n) {
        int end = S.loopBound(n);
        buffers(s, p, pi, g, gi, b, bi, end);
        ScalarStepMath.finishMomentum(s, p, pi, g, gi, b, bi, end, n);
    }

    private static void buffers(Sgd s, float[] p, int pi, float[] g, int gi, float[] b, int bi, int end) {
        FloatVector momentum = FloatVector.broadcast(S, s.momentum());
        FloatVector steps = FloatVector.broadcast(S, -s.lr());
        FloatVector decays = FloatVector.broadcast(S, s.decay());
        float sign = s.sign();
        float fresh = s.fresh();
        FloatVector fromBuffer = FloatVector.broadcast(S, s.fromBuffer());
        float fromGradient = s.fromGradient();
        for (int j = 0; j < end; j += L) {
            FloatVector old = fromArray(S, p, pi + j);
            FloatVector d = old.fma(decays, fromArray(S, g, gi + j).mul(sign));
            FloatVector buffer = fromArray(S, b, bi + j).fma(momentum, d.mul(fresh));
            buffer.intoArray(b, bi + j);
            buffer.fma(fromBuffer, d.mul(fromGradient)).fma(steps, old).intoArray(p, pi + j);
        }
    }

    @Override
    public void moments(Adam s, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi, int n) {
        int end = s.fresh1() < 0.5f ? S.loopBound(n) : 0;            // gradients that mostly replace the moment are rare
        average(s, p, pi, g, gi, m, mi, v, vi, end);
        ScalarStepMath.finishMoments(s, p, pi, g, gi, m, mi, v, vi, end, n);
    }

    private static void average(Adam s, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi, int end) {
        FloatVector decays = FloatVector.broadcast(S, s.decay());
        FloatVector fresh1 = FloatVector.broadcast(S, s.fresh1());
        FloatVector beta2 = FloatVector.broadcast(S, s.beta2());
        float fresh2 = s.fresh2();
        float sign = s.sign();
        for (int j = 0; j < end; j += L) {
            FloatVector d = fromArray(S, p, pi + j).fma(decays, fromArray(S, g, gi + j).mul(sign));
            FloatVector first = fromArray(S, m, mi + j);
            d.sub(first).fma(fresh1, first).intoArray(m, mi + j);
            fromArray(S, v, vi + j).fma(beta2, d.mul(fresh2).mul(d)).intoArray(v, vi + j);
        }
    }

    @Override
    public void update(Adam s, float[] p, int pi, float[] m, int mi, float[] v, int vi, int n) {
        int end = S.loopBound(n);
        move(p, pi, m, mi, v, vi, end, s);
        ScalarStepMath.finishUpdate(s, p, pi, m, mi, v, vi, end, n);
    }

    private static void move(float[] p, int pi, float[] m, int mi, float[] v, int vi, int end, Adam s) {
        FloatVector shrink = FloatVector.broadcast(S, -s.shrink());
        FloatVector roots = FloatVector.broadcast(S, s.root());
        FloatVector eps = FloatVector.broadcast(S, s.eps());
        FloatVector size = FloatVector.broadcast(S, -s.size());
        for (int j = 0; j < end; j += L) {
            FloatVector old = fromArray(S, p, pi + j);
            FloatVector root = fromArray(S, v, vi + j).sqrt().fma(roots, eps);
            fromArray(S, m, mi + j).div(root).fma(size, old.fma(shrink, old)).intoArray(p, pi + j);
        }
    }
}
