package dev.sunda.core.reference;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Connectionist temporal classification, sequence by sequence; formulas stand with [CtcSpec].
final class NaiveCtc {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final double[] logProbs;
    private final int batch;
    private final int classes;
    private final int sequence;
    private final int steps;
    private final int[] labels;

    private NaiveCtc(CtcSpec spec, double[] logProbs, View x, long[] targets, int width, int sequence) {
        this.logProbs = logProbs;
        this.sequence = sequence;
        batch = x.shape().size(1);
        classes = x.shape().size(2);
        steps = spec.inputLengths().get(sequence);
        labels = new int[2 * spec.targetLengths().get(sequence) + 1];
        for (int s = 0; s < labels.length; s++)
            labels[s] = s % 2 == 0 ? spec.blank() : label(targets[sequence * width + s / 2], x);
    }

    private int label(long label, View x) {
        if (label < 0 || label >= classes)
            throw new ShapeException("ctc", "label " + label + " of sequence " + sequence + " is outside the dimension of size " + classes,
                    x.shape());
        return (int) label;
    }

    static void ctc(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        double[] p = Elements.doubles(logProbs);
        long[] t = Elements.longs(targets);
        var loss = new double[logProbs.shape().size(1)];
        var slopes = new double[p.length];
        for (int n = 0; n < loss.length; n++)
            loss[n] = new NaiveCtc(spec, p, logProbs, t, targets.shape().size(1), n).run(slopes);
        Elements.store(loss, losses);
        if (gradient != null)
            Elements.store(slopes, gradient);
    }

    private double run(double[] gradient) {
        if (steps == 0)
            return labels.length == 1 ? 0 : Double.POSITIVE_INFINITY;
        double[][] a = forward();
        double[][] b = backward();
        int last = labels.length - 1;
        double logZ = add(a[steps - 1][last], last > 0 ? a[steps - 1][last - 1] : NEVER);
        for (int t = 0; t < steps; t++)
            for (int s = 0; s <= last; s++)
                gradient[at(t, labels[s])] -= StrictMath.exp(a[t][s] + b[t][s] - logZ);
        return -logZ;
    }

    private double[][] forward() {
        var a = new double[steps][labels.length];
        for (int t = 0; t < steps; t++)
            for (int s = 0; s < labels.length; s++) {
                double before = t == 0 ? s < 2 ? 0 : NEVER : a[t - 1][s];
                if (t > 0 && s > 0)
                    before = add(before, a[t - 1][s - 1]);
                if (t > 0 && skips(s))
                    before = add(before, a[t - 1][s - 2]);
                a[t][s] = before + logProbs[at(t, labels[s])];
            }
        return a;
    }

    private double[][] backward() {
        var b = new double[steps][labels.length];
        Arrays.fill(b[steps - 1], NEVER);
        for (int s = Math.max(0, labels.length - 2); s < labels.length; s++)
            b[steps - 1][s] = 0;
        for (int t = steps - 2; t >= 0; t--)
            for (int s = 0; s < labels.length; s++) {
                b[t][s] = next(b, t, s);
                if (s + 1 < labels.length)
                    b[t][s] = add(b[t][s], next(b, t, s + 1));
                if (s + 2 < labels.length && skips(s + 2))
                    b[t][s] = add(b[t][s], next(b, t, s + 2));
            }
        return b;
    }

    private double next(double[][] b, int t, int s) {
        return b[t + 1][s] + logProbs[at(t + 1, labels[s])];
    }

    /// Whether state `s` may follow `s - 2`, without the blank in between.
    private boolean skips(int s) {
        return s % 2 == 1 && s > 1 && labels[s] != labels[s - 2];
    }

    private int at(int t, int c) {
        return (t * batch + sequence) * classes + c;
    }

    /// `log(exp(x) + exp(y))`.
    private static double add(double x, double y) {
        double max = Math.max(x, y);
        return max == NEVER ? NEVER : max + StrictMath.log(StrictMath.exp(x - max) + StrictMath.exp(y - max));
    }
}
