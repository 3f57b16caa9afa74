package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;
import java.util.Arrays;
import java.util.Comparator;

/// A number that follows from the order which scores give to yes-or-no answers. Keeps all scores.
abstract sealed class Ranking implements Metric permits RocAuc, AveragePrecision {
    private double[] scores = new double[16];
    private boolean[] labels = new boolean[16];
    private int count;

    Ranking() {
    }

    /// @param input scores of any shape, higher for yes; any numbers but NaN
    /// @param target 1 (or true) for yes, 0 for no, of the scores' shape
    @Override
    public final void update(Tensor input, Tensor target) {
        String name = getClass().getSimpleName();
        Inputs.sameShape(name, input, target);
        double[] more = input.toDoubleArray();
        boolean[] truths = Inputs.binary(name, target);
        for (int i = 0; i < more.length; i++)
            if (Double.isNaN(more[i]))
                throw new IllegalArgumentException(name + ": scores must be numbers (got NaN as element " + i + ")");
        int room = Math.max(scores.length, Math.max(count + more.length, Math.min(2 * count, 1 << 30)));
        scores = Arrays.copyOf(scores, room);
        labels = Arrays.copyOf(labels, room);
        System.arraycopy(more, 0, scores, count, more.length);
        System.arraycopy(truths, 0, labels, count, more.length);
        count += more.length;
    }

    @Override
    public final void reset() {
        count = 0;
    }

    /// Elements that share one score.
    ///
    /// @param yes how many of them are
    /// @param no how many of them are not
    record Tie(long yes, long no) {
    }

    /// The elements from the highest score down, those with one score together.
    final Tie[] ties() {
        var order = new Integer[count];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> scores[i] + 0.0).reversed());       // 0.0 makes both zeros one
        var ties = new Tie[count];
        int n = 0;
        for (int i = 0; i < count;) {
            long yes = 0;
            int from = i;
            double score = scores[order[from]];
            for (; i < count && scores[order[i]] == score; i++)
                yes += labels[order[i]] ? 1 : 0;
            ties[n++] = new Tie(yes, i - from - yes);
        }
        return Arrays.copyOf(ties, n);
    }
}
