package dev.sunda.nn.functional;

import static dev.sunda.autograd.check.OpCase.zeros;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCase.Domain;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.MetricLosses.TripletOptions;
import java.util.List;

/// Distances and losses that compare inputs with one another.
final class MetricLossCases {
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private MetricLossCases() {
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of("cosineSimilarity", "a,1,c b,c", x -> Distances.cosineSimilarity(x.get(0), x.get(1), -1, 1e-8))
                        .refusing(d -> Distances.cosineSimilarity(zeros(d, 2, 3), zeros(d, 2, 4)))
                        .refusing(d -> Distances.cosineSimilarity(zeros(d, 2), zeros(d, 2)))
                        .refusing(d -> Distances.cosineSimilarity(zeros(d, 2, 2), zeros(d, 2, 2), 0, -1)),
                OpCase.of("pairwiseDistance", "a,3 a,3", x -> Distances.pairwiseDistance(x.get(0), x.get(1)))
                        .refusing(d -> Distances.pairwiseDistance(zeros(d, 2, 3), zeros(d, 2, 4)))
                        .refusing(d -> Distances.pairwiseDistance(zeros(d, 2), zeros(d, 2), -1, 0, true)),
                OpCase.of("pairwiseDistance", "a,3 3", Domain.DISTINCT,
                        x -> Distances.pairwiseDistance(x.get(0), x.get(1), 1, 0, true)),
                OpCase.of("pairwiseDistance", "a,3 a,3", Domain.DISTINCT,
                        x -> Distances.pairwiseDistance(x.get(0), x.get(1), 1.5, 0, false)),
                OpCase.of("pdist", "a,3", x -> Distances.pdist(x.get(0), 2))
                        .refusing(d -> Distances.pdist(zeros(d, 2), 2))
                        .refusing(d -> Distances.pdist(zeros(d, 2, 2), -1)),
                OpCase.of("cdist", "a,b,2 c,2", x -> Distances.cdist(x.get(0), x.get(1)))
                        .refusing(d -> Distances.cdist(zeros(d, 2), zeros(d, 2, 2)))
                        .refusing(d -> Distances.cdist(zeros(d, 3, 2), zeros(d, 3, 3)))
                        .refusing(d -> Distances.cdist(zeros(d, 3, 2, 2), zeros(d, 2, 2, 2)))
                        .refusing(d -> Distances.cdist(zeros(d, 3, 3), zeros(d, 3, 3), Double.NaN)),
                OpCase.of("cdist", "2,3 2,3", x -> Distances.cdist(x.get(0), x.get(1), INFINITE)),
                OpCase.of("cdist", "2,2 2,2", x -> Distances.cdist(x.get(0), x.get(1), 3)),
                OpCase.of("marginRankingLoss", "2,a 2,a", x -> MetricLosses.marginRankingLoss(x.get(0), x.get(1),
                        labels(x.get(0)).unsqueeze(1), 0.5, Reduction.NONE))
                        .refusing(d -> MetricLosses.marginRankingLoss(zeros(d, 2), zeros(d, 2), zeros(d, 2).data()))
                        .refusing(d -> MetricLosses.marginRankingLoss(zeros(d, 2, 2), zeros(d, 2, 2), labels(zeros(d))))
                        .refusing(d -> MetricLosses.marginRankingLoss(zeros(d, 2), zeros(d, 3), labels(zeros(d)))),
                OpCase.of("hingeEmbeddingLoss", "a,2", Domain.DISTINCT,
                        x -> MetricLosses.hingeEmbeddingLoss(x.get(0), labels(x.get(0)), 0.1, Reduction.MEAN))
                        .refusing(d -> MetricLosses.hingeEmbeddingLoss(zeros(d, 2), zeros(d, 2).data()))
                        .refusing(d -> MetricLosses.hingeEmbeddingLoss(zeros(d, 3), labels(zeros(d)))),
                OpCase.of("cosineEmbeddingLoss", "2,3 2,3",
                        x -> MetricLosses.cosineEmbeddingLoss(x.get(0), x.get(1), labels(x.get(0)), -0.9, Reduction.NONE))
                        .refusing(d -> MetricLosses.cosineEmbeddingLoss(zeros(d, 2, 3), zeros(d, 2, 4), labels(zeros(d))))
                        .refusing(d -> MetricLosses.cosineEmbeddingLoss(zeros(d, 3, 3), zeros(d, 3, 3), labels(zeros(d)))),
                OpCase.of("contrastiveLoss", "2,3 2,3",
                        x -> MetricLosses.contrastiveLoss(x.get(0), x.get(1), labels(x.get(0)), 8, Reduction.NONE))
                        .refusing(d -> MetricLosses.contrastiveLoss(zeros(d, 2, 3), zeros(d, 2, 3), labels(zeros(d)), 0, Reduction.MEAN)),
                OpCase.of("tripletMarginLoss", "a,3 a,3 a,3",
                        x -> MetricLosses.tripletMarginLoss(x.get(0), x.get(1), x.get(2), TripletOptions.DEFAULT.withMargin(9)))
                        .refusing(d -> MetricLosses.tripletMarginLoss(zeros(d, 2, 3), zeros(d, 2, 4), zeros(d, 2, 3)))
                        .refusing(d -> MetricLosses.tripletMarginLoss(zeros(d, 2, 3), zeros(d, 3), zeros(d, 2, 3)))
                        .refusing(d -> MetricLosses.tripletMarginLoss(zeros(d, 2), zeros(d, 2), zeros(d, 2),
                                TripletOptions.DEFAULT.withMargin(0))),
                OpCase.of("tripletMarginLoss", "a,3 a,3 a,3",
                        x -> MetricLosses.tripletMarginLoss(x.get(0), x.get(1), x.get(2),
                                new TripletOptions(20, 1, 0, true, Reduction.NONE))),
                OpCase.of("tripletMarginWithDistanceLoss", "a,3 a,3 a,3",
                        x -> MetricLosses.tripletMarginWithDistanceLoss(x.get(0), x.get(1), x.get(2),
                                (a, b) -> a.sub(b).square().sum(), 200, false, Reduction.NONE)));
    }

    /// One pair of each kind.
    private static Tensor labels(Variable like) {
        return Tensor.of(1L, -1L).to(like.device());
    }
}
