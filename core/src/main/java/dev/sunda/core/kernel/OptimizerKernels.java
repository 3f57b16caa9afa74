package dev.sunda.core.kernel;

import dev.sunda.core.Tensor;
import dev.sunda.core.op.AdamStep;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.SgdStep;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.ShapeException;

/// Optimizer steps, in place. Graphs that used the old values cannot be differentiated any more.
public final class OptimizerKernels {
    private OptimizerKernels() {
    }

    /// One step of SGD; `p` and `momentum` are modified.
    ///
    /// @param p parameter
    /// @param g gradient, of the same shape and type
    /// @param momentum buffer of the same shape and type, or null without momentum
    public static void sgd(SgdStep step, Tensor p, Tensor g, Tensor momentum) {
        check("sgd", p, g, momentum);
        p.backend().sgd(step, p.view(), g.view(), view(momentum));
        changed(p, momentum);
    }

    /// One step of Adam or AdamW; `p`, `m`, `v` and `vMax` are modified.
    ///
    /// @param vMax largest second moment so far (AMSGrad), or null
    public static void adam(AdamStep step, Tensor p, Tensor g, Tensor m, Tensor v, Tensor vMax) {
        check("adam", p, g, m, v, vMax);
        p.backend().adam(step, p.view(), g.view(), m.view(), v.view(), view(vMax));
        changed(p, m, v, vMax);
    }

    /// Evaluates a formula for every element; the tensors it assigns are modified.
    ///
    /// @param tensors the parameter, then the rest, in the order of their numbers; all of the parameter's shape, type and device
    public static void formula(Formula formula, Tensor... tensors) {
        if (tensors.length == 0 || tensors.length < formula.tensors())
            throw new IllegalArgumentException(
                    "formula: it needs " + Math.max(1, formula.tensors()) + " tensors (got " + tensors.length + ")");
        check("formula", tensors[0], tensors);
        View[] views = new View[tensors.length];
        for (int k = 0; k < views.length; k++)
            views[k] = tensors[k].view();
        tensors[0].backend().formula(formula, views);
        for (Formula.Assignment assignment : formula.assignments())
            changed(tensors[assignment.tensor()]);
    }

    private static void changed(Tensor... tensors) {
        for (Tensor x : tensors)
            if (x != null)
                x.view().storage().version().bump();
    }

    private static View view(Tensor x) {
        return x == null ? null : x.view();
    }

    private static void check(String operation, Tensor p, Tensor... others) {
        if (!p.dtype().isFloating())
            throw new DTypeException(operation + ": parameters need a floating type (got " + p.describe() + ")");
        for (Tensor x : others) {
            if (x == null)
                continue;
            Tensor.checkSameDevice(operation, p, x);
            if (!x.shape().equals(p.shape()))
                throw new ShapeException(operation, "gradient and state must have the parameter's shape", p.shape(), x.shape());
            if (x.dtype() != p.dtype())
                throw new DTypeException(
                        operation + ": gradient and state must have the parameter's type (got " + p.describe() + ", " + x.describe() + ")");
        }
    }
}
