package dev.sunda.nn.functional;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import java.util.Objects;
import java.util.function.BinaryOperator;

/// Losses that compare inputs with one another: which of two ranks higher, which of two is nearer.
///
/// Where a margin is just met the loss is 0 and its gradient still that of the margin, as in PyTorch.
public final class MetricLosses {
    private MetricLosses() {
    }

    // ---------------------------------------------------------------------------------------------------------- pairs

    /// The mean of [#marginRankingLoss(Variable, Variable, Tensor, double, Reduction)] with margin 0.
    public static Variable marginRankingLoss(Variable input1, Variable input2, Tensor labels) {
        return marginRankingLoss(input1, input2, labels, 0, Reduction.MEAN);
    }

    /// `max(0, -y * (input1 - input2) + margin)`.
    ///
    /// @param input1 scores; all three broadcast and have as many dimensions
    /// @param labels 1 where the first should rank higher, -1 where the second should
    public static Variable marginRankingLoss(Variable input1, Variable input2, Tensor labels, double margin, Reduction reduction) {
        String name = "marginRankingLoss";
        if (input1.rank() != input2.rank() || input1.rank() != labels.rank())
            throw new ShapeException(name, "all three must have as many dimensions", input1.shape(), input2.shape(), labels.shape());
        Shape.broadcast(name, LossTerms.broadcast(name, input1, input2), labels.shape());
        Variable difference = input1.sub(input2);
        Variable y = LossTerms.signs(name, difference, labels);
        return LossTerms.reduce(name, LossTerms.positivePart(difference.mul(y).neg().add(margin)), reduction);
    }

    /// The mean of [#hingeEmbeddingLoss(Variable, Tensor, double, Reduction)] with margin 1.
    public static Variable hingeEmbeddingLoss(Variable input, Tensor labels) {
        return hingeEmbeddingLoss(input, labels, 1, Reduction.MEAN);
    }

    /// The distance of a pair itself where it belongs together, else `max(0, margin - distance)`.
    ///
    /// @param input distances
    /// @param labels 1 for pairs that belong together, -1 for the others; broadcast
    public static Variable hingeEmbeddingLoss(Variable input, Tensor labels, double margin, Reduction reduction) {
        String name = "hingeEmbeddingLoss";
        LossTerms.floating(name, input);
        LossTerms.broadcast(name, input, Variable.of(labels));
        LossTerms.signs(name, input, labels);
        Variable apart = LossTerms.positivePart(input.neg().add(margin));
        return LossTerms.reduce(name, input.where(labels.gt(0), apart), reduction);
    }

    /// The mean of [#cosineEmbeddingLoss(Variable, Variable, Tensor, double, Reduction)] with margin 0.
    public static Variable cosineEmbeddingLoss(Variable input1, Variable input2, Tensor labels) {
        return cosineEmbeddingLoss(input1, input2, labels, 0, Reduction.MEAN);
    }

    /// `1 - cos(input1, input2)` for pairs that belong together, `max(0, cos(input1, input2) - margin)` for the others. The squared lengths
    /// have 1e-12 added.
    ///
    /// @param input1 `[N, D]` or `[D]`, as `input2`
    /// @param labels 1 or -1, `[N]` or a scalar
    /// @param margin from -1 to 1; 0 to 0.5 is usual
    public static Variable cosineEmbeddingLoss(Variable input1, Variable input2, Tensor labels, double margin, Reduction reduction) {
        LossTerms.present("cosineEmbeddingLoss", reduction);
        String name = "cosineEmbeddingLoss";
        LossTerms.floating(name, input1);
        LossTerms.floating(name, input2);
        LossTerms.sameShape(name, input1, input2);
        Shape pairs = pairs(name, input1.shape(), labels);
        Variable cos = cosine(input1, input2);
        Variable y = LossTerms.signs(name, cos, labels);
        Variable apart = LossTerms.positivePart(cos.sub(margin));
        return LossTerms.reduce(name, cos.neg().add(1).where(y.data().gt(0).expand(pairs), apart), reduction);
    }

    /// PyTorch's way of this loss, which differs from [Distances#cosineSimilarity] for vectors near 0.
    private static Variable cosine(Variable x1, Variable x2) {
        Variable lengths = x1.square().sum(Dims.of(-1)).add(1e-12).mul(x2.square().sum(Dims.of(-1)).add(1e-12));
        return x1.mul(x2).sum(Dims.of(-1)).div(lengths.sqrt());
    }

    /// The mean of [#contrastiveLoss(Variable, Variable, Tensor, double, Reduction)] with margin 1.
    public static Variable contrastiveLoss(Variable input1, Variable input2, Tensor labels) {
        return contrastiveLoss(input1, input2, labels, 1, Reduction.MEAN);
    }

    /// With the Euclidean distance `d` of two vectors `d^2 / 2` for pairs that belong together, `max(0, margin - d)^2 / 2` for the others.
    ///
    /// Source: Hadsell, Chopra, LeCun 2006, Dimensionality Reduction by Learning an Invariant Mapping.
    ///
    /// @param input1 `[N, D]` or `[D]`, as `input2`
    /// @param labels 1 or -1, `[N]` or a scalar
    /// @param margin greater than 0
    public static Variable contrastiveLoss(Variable input1, Variable input2, Tensor labels, double margin, Reduction reduction) {
        LossTerms.present("contrastiveLoss", reduction);
        String name = "contrastiveLoss";
        checkMargin(name, margin);
        LossTerms.floating(name, input1);
        LossTerms.floating(name, input2);
        LossTerms.sameShape(name, input1, input2);
        Shape pairs = pairs(name, input1.shape(), labels);
        Variable d = Distances.pairwiseDistance(input1, input2, 2, 0, false);
        Variable y = LossTerms.signs(name, d, labels);
        Variable apart = LossTerms.positivePart(d.neg().add(margin)).square();
        Variable together = input1.sub(input2).square().sum(Dims.of(-1));
        return LossTerms.reduce(name, together.where(y.data().gt(0).expand(pairs), apart).mul(0.5), reduction);
    }

