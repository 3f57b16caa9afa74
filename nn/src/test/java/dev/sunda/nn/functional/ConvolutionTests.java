package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sunda.autograd.Gradients;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionTests {
    private static final int[] ONE = {1, 1};

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void agreesWithPyTorch() {
        Variable x = Variable.tracked(ramp(1, 2, 4, 5));
        Variable w = Variable.tracked(ramp(4, 1, 2, 3).flip(0));
        Variable b = Variable.tracked(ramp(4));
        Variable y = Convolutions.conv2d(x, w, b, new int[] {2, 1}, Padding.of(1, 2), new int[] {1, 2}, 2);
        assertClose("y", y.data(), 0.0625, -1.25, -0.1875, -2.9375, -1.4375, 0.0625, -1.6875, -0.625, 0.6875, -3.6875, -0.75, -0.5, -3,
                -1.25,
                -0.25, 0.9375, 1.375, 0.8125, -0.3125, 0.1875, 1.5625, -0.8125, 1.875, 1.5625, -0.6875, 1.625, 0.875, -1.125, 0.125, 1.5,
                0.875,
                -1.0625, 1, -0.8125, -1.3125, 0.8125, -0.125, -0.5625, 0.625, -1.5625, -0.75, 0.25, -2, 0.75, -0.25, 2.375, 0.8125, 2.25,
                1.0625,
                -0.4375, 2.1875, 2, -2.375, 2.0625, 2, 0.875, 2.25, 1.5, -0.6875, 1.4375);
        var gradients = Gradients.gradients(List.of(y), List.of(Variable.of(ramp(1, 4, 3, 5))), List.of(x, w, b), false);
        assertClose("dx", gradients.get(0).data(), 1.75, -0.375, -0.8125, -2.0625, 1.1875, -0.25, -0.625, 0.75, 1.1875, -2.0625, 0.0625,
                -0.6875,
                1, 1.125, -1.8125, -0.75, 1.625, 1.25, -0.625, -1.8125, 1.75, -0.9375, 0.6875, -0.1875, -0.9375, 2, -1.6875, 0.8125, -0.875,
                0.125, -0.6875, 0.0625, 0, -1.1875, 0.125, 0.75, -1.5625, -1.1875, 1.375, -0.375);
        assertClose("dw", gradients.get(1).data(), 0.75, 3.25, -1.75, 2.75, 4.0625, 0.25, 0.5, -2.3125, 1.3125, -1.3125, -2.8125, -1.875,
                -1.625,
                -3.375, 3.125, -1.5625, 1.3125, 0.4375, 1, 3.1875, -1.9375, 3.4375, -2.375, -2.25);
        assertClose("db", gradients.get(2).data(), 0, 0.5, -1.75, 1.5);
    }

    @Test
    void takesASingleImage() {
        Variable x = Variable.tracked(ramp(2, 5, 4));
        Variable w = Variable.of(ramp(3, 2, 3, 3));
        Variable single = Convolutions.conv2d(x, w, null, ONE, Padding.SAME, ONE, 1);
        Variable batch = Convolutions.conv2d(x.unsqueeze(0), w, null, ONE, Padding.SAME, ONE, 1);
        assertThat(single.shape().sizes()).containsExactly(3, 5, 4);
        assertClose("y", single.data(), batch.data().squeeze(0), 0);
        assertThat(Variable.gradients(single.sum(), List.of(x), false).getFirst().shape()).isEqualTo(x.shape());
    }

    @Test
    void differentiatesOnlyWhatNeedsIt() {
        Variable w = Variable.tracked(ramp(1, 1, 2, 2));
        Variable y = Convolutions.conv2d(Variable.of(ramp(1, 1, 3, 3)), w, null, ONE, Padding.VALID, ONE, 1);
        assertThat(Variable.gradients(y.sum(), List.of(w), false).getFirst().shape()).isEqualTo(w.shape());
    }

    @Test
    void saysWhyADilatedKernelDoesNotFit() {
        var x = Variable.of(Tensor.zeros(1, 1, 3, 3));
        var w = Variable.of(Tensor.zeros(1, 1, 3, 3));
        assertThatThrownBy(() -> Convolutions.conv2d(x, w, null, ONE, Padding.VALID, new int[] {2, 2}, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "conv2d: a kernel of 3 with dilation 2 spans 5 pixels but the padded input has 3 (3 + padding 0 + 0), so there "
                                + "is no output; padding 2 would keep the size (got [1, 1, 3, 3], [1, 1, 3, 3])");
    }

    @Test
    void namesTheChannelsThatDisagree() {
        var x = Variable.of(Tensor.zeros(1, 3, 5, 5));
        var w = Variable.of(Tensor.zeros(8, 4, 3, 3));
        assertThatThrownBy(() -> Convolutions.conv2d(x, w, null, ONE, Padding.VALID, ONE, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("conv2d: input has 3 channels but weight expects 4 (got [1, 3, 5, 5], [8, 4, 3, 3])");
    }
}
