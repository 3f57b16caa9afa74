package dev.sunda.core.cpu;

import dev.sunda.core.op.CtcSpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.ShapeException;
import java.util.Arrays;

/// Connectionist temporal classification of F32 and F64, in double precision; formulas stand with [CtcSpec]. Each sequence is one piece of
/// work. Sums over paths are [WideDoubles] instead of logarithms: all exponentials are those of the log-probabilities of the labels, taken
/// once for each.
///
/// Rows of states have two zeros on either side: the neighbours of the first and last states.
final class Ctc {
    private static final int EDGE = 2;

    private final View logProbs;
    private final int sequence;
    private final int steps;
    private final int[] labels;
    private final int states;
    private final int width;                          // of a row of states
    private final boolean[] skips;                    // skips[s]: state s may follow s - 2
    private final WideDoubles probabilities;          // of the blank and of each label, a row for each step

    private Ctc(CtcSpec spec, View logProbs, View targets, int sequence) {
        this.logProbs = logProbs;
        this.sequence = sequence;
        steps = spec.inputLengths().get(sequence);
        labels = new int[spec.targetLengths().get(sequence) + 1];
        states = 2 * labels.length - 1;
        width = states + 2 * EDGE;
        Layout layout = targets.layout();
        int from = layout.offset() + sequence * layout.stride(0);
        labels[0] = spec.blank();
        for (int j = 1; j < labels.length; j++)
            labels[j] = label(targets.heap().getLong(from + (j - 1) * layout.stride(1)));
        skips = new boolean[width];
        for (int s = 3; s < states; s += 2)
            skips[s] = labels[label(s)] != labels[label(s - 2)];
        probabilities = WideDoubles.exp(gathered());
    }

    /// @param gradient may be null
    static void apply(CtcSpec spec, View logProbs, View targets, View losses, View gradient) {
        Parallel.forChunks(logProbs.shape().size(1), 1, (n, _, _) -> {
            Layout to = losses.layout();
            losses.heap().setDouble(to.offset() + n * to.stride(0), new Ctc(spec, logProbs, targets, n).run(gradient));
        });
    }

    private int label(long label) {
        int classes = logProbs.shape().size(2);
        if (label < 0 || label >= classes)
            throw new ShapeException("ctc", "label " + label + " of sequence " + sequence + " is outside the dimension of size " + classes,
                    logProbs.shape());
        return (int) label;
    }

    /// The place of a state's label in a row of probabilities.
    private static int label(int state) {
        return state % 2 == 0 ? 0 : (state + 1) / 2;
    }

    private double[] gathered() {
        var rows = new double[steps * labels.length];
        float[] floats = logProbs.dtype() == DType.F32 ? logProbs.heap().floats() : null;
        for (int t = 0, i = 0; t < steps; t++)
            for (int j = 0; j < labels.length; j++, i++) {
                int at = at(logProbs, t, labels[j]);
                rows[i] = floats == null ? logProbs.heap().doubles()[at] : floats[at];
            }
        return rows;
    }

    private double run(View gradient) {
        if (gradient != null)
            clearAfter(steps, gradient);
        if (steps == 0)
            return states == 1 ? 0 : Double.POSITIVE_INFINITY;
        var a = new WideDoubles((gradient == null ? Math.min(2, steps) : steps) * width);
        int end = forward(a, gradient == null ? 2 : steps) + EDGE + states - 1;
        var z = new WideDoubles(1);
        z.putSum(0, a, end, end - 1);
        if (gradient != null)
            backward(a, z, gradient);
        return -z.log(0);
    }

    /// Sums over the beginnings of paths; row `t` lies at `t mod rows`.
    ///
    /// @return where the last row begins
    private int forward(WideDoubles a, int rows) {
        for (int s = 0; s < Math.min(2, states); s++)
            a.put(EDGE + s, probabilities, label(s));
        int before = 0;
        for (int t = 1; t < steps; t++) {
            int row = t % rows * width;
            for (int s = 0, from = before + EDGE; s < states; s++, from++)
                if (skips[s])
                    a.putSumTimes(row + EDGE + s, a, from, from - 1, from - 2, probabilities, t * labels.length + label(s));
                else
                a.putSumTimes(row + EDGE + s, a, from, from - 1, probabilities, t * labels.length + label(s));
            before = row;
        }
        return before;
    }

    private void backward(WideDoubles a, WideDoubles z, View gradient) {
        var b = new WideDoubles(width);
        var after = new WideDoubles(width);
        var slopes = new double[logProbs.shape().size(2)];
        for (int s = Math.max(0, states - 2); s < states; s++)
            b.putOne(EDGE + s);
        for (int t = steps - 1; t >= 0; t--) {
            if (t < steps - 1)
                stepBack(t, b, after);
            Arrays.fill(slopes, 0);
            for (int s = 0; s < states; s++)
                slopes[labels[label(s)]] -= WideDoubles.quotient(a, t * width + EDGE + s, b, EDGE + s, z, 0);
            write(slopes, t, gradient);
        }
    }

    /// Sums over the ends of paths behind step `t`, from those behind the next one.
    private void stepBack(int t, WideDoubles b, WideDoubles after) {
        for (int s = 0; s < states; s++)
            after.putProduct(EDGE + s, b, EDGE + s, probabilities, (t + 1) * labels.length + label(s));
        for (int s = 0, at = EDGE; s < states; s++, at++)
            if (skips[s + 2])
                b.putSum(at, after, at, at + 1, at + 2);
            else
            b.putSum(at, after, at, at + 1);
    }

    private void write(double[] slopes, int t, View gradient) {
        float[] floats = gradient.dtype() == DType.F32 ? gradient.heap().floats() : null;
        for (int c = 0; c < slopes.length; c++)
            if (floats == null)
                gradient.heap().doubles()[at(gradient, t, c)] = slopes[c];
            else
            floats[at(gradient, t, c)] = (float) slopes[c];
    }

    private void clearAfter(int end, View gradient) {
        var zeros = new double[gradient.shape().size(2)];
        for (int t = end; t < gradient.shape().size(0); t++)
            write(zeros, t, gradient);
    }

    private int at(View x, int t, int c) {
        Layout layout = x.layout();
        return layout.offset() + t * layout.stride(0) + sequence * layout.stride(1) + c * layout.stride(2);
    }
}
