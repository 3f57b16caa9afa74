package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.util.ArrayList;
import java.util.List;

/// Formulas: one pass over memory by a kernel written for the formula, see [FormulaText]. Its constants are arguments, so that a learning
/// rate that changes from step to step needs no new kernel.
public final class Formulas {
    private static final int WIDE_ACCESS = 16;

    private final Gpu gpu;

    public Formulas(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Evaluates a formula for every element, in place.
    public void formula(Formula formula, View... tensors) {
        if (formula.assignments().isEmpty())
            return;
        int[] order = order(formula);
        List<View> views = new ArrayList<>();
        for (int tensor : order)
            views.add(tensors[tensor]);
        DType dtype = views.getFirst().dtype();
        Strided.over(views, walk -> {
            var text = new FormulaText(formula, order, dtype, access(walk, order.length, dtype));
            launch(gpu.module(text.key(), text::ptx).kernel(FormulaText.ENTRY), walk, order.length, constants(formula, dtype));
        });
    }

    /// The tensors of the formula, one that is written first: the walk follows its memory order.
    private static int[] order(Formula formula) {
        int first = formula.assignments().getFirst().tensor();
        var order = new int[formula.tensors()];
        for (int k = 0; k < order.length; k++)
            order[k] = k == 0 ? first : k <= first ? k - 1 : k;
        return order;
    }

    private static FormulaText.Access access(Strided walk, int tensors, DType dtype) {
        boolean run = walk.rank() <= 1;
        boolean aligned = dtype == DType.F32;
        var single = new boolean[tensors];
        for (int n = 0; n < tensors; n++) {
            single[n] = walk.isConstant(n);
            run &= single[n] || walk.isContiguous(n);
            aligned &= single[n] || walk.address(n) % WIDE_ACCESS == 0;
        }
        return run ? new FormulaText.Access(-1, single, aligned && walk.numel() >= 4) : new FormulaText.Access(walk.rank(), single, false);
    }

    private static void launch(Kernel kernel, Strided walk, int tensors, Object constants) {
        var addresses = new long[tensors];
        for (int n = 0; n < tensors; n++)
            addresses[n] = walk.address(n);
        kernel.launch(Grid.over(walk.numel()), addresses, constants, walk.numel(), walk.struct());
    }

    /// The bits of the constants in the order of their instructions, and one word more, so that there is one.
    private static Object constants(Formula formula, DType dtype) {
        List<Double> constants = new ArrayList<>();
        for (Formula.Instruction instruction : formula.instructions())
            if (instruction instanceof Formula.Constant(double value))
                constants.add(value);
        constants.add(0.0);
        return dtype == DType.F64 ? constants.stream().mapToLong(Double::doubleToRawLongBits).toArray()
                : constants.stream().mapToInt(c -> Float.floatToRawIntBits(c.floatValue())).toArray();
    }
}
