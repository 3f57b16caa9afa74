package dev.sunda.core.reference;

import dev.sunda.core.op.Formula;
import dev.sunda.core.spi.View;
import java.util.List;

/// Element-wise formulas, in double, each result rounded once.
final class NaiveFormulas {
    private NaiveFormulas() {
    }

    static void apply(Formula formula, View... tensors) {
        double[][] elements = new double[tensors.length][];
        for (int k = 0; k < tensors.length; k++)
            elements[k] = Elements.doubles(tensors[k]);
        List<Formula.Instruction> instructions = formula.instructions();
        double[] values = new double[instructions.size()];
        for (int i = 0; i < elements[0].length; i++) {
            for (int v = 0; v < values.length; v++)
                values[v] = value(instructions.get(v), values, elements, i);
            for (Formula.Assignment a : formula.assignments())
                elements[a.tensor()][i] = values[a.value()];
        }
        for (Formula.Assignment a : formula.assignments())
            Elements.store(elements[a.tensor()], tensors[a.tensor()]);
    }

    private static double value(Formula.Instruction instruction, double[] values, double[][] elements, int i) {
        return switch (instruction) {
            case Formula.Load load -> elements[load.tensor()][i];
            case Formula.Constant constant -> constant.value();
            case Formula.Unary unary -> unary.op().value(values[unary.x()]);
            case Formula.Binary binary -> binary.op().value(values[binary.a()], values[binary.b()]);
            case Formula.Slope slope -> values[slope.dy()] * slope.op().derivative(values[slope.value()]);
            case Formula.Choice choice -> values[choice.condition()] != 0 ? values[choice.a()] : values[choice.b()];
        };
    }
}
