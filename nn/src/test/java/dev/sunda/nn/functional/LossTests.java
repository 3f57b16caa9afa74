package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.nn.functional.Losses.CrossEntropyOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Expectations from PyTorch 2.13, float64.
class LossTests {
    private static final CrossEntropyOptions PLAIN = CrossEntropyOptions.DEFAULT;
    private final Variable logits = Variable.of(ramp(4, 3));
    private final Tensor target = Tensor.of(2L, -100L, 0L, 1L);
    private final Tensor weights = Tensor.of(1.0, 2.0, 0.5);

    private Tensor loss(Reduction reduction, CrossEntropyOptions options) {
        return Losses.crossEntropy(logits, target, options.withReduction(reduction)).data();
    }

    @Test
    void meanAgreesWithPyTorch() {
        assertClose("plain", loss(Reduction.MEAN, PLAIN), 1.08268913192);
        assertClose("weighted", loss(Reduction.MEAN, PLAIN.withClassWeights(weights)), 1.12549875051);
        assertClose("smoothed", loss(Reduction.MEAN, PLAIN.withLabelSmoothing(0.2)), 1.14380024303);
        assertClose("both", loss(Reduction.MEAN, PLAIN.withClassWeights(weights).withLabelSmoothing(0.2)), 1.1407463506);
    }

    @Test
    void sumAgreesWithPyTorch() {
        assertClose("plain", loss(Reduction.SUM, PLAIN), 3.24806739577);
        assertClose("weighted", loss(Reduction.SUM, PLAIN.withClassWeights(weights)), 3.93924562677);
        assertClose("smoothed", loss(Reduction.SUM, PLAIN.withLabelSmoothing(0.2)), 3.4314007291);
        assertClose("both", loss(Reduction.SUM, PLAIN.withClassWeights(weights).withLabelSmoothing(0.2)), 3.9926122271);
    }

    @Test
    void singleLossesAgreeWithPyTorch() {
        assertClose("plain", loss(Reduction.NONE, PLAIN), 1.43285546688, 0, 0.407605964444, 1.40760596444);
        assertClose("both", loss(Reduction.NONE, PLAIN.withClassWeights(weights).withLabelSmoothing(0.2)), 0.82414179569, 0, 0.621192829926,
                2.54727760148);
    }

    @Test
    void probabilitiesAgreeWithPyTorch() {
        Tensor p = Variable.of(ramp(4, 3).flip(0)).softmax(1).data();
        var options = PLAIN.withClassWeights(weights).withLabelSmoothing(0.2);
        assertClose("mean", Losses.crossEntropy(logits, p, options).data(), 1.48903863162);
        assertClose("sum", Losses.crossEntropy(logits, p, options.withReduction(Reduction.SUM)).data(), 5.95615452647);
        assertClose("none", Losses.crossEntropy(logits, p, options.withReduction(Reduction.NONE)).data(), 1.63379110476, 1.14990627028,
                1.14990627028, 2.02255088114);
    }

    @Test
    void imagesOfLogitsAgreeWithPyTorch() {
        Variable z = Variable.of(ramp(2, 3, 2));
        Tensor t = Tensor.of(new long[] {0, 2, 1, -100}, Shape.of(2, 2));
        var options = PLAIN.withClassWeights(weights).withLabelSmoothing(0.1);
        assertClose("mean", Losses.crossEntropy(z, t, options).data(), 2.18368752129);
        Tensor none = Losses.crossEntropy(z, t, options.withReduction(Reduction.NONE)).data();
        assertThat(none.shape()).isEqualTo(Shape.of(2, 2));
        assertClose("none", none, 1.98677533959, 1.22738991263, 4.42874107229, 0);
        assertClose("probabilities", Losses.crossEntropy(z, Variable.of(ramp(2, 3, 2).flip(0)).softmax(1).data()).data(), 1.25694635364);
    }

    @Test
    void aSingleElementAgreesWithPyTorch() {
        assertClose("index", Losses.crossEntropy(Variable.of(ramp(3)), Tensor.of(1L).squeeze(0)).data(), 0.432855466879);
        assertClose("probabilities", Losses.crossEntropy(Variable.of(ramp(3)), Tensor.of(0.2, 0.3, 0.5)).data(), 1.28285546688);
    }

