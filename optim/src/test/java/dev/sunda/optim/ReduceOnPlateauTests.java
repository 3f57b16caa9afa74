package dev.sunda.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.optim.ReduceOnPlateau.Mode;
import dev.sunda.optim.ReduceOnPlateau.Options;
import dev.sunda.optim.ReduceOnPlateau.Threshold;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReduceOnPlateauTests {
    private final Sgd optimizer = new Sgd(List.of(new Parameter(Tensor.of(1.0))), 1);

    private double[] rates(Options options, double... metrics) {
        optimizer.setLearningRate(0, 1);
        var plateau = new ReduceOnPlateau(optimizer, options);
        double[] rates = new double[metrics.length];
        for (int i = 0; i < metrics.length; i++) {
            plateau.step(metrics[i]);
            rates[i] = optimizer.learningRate();
        }
        return rates;
    }

    @Test
    void waitsWithPatience() {
        assertThat(rates(Options.DEFAULT.withFactor(0.5).withPatience(1), 3, 3, 3, 3, 3, 2, 3, 3))
                .containsExactly(1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125);
    }

    @Test
    void coolsDownAndKeepsTheLeastRate() {
        assertThat(rates(new Options(Mode.MIN, 0.5, 0, 0, Threshold.RELATIVE, 2, 0.2, 0), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
                .containsExactly(1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2);
        assertThat(rates(new Options(Mode.MIN, 0.5, 0, 0, Threshold.RELATIVE, 0, 0, 0.5), 1, 1)).as("eps").containsExactly(1, 1);
    }

    @Test
    void thresholdsAreRelativeOrAbsolute() {
        assertThat(rates(new Options(Mode.MAX, 0.5, 0, 0.1, Threshold.RELATIVE, 0, 0, 0), 10, 10.9, 11.5)).containsExactly(1, 0.5, 0.5);
        assertThat(rates(new Options(Mode.MAX, 0.5, 0, 0.1, Threshold.ABSOLUTE, 0, 0, 0), 10, 10.2, 10.25)).containsExactly(1, 1, 0.5);
        assertThat(rates(new Options(Mode.MIN, 0.5, 0, 0.1, Threshold.ABSOLUTE, 0, 0, 0), 10, 9.95, 9.8)).containsExactly(1, 0.5, 0.5);
    }

    @Test
    void whatIsNoNumberIsBad() {
        assertThat(rates(Options.DEFAULT.withFactor(0.5).withPatience(0), Double.NaN, 1, Double.NaN)).containsExactly(0.5, 0.5, 0.25);
    }

    @Test
    void goesOnAfterRestoring() {
        var options = new Options(Mode.MIN, 0.5, 1, 0, Threshold.RELATIVE, 1, 0, 0);
        var whole = new ReduceOnPlateau(optimizer, options);
        var twin = new Sgd(List.of(new Parameter(Tensor.of(1.0))), 1);
        var restored = new ReduceOnPlateau(twin, options);
        for (int i = 0; i < 20; i++) {
            double metric = i == 9 ? 1 : 2;
            whole.step(metric);
            var next = new ReduceOnPlateau(twin, options);
            next.loadStateDict(restored.stateDict());
            restored = next;
            restored.step(metric);
            assertThat(twin.learningRate()).isEqualTo(optimizer.learningRate());
        }
        assertThat(restored.best()).isEqualTo(1);
        assertThat(optimizer.learningRate()).isLessThan(0.1);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> Options.DEFAULT.withFactor(1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ReduceOnPlateau: factor must be at least 0 and less than 1 (got 1.0)");
        assertThatThrownBy(() -> Options.DEFAULT.withPatience(-1)).hasMessage("ReduceOnPlateau: patience must be 0 or more (got -1.0)");
        var plateau = new ReduceOnPlateau(optimizer, Options.DEFAULT.withMode(Mode.MAX));
        assertThatThrownBy(() -> plateau.loadStateDict(Map.of("best", Tensor.scalar(1, DType.F64, Device.CPU))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must come from stateDict()");
        assertThat(plateau.best()).isEqualTo(Double.NEGATIVE_INFINITY);
    }
}
