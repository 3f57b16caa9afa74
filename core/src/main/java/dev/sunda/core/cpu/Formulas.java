package dev.sunda.core.cpu;

import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Layout;
import java.util.Arrays;
import java.util.List;

/// Element-wise formulas over F32 or F64 views of any strides, in place: one pass over memory, computed in double and rounded once.
/// Instructions run one after the other over strips so short that all their values stay in the first-level cache.
final class Formulas {
    private static final int STRIP = 128;

    private final List<Formula.Instruction> instructions;
    private final List<Formula.Assignment> assignments;
    private final HeapStorage[] memory;
    private final Nest nest;
    private final boolean wide;

    private Formulas(Formula formula, View... tensors) {
        instructions = formula.instructions();
        assignments = formula.assignments();
        memory = new HeapStorage[tensors.length];
        Layout[] layouts = new Layout[tensors.length + 1];
        for (int k = 0; k < tensors.length; k++) {
            memory[k] = tensors[k].heap();
            layouts[k] = tensors[k].layout();
        }
        layouts[tensors.length] = tensors[0].layout();               // the parameter's memory order leads
        nest = Nest.of(layouts);
        wide = tensors[0].dtype() == DType.F64;
    }

    static void apply(Formula formula, View... tensors) {
        var run = new Formulas(formula, tensors);
        run.nest.forEach(run::segment);
    }

    private void segment(int[] at, int n) {
        int length = Math.min(n, STRIP);
        double[][] values = new double[instructions.size()][length];
        for (int v = 0; v < values.length; v++)
            if (instructions.get(v) instanceof Formula.Constant constant)
                Arrays.fill(values[v], constant.value());
        for (int i = 0; i < n; i += STRIP) {
            int m = Math.min(STRIP, n - i);
            for (int v = 0; v < values.length; v++)
                run(instructions.get(v), values, v, at, i, m);
            for (Formula.Assignment a : assignments)
                store(a.tensor(), at, i, values[a.value()], m);
        }
    }

    private void run(Formula.Instruction instruction, double[][] values, int v, int[] at, int i, int m) {
        switch (instruction) {
            case Formula.Load load -> load(load.tensor(), at, i, values[v], m);
            case Formula.Constant _ -> {
            }
            case Formula.Unary unary -> Unary64.values(unary.op(), values[unary.x()], 0, values[v], 0, m);
            case Formula.Binary binary -> Binary64.values(binary.op(), values[binary.a()], 0, values[binary.b()], 0, values[v], 0, m);
            case Formula.Choice choice -> choose(values[choice.condition()], values[choice.a()], values[choice.b()], values[v], m);
        }
    }

    private static void choose(double[] condition, double[] a, double[] b, double[] out, int m) {
        for (int j = 0; j < m; j++)
            out[j] = condition[j] != 0 ? a[j] : b[j];
    }

    private void load(int tensor, int[] at, int i, double[] to, int m) {
        int stride = nest.stride(tensor);
        int from = at[tensor] + i * stride;
        if (wide) {
            Strips.read(memory[tensor].doubles(), from, stride, to, m);
            return;
        }
        float[] floats = memory[tensor].floats();
        if (stride == 1)
            for (int j = 0; j < m; j++)
                to[j] = floats[from + j];
        else
            for (int j = 0; j < m; j++)
                to[j] = floats[from + j * stride];
    }

    private void store(int tensor, int[] at, int i, double[] from, int m) {
        int stride = nest.stride(tensor);
        int to = at[tensor] + i * stride;
        if (wide) {
            Strips.write(from, memory[tensor].doubles(), to, stride, m);
            return;
        }
        float[] floats = memory[tensor].floats();
        if (stride == 1)
            for (int j = 0; j < m; j++)
                floats[to + j] = (float) from[j];
        else
            for (int j = 0; j < m; j++)
                floats[to + j * stride] = (float) from[j];
    }
}
