package dev.sunda.core.cpu;

import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.BinaryOp;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// Optimizer steps on F32 parameters, in place: one pass over memory, in float with fused multiply-adds; constants such as
/// the bias corrections are worked out in double. Formulas at [SgdStep] and [AdamStep]. The gradient is not modified.
final class OptimizerSteps {
    private static final StepMath MATH = StepMath.CHOSEN;
    private static final BinaryMath BINARY = BinaryMath.CHOSEN;

    private OptimizerSteps() {
    }

    /// Whether the kernels take these tensors: F32 and, apart from the gradient, all dense in the same memory order.
    static boolean takes(View p, View... state) {
        if (p.dtype() != DType.F32 || !p.layout().isDense())
            return false;
        for (View view : state)
            if (view != null && !sameOrder(p, view))
                return false;
        return true;
    }

    /// Of a dense `p`.
    private static boolean sameOrder(View p, View other) {
        if (p.layout().equals(other.layout()))
            return true;
        var nest = Nest.of(other.layout(), p.layout());
        return nest.isUnit() && nest.outerLoops() == 0;
    }

    static void sgd(SgdStep step, View p, View g, View momentum) {
        var s = constants(step);
        View gradient = inOrderOf(p, g);
        float[] values = p.heap().floats();
        float[] slopes = gradient.heap().floats();
        if (momentum == null) {
            Nest.of(gradient.layout(), p.layout()).forEach((at, n) -> MATH.sgd(s, values, at[1], slopes, at[0], n));
            return;
        }
        float[] buffer = momentum.heap().floats();
        Nest.of(gradient.layout(), momentum.layout(), p.layout())
                .forEach((at, n) -> {
                    if (step.first())
                        Arrays.fill(buffer, at[1], at[1] + n, 0);
                    MATH.momentum(s, values, at[2], slopes, at[0], buffer, at[1], n);
                });
    }

    /// At the first step the buffer, then 0, takes in the whole gradient.
    private static StepMath.Sgd constants(SgdStep step) {
        return new StepMath.Sgd(step.maximize() ? -1 : 1, (float) step.weightDecay(), (float) step.lr(), (float) step.momentum(),
                step.first() ? 1 : (float) (1 - step.dampening()), step.nesterov() ? (float) step.momentum() : 1, step.nesterov() ? 1 : 0);
    }

    static void adam(AdamStep step, View p, View g, View m, View v, View vMax) {
        var s = constants(step);
        View gradient = inOrderOf(p, g);
        View largest = vMax == null ? v : vMax;
        float[] values = p.heap().floats();
        float[] slopes = gradient.heap().floats();
        float[] first = m.heap().floats();
        float[] second = v.heap().floats();
        float[] most = largest.heap().floats();
        Nest.of(gradient.layout(), m.layout(), v.layout(), largest.layout(), p.layout()).forEach((at, n) -> {
            for (int i = 0; i < n; i += Strips.LENGTH) {             // short enough to stay in the cache between the loops
                int length = Math.min(Strips.LENGTH, n - i);
                MATH.moments(s, values, at[4] + i, slopes, at[0] + i, first, at[1] + i, second, at[2] + i, length);
                if (most != second)
                    BINARY.vectors(BinaryOp.MAXIMUM, most, at[3] + i, second, at[2] + i, most, at[3] + i, length);
                MATH.update(s, values, at[4] + i, first, at[1] + i, most, at[3] + i, length);
            }
        });
    }

    private static StepMath.Adam constants(AdamStep step) {
        double correction1 = 1 - StrictMath.pow(step.beta1(), step.step());
        double correction2 = 1 - StrictMath.pow(step.beta2(), step.step());
        double decay = step.weightDecay();
        return new StepMath.Adam(step.maximize() ? -1 : 1, (float) (step.decoupled() ? 0 : decay),
                (float) (step.decoupled() ? step.lr() * decay : 0), (float) (1 - step.beta1()), (float) step.beta2(),
                (float) (1 - step.beta2()), (float) (step.lr() / correction1), (float) (1 / Math.sqrt(correction2)), (float) step.eps());
    }

    /// The gradient itself, or a copy in the memory order of the parameter.
    private static View inOrderOf(View p, View g) {
        if (sameOrder(p, g))
            return g;
        var copy = new View(HeapStorage.allocate(Device.CPU, DType.F32, p.shape().numel()), Layout.dense(p.shape(), p.layout().order()));
        Copy.apply(g, copy);
        return copy;
    }
}
