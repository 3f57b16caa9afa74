package dev.sunda.nn.functional;

import static dev.sunda.nn.functional.OpChecks.assertClose;
import static dev.sunda.nn.functional.OpChecks.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.nn.functional.DistributionLosses.PoissonOptions;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Losses of numbers and distributions: values of PyTorch 2.13, float64, and what happens at kinks, infinity and over nothing.
class RegressionLossTests {
    private final Variable a = Variable.of(ramp(2, 3));
    private final Variable b = Variable.of(ramp(2, 3).flip(0, 1).mul(0.5));

    private static Tensor gradient(UnaryOperator<Variable> loss, float... x) {
        Variable input = Variable.tracked(Tensor.of(x));
        return Variable.gradients(loss.apply(input).sum(), List.of(input), false).getFirst().data();
    }

    @Test
    void singleErrorsAgreeWithPyTorch() {
        assertClose("mse", RegressionLosses.mseLoss(a, b, Reduction.NONE).data(), 0.765625, 0.140625, 1.265625, 2.25, 0, 0.015625);
        assertClose("l1", RegressionLosses.l1Loss(a, b, Reduction.NONE).data(), 0.875, 0.375, 1.125, 1.5, 0, 0.125);
        assertClose("smooth", RegressionLosses.smoothL1Loss(a, b, 0.5, Reduction.NONE).data(), 0.625, 0.140625, 0.875, 1.25, 0, 0.015625);
        assertClose("huber", RegressionLosses.huberLoss(a, b, 0.5, Reduction.NONE).data(), 0.3125, 0.0703125, 0.4375, 0.625, 0, 0.0078125);
    }

    @Test
    void reductionsAgreeWithPyTorch() {
        assertClose("mse", RegressionLosses.mseLoss(a, b).data(), 0.739583333333);
        assertClose("l1", RegressionLosses.l1Loss(a, b).data(), 0.666666666667);
        assertClose("smooth", RegressionLosses.smoothL1Loss(a, b, 0.5, Reduction.MEAN).data(), 0.484375);
        assertClose("huber", RegressionLosses.huberLoss(a, b, 0.5, Reduction.SUM).data(), 1.453125);
    }

    @Test
    void shapesBroadcast() {
        Variable column = Variable.of(ramp(3, 1));
        assertThat(RegressionLosses.mseLoss(column, Variable.of(ramp(4)), Reduction.NONE).shape()).isEqualTo(Shape.of(3, 4));
    }

    @Test
    void theMeanOfNothingIsNaNAndTheSumZero() {
        Variable nothing = Variable.of(Tensor.zeros(0, 3));
        assertThat(RegressionLosses.mseLoss(nothing, nothing).item()).isNaN();
        assertThat(RegressionLosses.huberLoss(nothing, nothing, 1, Reduction.SUM).item()).isZero();
    }

    @Test
    void infiniteErrorsHaveFiniteGradients() {
        float infinite = Float.POSITIVE_INFINITY;
        Variable zero = Variable.of(Tensor.of(0f, 0, 0, 0));
        float[] expected = {1, -1, 0.5f, 0};
        assertThat(gradient(x -> RegressionLosses.smoothL1Loss(x, zero, 1, Reduction.SUM), infinite, -infinite, 0.5f, 0).toFloatArray())
                .containsExactly(expected);
        assertThat(gradient(x -> RegressionLosses.huberLoss(x, zero, 1, Reduction.SUM), infinite, -infinite, 0.5f, 0).toFloatArray())
                .containsExactly(expected);
        assertThat(RegressionLosses.huberLoss(Variable.of(Tensor.of(infinite)), Variable.of(Tensor.of(0f))).item()).isInfinite();
    }

    @Test
    void notANumberStaysOne() {
        Variable zero = Variable.of(Tensor.of(0f));
        assertThat(gradient(x -> RegressionLosses.huberLoss(x, zero, 1, Reduction.SUM), Float.NaN).item()).isNaN();
        assertThat(gradient(x -> RegressionLosses.l1Loss(x, zero, Reduction.SUM), Float.NaN).item()).isZero();
    }

    @Test
    void withBetaZeroTheLossIsTheAbsoluteError() {
        assertClose("smooth", RegressionLosses.smoothL1Loss(a, b, 0, Reduction.NONE).data(), 0.875, 0.375, 1.125, 1.5, 0, 0.125);
    }

    @Test
    void divergencesAgreeWithPyTorch() {
        Variable t = a.softmax(1);
        Variable log = b.logSoftmax(1);
        assertClose("mean", DistributionLosses.klDiv(log, t).data(), 0.088725442483);
        assertClose("sum", DistributionLosses.klDiv(log, t, false, Reduction.SUM).data(), 0.532352654898);
        assertClose("batch", DistributionLosses.klDiv(log, t, false, Reduction.BATCH_MEAN).data(), 0.266176327449);
        assertClose("logarithms", DistributionLosses.klDiv(log, t.log(), true, Reduction.NONE).data(), -0.0566510712495, 0.484813390103,
                -0.179586958336, 0.530309921411, -0.172002589046, -0.0745300379845);
    }

    @Test
    void anImpossibleOutcomeAddsNothingToADivergence() {
        Variable log = Variable.of(Tensor.of(-1.0, -2.0));
        assertClose("kl", DistributionLosses.klDiv(log, Variable.of(Tensor.of(0.0, 0.5)), false, Reduction.NONE).data(), 0, 0.65342640972);
    }

