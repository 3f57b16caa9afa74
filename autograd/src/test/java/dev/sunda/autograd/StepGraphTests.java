package dev.sunda.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.core.Backends;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A step on a device that does not record; the tests of the module for GPUs run recordings.
class StepGraphTests {
    private final Parameter weight = new Parameter(Tensor.of(2f, 3f));
    private int runs;

    private Tensor loss(List<Tensor> inputs) {
        runs++;
        Variable loss = weight.mul(Variable.of(inputs.getFirst())).square().sum();
        loss.backward();
        return loss.data();
    }

    @Test
    void runsTheFunctionAtEachCallWithFreshGradients() {
        try (var step = new StepGraph(List.of(weight), this::loss)) {
            for (int i = 1; i <= 5; i++) {
                assertThat(step.run(Tensor.of(i, 1f)).item()).isEqualTo(4 * i * i + 9);
                assertThat(weight.grad().toFloatArray()).containsExactly(4 * i * i, 6);
            }
            assertThat(runs).isEqualTo(5);
            assertThat(step.eagerBecause()).isEqualTo("cpu does not record");
        }
        assertThat(weight.grad()).isNull();
    }

    @Test
    void needsAnInputToKnowTheDevice() {
        try (var step = new StepGraph(List.of(weight), this::loss)) {
            assertThatThrownBy(step::run).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("StepGraph: needs at least one input (got 0)");
        }
    }

    @Test
    void theCpuRefusesToRecord() {
        assertThatThrownBy(() -> Backends.of(Device.CPU).record(() -> {})).isInstanceOf(DeviceException.class)
                .hasMessage("cpu: this device cannot record work (got a recording); run the work itself");
    }
}
