package dev.sunda.core.cpu;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// [CrossEntropy] of F64 rows of logits; no source is modified.
final class CrossEntropy64 {
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;

    private final CrossEntropySpec spec;
    private final View logits;
    private final View target;
    private final double[] weight;
    private final int classes;

    private CrossEntropy64(CrossEntropySpec spec, View logits, View target, View weight) {
        this.spec = spec;
        this.logits = logits;
        this.target = target;
        classes = logits.shape().size(1);
        this.weight = new double[classes];
        if (weight == null)
            Arrays.fill(this.weight, 1);
        else
            Strips.read(weight.heap().doubles(), weight.layout().offset(), weight.layout().stride(0), this.weight, classes);
    }

    static void forward(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        var loss = new CrossEntropy64(spec, logits, target, weight);
        loss.forRows((row, z, shares, work) -> {
            double max = Reduce64.max(z, 0, z.length);
            FUNCTIONS.exp(z, 0, max, work, 0, z.length);
            double normalizer = max + StrictMath.log(Reduce64.sum(work, 0, z.length));
            write(logSumExp, row, normalizer);
            write(losses, row, loss.loss(row, z, shares, normalizer));
        });
    }

    static void backward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp, View dlogits) {
        var loss = new CrossEntropy64(spec, logits, target, weight);
        var layout = dlogits.layout();
        loss.forRows((row, z, shares, dz) -> {
            if (loss.shares(row, shares))
                loss.gradient(z, shares, read(logSumExp, row), read(dlosses, row), dz);
            else
                Arrays.fill(dz, 0);
            Strips.write(dz, dlogits.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), z.length);
        });
    }

    /// A class without a share adds nothing, even where its logarithm is infinite.
    private double loss(int row, double[] z, double[] shares, double normalizer) {
        if (target.dtype() == DType.I64 && spec.labelSmoothing() == 0) {
            long c = label(row);
            return c == spec.ignoreIndex() ? 0 : -weight[(int) c] * (z[(int) c] - normalizer);
        }
        if (!shares(row, shares))
            return 0;
        double sum = 0;
        for (int c = 0; c < classes; c++)
            if (shares[c] != 0)
                sum -= weight[c] * shares[c] * (z[c] - normalizer);
        return sum;
    }

    private void gradient(double[] z, double[] shares, double normalizer, double dloss, double[] dz) {
        for (int c = 0; c < classes; c++)
            shares[c] *= weight[c];
        double mass = Reduce64.sum(shares, 0, classes);
        FUNCTIONS.exp(z, 0, normalizer, dz, 0, classes);
        for (int c = 0; c < classes; c++)
            dz[c] = dloss * (dz[c] * mass - shares[c]);
    }

    /// A copy of a row of logits and room for two others.
    @FunctionalInterface
    private interface Row {
        void run(int row, double[] z, double[] shares, double[] work);
    }

    private void forRows(Row body) {
        var layout = logits.layout();
        Parallel.forChunks(logits.shape().size(0), Math.max(1, Nest.CHUNK / classes), (_, from, to) -> {
            var z = new double[classes];
            var shares = new double[classes];
            var work = new double[classes];
            for (int row = from; row < to; row++) {
                Strips.read(logits.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), z, classes);
                body.run(row, z, shares, work);
            }
        });
    }

    /// Writes the smoothed distribution a row is compared with; false if the row is ignored.
    private boolean shares(int row, double[] shares) {
        var layout = target.layout();
        double smooth = spec.labelSmoothing() / classes;
        double rest = 1 - spec.labelSmoothing();
        if (target.dtype() == DType.I64) {
            long label = label(row);
            if (label == spec.ignoreIndex())
                return false;
            Arrays.fill(shares, smooth);
            shares[(int) label] = rest + smooth;
        } else {
            Strips.read(target.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), shares, classes);
            for (int c = 0; c < classes; c++)
                shares[c] = rest * shares[c] + smooth;
        }
        return true;
    }

    private long label(int row) {
        return target.heap().longs()[target.layout().offset() + row * target.layout().stride(0)];
    }

    private static double read(View rows, int row) {
        return rows.heap().doubles()[rows.layout().offset() + row * rows.layout().stride(0)];
    }

    private static void write(View rows, int row, double value) {
        rows.heap().doubles()[rows.layout().offset() + row * rows.layout().stride(0)] = value;
    }
}
