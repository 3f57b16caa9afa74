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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionTests {
    private static final int[] ONE = {1, 1};
    private static final int[] ONE3 = {1, 1, 1};

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

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void causalSequenceAgreesWithPyTorch() {
        var found = valueAndGradients((x, w, b) -> Convolutions.conv1d(x, w, b, 2, Padding.CAUSAL, 2, 2),
                ramp(2, 4, 7), ramp(4, 2, 3).flip(0), ramp(4));
        assertClose("y", found.get(0), -2.1875, 0, -2.125, 0.375, -1.0625, 1.25, -1.375, 2, -1.4375, -0.3125, -1.125,
                -1, 0.8125, 1.8125, -1.8125, 3.3125, -0.75, -2.25, -0.125, -2.4375, 1.25, -0.625, 1.875, -0.9375, -0.3125,
                0.9375, -0.75, -0.625, 1.4375, 2.0625, -1.5625, 3.5625);
        assertClose("dx", found.get(1), -0.25, 0, -0.5625, 0, -0.375, 0, 0.9375, -0.0625, 0, -0.9375, 0, -0.8125, 0,
                0.625, -1.3125, 0, -1.4375, 0, -0.25, 0, 1.125, 1.9375, 0, -0.8125, 0, -0.25, 0, 1.375, -1.125, 0, 1.3125, 0,
                -0.8125, 0, -0.125, -1, 0, 1.5625, 0, -0.375, 0, 0, 1.5, 0, -3.4375, 0, 0.625, 0, 0.375, -1.5, 0, -1.5, 0,
                0.8125, 0, 0.375);
        assertClose("dw", found.get(2), 1, 1.1875, 0.1875, 0.6875, -3.4375, 2, -3, 1.3125, 1.875, 0.75, 1.0625, -4,
                1.75, 2.125, -5, -0.75, -3.375, 2.75, -0.3125, -0.6875, 2.625, 0.5625, 1.625, -1.4375);
        assertClose("db", found.get(3), -0.75, 0.25, -1.5, 2.25);
    }

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void volumeAgreesWithPyTorch() {
        var found = valueAndGradients(
                (x, w, b) -> Convolutions.conv3d(x, w, b, new int[] {1, 2, 1}, Padding.of(1, 0, 1), new int[] {1, 1, 2}, 1),
                ramp(1, 2, 3, 4, 4), ramp(2, 2, 2, 3, 2).flip(0), ramp(2));
        assertClose("y", found.get(0), -0.375, 0.3125, -1.1875, -0.6875, 2.125, -1.5, -5, 0.125, 0.6875, 4.375, -3.25,
                -4.25, -4.4375, 3, -3.125, -2.4375, -0.6875, -1.375, 4.75, -2.6875, -2.5, -1.5, 6.125, 2.4375, 1.875, -3.25,
                0.25, 3.875, 1.0625, 0.5625, 2.0625, 1.375);
        assertClose("dx", found.get(1), 1.1875, 1.3125, -3.5625, 0.25, -1.1875, 2.75, 0.8125, -1.6875, -0.8125, 1.4375,
                -0.3125, 1.1875, 0, 0, 0, 0, -1.4375, -3.75, 3.0625, 0.5625, 0, 1.1875, 1.3125, -1.6875, 0.75, -0.0625, -1.8125,
                0.875, 0, 0, 0, 0, 0.75, 1.5, -0.625, 0.875, -1.5625, 2.375, 1.125, -1.6875, -0.4375, 1.1875, -1.9375, 0.5625,
                0, 0, 0, 0, -0.6875, 1, 0, 1, 0.375, -1.6875, -2.5, 0.4375, -1.3125, -0.25, 1.875, -2.875, 0, 0, 0, 0, 1, -0.25,
                -1.9375, 0.8125, 1.75, -2.875, 1.125, 0.625, -0.25, 2.0625, -0.625, 1.125, 0, 0, 0, 0, -0.0625, 1.25, -1.8125,
                0.625, 0.375, -1.3125, 1.3125, 0.8125, -1.9375, -0.4375, 3.0625, -2.4375, 0, 0, 0, 0);
        assertClose("dw", found.get(2), -0.6875, -0.5, 0.75, 0, -0.5625, -2.9375, -0.4375, -0.5, 2.75, 1.75, -0.25,
                0.5625, 0.75, 0, -0.5625, -2.9375, 2.25, 0.3125, 2.75, 1.75, -0.25, 0.5625, 0.875, 1.4375, 0.375, -2.5625,
                2.375, -2.875, 0.25, 0.9375, -2.8125, 2.25, 0.9375, 0.25, -2.875, 2.375, 2.375, -2.875, 0.25, 0.9375, 2.25,
                -2.8125, 0.9375, 0.25, -2.875, 2.375, -2.5625, 0.375);
        assertClose("db", found.get(3), 0.25, 0);
    }

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void transposedSequenceAgreesWithPyTorch() {
        var found = valueAndGradients((x, w, b) -> Convolutions.convTranspose1d(x, w, b, 3, Padding.of(1), 2, 2, 2),
                ramp(1, 4, 3), ramp(4, 2, 3).flip(0), ramp(4));
        assertClose("y", found.get(0), -1.25, -0.625, -1.125, -0.625, -1.875, -1.625, -0.5625, -0.375, -1.25, -2.5625,
                -1.25, 0.5, 1.125, 0.4375, 1.125, -0.3125, 0.4375, 1, 1.6875, 0.5, -0.5, 0.5, -0.5, -0.125, -0.1875, -1.875,
                -0.625, 0.0625, -0.375, -1.125, -0.5, 1.125, -0.5, 1.25, 1.1875, 0.9375, -0.5625, 1.1875, -1.0625, 1.4375,
                1.1875, 1.25, 3.4375, 1.25);
        assertClose("dx", found.get(1), 0.4375, 0.8125, 1.125, 2.1875, 1.5625, 1.125, -2.9375, -3.1875, -3, -1.1875,
                -1.0625, -0.9375);
        assertClose("dw", found.get(2), 0.125, -0.5, -1.4375, 0.125, -0.5, -1.4375, 0.4375, 0.6875, 1.25, 0.4375,
                0.6875, 1.25, 0.75, 0.5, 0.5, 0.75, 0.5, 0.5, 1.0625, 0.3125, -0.25, 1.0625, 0.3125, -0.25);
        assertClose("db", found.get(3), 0, 0, 0, 0);
    }

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void transposedImageAgreesWithPyTorch() {
        var found = valueAndGradients(
                (x, w, b) -> Convolutions.convTranspose2d(x, w, b, new int[] {2, 1}, Padding.of(1, 0), new int[] {1, 0}, new int[] {1, 2},
                        1),
                ramp(1, 2, 2, 3), ramp(2, 3, 3, 2).flip(0), ramp(3));
        assertClose("y", found.get(0), -2.6875, -0.875, 0.4375, -1.375, -2.375, -0.375, -1.5625, -1.5625, -1.375,
                -0.625, -0.6875, -0.9375, -0.5625, -1.625, -2.625, -2.625, -1.625, -0.5625, -0.9375, -0.6875, -0.8125, 0.625,
                3.0625, 0.125, 0.125, -0.875, 0.625, -0.3125, 0.8125, 0.8125, 0.0625, 0.8125, 1.1875, 0.125, 0.125, 1.5625,
                0.8125, -0.875, 0.8125, 2.0625, 1.0625, -0.625, 0.1875, -1.125, -0.125, -2.75, -0.625, 2.3125, -0.4375, -1.1875,
                0.125, -0.875, -3.25, -0.875, 0.125, -0.4375, -0.1875, 0.1875, -0.875, -1.375);
        assertClose("dx", found.get(1), 1.1875, -1.6875, 1.625, -1.1875, 4, -3.875, -0.1875, 0.9375, 0, 3.9375, -2.0625,
                1.5625);
        assertClose("dw", found.get(2), -0.6875, -0.8125, 1.0625, 0.6875, 0.8125, 1.125, 2.1875, -0.6875, -1.3125,
                1.0625, -1.5625, 0.8125, -0.4375, 2.1875, 1.125, -1.3125, -2.5625, -1.5625, -0.8125, -0.6875, -1.25, -1.8125,
                -1.625, 1.25, 1.8125, -0.8125, 1.375, -1.25, 1, -1.625, -1.0625, 1.8125, 1.25, 1.375, -1.1875, 1);
        assertClose("db", found.get(3), -0.5, 1, -0.25);
    }

    /// Expectations from PyTorch 2.13, float64.
    @Test
    void transposedVolumeAgreesWithPyTorch() {
        var found = valueAndGradients(
                (x, w, b) -> Convolutions.convTranspose3d(x, w, b, new int[] {2, 1, 2}, Padding.of(0, 1, 0), new int[] {0, 0, 1}, ONE3, 2),
                ramp(1, 2, 2, 2, 2), ramp(2, 1, 2, 3, 1).flip(0), ramp(2));
        assertClose("y", found.get(0), -1.75, -1.25, 0, -1.25, 0, -1.25, -1.75, -1.25, -1.3125, -1.25, -0.4375, -1.25,
                0.4375, -1.25, -2.1875, -1.25, -0.25, -1.25, -1.25, -1.25, -1.5, -1.25, -0.5, -1.25, -0.5625, -1.25, -1.0625,
                -1.25, -1.8125, -1.25, -0.3125, -1.25, 0.3125, 0.5, 2.4375, 0.5, 0.875, 0.5, -0.5, 0.5, -0.0625, 0.5, -0.875,
                0.5, 1.1875, 0.5, -0.375, 0.5, -0.8125, 0.5, -0.0625, 0.5, 0.875, 0.5, 0.875, 0.5, 2.1875, 0.5, 0.6875, 0.5,
                0.4375, 0.5, 0.9375, 0.5);
        assertClose("dx", found.get(1), -0.625, -2.5, -2.125, -1, -1.875, 2.4375, -1.375, 0.4375, 0.1875, 1.1875, 0.625,
                -0.1875, 1.3125, 0.9375, -0.375, 0.1875);
        assertClose("dw", found.get(2), -0.75, 3, 1.3125, -0.3125, 3.125, 1, 0, -0.4375, -2.1875, 0, 0.1875, 0.5);
        assertClose("db", found.get(3), 0.25, -0.75);
    }

    private interface Call {
        Variable apply(Variable x, Variable w, Variable b);
    }

    /// `y` and, for an upstream gradient that is a ramp too, `dx`, `dw`, `db`.
    private static List<Tensor> valueAndGradients(Call call, Tensor x, Tensor w, Tensor b) {
        var inputs = List.of(Variable.tracked(x), Variable.tracked(w), Variable.tracked(b));
        Variable y = call.apply(inputs.get(0), inputs.get(1), inputs.get(2));
        var found = new ArrayList<Tensor>(List.of(y.data()));
        Gradients.gradients(List.of(y), List.of(Variable.of(ramp(y.shape().sizes()))), inputs, false).forEach(g -> found.add(g.data()));
        return found;
    }

    /// Whatever changes after position `t`, the outputs up to `t` stay.
    @Test
    void causalOutputsDoNotSeeTheFuture() {
        Variable w = Variable.of(ramp(2, 3, 3).flip(0));
        Tensor past = ramp(1, 3, 12);
        Tensor changed = Tensor.cat(List.of(past.narrow(2, 0, 7), past.narrow(2, 7, 5).add(1)), 2);
        Tensor before = Convolutions.conv1d(Variable.of(past), w, null, 1, Padding.CAUSAL, 2, 1).data();
        Tensor after = Convolutions.conv1d(Variable.of(changed), w, null, 1, Padding.CAUSAL, 2, 1).data();
        assertThat(before.shape().sizes()).containsExactly(1, 2, 12);
        assertClose("past", after.narrow(2, 0, 7), before.narrow(2, 0, 7), 0);
        assertThat(after.select(2, 7).toDoubleArray()).isNotEqualTo(before.select(2, 7).toDoubleArray());
    }

    /// On the CPU sequences and volumes are channels-last too, and element-wise operations keep that.
    @Test
    void theMemoryOrderTravels() {
        Tensor w = Tensor.ones(4, 3, 2);
        Variable y = Convolutions.conv1d(Variable.of(Tensor.ones(2, 3, 8)), Variable.of(w), null, 1, Padding.SAME, 1, 1).relu();
        assertThat(y.data().layout().isChannelsLast()).isTrue();
        Variable back = Convolutions.convTranspose1d(y, Variable.of(w), Variable.of(Tensor.ones(3)), 2, Padding.VALID, 1, 1, 1);
        assertThat(back.data().layout().isChannelsLast()).isTrue();
        Variable volume = Convolutions.conv3d(Variable.of(Tensor.ones(2, 3, 4, 5, 6)), Variable.of(Tensor.ones(4, 3, 1, 2, 3)), null, ONE3,
                Padding.VALID, ONE3, 1);
        assertThat(volume.relu().data().layout().isChannelsLast()).isTrue();
    }

    @Test
    void refusesNumbersForOtherAxes() {
        var x = Variable.of(Tensor.zeros(1, 2, 5));
        var w = Variable.of(Tensor.zeros(2, 2, 3));
        assertThatThrownBy(() -> Convolutions.conv2d(x, w, null, ONE3, Padding.VALID, ONE3, 1))
                .hasMessage("conv2d: the stride must be given for 2 axes (got [1, 1, 1])");
        assertThatThrownBy(() -> Convolutions.conv1d(x, w, null, 1, Padding.of(1, 2), 1, 1))
                .hasMessage("conv1d: the padding must be one number, or numbers for 1 axis (got [1, 1, 2, 2])");
        assertThatThrownBy(() -> Convolutions.convTranspose1d(x, w, null, 1, Padding.CAUSAL, 0, 1, 1))
                .hasMessage("convTranspose1d: the padding of a transposed convolution must be given as numbers (got causal)");
        assertThatThrownBy(() -> Convolutions.convTranspose1d(x, w, Variable.of(Tensor.zeros(3)), 1, Padding.VALID, 0, 1, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("convTranspose1d: the bias must have one number for each of 2 output channels (got [3])");
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
