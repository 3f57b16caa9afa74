package dev.sunda.core.reference;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.View;

/// Optimizer steps, in place, as PyTorch defines them; the formulas stand at [SgdStep] and [AdamStep].
///
/// Sources: Sutskever et al. 2013 (momentum); Kingma, Ba 2014, arXiv:1412.6980 (Adam); Loshchilov, Hutter 2017,
/// arXiv:1711.05101 (decoupled decay); Reddi, Kale, Kumar 2018, arXiv:1904.09237 (AMSGrad).
final class NaiveOptimizers {
    private NaiveOptimizers() {
    }

    static void sgd(SgdStep step, View p, View g, View momentum) {
        double[] parameter = Elements.doubles(p);
        double[] gradient = Elements.doubles(g);
        double[] buffer = Elements.doublesOr(momentum, 0, parameter.length);
        for (int i = 0; i < parameter.length; i++) {
            double d = step.maximize() ? -gradient[i] : gradient[i];
            if (step.weightDecay() != 0)
                d += step.weightDecay() * parameter[i];
            if (momentum != null) {
                buffer[i] = step.first() ? d : step.momentum() * buffer[i] + (1 - step.dampening()) * d;
                d = step.nesterov() ? d + step.momentum() * buffer[i] : buffer[i];
            }
            parameter[i] -= step.lr() * d;
        }
        Elements.store(parameter, p);
        if (momentum != null)
            Elements.store(buffer, momentum);
    }

    static void adam(AdamStep step, View p, View g, View m, View v, View vMax) {
        double[] parameter = Elements.doubles(p);
        double[] gradient = Elements.doubles(g);
        double[] first = Elements.doubles(m);
        double[] second = Elements.doubles(v);
        double[] largest = Elements.doublesOr(vMax, 0, parameter.length);
        double correction1 = 1 - StrictMath.pow(step.beta1(), step.step());
        double correction2 = Math.sqrt(1 - StrictMath.pow(step.beta2(), step.step()));
        for (int i = 0; i < parameter.length; i++) {
            double d = step.maximize() ? -gradient[i] : gradient[i];
            if (step.weightDecay() != 0 && step.decoupled())
                parameter[i] *= 1 - step.lr() * step.weightDecay();
            else if (step.weightDecay() != 0)
                d += step.weightDecay() * parameter[i];
            first[i] = step.firstMoment(first[i], d);
            second[i] = step.beta2() * second[i] + (1 - step.beta2()) * d * d;
            largest[i] = vMax == null ? second[i] : Math.max(largest[i], second[i]);
            parameter[i] -= step.lr() / correction1 * first[i] / (Math.sqrt(largest[i]) / correction2 + step.eps());
        }
        Elements.store(parameter, p);
        Elements.store(first, m);
        Elements.store(second, v);
        if (vMax != null)
            Elements.store(largest, vMax);
    }
}
