package dev.sunda.core.cpu;

import dev.sunda.core.cpu.FormulaLoops.Strip;
import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import java.util.Arrays;

/// Element-wise formulas over F32 views of any strides, in place: one pass over memory. The loops of a [FormulaPlan] run one after the
/// other over strips so short that all their values stay in the first cache.
final class Formulas {
    /// Elements of a strip.
    static final int STRIP = 512;
    /// Between strips of work memory: they do not begin at the same line of the first cache.
    private static final int DISTANCE = STRIP + 48;

    private final float[][] memory;
    private final int[] strides;
    private final FormulaPlan plan;

    private Formulas(Formula formula, Nest nest, View... tensors) {
        memory = Arrays.stream(tensors).map(view -> view.heap().floats()).toArray(float[][]::new);
        strides = new int[memory.length];
        Arrays.setAll(strides, nest::stride);
        plan = new FormulaPlan(formula, memory, strides);
    }

    static void apply(Formula formula, View... tensors) {
        Nest nest = nest(tensors);
        nest.forEach(new Formulas(formula, nest, tensors)::segment);
    }

    /// The loops over all tensors, in the memory order of the first one, the parameter.
    static Nest nest(View... tensors) {
        Layout[] layouts = new Layout[tensors.length + 1];
        for (int k = 0; k < tensors.length; k++)
            layouts[k] = tensors[k].layout();
        layouts[tensors.length] = tensors[0].layout();
        return Nest.of(layouts);
    }

    private void segment(int[] at, int n) {
        int work = plan.places() - memory.length;
        var strip = new Strip(Arrays.copyOf(memory, plan.places()), new int[plan.places()]);
        Arrays.fill(strip.arrays(), memory.length, plan.places(), GemmScratch.floats(Role.BLOCK, work * DISTANCE));
        for (int w = 0; w < work; w++)
            strip.at()[memory.length + w] = w * DISTANCE;
        for (int i = 0; i < n; i += STRIP) {
            for (int k = 0; k < memory.length; k++)
                strip.at()[k] = at[k] + i * strides[k];
            plan.run(strip, Math.min(STRIP, n - i));
        }
    }
}
