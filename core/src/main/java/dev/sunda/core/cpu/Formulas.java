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
    private static final int LEAST_CHUNKS = 16;
    private static final int LEAST_CHUNK = 4 * STRIP;
    /// Between strips of work memory: they do not begin at the same line of the first cache.
    private static final int DISTANCE = STRIP + 48;

    /// The plan of a thread's last call, which holds for this formula and tensors that lie so.
    private record Planned(Formula formula, int[] arrays, int[] strides, FormulaPlan plan) {
    }

    private static final ThreadLocal<Planned> LAST = new ThreadLocal<>();

    private final float[][] memory;
    private final int[] strides;
    private final FormulaPlan plan;

    private Formulas(Formula formula, Nest nest, View... tensors) {
        memory = Arrays.stream(tensors).map(view -> view.heap().floats()).toArray(float[][]::new);
        strides = new int[memory.length];
        Arrays.setAll(strides, nest::stride);
        plan = plan(formula);
    }

    /// Steps of a recurrence evaluate one formula again and again, so that of the last call is kept.
    private FormulaPlan plan(Formula formula) {
        int[] arrays = new int[memory.length];
        Arrays.setAll(arrays, k -> first(memory, memory[k]));
        Planned last = LAST.get();
        if (last != null && last.formula == formula && Arrays.equals(last.arrays, arrays) && Arrays.equals(last.strides, strides))
            return last.plan;
        var planned = new Planned(formula, arrays, strides, new FormulaPlan(formula, arrays, strides));
        LAST.set(planned);
        return planned.plan;
    }

    private static int first(float[][] arrays, float[] array) {
        int k = 0;
        while (arrays[k] != array)
            k++;
        return k;
    }

    static void apply(Formula formula, View... tensors) {
        Nest nest = nest(tensors);
        var formulas = new Formulas(formula, nest, tensors);
        nest.forEach(chunk(nest.numel(), formulas.plan.loops()), formulas::segment);
    }

    /// Elements a thread takes at once: as many loops over few elements are worth dividing as one loop over many.
    static int chunk(int n, int loops) {
        if ((long) n * loops <= 2 * Nest.CHUNK)
            return Math.max(1, n);
        return Math.clamp(Math.ceilDiv(n, LEAST_CHUNKS * STRIP) * STRIP, LEAST_CHUNK, Nest.CHUNK);
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
        plan.prepare(strip, Math.min(STRIP, n));
        for (int i = 0; i < n; i += STRIP) {
            for (int k = 0; k < memory.length; k++)
                strip.at()[k] = at[k] + i * strides[k];
            plan.run(strip, Math.min(STRIP, n - i));
        }
    }
}
