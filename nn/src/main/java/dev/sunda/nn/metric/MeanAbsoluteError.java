package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// Mean of the absolute errors `|input - target|` of all elements.
public final class MeanAbsoluteError implements Metric {
    private final Mean mean = new Mean();

    /// Without elements.
    public MeanAbsoluteError() {
    }

    /// @param input of any shape
    /// @param target of the same shape
    @Override
    public void update(Tensor input, Tensor target) {
        Inputs.sameShape("MeanAbsoluteError", input, target);
        double[] x = input.toDoubleArray();
        double[] t = target.toDoubleArray();
        for (int i = 0; i < x.length; i++) {
            double error = x[i] - t[i];
            mean.update(Math.abs(error));
        }
    }

    @Override
    public double value() {
        return mean.value();
    }

    @Override
    public void reset() {
        mean.reset();
    }
}
