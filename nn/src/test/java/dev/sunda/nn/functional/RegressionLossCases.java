package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Domain;
import dev.sunda.core.type.DType;
import dev.sunda.nn.functional.DistributionLosses.PoissonOptions;
import java.util.List;

/// Losses of numbers and of distributions.
final class RegressionLossCases {
    private RegressionLossCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("mseLoss", "a,b a,b", x -> RegressionLosses.mseLoss(x.get(0), x.get(1)))
                        .refusing(d -> RegressionLosses.mseLoss(zeros(d, 2, 3), zeros(d, 2, 4)))
                        .refusing(d -> RegressionLosses.mseLoss(integers(zeros(d, 2)), integers(zeros(d, 2))))
                        .refusing(d -> RegressionLosses.mseLoss(zeros(d, 2), zeros(d, 2), Reduction.BATCH_MEAN)),
                OpCase.of("mseLoss", "a,b b", x -> RegressionLosses.mseLoss(x.get(0), x.get(1), Reduction.NONE)),
                OpCase.of("l1Loss", "a,b a,b", Domain.DISTINCT, x -> RegressionLosses.l1Loss(x.get(0), x.get(1)))
                        .refusing(d -> RegressionLosses.l1Loss(zeros(d, 2, 3), zeros(d, 2))),
                OpCase.of("smoothL1Loss", "a,b a,b", Domain.DISTINCT,
                        x -> RegressionLosses.smoothL1Loss(x.get(0), x.get(1), 0.245, Reduction.SUM))
                        .refusing(d -> RegressionLosses.smoothL1Loss(zeros(d, 2), zeros(d, 2), -1, Reduction.MEAN)),
                OpCase.of("smoothL1Loss", "a a", Domain.DISTINCT,
                        x -> RegressionLosses.smoothL1Loss(x.get(0), x.get(1), 0, Reduction.NONE)),
                OpCase.of("huberLoss", "a,b a,b", Domain.DISTINCT,
                        x -> RegressionLosses.huberLoss(x.get(0), x.get(1), 0.245, Reduction.NONE))
                        .refusing(d -> RegressionLosses.huberLoss(zeros(d, 2), zeros(d, 2), 0, Reduction.MEAN))
                        .refusing(d -> RegressionLosses.huberLoss(zeros(d, 2), zeros(d, 3))),
                OpCase.of("klDiv", "a,b a,b", Domain.POSITIVE,
                        x -> DistributionLosses.klDiv(x.get(0), x.get(1), false, Reduction.BATCH_MEAN))
                        .refusing(d -> DistributionLosses.klDiv(zeros(d, 2), zeros(d, 3))),
                OpCase.of("klDiv", "a,b a,b", x -> DistributionLosses.klDiv(x.get(0), x.get(1), true, Reduction.NONE)),
                OpCase.of("poissonNllLoss", "a,b a,b", Domain.DISTINCT, x -> DistributionLosses.poissonNllLoss(x.get(0), x.get(1))),
                OpCase.of("poissonNllLoss", "a,b a,b", Domain.POSITIVE, x -> DistributionLosses.poissonNllLoss(x.get(0), x.get(1).add(1),
                        PoissonOptions.DEFAULT.withFull(true).withLogInput(false)))
                        .refusing(d -> DistributionLosses.poissonNllLoss(zeros(d, 2), zeros(d, 2), PoissonOptions.DEFAULT.withEps(-1))),
                OpCase.of("gaussianNllLoss", "a,b a,b a,b", Domain.POSITIVE,
                        x -> DistributionLosses.gaussianNllLoss(x.get(0), x.get(1), x.get(2), true, 1e-6, Reduction.NONE))
                        .refusing(d -> DistributionLosses.gaussianNllLoss(zeros(d, 2, 3), zeros(d, 2, 3), zeros(d, 3)))
                        .refusing(d -> DistributionLosses.gaussianNllLoss(zeros(d, 2), zeros(d, 2), zeros(d, 2).sub(1)))
                        .refusing(d -> DistributionLosses.gaussianNllLoss(zeros(d, 2), zeros(d, 2), zeros(d, 2), false, 0, Reduction.MEAN)),
                OpCase.of("gaussianNllLoss", "a,3 a,3 a", Domain.POSITIVE,
                        x -> DistributionLosses.gaussianNllLoss(x.get(0), x.get(1), x.get(2))));
    }

    private static Variable integers(Variable x) {
        return Variable.of(x.data().to(DType.I64));
    }
}
