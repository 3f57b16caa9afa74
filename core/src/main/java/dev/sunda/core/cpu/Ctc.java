package dev.sunda.core.cpu;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// Connectionist temporal classification of F32 and F64, in double precision; formulas stand with [CtcSpec]. Each sequence is one piece of
/// work. All states of a time step are computed together, so that exponentials and logarithms run over rows.
///
/// Rows of states have two elements of minus infinity on either side: the neighbours of the first and last states.
final class Ctc {
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final View logProbs;
    private final int sequence;
    private final int steps;
    private final int[] labels;
    private final boolean[] skips;                    // skips[s + 2]: state s may follow s - 2
    private final double[] terms;
    private final double[] slopes;                    // of one time step, by class

    private Ctc(CtcSpec spec, View logProbs, View targets, int sequence) {
        this.logProbs = logProbs;
        this.sequence = sequence;
        steps = spec.inputLengths().get(sequence);
        labels = new int[2 * spec.targetLengths().get(sequence) + 1];
        Layout layout = targets.layout();
        int from = layout.offset() + sequence * layout.stride(0);
        for (int s = 0; s < labels.length; s++)
            labels[s] = s % 2 == 0 ? spec.blank() : (int) targets.heap().getLong(from + s / 2 * layout.stride(1));
        skips = new boolean[labels.length + 4];
        for (int s = 3; s < labels.length; s += 2)
            skips[s + 2] = labels[s] != labels[s - 2];
        terms = new double[3 * labels.length];
        slopes = new double[logProbs.shape().size(2)];
    }

    /// @param gradient may be null
    static void apply(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        Parallel.forChunks(logProbs.shape().size(1), 1, (n, _, _) -> {
            Layout to = losses.layout();
            losses.heap().setDouble(to.offset() + n * to.stride(0), new Ctc(spec, logProbs, targets, n).run(gradient));
        });
    }

    private double run(View gradient) {
        if (gradient != null)
            clearAfter(steps, gradient);
        int last = labels.length - 1;
        if (steps == 0)
            return last == 0 ? 0 : Double.POSITIVE_INFINITY;
        double[][] a = forward(gradient != null);
        double[] end = a[a.length - 1];
        double logZ = add(end[last + 2], end[last + 1]);
        if (gradient != null)
            backward(a, logZ, gradient);
        return -logZ;
    }

    /// Rows of all time steps, or the last one alone.
    private double[][] forward(boolean all) {
        var rows = new double[all ? steps : 1][];
        double[] before = row();
        for (int s = 0; s < Math.min(2, labels.length); s++)
            before[s + 2] = logProb(0, s);
        rows[0] = before;
        for (int t = 1; t < steps; t++) {
            double[] row = row();
            for (int s = 0; s < labels.length; s++)
                terms(s, before[s + 2], before[s + 1], skips[s + 2] ? before[s] : NEVER);
            sum(row);
            for (int s = 0; s < labels.length; s++)
                row[s + 2] += logProb(t, s);
            rows[all ? t : 0] = row;
            before = row;
        }
        return rows;
    }

    private void backward(double[][] a, double logZ, View gradient) {
        double[] b = row();
        double[] after = row();
        var share = new double[labels.length];
        for (int s = Math.max(0, labels.length - 2); s < labels.length; s++)
            b[s + 2] = 0;
        for (int t = steps - 1; t >= 0; t--) {
            if (t < steps - 1) {
                for (int s = 0; s < labels.length; s++)
                    after[s + 2] = b[s + 2] + logProb(t + 1, s);
                for (int s = 0; s < labels.length; s++)
                    terms(s, after[s + 2], after[s + 3], skips[s + 4] ? after[s + 4] : NEVER);
                sum(b);
            }
            for (int s = 0; s < labels.length; s++)
                share[s] = a[t][s + 2] + b[s + 2];
            FUNCTIONS.exp(share, 0, logZ, share, 0, share.length);
            write(share, t, gradient);
        }
    }

    private double[] row() {
        var row = new double[labels.length + 4];
        Arrays.fill(row, NEVER);
        return row;
    }

    /// Notes what goes into state `s`, relative to the largest of the three, which moves into the result by [#sum].
    private void terms(int s, double x, double y, double z) {
        terms[s] = x;
        terms[labels.length + s] = y;
        terms[2 * labels.length + s] = z;
    }

    /// `row = log` of the sum of the exponentials of the three terms of each state.
    private void sum(double[] row) {
        int n = labels.length;
        for (int s = 0; s < n; s++) {
            double max = Math.max(Math.max(terms[s], terms[n + s]), terms[2 * n + s]);
            row[s + 2] = max;
            double shift = max == NEVER ? 0 : max;
            terms[s] -= shift;
            terms[n + s] -= shift;
            terms[2 * n + s] -= shift;
        }
        FUNCTIONS.exp(terms, 0, 0, terms, 0, 3 * n);
        for (int s = 0; s < n; s++)
            terms[s] += terms[n + s] + terms[2 * n + s];
        FUNCTIONS.log(terms, 0, terms, 0, n);
        for (int s = 0; s < n; s++)
            row[s + 2] += terms[s];
    }

    private static double add(double x, double y) {
        double max = Math.max(x, y);
        return max == NEVER ? NEVER : max + StrictMath.log(StrictMath.exp(x - max) + StrictMath.exp(y - max));
    }

    private double logProb(int t, int s) {
        return logProbs.heap().getDouble(at(logProbs, t, labels[s]));
    }

    /// Adds up the states of each class, then writes minus the sums.
    private void write(double[] share, int t, View gradient) {
        Arrays.fill(slopes, 0);
        for (int s = 0; s < share.length; s++)
            slopes[labels[s]] -= share[s];
        for (int c = 0; c < slopes.length; c++)
            gradient.heap().setDouble(at(gradient, t, c), slopes[c]);
    }

    private void clearAfter(int end, View gradient) {
        for (int t = end; t < gradient.shape().size(0); t++)
            for (int c = 0; c < slopes.length; c++)
                gradient.heap().setDouble(at(gradient, t, c), 0);
    }

    private int at(View x, int t, int c) {
        Layout layout = x.layout();
        return layout.offset() + t * layout.stride(0) + sequence * layout.stride(1) + c * layout.stride(2);
    }
}