    @Test
    void theGradientIsProbabilityMinusTarget() {
        Variable z = Variable.tracked(ramp(2, 3));
        Tensor dz = Variable.gradients(Losses.crossEntropy(z, Tensor.of(2L, 0L)), List.of(z), false).getFirst().data();
        Tensor onehot = Tensor.of(new double[] {0, 0, 1, 1, 0, 0}, Shape.of(2, 3));
        assertClose("dz", dz, z.softmax(1).data().sub(onehot).div(2), 1e-12);
    }

    @Test
    void ignoredElementsHaveNoGradient() {
        Variable z = Variable.tracked(ramp(2, 3));
        Variable loss = Losses.crossEntropy(z, Tensor.of(7L, 0L), PLAIN.withIgnoreIndex(7));
        assertThat(Variable.gradients(loss, List.of(z), false).getFirst().data().select(0, 0).toDoubleArray()).containsExactly(0, 0, 0);
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        Variable z = Variable.of(Tensor.of(new float[] {1000, -1000, 0, 80, 90, -90}, Shape.of(2, 3)));
        assertThat(Losses.crossEntropy(z, Tensor.of(1L, 1L), PLAIN.withReduction(Reduction.NONE)).data().toFloatArray()[0]).isEqualTo(2000);
    }

    @Test
    void theMeanOfNothingIsNaN() {
        assertThat(Losses.crossEntropy(Variable.of(ramp(1, 3)), Tensor.of(-100L)).item()).isNaN();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0L, 1L))).isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: logits of this shape need class indices of shape [4] (got [4, 3], [2])");
        assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0L, 1L, 3L, 0L))).isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("crossEntropy: class 3 of row 2");
        assertThatThrownBy(() -> Losses.crossEntropy(logits, Tensor.of(0.0, 1.0, 2.0, 0.0))).isInstanceOf(DTypeException.class)
                .hasMessageContaining("class indices must be int64 or int32");
        assertThatThrownBy(() -> loss(Reduction.MEAN, PLAIN.withLabelSmoothing(1.5))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("crossEntropy: label smoothing must be from 0 to 1 (got 1.5)");
        assertThatThrownBy(() -> loss(Reduction.MEAN, PLAIN.withClassWeights(Tensor.of(1.0)))).isInstanceOf(ShapeException.class);
    }

    @Test
    void classesAtTheEndAndWeightsOfAnotherTypeAreRecognised() {
        Variable logits = Variable.of(Tensor.zeros(2, 5, 4));
        Tensor labels = Tensor.zeros(Shape.of(2, 5), DType.I64, Device.CPU);
        assertThatThrownBy(() -> Losses.crossEntropy(logits, labels)).isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: logits of this shape need class indices of shape [2, 4], the classes being dimension 1; "
                        + "logits.movedim(-1, 1) brings them there from the end (got [2, 5, 4], [2, 5])");
        assertThat(Losses.crossEntropy(logits.movedim(-1, 1), labels).item()).isCloseTo(Math.log(4), offset(1e-6));
        var weighted = CrossEntropyOptions.DEFAULT.withClassWeights(Tensor.of(1.0, 1, 1, 1));
        assertThatThrownBy(() -> Losses.crossEntropy(logits.movedim(-1, 1), labels, weighted)).isInstanceOf(DTypeException.class)
                .hasMessage("crossEntropy: class weights must be float32 like the logits (got float64 [4]); convert them with "
                        + "to(DType.F32)");
        Tensor two = Tensor.of(0L, 1);
        assertThatThrownBy(() -> ClassificationLosses.nllLoss(Variable.of(Tensor.zeros(2, 4)), two, Tensor.of(1.0, 1, 1, 1), -100,
                Reduction.MEAN)).isInstanceOf(DTypeException.class).hasMessageContaining("like the scores (got float64 [4]); convert");
        assertThatThrownBy(() -> ClassificationLosses.nllLoss(Variable.of(Tensor.zeros(2, 4)), two, Tensor.ones(3), -100, Reduction.MEAN))
                .isInstanceOf(ShapeException.class).hasMessageContaining("one weight for each of the 4 classes");
    }
}