    private static Shape pairs(String loss, Shape input, Tensor labels) {
        if (input.rank() != 1 && input.rank() != 2)
            throw new ShapeException(loss, "the inputs must be [features] or [batch, features]", input);
        Shape pairs = Dims.of(-1).reduce(loss, input);
        if (!labels.shape().equals(pairs))
            throw new ShapeException(loss, "inputs of this shape need labels of shape " + pairs, input, labels.shape());
        return pairs;
    }

    // ---------------------------------------------------------------------------------------------------------- triplets

    /// Options of [MetricLosses#tripletMarginLoss(Variable, Variable, Variable, TripletOptions)].
    ///
    /// @param margin by how much the negative should be farther away, greater than 0
    /// @param p of the norm, 0 or more
    /// @param eps added to every difference
    /// @param swap whether the negative's distance from the positive counts, where that is the smaller one
    /// @param reduction mean, sum or none
    public record TripletOptions(double margin, double p, double eps, boolean swap, Reduction reduction) {
        /// Margin 1, Euclidean, 1e-6, no swap, mean.
        public static final TripletOptions DEFAULT = new TripletOptions(1, 2, 1e-6, false, Reduction.MEAN);

        /// Refuses null.
        public TripletOptions {
            Objects.requireNonNull(reduction, "MetricLosses.TripletOptions: reduction is null; use Reduction.MEAN, SUM or NONE");
        }

        /// These options with another margin, greater than 0.
        public TripletOptions withMargin(double other) {
            return new TripletOptions(other, p, eps, swap, reduction);
        }

        /// These options with another norm.
        public TripletOptions withP(double norm) {
            return new TripletOptions(margin, norm, eps, swap, reduction);
        }

        /// These options with another eps.
        public TripletOptions withEps(double added) {
            return new TripletOptions(margin, p, added, swap, reduction);
        }

        /// These options with or without the swap.
        public TripletOptions withSwap(boolean swapped) {
            return new TripletOptions(margin, p, eps, swapped, reduction);
        }

        /// These options with another reduction.
        public TripletOptions withReduction(Reduction other) {
            return new TripletOptions(margin, p, eps, swap, other);
        }
    }

    /// [#tripletMarginLoss(Variable, Variable, Variable, TripletOptions)] with the default options.
    public static Variable tripletMarginLoss(Variable anchor, Variable positive, Variable negative) {
        return tripletMarginLoss(anchor, positive, negative, TripletOptions.DEFAULT);
    }

    /// `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with
    /// [Distances#pairwiseDistance(Variable, Variable, double, double, boolean)].
    ///
    /// Source: Balntas, Riba, Ponsa, Mikolajczyk 2016, Learning Local Feature Descriptors with Triplets and Shallow Convolutional Neural
    /// Networks.
    ///
    /// @param anchor `[..., D]`; all three broadcast and have as many dimensions
    public static Variable tripletMarginLoss(Variable anchor, Variable positive, Variable negative, TripletOptions options) {
        Objects.requireNonNull(options, "tripletMarginLoss: options is null; use TripletOptions.DEFAULT");
        return triplet("tripletMarginLoss", anchor, positive, negative,
                (a, b) -> Distances.pairwiseDistance(a, b, options.p(), options.eps(), false), options);
    }

    /// [#tripletMarginLoss] with any distance.
    ///
    /// @param distance of two variables, for example `(a, b) -> cosineSimilarity(a, b).neg().add(1)`
    /// @param margin greater than 0
    public static Variable tripletMarginWithDistanceLoss(Variable anchor, Variable positive, Variable negative,
            BinaryOperator<Variable> distance, double margin, boolean swap, Reduction reduction) {
        Objects.requireNonNull(distance, "tripletMarginWithDistanceLoss: distance is null");
        return triplet("tripletMarginWithDistanceLoss", anchor, positive, negative, distance,
                TripletOptions.DEFAULT.withMargin(margin).withSwap(swap).withReduction(reduction));
    }

    private static Variable triplet(String name, Variable anchor, Variable positive, Variable negative, BinaryOperator<Variable> distance,
            TripletOptions options) {
        checkMargin(name, options.margin());
        if (anchor.rank() != positive.rank() || anchor.rank() != negative.rank())
            throw new ShapeException(name, "all three must have as many dimensions", anchor.shape(), positive.shape(), negative.shape());
        LossTerms.broadcast(name, anchor, positive);
        LossTerms.broadcast(name, anchor, negative);
        LossTerms.broadcast(name, positive, negative);
        Variable far = distance.apply(anchor, negative);
        if (options.swap())
            far = far.minimum(distance.apply(positive, negative));
        Variable losses = LossTerms.positivePart(distance.apply(anchor, positive).sub(far).add(options.margin()));
        return LossTerms.reduce(name, losses, options.reduction());
    }

    private static void checkMargin(String loss, double margin) {
        if (!(margin > 0))
            throw new IllegalArgumentException(loss + ": the margin must be positive (got " + margin + ")");
    }
}
