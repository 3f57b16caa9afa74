package dev.sunda.nn.functional;

import dev.sunda.autograd.check.OpCase;
import java.util.List;
import java.util.stream.Stream;

/// Every operation of this package; a test fails when one is missing.
final class FunctionalCases {
    static final List<OpCase> ALL = Stream
            .of(ActivationCases.cases(),
                    ConvolutionCases.cases(), PoolingCases.cases(), AdaptivePoolingCases.cases(), PaddingCases.cases(),
                    ResamplingCases.cases(),
                    NormalizationCases.cases(), LossCases.cases(), AttentionCases.cases(),
                    RecurrentCases.cases(),
                    RegressionLossCases.cases(), ClassificationLossCases.cases(), MetricLossCases.cases(),
                    SequenceLossCases.cases())
            .flatMap(List::stream).toList();

    /// The classes that hold them.
    static final List<Class<?>> CLASSES =
            List.of(Activations.class,
                    AdaptivePoolings.class, Interpolations.class, Paddings.class, Shuffles.class, Unfoldings.class,
                    Attentions.class, Convolutions.class, Dropouts.class, LayerNorms.class, Losses.class,
                    MultiheadAttentions.class, Normalizations.class,
                    Poolings.class, Positions.class, Recurrences.class, Sequences.class,
                    RegressionLosses.class, DistributionLosses.class, BinaryLosses.class, ClassificationLosses.class, MetricLosses.class,
                    Distances.class, SegmentationLosses.class, SequenceLosses.class);

    private FunctionalCases() {
    }
}
