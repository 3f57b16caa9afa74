package dev.sunda.nn.functional;

import dev.sunda.autograd.check.OpCase;
import java.util.List;
import java.util.stream.Stream;

/// Every operation of this package; a test fails when one is missing.
public final class FunctionalCases {
    // @formatter:off
    public static final List<OpCase> ALL = Stream.of(                       // one family a line
            ActivationCases.cases(),
            ConvolutionCases.cases(),
            PoolingCases.cases(),
            FractionalPoolingCases.cases(),
            GridCases.cases(),
            AdaptivePoolingCases.cases(),
            PaddingCases.cases(),
            ResamplingCases.cases(),
            NormalizationCases.cases(),
            LossCases.cases(),
            AttentionCases.cases(),
            RecurrentCases.cases(),
            RegressionLossCases.cases(),
            ClassificationLossCases.cases(),
            MetricLossCases.cases(),
            DropoutCases.cases(),
            EmbeddingCases.cases(),
            SequenceLossCases.cases())
            .flatMap(List::stream).toList();

    /// The classes that hold them.
    static final List<Class<?>> CLASSES = List.of(
            Activations.class,
            AdaptivePoolings.class,
            Attentions.class,
            Bilinears.class,
            BinaryLosses.class,
            ClassificationLosses.class,
            Convolutions.class,
            Distances.class,
            DistributionLosses.class,
            Dropouts.class,
            Embeddings.class,
            FractionalPoolings.class,
            GridSamplings.class,
            GroupNorms.class,
            Interpolations.class,
            LayerNorms.class,
            Linears.class,
            Losses.class,
            MetricLosses.class,
            MultiheadAttentions.class,
            Normalizations.class,
            Paddings.class,
            Poolings.class,
            Positions.class,
            Recurrences.class,
            RegressionLosses.class,
            ResponseNorms.class,
            SegmentationLosses.class,
            SequenceLosses.class,
            Sequences.class,
            Shuffles.class,
            Unfoldings.class,
            VectorNorms.class);
    // @formatter:on

    private FunctionalCases() {
    }
}
