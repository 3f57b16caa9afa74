package dev.sunda.cuda.kernel;

import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.Update;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/// Formulas: one pass over memory by a kernel written for the formula, see [FormulaText]. Its constants are arguments, so that a learning
/// rate that changes from step to step needs no new kernel. Formulas that differ in their constants alone run in one launch, for tensors
/// that are runs of memory; others have a launch each.
public final class Formulas {
    private static final int WIDE_ACCESS = 16;

    private final Gpu gpu;
    private volatile Planned last;

    /// What was launched last: steps of a recurrence evaluate one formula again and again, and its key is long.
    private record Planned(Formula formula, DType dtype, FormulaText.Access access, Kernel kernel, int[] constants) {
        boolean fits(Formula formula, DType dtype, FormulaText.Access access) {
            return this.formula == formula && this.dtype == dtype && this.access.isLike(access);
        }
    }

    public Formulas(Gpu gpu) {
        this.gpu = gpu;
    }

    /// Evaluates formulas for every element, in place.
    public void formulas(List<Update<Formula>> updates) {
        var tables = new FormulaTables(gpu);
        for (Update<Formula> u : updates)
            if (!u.step().assignments().isEmpty())
                formula(u.step(), u.tensors(), updates.size() > 1, tables);
        tables.launch();
        Reference.reachabilityFence(updates);                        // their memory must not be given back before the launch
    }

    private void formula(Formula formula, List<View> tensors, boolean many, FormulaTables tables) {
        int[] order = order(formula);
        List<View> views = new ArrayList<>();
        for (int tensor : order)
            views.add(tensors.get(tensor));
        DType dtype = views.getFirst().dtype();
        Strided.over(views, walk -> {
            FormulaText.Access access = access(walk, order.length, dtype);
            if (!many || access.rank() >= 0 || !tables.add(formula, order, dtype, access, walk))
                launch(planned(formula, order, dtype, access), walk, order.length);
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
        return run ? new FormulaText.Access(-1, single, aligned) : new FormulaText.Access(walk.rank(), single, false);
    }

    private Planned planned(Formula formula, int[] order, DType dtype, FormulaText.Access access) {
        Planned planned = last;
        if (planned != null && planned.fits(formula, dtype, access))
            return planned;
        var text = new FormulaText(formula, order, dtype, access, false);
        planned = new Planned(formula, dtype, access, gpu.module(text.key(), text::ptx).kernel(FormulaText.ENTRY),
                constants(formula, dtype));
        last = planned;
        return planned;
    }

    private void launch(Planned planned, Strided walk, int tensors) {
        var addresses = new long[tensors];
        for (int n = 0; n < tensors; n++)
            addresses[n] = walk.address(n);
        planned.kernel.launch(Grid.over(walk.numel()), addresses, planned.constants, walk.numel(), walk.struct());
    }

    /// The bits of the constants in the order of their instructions, and one number more, so that there is one.
    static int[] constants(Formula formula, DType dtype) {
        List<Double> constants = new ArrayList<>();
        for (Formula.Instruction instruction : formula.instructions())
            if (instruction instanceof Formula.Constant(double value))
                constants.add(value);
        constants.add(0.0);
        var words = new int[constants.size() * dtype.bytes() / 4];
        for (int i = 0; i < constants.size(); i++)
            if (dtype == DType.F64) {
                long bits = Double.doubleToRawLongBits(constants.get(i));
                words[2 * i] = (int) bits;
                words[2 * i + 1] = (int) (bits >> 32);
            } else {
                words[i] = Float.floatToRawIntBits(constants.get(i).floatValue());
            }
        return words;
    }
}
