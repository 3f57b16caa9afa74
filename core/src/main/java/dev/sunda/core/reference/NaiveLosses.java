package dev.sunda.core.reference;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.ShapeException;

/// Cross-entropy of rows of logits `z` against a target distribution `t`, with class weights `w`:
/// `loss = -sum_c w_c * t_c * log p_c`, `log p_c = z_c - logSumExp(z)`, and its gradient
/// `dz_c = dloss * (p_c * sum_j(w_j * t_j) - w_c * t_c)`.
///
/// A class with `t_c = 0` adds nothing, even where `log p_c` is `-inf`. Ignored rows have loss 0 and gradient 0, whatever they hold.
final class NaiveLosses {
    private NaiveLosses() {
    }

    static void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        int rows = logits.shape().size(0);
        int classes = logits.shape().size(1);
        double[] z = Elements.doubles(logits);
        double[][] t = distributions(spec, logits, target);
        double[] w = Elements.doublesOr(weight, 1, classes);
        var loss = new double[rows];
        var normalizer = new double[rows];
        for (int r = 0; r < rows; r++) {
            normalizer[r] = logSumExp(z, r * classes, classes);
            for (int c = 0; t[r] != null && c < classes; c++)
                if (t[r][c] != 0)
                    loss[r] -= w[c] * t[r][c] * (z[r * classes + c] - normalizer[r]);
        }
        Elements.store(loss, losses);
        Elements.store(normalizer, logSumExp);
    }

    static void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp,
            View dlogits) {
        int rows = logits.shape().size(0);
        int classes = logits.shape().size(1);
        double[] dloss = Elements.doubles(dlosses);
        double[] z = Elements.doubles(logits);
        double[][] t = distributions(spec, logits, target);
        double[] w = Elements.doublesOr(weight, 1, classes);
        double[] normalizer = Elements.doubles(logSumExp);
        var dz = new double[rows * classes];
        for (int r = 0; r < rows; r++) {
            if (t[r] == null)
                continue;
            double mass = 0;
            for (int c = 0; c < classes; c++)
                mass += w[c] * t[r][c];
            for (int c = 0; c < classes; c++) {
                double p = StrictMath.exp(z[r * classes + c] - normalizer[r]);
                dz[r * classes + c] = dloss[r] * (p * mass - w[c] * t[r][c]);
            }
        }
        Elements.store(dz, dlogits);
    }

    /// The smoothed target distribution of each row, null for ignored rows.
    private static double[][] distributions(CrossEntropySpec spec, View logits, View target) {
        int rows = logits.shape().size(0);
        int classes = logits.shape().size(1);
        double s = spec.labelSmoothing();
        var t = new double[rows][];
        double[] probabilities = target.dtype().isFloating() ? Elements.doubles(target) : null;
        long[] labels = target.dtype().isFloating() ? null : Elements.longs(target);
        for (int r = 0; r < rows; r++) {
            if (labels != null && labels[r] == spec.ignoreIndex())
                continue;
            if (labels != null && (labels[r] < 0 || labels[r] >= classes))
                throw new ShapeException("crossEntropy", "class " + labels[r] + " of row " + r + " is not below the " + classes
                        + " classes of the logits, nor the ignored index " + spec.ignoreIndex(), logits.shape(), target.shape());
            t[r] = new double[classes];
            for (int c = 0; c < classes; c++) {
                double plain = labels == null ? probabilities[r * classes + c] : c == labels[r] ? 1 : 0;
                t[r][c] = (1 - s) * plain + s / classes;
            }
        }
        return t;
    }

    /// `log(sum(exp(z)))`, shifted by the maximum so that nothing overflows.
    private static double logSumExp(double[] z, int from, int classes) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++)
            max = Math.max(max, z[from + c]);
        double sum = 0;
        for (int c = 0; c < classes; c++)
            sum += StrictMath.exp(z[from + c] - max);
        return max + StrictMath.log(sum);
    }
}
