package dev.sunda.core.cpu;

import dev.sunda.core.cpu.GemmScratch.Role;
import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.Layout;
import java.util.Arrays;
import java.util.List;

/// Element-wise formulas over F32 views of any strides, in place: one pass over memory. Instructions run one after the other over strips so
/// short that all their values stay in the caches; each is a loop of [UnaryMath] or [BinaryMath]. Contiguous tensors are read where
/// they lie.
final class Formulas {
    /// Elements of a strip.
    static final int STRIP = 512;

    private static final UnaryMath UNARY = UnaryMath.CHOSEN;
    private static final BinaryMath BINARY = BinaryMath.CHOSEN;

    private final List<Formula.Instruction> instructions;
    private final List<Formula.Assignment> assignments;
    private final HeapStorage[] memory;
    private final Nest nest;
    private final boolean[] inPlace;

    private Formulas(Formula formula, View... tensors) {
        instructions = formula.instructions();
        assignments = formula.assignments();
        memory = Arrays.stream(tensors).map(View::heap).toArray(HeapStorage[]::new);
        nest = nest(tensors);
        inPlace = new boolean[instructions.size()];
        for (int v = 0; v < inPlace.length; v++)
            inPlace[v] = instructions.get(v) instanceof Formula.Load(int k) && nest.stride(k) == 1;
        for (Formula.Assignment a : assignments)                     // the old value, whatever was assigned before
            inPlace[a.value()] = false;
    }

    static void apply(Formula formula, View... tensors) {
        var run = new Formulas(formula, tensors);
        run.nest.forEach(run::segment);
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
        var strip = new Strip(GemmScratch.floats(Role.BLOCK, instructions.size() * STRIP));
        for (int i = 0; i < n; i += STRIP)
            strip.run(at, i, Math.min(STRIP, n - i));
    }

    /// The values of all instructions over a strip: instruction `v` has them in `arrays[v]` from `starts[v]` on.
    private final class Strip {
        private final float[][] arrays = new float[instructions.size()][];
        private final int[] starts = new int[instructions.size()];

        Strip(float[] scratch) {
            for (int v = 0; v < starts.length; v++) {
                arrays[v] = inPlace[v] ? memory[((Formula.Load) instructions.get(v)).tensor()].floats() : scratch;
                starts[v] = v * STRIP;
                if (instructions.get(v) instanceof Formula.Constant(double value))
                    Arrays.fill(scratch, starts[v], starts[v] + STRIP, (float) value);
            }
        }

        void run(int[] at, int i, int m) {
            for (int v = 0; v < starts.length; v++)
                switch (instructions.get(v)) {
                case Formula.Constant _ -> {
                }
                case Formula.Load(int k) -> load(v, k, at[k] + i * nest.stride(k), m);
                case Formula.Unary(var op, int x) -> UNARY.apply(op, arrays[x], starts[x], arrays[v], starts[v], m);
                case Formula.Binary(var op, int a, int b) ->
                        BINARY.vectors(op, arrays[a], starts[a], arrays[b], starts[b], arrays[v], starts[v], m);
                case Formula.Choice(int condition, int a, int b) -> choose(condition, a, b, v, m);
                }
            for (Formula.Assignment a : assignments)
                store(a.value(), memory[a.tensor()].floats(), at[a.tensor()] + i * nest.stride(a.tensor()), nest.stride(a.tensor()), m);
        }

        private void load(int v, int tensor, int from, int m) {
            if (inPlace[v]) {
                starts[v] = from;
                return;
            }
            float[] x = memory[tensor].floats();
            int stride = nest.stride(tensor);
            for (int j = 0; j < m; j++)
                arrays[v][starts[v] + j] = x[from + j * stride];
        }

        private void store(int v, float[] to, int at, int stride, int m) {
            if (stride == 1)
                System.arraycopy(arrays[v], starts[v], to, at, m);
            else
                for (int j = 0; j < m; j++)
                    to[at + j * stride] = arrays[v][starts[v] + j];
        }

        private void choose(int condition, int a, int b, int v, int m) {
            for (int j = 0; j < m; j++)
                arrays[v][starts[v] + j] = arrays[condition][starts[condition] + j] != 0 ? arrays[a][starts[a] + j]
                        : arrays[b][starts[b] + j];
        }
    }
}