    @Test
    void likelihoodsOfCountsAgreeWithPyTorch() {
        Variable counts = Variable.of(Tensor.of(new double[] {0, 1, 2, 5, 3, 1}, Shape.of(2, 3)));
        PoissonOptions none = PoissonOptions.DEFAULT.withReduction(Reduction.NONE);
        assertClose("plain", DistributionLosses.poissonNllLoss(a, counts, none).data(), 0.28650479686, 1.1487212707, 1.60653065971,
                -2.75965704254, 0.534025416688, 1.22236655274);
        assertClose("full", DistributionLosses.poissonNllLoss(a, counts, none.withFull(true)).data(), 0.28650479686, 1.1487212707,
                2.25833714432, 2.01119000905, 2.29810696023, 1.22236655274);
        assertClose("expected counts", DistributionLosses.poissonNllLoss(a.abs(), counts, none.withLogInput(false)).data(), 1.25,
                1.19314716056, 1.88629432112, 0.134282203429, 4.40888296336, 1.03768205912);
    }

    @Test
    void normalLikelihoodsAgreeWithPyTorch() {
        Variable variance = Variable.of(Tensor.of(0.5, 2.0));
        assertClose("full", DistributionLosses.gaussianNllLoss(a, b, variance, true, 1e-6, Reduction.NONE).data(), 1.33798994292,
                0.712989942925, 1.83798994292, 1.82801212348, 1.26551212348, 1.26941837348);
        assertClose("mean", DistributionLosses.gaussianNllLoss(a, b, variance).data(), 0.456380208333);
    }

    @Test
    void aVarianceThatIsTooSmallStillHasAGradient() {
        Variable variance = Variable.tracked(Tensor.of(1e-9, 0.0));
        Variable zero = Variable.of(Tensor.of(0.0, 0.0));
        Variable loss = DistributionLosses.gaussianNllLoss(zero, zero.add(1), variance, false, 1e-6, Reduction.SUM);
        Tensor dv = Variable.gradients(loss, List.of(variance), false).getFirst().data();
        assertClose("dv", dv.div(4.999995e11), -1, -1);
        assertClose("loss", loss.data().div(2), 499993.092244721018);
    }

    @Test
    void largeSumsInFloat32LoseLittle() {
        Variable x = Variable.of(Tensor.full(Shape.of(1 << 20), 0.1f, DType.F32, Device.CPU));
        double exact = x.data().to(DType.F64).square().mean(Dims.all()).item();
        assertThat(RegressionLosses.mseLoss(x, Variable.zerosLike(x)).item()).isCloseTo(exact, offset(1e-8));
    }

    @Test
    void refusalsSayWhatIsWrong() {
        assertThatThrownBy(() -> RegressionLosses.mseLoss(a, Variable.of(ramp(2, 4)))).hasMessageStartingWith("mseLoss: ");
        assertThatThrownBy(() -> RegressionLosses.huberLoss(a, b, -1, Reduction.MEAN))
                .hasMessage("huberLoss: delta must be positive (got -1.0)");
        assertThatThrownBy(() -> RegressionLosses.l1Loss(a, b, Reduction.BATCH_MEAN))
                .hasMessage("l1Loss: the reduction must be MEAN, SUM or NONE (got BATCH_MEAN)");
        assertThatThrownBy(() -> DistributionLosses.gaussianNllLoss(a, b, Variable.of(Tensor.of(1.0, -2.0))))
                .hasMessage("gaussianNllLoss: the variance must not be negative (got -2.0 as element 1 of float64 [2])");
    }

    @Test
    void shapesThatDifferAreSpokenOfOnce() {
        assertThat(RegressionLosses.broadcasting("mseLoss", Shape.of(7, 1), Shape.of(7), Shape.of(7, 7))).isEqualTo(
                "mseLoss: input and target differ in shape and are broadcast to [7, 7] losses (got [7, 1], [7]); if that is not meant, "
                        + "reshape one of them");
        var warnings = new Warnings(2);
        assertThat(warnings.give("RegressionLossTests: not a fault, one")).isTrue();
        assertThat(warnings.give("RegressionLossTests: not a fault, one")).isFalse();
        assertThat(warnings.give("RegressionLossTests: not a fault, two")).isTrue();
        assertThat(warnings.give("three")).as("enough is enough").isFalse();
    }

    @Test
    void targetsNeedNoHistory() {
        Variable x = Variable.tracked(Tensor.of(0.2, 0.7));
        Tensor target = Tensor.of(0.0, 1);
        Variable same = Variable.of(target);
        assertThat(RegressionLosses.mseLoss(x, target).item()).isEqualTo(RegressionLosses.mseLoss(x, same).item());
        assertThat(RegressionLosses.l1Loss(x, target).item()).isEqualTo(RegressionLosses.l1Loss(x, same).item());
        assertThat(RegressionLosses.smoothL1Loss(x, target).item()).isEqualTo(RegressionLosses.smoothL1Loss(x, same).item());
        assertThat(RegressionLosses.huberLoss(x, target).item()).isEqualTo(RegressionLosses.huberLoss(x, same).item());
        assertThat(BinaryLosses.binaryCrossEntropy(x, target).item()).isEqualTo(BinaryLosses.binaryCrossEntropy(x, same).item());
        assertThat(BinaryLosses.binaryCrossEntropyWithLogits(x, target).item())
                .isEqualTo(BinaryLosses.binaryCrossEntropyWithLogits(x, same).item());
    }
}
