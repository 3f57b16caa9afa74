package dev.sunda.core.cpu;

import dev.sunda.core.cpu.Scratch64.Role;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.spi.CacheLine;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// [CrossEntropy] of F64 rows of logits, read where they lie if the elements of a row are neighbours; no source is modified.
final class CrossEntropy64 {
    private static final Functions64 FUNCTIONS = Functions64.CHOSEN;
    private static final Softmax64Kernel KERNEL = Softmax64Kernel.CHOSEN;
    /// Where work memory is used from: the begin of a line of the cache.
    private static final int FIRST = CacheLine.DOUBLES;

    private final CrossEntropySpec spec;
    private final View logits;
    private final View target;
    private final double[] weight;
    private final int classes;

    private CrossEntropy64(CrossEntropySpec spec, View logits, View target, View weight) {
        this.spec = spec;
        this.logits = logits.layout().stride(1) == 1 ? logits : contiguous(logits);
        this.target = target;
        classes = logits.shape().size(1);
        this.weight = new double[classes];
        if (weight == null)
            Arrays.fill(this.weight, 1);
        else
            Strips.read(weight.heap().doubles(), weight.layout().offset(), weight.layout().stride(0), this.weight, classes);
    }

    private static View contiguous(View view) {
        var copy = new View(HeapStorage.allocate(Device.CPU, DType.F64, view.shape().numel()), Layout.contiguous(view.shape()));
        Copy.apply(view, copy);
        return copy;
    }

    static void forward(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        var loss = new CrossEntropy64(spec, logits, target, weight);
        int classes = loss.classes;
        double[] z = loss.logits.heap().doubles();
        loss.forRows((from, to, shares) -> {
            double[] work = Scratch64.doubles(Role.EXPONENTIALS, FIRST + classes);
            var lanes = new Softmax64Kernel.Lanes();
            double max = KERNEL.largest(z, loss.at(from), classes);
            for (int row = from; row < to; row++) {
                int next = loss.at(Math.min(row + 1, to - 1));
                double normalizer = max + StrictMath.log(KERNEL.exponentials(z, loss.at(row), next, max, work, FIRST, classes, lanes));
                write(logSumExp, row, normalizer);
                write(losses, row, loss.isIgnored(row) ? 0 : loss.loss(row, shares, normalizer));
                max = lanes.largest()[0];
            }
        });
    }

    static void backward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp, View dlogits) {
        var loss = new CrossEntropy64(spec, logits, target, weight);
        var layout = dlogits.layout();
        boolean neighbours = layout.stride(1) == 1;
        double[] result = dlogits.heap().doubles();
        loss.forRows((from, to, shares) -> {
            double[] dz = neighbours ? result : new double[loss.classes];
            for (int row = from; row < to; row++) {
                int at = layout.offset() + row * layout.stride(0);
                loss.gradient(row, shares, read(logSumExp, row), read(dlosses, row), dz, neighbours ? at : 0);
                if (!neighbours)
                    Strips.write(dz, result, at, layout.stride(1), loss.classes);
            }
        });
    }

    /// True if only the class of a row has a share of the target.
    private boolean isOneClass() {
        return target.dtype() == DType.I64 && spec.labelSmoothing() == 0;
    }

    private boolean isIgnored(int row) {
        return target.dtype() == DType.I64 && label(row) == spec.ignoreIndex();
    }

    /// A class without a share adds nothing, even where its logarithm is infinite.
    private double loss(int row, double[] shares, double normalizer) {
        double[] z = logits.heap().doubles();
        int at = at(row);
        if (isOneClass()) {
            int c = (int) label(row);
            return -weight[c] * (z[at + c] - normalizer);
        }
        share(row, shares);
        double sum = 0;
        for (int c = 0; c < classes; c++)
            if (shares[c] != 0)
                sum -= weight[c] * shares[c] * (z[at + c] - normalizer);
        return sum;
    }

    /// Writes the gradient of a row of logits to `dz` from `out` on.
    private void gradient(int row, double[] shares, double normalizer, double dloss, double[] dz, int out) {
        if (isIgnored(row)) {
            Arrays.fill(dz, out, out + classes, 0);
            return;
        }
        FUNCTIONS.exp(logits.heap().doubles(), at(row), normalizer, dz, out, classes);
        if (isOneClass()) {
            int c = (int) label(row);
            double mass = dloss * weight[c];
            double p = dz[out + c];
            Binary64.values(BinaryOp.MUL, dz, out, mass, dz, out, classes);
            dz[out + c] = mass * (p - 1);
            return;
        }
        share(row, shares);
        for (int c = 0; c < classes; c++)
            shares[c] *= weight[c];
        double mass = Reduce64.sum(shares, 0, classes);
        for (int c = 0; c < classes; c++)
            dz[out + c] = dloss * (dz[out + c] * mass - shares[c]);
    }

    /// Some rows, and room for the shares of a row's classes (null if one class has all).
    @FunctionalInterface
    private interface Rows {
        void run(int from, int to, double[] shares);
    }

    private void forRows(Rows body) {
        Parallel.forChunks(logits.shape().size(0), Math.max(1, Nest.CHUNK / classes),
                (_, from, to) -> body.run(from, to, isOneClass() ? null : new double[classes]));
    }

    /// Where a row of logits begins.
    private int at(int row) {
        return logits.layout().offset() + row * logits.layout().stride(0);
    }

    /// Writes the smoothed distribution that a row is compared with, if it is not ignored.
    private void share(int row, double[] shares) {
        var layout = target.layout();
        double smooth = spec.labelSmoothing() / classes;
        double rest = 1 - spec.labelSmoothing();
        if (target.dtype() == DType.I64) {
            Arrays.fill(shares, smooth);
            shares[(int) label(row)] = rest + smooth;
        } else {
            Strips.read(target.heap().doubles(), layout.offset() + row * layout.stride(0), layout.stride(1), shares, classes);
            for (int c = 0; c < classes; c++)
                shares[c] = rest * shares[c] + smooth;
        }
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
