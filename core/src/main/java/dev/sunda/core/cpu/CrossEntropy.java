package dev.sunda.core.cpu;

import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// Cross-entropy of F32 rows of logits `z` against class indices or distributions, and its gradient; formulas at [CrossEntropySpec].
///
/// Exponentials are vectorised; what depends on the target is added in scalar code, for plain class indices only at
/// the class of the row. No source is modified.
final class CrossEntropy {
    private static final ReduceMath REDUCE = ReduceMath.CHOSEN;
    private static final BinaryMath BINARY = BinaryMath.CHOSEN;
    private static final SoftmaxMath MATH = SoftmaxMath.CHOSEN;

    private final CrossEntropySpec spec;
    private final int classes;
    private final View logits;
    private final View target;
    private final float[] weight;                                    // null: 1 for every class
    private final double smooth;                                     // what smoothing gives to every class

    private CrossEntropy(CrossEntropySpec spec, View logits, View target, View weight) {
        this.spec = spec;
        this.logits = logits;
        this.target = target;
        classes = logits.shape().size(1);
        smooth = spec.labelSmoothing() / classes;
        this.weight = weight == null ? null : new float[classes];
        if (weight != null)
            Strips.read(weight.heap().floats(), weight.layout().offset(), weight.layout().stride(0), this.weight, classes);
    }

    /// Whether the fast kernels of `dtype` take the call: something to do and no class index out of range.
    static boolean takes(DType dtype, CrossEntropySpec spec, View logits, View target) {
        if (logits.dtype() != dtype || logits.shape().numel() == 0 || target.dtype() != dtype && target.dtype() != DType.I64)
            return false;
        if (target.dtype() == dtype)
            return true;
        long[] labels = target.heap().longs();
        for (int r = 0; r < target.shape().numel(); r++) {
            long label = labels[target.layout().offset() + r * target.layout().stride(0)];
            if (label != spec.ignoreIndex() && (label < 0 || label >= logits.shape().size(1)))
                return false;
        }
        return true;
    }

    static void forward(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        var loss = new CrossEntropy(spec, logits, target, weight);
        loss.forRows((row, z, t, work) -> {
            float max = REDUCE.max(z, 0, z.length);
            MATH.expShifted(z, 0, max, work, 0, z.length);
            double normalizer = max + StrictMath.log(REDUCE.longSum(work, 0, z.length));
            write(logSumExp, row, (float) normalizer);
            write(losses, row, loss.isIgnored(row) ? 0 : (float) loss.loss(row, z, t, normalizer));
        });
    }

    static void backward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp, View dlogits) {
        var loss = new CrossEntropy(spec, logits, target, weight);
        float[] to = dlogits.heap().floats();
        int stride = dlogits.layout().stride(1);
        loss.forRows((row, z, t, work) -> {
            if (loss.isIgnored(row))
                Arrays.fill(work, 0);
            else
                loss.gradient(row, z, t, read(dlosses, row), read(logSumExp, row), work);
            Strips.write(work, to, dlogits.layout().offset() + row * dlogits.layout().stride(0), stride, z.length);
        });
    }

    /// A row of logits and of target probabilities (null for class indices), both copies, and room for another row.
    @FunctionalInterface
    private interface Row {
        void run(int row, float[] z, float[] t, float[] work);
    }

    private void forRows(Row body) {
        int rows = logits.shape().size(0);
        boolean distribution = target.dtype() == DType.F32;
        Parallel.forChunks(rows, Math.max(1, Nest.CHUNK / classes), (_, from, to) -> {
            var z = new float[classes];
            var work = new float[classes];
            var t = distribution ? new float[classes] : null;
            for (int row = from; row < to; row++) {
                readRow(logits, row, z);
                if (distribution)
                    readRow(target, row, t);
                body.run(row, z, t, work);
            }
        });
    }

    private static void readRow(View view, int row, float[] strip) {
        var layout = view.layout();
        Strips.read(view.heap().floats(), layout.offset() + row * layout.stride(0), layout.stride(1), strip, strip.length);
    }

    private static float read(View rows, int row) {
        return rows.heap().floats()[rows.layout().offset() + row * rows.layout().stride(0)];
    }

    private static void write(View rows, int row, float value) {
        rows.heap().floats()[rows.layout().offset() + row * rows.layout().stride(0)] = value;
    }

    private long label(int row) {
        return target.heap().longs()[target.layout().offset() + row * target.layout().stride(0)];
    }

    private boolean isIgnored(int row) {
        return target.dtype() == DType.I64 && label(row) == spec.ignoreIndex();
    }

    private double weight(int c) {
        return weight == null ? 1 : weight[c];
    }

    /// True if only the class of the row has a share of the target.
    private boolean isOneClass(float[] t) {
        return t == null && smooth == 0;
    }

    /// The smoothed target probability of class `c`; the plain one is `t[c]`, or 1 for the class `label`.
    private double share(int label, float[] t, int c) {
        double plain = t != null ? t[c] : c == label ? 1 : 0;
        return (1 - spec.labelSmoothing()) * plain + smooth;
    }

    private double loss(int row, float[] z, float[] t, double normalizer) {
        if (isOneClass(t)) {
            int c = (int) label(row);
            return weight(c) * (normalizer - z[c]);
        }
        int label = t == null ? (int) label(row) : -1;
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            double share = share(label, t, c);
            if (share != 0)
                sum -= weight(c) * share * (z[c] - normalizer);
        }
        return sum;
    }

    /// Writes the gradient of the logits `z` to `dz`.
    private void gradient(int row, float[] z, float[] t, double dloss, float normalizer, float[] dz) {
        MATH.expShifted(z, 0, normalizer, dz, 0, classes);
        if (isOneClass(t)) {
            int c = (int) label(row);
            double mass = dloss * weight(c);
            float p = dz[c];
            BINARY.vectorScalar(BinaryOp.MUL, dz, 0, (float) mass, dz, 0, classes);
            dz[c] = (float) (mass * (p - 1.0));
            return;
        }
        int label = t == null ? (int) label(row) : -1;
        double mass = 0;
        for (int c = 0; c < classes; c++)
            mass += weight(c) * share(label, t, c);
        for (int c = 0; c < classes; c++)
            dz[c] = (float) (dloss * (dz[c] * mass - weight(c) * share(label, t, c)));
    }
}
