package dev.sunda.optim;

import static dev.sunda.optim.Trajectory.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.optim.Sgd.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expected numbers were computed with PyTorch 2.13.
class SgdTests {
    @Test
    void plain() {
        var values = Trajectory.of(p -> new Sgd(p, 0.1));
        assertClose(values.get(0), 0.99, -2.1, 0.53);
        assertClose(values.get(1), 0.97, -2.154030230586814, 0.56);
        assertClose(values.get(9), 0.44999999999999984, -2.042162378262055, 0.8000000000000003);
    }

    @Test
    void momentumAndDecay() {
        var values = Trajectory.of(p -> new Sgd(p, 0.1, Options.DEFAULT.withMomentum(0.9).withWeightDecay(0.01)));
        assertClose(values.get(0), 0.989, -2.098, 0.5295);
        assertClose(values.get(1), 0.9581109999999999, -2.238132230586814, 0.5855205);
        assertClose(values.get(9), -0.806847226772195, -2.363914784090161, 1.710117796273028);
    }

    @Test
    void dampeningLeavesTheFirstStepAlone() {
        var values = Trajectory.of(p -> new Sgd(p, 0.1, new Options(0.9, 0.5, 0, false, false)));
        assertClose(values.get(0), 0.99, -2.1, 0.53);
        assertClose(values.get(1), 0.971, -2.2170151152934072, 0.5720000000000001);
        assertClose(values.get(9), 0.07958160440999988, -2.5528868794570623, 1.21841412812);
    }

    @Test
    void nesterov() {
        var values = Trajectory.of(p -> new Sgd(p, 0.1, new Options(0.9, 0, 0.1, true, false)));
        assertClose(values.get(0), 0.962, -2.152, 0.5475);
        assertClose(values.get(1), 0.8895219999999999, -2.2785694381149466, 0.6143475);
        assertClose(values.get(9), -1.3998085323170633, -1.5077619995877676, 1.5434722129689502);
    }

    @Test
    void maximize() {
        var values = Trajectory.of(p -> new Sgd(p, 0.1, new Options(0, 0, 0, false, true)));
        assertClose(values.get(9), 1.5500000000000005, -1.9578376217379454, 0.1999999999999998);
    }

    @Test
    void gradientsThatAreNotNumbersPass() {
        var parameter = new Parameter(Tensor.of(1f, 2f));
        parameter.setGrad(Tensor.of(Float.NaN, 1f));
        new Sgd(List.of(parameter), 0.5).step();
        assertThat(parameter.data().toFloatArray()).containsExactly(Float.NaN, 1.5f);
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        var parameters = List.of(new Parameter(Trajectory.start()));
        assertThatThrownBy(() -> new Sgd(parameters, -0.001)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sgd: learning rate must be 0 or more (got -0.001)");
        assertThatThrownBy(() -> new Sgd(parameters, Double.NaN)).hasMessage("Sgd: learning rate must be 0 or more (got NaN)");
        assertThatThrownBy(() -> Options.DEFAULT.withMomentum(-1)).hasMessage("Sgd: momentum must be 0 or more (got -1.0)");
        assertThatThrownBy(() -> Options.DEFAULT.withWeightDecay(-1)).hasMessage("Sgd: weight decay must be 0 or more (got -1.0)");
        assertThatThrownBy(() -> new Options(0, 0, 0, true, false))
                .hasMessage("Sgd: nesterov needs momentum above 0 and dampening 0 (got momentum 0.0, dampening 0.0)");
    }
}
