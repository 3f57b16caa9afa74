package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;

/// Share of elements whose true class is among the `k` highest scores, from 0 to 1. Of equal scores the class with the smaller index comes
/// first, as in [Tensor#argmax]; a score of NaN counts as the highest.
public final class Accuracy implements Metric {
    private final int k;
    private final long ignoreIndex;
    private long right;
    private long all;

    /// The highest score alone; index -100 is not counted.
    public Accuracy() {
        this(1, -100);
    }

    /// @param k how many of the highest scores count, at least 1
    /// @param ignoreIndex elements whose true class equals this are not counted
    public Accuracy(int k, long ignoreIndex) {
        if (k < 1)
            throw new IllegalArgumentException("Accuracy: k must be at least 1 (got " + k + ")");
        this.k = k;
        this.ignoreIndex = ignoreIndex;
    }

    /// @param scores `[N, C]` or `[N, C, d1, ...]`
    /// @param target class indices, int64 or int32, of that shape without `C`
    @Override
    public void update(Tensor scores, Tensor target) {
        double[][] rows = Inputs.rows("Accuracy", scores, target);
        int[] classes = Inputs.classes("Accuracy", target, scores.size(1), ignoreIndex);
        for (int n = 0; n < rows.length; n++)
            if (classes[n] >= 0) {
                all++;
                if (rank(rows[n], classes[n]) < k)
                    right++;
            }
    }

    /// How many classes come before `c`.
    private static int rank(double[] scores, int c) {
        int before = 0;
        for (int i = 0; i < scores.length; i++) {
            int order = Double.compare(scores[i] + 0.0, scores[c] + 0.0);           // 0.0 makes both zeros one
            if (order > 0 || order == 0 && i < c)
                before++;
        }
        return before;
    }

    @Override
    public double value() {
        return (double) right / all;
    }

    /// Elements counted.
    public long count() {
        return all;
    }

    @Override
    public void reset() {
        right = 0;
        all = 0;
    }
}
