package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// The exponential of the mean cross-entropy: among how many equally likely classes a model hesitates on average.
public final class Perplexity implements Metric {
    private final long ignoreIndex;
    private final Mean surprise = new Mean();

    /// Index -100 is not counted.
    public Perplexity() {
        this(-100);
    }

    /// @param ignoreIndex elements whose true class equals this are not counted
    public Perplexity(long ignoreIndex) {
        this.ignoreIndex = ignoreIndex;
    }

    /// @param logits `[N, C]` or `[N, C, d1, ...]`
    /// @param target class indices, int64 or int32, of that shape without `C`
    @Override
    public void update(Tensor logits, Tensor target) {
        double[][] rows = Inputs.rows("Perplexity", logits, target);
        int[] classes = Inputs.classes("Perplexity", target, logits.size(1), ignoreIndex);
        for (int n = 0; n < rows.length; n++)
            if (classes[n] >= 0)
                surprise.update(logSumExp(rows[n]) - rows[n][classes[n]]);
    }

    private static double logSumExp(double[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : x)
            max = Math.max(max, value);
        double sum = 0;
        for (double value : x)
            sum += StrictMath.exp(value - max);
        return max + StrictMath.log(sum);
    }

    @Override
    public double value() {
        return StrictMath.exp(surprise.value());
    }

    @Override
    public void reset() {
        surprise.reset();
    }
}
