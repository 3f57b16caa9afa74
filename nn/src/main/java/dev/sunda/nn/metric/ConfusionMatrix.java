package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/// How often elements of each class were taken for each class, and what follows from that.
///
/// With the elements of class `c` that were recognised (`tp`), missed (`fn`) and wrongly taken for `c` (`fp`):
/// precision `tp / (tp + fp)`, recall `tp / (tp + fn)`, F1 `2 tp / (2 tp + fp + fn)`, intersection over union `tp / (tp + fp + fn)`. A
/// class that occurs but is never answered (or is answered but never occurs) has 0 where the quotient is 0 / 0; one that occurs neither in
/// targets nor in answers has NaN and counts in no average.
public final class ConfusionMatrix {
    private final int classes;
    private final long ignoreIndex;
    private final long[][] counts;                    // counts[truth][answer]

    /// Elements whose true class is -100 are not counted.
    ///
    /// @param classes how many there are, at least 1
    public ConfusionMatrix(int classes) {
        this(classes, -100);
    }

    /// @param classes how many there are, at least 1
    /// @param ignoreIndex elements whose true class equals this are not counted, for example 255 for pixels without a label
    public ConfusionMatrix(int classes, long ignoreIndex) {
        if (classes < 1)
            throw new IllegalArgumentException("ConfusionMatrix: there must be at least 1 class (got " + classes + ")");
        this.classes = classes;
        this.ignoreIndex = ignoreIndex;
        counts = new long[classes][classes];
    }

    /// Counts a batch of answers.
    ///
    /// @param answers class indices of any shape (int64 or int32), or scores with the classes in dimension 1, the highest of which is the
    ///     answer
    /// @param target class indices, int64 or int32
    /// @throws dev.sunda.core.type.ShapeException if the shapes do not fit; nothing is counted then
    public void update(Tensor answers, Tensor target) {
        Tensor chosen = answers;
        if (answers.dtype().isFloating()) {
            Inputs.rows("ConfusionMatrix", answers, target);
            chosen = answers.argmax(1, false);
        }
        Inputs.sameShape("ConfusionMatrix", chosen, target);
        int[] a = Inputs.classes("ConfusionMatrix", chosen, classes);
        int[] t = Inputs.classes("ConfusionMatrix", target, classes, ignoreIndex);
        for (int i = 0; i < t.length; i++)
            if (t[i] >= 0)
                counts[t[i]][a[i]]++;
    }

    /// Rows are true classes, columns answers. A copy.
    public long[][] counts() {
        var copy = new long[classes][];
        for (int c = 0; c < classes; c++)
            copy[c] = counts[c].clone();
        return copy;
    }

    /// Forgets all batches.
    public void reset() {
        for (long[] row : counts)
            Arrays.fill(row, 0);
    }

    /// Elements counted.
    public long total() {
        long total = 0;
        for (int c = 0; c < classes; c++)
            total += occurrences(c);
        return total;
    }

    /// Share of elements that were recognised.
    public double accuracy() {
        return (double) recognised() / total();
    }

    /// Of what was taken for class `c`, the share that was.
    public double precision(int c) {
        check(c);
        return ratio(c, counts[c][c], answers(c));
    }

    /// Of what was class `c`, the share that was recognised.
    public double recall(int c) {
        check(c);
        return ratio(c, counts[c][c], occurrences(c));
    }

    /// The harmonic mean of precision and recall of class `c`.
    public double f1(int c) {
        check(c);
        return ratio(c, 2 * counts[c][c], answers(c) + occurrences(c));
    }

    /// Intersection over union of class `c`.
    public double iou(int c) {
        check(c);
        return ratio(c, counts[c][c], answers(c) + occurrences(c) - counts[c][c]);
    }

    /// Precision of all classes.
    public double precision(Average average) {
        Objects.requireNonNull(average, "ConfusionMatrix.precision: average is null; use Average.MICRO, MACRO or WEIGHTED");
        return average(average, this::precision);
    }

    /// Recall of all classes.
    public double recall(Average average) {
        Objects.requireNonNull(average, "ConfusionMatrix.recall: average is null; use Average.MICRO, MACRO or WEIGHTED");
        return average(average, this::recall);
    }

    /// F1 of all classes.
    public double f1(Average average) {
        Objects.requireNonNull(average, "ConfusionMatrix.f1: average is null; use Average.MICRO, MACRO or WEIGHTED");
        return average(average, this::f1);
    }

    /// The mean intersection over union of the classes that occur.
    public double meanIou() {
        return average(Average.MACRO, this::iou);
    }

    private void check(int c) {
        if (c < 0 || c >= classes)
            throw new IllegalArgumentException("ConfusionMatrix: classes are numbered from 0 to " + (classes - 1) + " (got " + c + ")");
    }

    private double ratio(int c, long part, long whole) {
        return answers(c) + occurrences(c) == 0 ? Double.NaN : whole == 0 ? 0 : (double) part / whole;
    }

    /// Each element has one class and one answer, so that added counts give precision, recall and F1 alike the accuracy.
    private double average(Average average, IntToDoubleFunction ofClass) {
        if (average == Average.MICRO)
            return accuracy();
        double sum = 0;
        double weights = 0;
        for (int c = 0; c < classes; c++) {
            if (answers(c) + occurrences(c) == 0)
                continue;
            double weight = average == Average.MACRO ? 1 : occurrences(c);
            sum += weight * ofClass.applyAsDouble(c);
            weights += weight;
        }
        return sum / weights;
    }

    private long recognised() {
        long right = 0;
        for (int c = 0; c < classes; c++)
            right += counts[c][c];
        return right;
    }

    private long occurrences(int c) {
        long n = 0;
        for (long count : counts[c])
            n += count;
        return n;
    }

    private long answers(int c) {
        long n = 0;
        for (long[] row : counts)
            n += row[c];
        return n;
    }
}
