package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// The coefficient of determination `1 - sum((target - input)^2) / sum((target - mean(target))^2)` over all elements: 1 is perfect, 0
/// as good as answering the mean. NaN for fewer than two elements, or targets that are all equal.
///
/// The spread of the targets is gathered element by element around the running mean (Welford 1962), so that a large mean costs no digits.
public final class R2Score implements Metric {
    private long count;
    private double mean;
    private double spread;
    private double errors;

    /// Without elements.
    public R2Score() {
    }

    /// @param input of any shape
    /// @param target of the same shape
    @Override
    public void update(Tensor input, Tensor target) {
        Inputs.sameShape("R2Score", input, target);
        double[] x = input.toDoubleArray();
        double[] t = target.toDoubleArray();
        for (int i = 0; i < x.length; i++) {
            double error = t[i] - x[i];
            errors += error * error;
            double off = t[i] - mean;
            mean += off / ++count;
            spread += off * (t[i] - mean);
        }
    }

    @Override
    public double value() {
        return count < 2 || spread == 0 ? Double.NaN : 1 - errors / spread;
    }

    @Override
    public void reset() {
        count = 0;
        mean = 0;
        spread = 0;
        errors = 0;
    }
}
