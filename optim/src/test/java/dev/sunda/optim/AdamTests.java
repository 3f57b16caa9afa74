package dev.sunda.optim;

import static dev.sunda.optim.Trajectory.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expected numbers were computed with PyTorch 2.13.
class AdamTests {
    @Test
    void adam() {
        var values = Trajectory.of(p -> new Adam(p, 0.01));
        assertClose(values.get(0), 0.9900000009999999, -2.0099999999000002, 0.5099999996666666);
        assertClose(values.get(1), 0.9803481813521252, -2.01943312675757, 0.5199999993333333);
        assertClose(values.get(9), 0.9015410917238035, -2.025748289631078, 0.5999999966666665);
    }

    @Test
    void adamWithAllOptions() {
        var values = Trajectory.of(p -> new Adam(p, 0.01, new AdamOptions(0.8, 0.9, 1e-8, 0.05, true, true)));
        assertClose(values.get(0), 1.0099999980000005, -1.990000000090909, 0.4900000003076923);
        assertClose(values.get(1), 1.0192521702843247, -1.9804920872997884, 0.4800004537777349);
        assertClose(values.get(9), 1.0980010470823112, -1.9675285467050867, 0.40005240479601967);
    }

    @Test
    void adamW() {
        var values = Trajectory.of(p -> new AdamW(p, 0.01));
        assertClose(values.get(0), 0.9899000009999999, -2.0097999999000002, 0.5099499996666667);
        assertClose(values.get(1), 0.9801491913520253, -2.01903214675758, 0.5198990043333667);
        assertClose(values.get(9), 0.9005854301116554, -2.023730513999725, 0.599455233606077);
    }

    @Test
    void adamWWithOptions() {
        var values = Trajectory.of(p -> new AdamW(p, 0.01, new AdamOptions(0.9, 0.999, 1e-3, 0.1, true, false)));
        assertClose(values.get(0), 0.9890990099009901, -2.00799000999001, 0.5094667774086379);
        assertClose(values.get(1), 0.978518741413335, -2.0154034230791207, 0.5189240880398671);
        assertClose(values.get(9), 0.8923903754619967, -2.0056213681382045, 0.5942429031306393);
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        var parameters = List.of(new Parameter(Trajectory.start()));
        assertThatThrownBy(() -> new AdamW(parameters, -0.001)).hasMessage("AdamW: learning rate must be 0 or more (got -0.001)");
        assertThatThrownBy(() -> Adam.DEFAULT.withBetas(1, 0.9))
                .hasMessage("AdamOptions: beta1 must be at least 0 and less than 1 (got 1.0)");
        assertThatThrownBy(() -> Adam.DEFAULT.withBetas(0.9, -1))
                .hasMessage("AdamOptions: beta2 must be at least 0 and less than 1 (got -1.0)");
        assertThatThrownBy(() -> Adam.DEFAULT.withWeightDecay(-1)).hasMessage("AdamOptions: weight decay must be 0 or more (got -1.0)");
        assertThatThrownBy(() -> new AdamOptions(0.9, 0.9, -1, 0, false, false))
                .hasMessage("AdamOptions: eps must be 0 or more (got -1.0)");
    }

    /// With a first moment that forgets at once, every step is one of size 1, however large the gradient before was.
    @Test
    void aMomentWithoutMemoryIsTheGradient() {
        float[] gradients = {-16.695217f, -3.4542987e-4f, 2e-6f};
        double[] expected = {1, 1.99997105, 1.00494612};              // g / (|g| + 1e-8), added up
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            var parameter = new Parameter(Tensor.zeros(Shape.of(40), dtype, Device.CPU));
            var optimizer = new Adam(List.of(parameter), 1, Adam.DEFAULT.withBetas(0, 0));
            for (int step = 0; step < gradients.length; step++) {
                parameter.setGrad(Tensor.full(Shape.of(40), gradients[step], dtype, Device.CPU));
                optimizer.step();
                assertThat(parameter.data().toDoubleArray()).containsOnly(new double[] {expected[step]}, within(3e-7));
            }
        }
    }
}
