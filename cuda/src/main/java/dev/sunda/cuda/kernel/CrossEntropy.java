package dev.sunda.cuda.kernel;

import dev.sunda.core.op.CrossEntropySpec;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import dev.sunda.core.type.Shape;
import dev.sunda.cuda.memory.DeviceStorage;
import java.util.List;
import java.util.function.IntPredicate;

/// Cross-entropy of rows of logits, and its gradient: `cross_entropy.cu`; the formulas stand with [CrossEntropySpec].
public final class CrossEntropy {
    /// Numbers of the views in the kernels.
    private static final int Z = 0, TARGET = 1, DZ = 2, WEIGHT = 3, LABEL = 4, LOSS = 5, LSE = 6, MASS = 7;
    private static final IntPredicate CLASS = d -> d == 1;

    private final Gpu gpu;
    private final Folding folding;
    private final Fills fills;

    public CrossEntropy(Gpu gpu) {
        this.gpu = gpu;
        folding = new Folding(gpu, "cross_entropy");
        fills = new Fills(gpu);
    }

    /// Loss of each row of `logits` and the logarithm of its sum of exponentials.
    public void crossEntropy(CrossEntropySpec spec, View logits, View target, View weight, View losses, View logSumExp) {
        if (logits.shape().numel() == 0) {
            fills.fill(0, losses);
            fills.fill(Double.NEGATIVE_INFINITY, logSumExp);
            checkLabels(spec, target);
            return;
        }
        var call = new Call(spec, logits, target, weight);
        Rows.over(call.views(null, losses, logSumExp, null), CLASS, rows -> folding.launch("cross_entropy_loss_" + call.type(), rows, 32, 0,
                call.arguments(rows, rows.address(Z), rows.address(LOSS), rows.address(LSE))));
    }

    /// `dlogits = dlosses * (softmax(logits) * sum_c(weight_c * t_c) - weight * t)` row by row.
    public void crossEntropyBackward(CrossEntropySpec spec, View dlosses, View logits, View target, View weight, View logSumExp,
            View dlogits) {
        if (logits.shape().numel() == 0) {
            checkLabels(spec, target);
            return;
        }
        var call = new Call(spec, logits, target, weight);
        View mass = call.needsMass() ? room(logits) : null;
        Rows.over(call.views(dlogits, dlosses, logSumExp, mass), CLASS, rows -> {
            if (mass != null)
                folding.launch("cross_entropy_mass_" + call.type(), rows, 8, 0, call.arguments(rows, rows.address(MASS)));
            folding.map("cross_entropy_backward_" + call.type(), rows, 0, call.arguments(rows, rows.address(Z), rows.address(DZ),
                    rows.address(LOSS), rows.address(LSE), mass == null ? null : (Object) rows.address(MASS)));
        });
    }

    /// Without classes there is nothing to compute, but labels may be wrong.
    private void checkLabels(CrossEntropySpec spec, View target) {
        int rows = target.shape().numel();
        if (target.dtype() == DType.I64 && rows > 0)
            gpu.kernel("cross_entropy", "cross_entropy_labels").launch(Grid.over(rows), target, target.layout().stride(0), rows,
                    spec.ignoreIndex(), gpu.faults().address(), gpu.faults().code("crossEntropy"));
    }

    /// Room for one number a row.
    private View room(View logits) {
        Shape rows = Shape.of(logits.shape().size(0));
        return new View(DeviceStorage.allocate(gpu.device(), gpu.memory(), logits.dtype(), rows.numel()), Layout.contiguous(rows));
    }

    /// What forward and backward pass have in common.
    private final class Call {
        private final CrossEntropySpec spec;
        private final View logits;
        private final View target;
        private final View weight;
        private final Shape shape;
        private final boolean labels;

        Call(CrossEntropySpec spec, View logits, View target, View weight) {
            this.spec = spec;
            this.logits = logits;
            this.target = target;
            this.weight = weight;
            shape = logits.shape();
            labels = target.dtype() == DType.I64;
        }

        String type() {
            return logits.dtype() == DType.F64 ? "f64" : "f32";
        }

        /// True if the sum of the weights that the target gives to all classes must be computed row by row.
        boolean needsMass() {
            return !labels || spec.labelSmoothing() != 0 && weight != null;
        }

        List<View> views(View dz, View loss, View lse, View mass) {
            View classes = labels ? logits.as(Layout.strided(shape, new int[] {0, 1}, 0)) : target;   // only the offsets count
            return Rows.present(logits, classes, dz, along(1, weight), labels ? along(0, target) : null, along(0, loss), along(0, lse),
                    along(0, mass));
        }

        /// A vector along one dimension of the logits, for all of the other.
        private View along(int dim, View vector) {
            if (vector == null)
                return null;
            var strides = new int[2];
            strides[dim] = vector.layout().stride(0);
            return vector.as(Layout.strided(shape, strides, vector.layout().offset()));
        }

        Object[] arguments(Rows rows, Object... more) {
            Object[] target = {labels ? null : rows.address(TARGET), weight == null ? null : rows.address(WEIGHT),
                labels ? rows.address(LABEL) : null, spec.ignoreIndex(), spec.labelSmoothing(), shape.size(1), gpu.faults().address(),
                gpu.faults().code("crossEntropy")};
            return Folding.joined(target, more);
        }
    }
}
