package dev.sunda.core.cpu;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.View;

/// [OptimizerSteps] on F64 parameters of any layout, in place: one pass over memory in double.
final class OptimizerSteps64 {
    private OptimizerSteps64() {
    }

    static void sgd(SgdStep step, View p, View g, View momentum) {
        View buffer = momentum == null ? p : momentum;
        var nest = Nest.of(g.layout(), buffer.layout(), p.layout());
        double[] values = p.heap().doubles();
        double[] slopes = g.heap().doubles();
        double[] buffers = momentum == null ? null : momentum.heap().doubles();
        double sign = step.maximize() ? -1 : 1;
        nest.forEach((at, n) -> {
            for (int j = 0; j < n; j++) {
                int pi = at[2] + j * nest.stride(2);
                double d = sign * slopes[at[0] + j * nest.stride(0)] + step.weightDecay() * values[pi];
                if (buffers != null) {
                    int bi = at[1] + j * nest.stride(1);
                    double b = step.first() ? d : step.momentum() * buffers[bi] + (1 - step.dampening()) * d;
                    buffers[bi] = b;
                    d = step.nesterov() ? d + step.momentum() * b : b;
                }
                values[pi] -= step.lr() * d;
            }
        });
    }

    static void adam(AdamStep step, View p, View g, View m, View v, View vMax) {
        View most = vMax == null ? v : vMax;
        var nest = Nest.of(g.layout(), m.layout(), v.layout(), most.layout(), p.layout());
        double[][] data = {g.heap().doubles(), m.heap().doubles(), v.heap().doubles(), most.heap().doubles(), p.heap().doubles()};
        double size = step.lr() / (1 - StrictMath.pow(step.beta1(), step.step()));
        double root = Math.sqrt(1 - StrictMath.pow(step.beta2(), step.step()));
        nest.forEach((at, n) -> adam(step, size, root, nest, data, at, n));
    }

    private static void adam(AdamStep step, double size, double root, Nest nest, double[][] data, int[] at, int n) {
        double sign = step.maximize() ? -1 : 1;
        double decay = step.decoupled() ? 0 : step.weightDecay();
        double keep = step.decoupled() ? 1 - step.lr() * step.weightDecay() : 1;
        double[] first = data[1];
        double[] second = data[2];
        double[] most = data[3];
        double[] values = data[4];
        for (int j = 0; j < n; j++) {
            int mi = at[1] + j * nest.stride(1);
            int vi = at[2] + j * nest.stride(2);
            int pi = at[4] + j * nest.stride(4);
            double d = sign * data[0][at[0] + j * nest.stride(0)] + decay * values[pi];
            first[mi] = step.firstMoment(first[mi], d);
            second[vi] = step.beta2() * second[vi] + (1 - step.beta2()) * d * d;
            double largest = second[vi];
            if (most != second) {
                int ui = at[3] + j * nest.stride(3);
                largest = Math.max(most[ui], largest);
                most[ui] = largest;
            }
            values[pi] = values[pi] * keep - size * first[mi] / (Math.sqrt(largest) / root + step.eps());
        }
    }
}
