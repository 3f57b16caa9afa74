package dev.sunda.core.cpu;

import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.HeapStorage;
import dev.sunda.core.spi.View;
import java.util.Arrays;
import java.util.List;

/// [Formulas] over F64 views.
final class Formulas64 {
    private final List<Formula.Instruction> instructions;
    private final List<Formula.Assignment> assignments;
    private final HeapStorage[] memory;
    private final Nest nest;

    private Formulas64(Formula formula, View... tensors) {
        instructions = formula.instructions();
        assignments = formula.assignments();
        memory = Arrays.stream(tensors).map(View::heap).toArray(HeapStorage[]::new);
        nest = Formulas.nest(tensors);
    }

    static void apply(Formula formula, View... tensors) {
        var run = new Formulas64(formula, tensors);
        run.nest.forEach(run::segment);
    }

    private void segment(int[] at, int n) {
        double[][] values = new double[instructions.size()][Math.min(n, Formulas.STRIP)];
        for (int v = 0; v < values.length; v++)
            if (instructions.get(v) instanceof Formula.Constant constant)
                Arrays.fill(values[v], constant.value());
        for (int i = 0; i < n; i += Formulas.STRIP) {
            int m = Math.min(Formulas.STRIP, n - i);
            for (int v = 0; v < values.length; v++)
                run(instructions.get(v), values, v, at, i, m);
            for (Formula.Assignment a : assignments)
                Strips.write(values[a.value()], memory[a.tensor()].doubles(), at[a.tensor()] + i * nest.stride(a.tensor()),
                        nest.stride(a.tensor()), m);
        }
    }

    private void run(Formula.Instruction instruction, double[][] values, int v, int[] at, int i, int m) {
        switch (instruction) {
            case Formula.Load(int k) -> Strips.read(memory[k].doubles(), at[k] + i * nest.stride(k), nest.stride(k), values[v], m);
            case Formula.Constant _ -> {
            }
            case Formula.Unary unary -> Unary64.values(unary.op(), values[unary.x()], 0, values[v], 0, m);
            case Formula.Binary binary -> Binary64.values(binary.op(), values[binary.a()], 0, values[binary.b()], 0, values[v], 0, m);
            case Formula.Slope slope -> Unary64.slopes(slope.op(), values[slope.value()], 0, values[slope.dy()], 0, values[v], 0, m);
            case Formula.Choice choice -> choose(values[choice.condition()], values[choice.a()], values[choice.b()], values[v], m);
        }
    }

    private static void choose(double[] condition, double[] a, double[] b, double[] out, int m) {
        for (int j = 0; j < m; j++)
            out[j] = condition[j] != 0 ? a[j] : b[j];
    }
}
