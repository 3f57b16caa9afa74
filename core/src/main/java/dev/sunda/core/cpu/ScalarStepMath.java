package dev.sunda.core.cpu;

/// Plain loops; also finishes what does not fill a vector.
final class ScalarStepMath implements StepMath {
    @Override
    public void sgd(Sgd s, float[] p, int pi, float[] g, int gi, int n) {
        finishSgd(s, p, pi, g, gi, 0, n);
    }

    @Override
    public void momentum(Sgd s, float[] p, int pi, float[] g, int gi, float[] b, int bi, int n) {
        finishMomentum(s, p, pi, g, gi, b, bi, 0, n);
    }

    @Override
    public void moments(Adam s, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi, int n) {
        finishMoments(s, p, pi, g, gi, m, mi, v, vi, 0, n);
    }

    @Override
    public void update(Adam s, float[] p, int pi, float[] m, int mi, float[] v, int vi, int n) {
        finishUpdate(s, p, pi, m, mi, v, vi, 0, n);
    }

    static void finishSgd(Sgd s, float[] p, int pi, float[] g, int gi, int from, int n) {
        for (int j = from; j < n; j++) {
            float d = Math.fma(p[pi + j], s.decay(), g[gi + j] * s.sign());
            p[pi + j] = Math.fma(d, -s.lr(), p[pi + j]);
        }
    }

    static void finishMomentum(Sgd s, float[] p, int pi, float[] g, int gi, float[] b, int bi, int from, int n) {
        for (int j = from; j < n; j++) {
            float d = Math.fma(p[pi + j], s.decay(), g[gi + j] * s.sign());
            float buffer = Math.fma(b[bi + j], s.momentum(), d * s.fresh());
            float direction = Math.fma(buffer, s.fromBuffer(), d * s.fromGradient());
            b[bi + j] = buffer;
            p[pi + j] = Math.fma(direction, -s.lr(), p[pi + j]);
        }
    }

    static void finishMoments(Adam s, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi, int from, int n) {
        for (int j = from; j < n; j++) {
            float d = Math.fma(p[pi + j], s.decay(), g[gi + j] * s.sign());
            float first = m[mi + j];
            m[mi + j] = s.fresh1() < 0.5f ? Math.fma(d - first, s.fresh1(), first) : Math.fma(first - d, 1 - s.fresh1(), d);
            v[vi + j] = Math.fma(v[vi + j], s.beta2(), d * s.fresh2() * d);
        }
    }

    static void finishUpdate(Adam s, float[] p, int pi, float[] m, int mi, float[] v, int vi, int from, int n) {
        for (int j = from; j < n; j++) {
            float old = Math.fma(p[pi + j], -s.shrink(), p[pi + j]);
            float root = Math.fma((float) Math.sqrt(v[vi + j]), s.root(), s.eps());
            p[pi + j] = Math.fma(m[mi + j] / root, -s.size(), old);
        }
    }
}
