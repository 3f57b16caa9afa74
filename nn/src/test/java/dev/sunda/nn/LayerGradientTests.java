package dev.sunda.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.OpChecks;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whole models in float64 against central differences.
class LayerGradientTests {
    private final Rng rng = new Rng(1);
    private final Sequential model = new Sequential(
            new DepthwiseSeparableConv2d(2, 3, 3, DepthwiseSeparableConv2d.Options.DEFAULT.withPadding(2).withDilation(2).withNorm(true)
                    .withChannelMultiplier(2), rng),
            new BatchNorm2d(3), new AvgPool2d(2), new Flatten(), new Linear(12, 3, rng));
    private final Tensor x = Tensor.randn(Shape.of(3, 2, 4, 5), rng, DType.F64, Device.CPU);

    @Test
    void inputsOfAModel() {
        model.to(DType.F64);
        OpChecks.derivatives(v -> model.forward(v.getFirst()), List.of(x));
        model.eval();
        OpChecks.derivatives(v -> model.forward(v.getFirst()), List.of(x));
    }

    @Test
    void parametersOfAModel() {
        model.to(DType.F64);
        loss().backward();
        for (Parameter p : model.parameters()) {
            Tensor direction = Tensor.randn(p.shape(), rng, DType.F64, Device.CPU);
            Tensor start = p.data().copy();
            p.set(start.add(direction.mul(1e-5)));
            double above = loss().item();
            p.set(start.sub(direction.mul(1e-5)));
            double below = loss().item();
            p.set(start);
            assertThat(OpChecks.dot(p.grad(), direction)).isCloseTo((above - below) / 2e-5, within(1e-6));
        }
    }

    @Test
    void countersKeepTheirType() {
        model.to(DType.F64);
        var state = model.stateDict();
        assertThat(state.get("1.running_mean").dtype()).isEqualTo(DType.F64);
        assertThat(state.get("1.num_batches_tracked").dtype()).isEqualTo(DType.I64);
    }

    private Variable loss() {
        return model.forward(x).square().mean();
    }
}
