package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.Arrays;

/// Cross-entropy of F32 rows of logits `z` against class indices or distributions, and its gradient; formulas at [CrossEntropySpec].
///
/// Exponentials are vectorised; what depends on the target is added in scalar code, for plain class indices only at
/// the class of the row. Rows whose elements are neighbours are read and written where they lie. No source is modified.
final class CrossEntropy {
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
        loss.forRows((from, to, z, t) -> {
            float[] work = GemmScratch.floats(Role.VALUES, loss.classes);
            var lanes = new float[16];
            for (int row = from; row < to; row++) {
                int zi = place(logits, row, z);
                int ti = place(target, row, t);
                float max = MATH.largest(z, zi, loss.classes);
                double normalizer =
                        max + StrictMath.log(MATH.exponentials(z, zi, max, work, GemmScratch.FIRST, loss.classes, lanes));
                write(logSumExp, row, (float) normalizer);
                write(losses, row, loss.isIgnored(row) ? 0 : (float) loss.loss(row, z, zi, t, ti, normalizer));
            }
        });
    }

    static void backward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp, View dlogits) {
        var loss = new CrossEntropy(spec, logits, target, weight);
        var layout = dlogits.layout();
        loss.forRows((from, to, z, t) -> {
            float[] dz = strip(dlogits, loss.classes);
            for (int row = from; row < to; row++) {
                int at = layout.offset() + row * layout.stride(0);
                int out = layout.stride(1) == 1 ? at : 0;
                if (loss.isIgnored(row))
                    Arrays.fill(dz, out, out + loss.classes, 0);
                else
                    loss.gradient(row, z, place(logits, row, z), t, place(target, row, t), read(dlosses, row), read(logSumExp, row), dz,
                            out);
                if (layout.stride(1) != 1)
                    Strips.write(dz, dlogits.heap().floats(), at, layout.stride(1), loss.classes);
            }
        });
    }

    /// Some rows.
    @FunctionalInterface
    private interface Rows {
        /// @param z where [CrossEntropy#place] finds logits
        /// @param t and target probabilities; null for class indices
        void run(int from, int to, float[] z, float[] t);
    }

    private void forRows(Rows body) {
        Parallel.forChunks(logits.shape().size(0), Math.max(1, Nest.CHUNK / classes),
                (_, from, to) -> body.run(from, to, strip(logits, classes), isDistribution() ? strip(target, classes) : null));
    }

    private boolean isDistribution() {
        return target.dtype() == DType.F32;
    }

    /// Memory for a row of `rows`: its own if its elements are neighbours.
    private static float[] strip(View rows, int classes) {
        return rows.layout().stride(1) == 1 ? rows.heap().floats() : new float[classes];
    }

    /// Where in its [#strip] a row begins, which is read there if need be; 0 if the strip is null.
    private static int place(View rows, int row, float[] strip) {
        if (strip == null)
            return 0;
        var layout = rows.layout();
        int at = layout.offset() + row * layout.stride(0);
        if (layout.stride(1) == 1)
            return at;
        Strips.read(rows.heap().floats(), at, layout.stride(1), strip, strip.length);
        return 0;
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

    /// The smoothed target probability of class `c`; the plain one is `t[ti + c]`, or 1 for the class `label`.
    private double share(int label, float[] t, int ti, int c) {
        double plain = t != null ? t[ti + c] : c == label ? 1 : 0;
        return (1 - spec.labelSmoothing()) * plain + smooth;
    }

    private double loss(int row, float[] z, int zi, float[] t, int ti, double normalizer) {
        if (isOneClass(t)) {
            int c = (int) label(row);
            return weight(c) * (normalizer - z[zi + c]);
        }
        int label = t == null ? (int) label(row) : -1;
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            double share = share(label, t, ti, c);
            if (share != 0)
                sum -= weight(c) * share * (z[zi + c] - normalizer);
        }
        return sum;
    }

    /// Writes the gradient of the logits from `z[zi]` on to `dz` from `out` on.
    private void gradient(int row, float[] z, int zi, float[] t, int ti, double dloss, float normalizer, float[] dz, int out) {
        MATH.expShifted(z, zi, normalizer, dz, out, classes);
        if (isOneClass(t)) {
            int c = (int) label(row);
            double mass = dloss * weight(c);
            float p = dz[out + c];
            BINARY.vectorScalar(BinaryOp.MUL, dz, out, (float) mass, dz, out, classes);
            dz[out + c] = (float) (mass * (p - 1.0));
            return;
        }
        int label = t == null ? (int) label(row) : -1;
        double mass = 0;
        for (int c = 0; c < classes; c++)
            mass += weight(c) * share(label, t, ti, c);
        for (int c = 0; c < classes; c++)
            dz[out + c] = (float) (dloss * (dz[out + c] * mass - weight(c) * share(label, t, ti, c)));
    }
}
