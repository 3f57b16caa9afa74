package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.data.Offset;

/// Ten steps from `[1, -2, 0.5]` with the gradients `[0.1 (t + 1), cos(t), -0.3]`, in float64.
final class Trajectory {
    static final int STEPS = 10;

    private Trajectory() {
    }

    static Tensor start() {
        return Tensor.of(1.0, -2.0, 0.5);
    }

    static Tensor gradient(int t) {
        return Tensor.of(0.1 * (t + 1), StrictMath.cos(t), -0.3);
    }

    /// The parameter after every step.
    static List<double[]> of(Function<List<Parameter>, Optimizer> make) {
        var parameter = new Parameter(start());
        Optimizer optimizer = make.apply(List.of(parameter));
        var values = new ArrayList<double[]>();
        for (int t = 0; t < STEPS; t++) {
            step(optimizer, parameter, t);
            values.add(parameter.data().toDoubleArray());
        }
        return values;
    }

    static void step(Optimizer optimizer, Parameter parameter, int t) {
        optimizer.zeroGrad();
        parameter.setGrad(gradient(t));
        optimizer.step();
    }

    static void assertClose(double[] actual, double... expected) {
        assertThat(actual).containsExactly(expected, Offset.offset(1e-12));
    }
}
