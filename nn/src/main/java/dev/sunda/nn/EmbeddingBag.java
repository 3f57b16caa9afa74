package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.Tensor;
import dev.sunda.nn.functional.Embeddings;
import dev.sunda.nn.functional.Embeddings.BagOptions;
import java.util.Objects;
import java.util.Set;

/// Sums, means or maxima of looked-up vectors. Shapes: `[B, L]` of int64 or int32, a bag in each row, to `[B, width]`; bags of different
/// sizes go through [#bags].
///
/// Parameter: `weight` `[rows, width]`, standard normal at first. The row of the padding index is 0 at first, counts in no bag and gets no
/// gradient.
public final class EmbeddingBag extends Layer {
    private final BagOptions options;
    private final Double maxNorm;
    private final double normType;
    private final Parameter weight;

    /// Means.
    public EmbeddingBag(int rows, int width, Rng rng) {
        this(rows, width, BagOptions.DEFAULT, rng);
    }

    /// @param rows how many vectors there are, at least 1
    /// @param width of a vector, at least 1
    public EmbeddingBag(int rows, int width, BagOptions options, Rng rng) {
        Objects.requireNonNull(options, "EmbeddingBag: options is null; use BagOptions.DEFAULT");
        this(Embedding.table("EmbeddingBag", rows, width, options.paddingIndex(), rng), options, null, 2);
    }

    /// A table that exists already.
    ///
    /// @param table `[rows, width]`, of a floating type; the layer takes it over
    /// @param maxNorm longest norm of a row: those that are longer are shortened in place when they are looked up; null for no limit
    /// @param normType the `p` of that norm, 2 for the length
    public EmbeddingBag(Tensor table, BagOptions options, Double maxNorm, double normType) {
        Objects.requireNonNull(table, "EmbeddingBag: table is null");
        Objects.requireNonNull(options, "EmbeddingBag: options is null; use BagOptions.DEFAULT");
        Embedding.checkTable("EmbeddingBag", table, options.paddingIndex());
        this.options = options;
        this.maxNorm = maxNorm;
        this.normType = normType;
        weight = parameter("weight", table);
    }

    /// `[rows, width]`.
    public Parameter weight() {
        return weight;
    }

    /// @param x int64 or int32, `[B, L]`
    @Override
    protected Variable compute(Variable x) {
        return bag(x.data(), null, null);
    }

    /// Bags of any sizes.
    ///
    /// @param index int64 or int32: `[n]`, or `[B, L]` without offsets
    /// @param offsets where each bag begins, ascending from 0; null for a matrix
    /// @param perSampleWeights factors of the rows, of the shape of `index`, for sums; null for ones
    public Variable bags(Tensor index, Tensor offsets, Variable perSampleWeights) {
        return call(Variable.of(index), x -> bag(x.data(), offsets, perSampleWeights));
    }

    private Variable bag(Tensor index, Tensor offsets, Variable perSampleWeights) {
        Variable table = current(weight);
        if (maxNorm != null)
            Embedding.shorten("EmbeddingBag", weight, table, index, maxNorm, normType);
        return Embeddings.embeddingBag(index, offsets, table, perSampleWeights, options);
    }

    @Override
    protected Set<String> parametrizable() {
        return parameterNames();
    }

    @Override
    protected String options() {
        return weight.size(0) + " rows of " + weight.size(1) + ", " + options.mode()
                + (options.paddingIndex() == null ? "" : ", padding " + options.paddingIndex())
                + (maxNorm == null ? "" : ", max norm " + maxNorm) + (normType == 2 ? "" : ", norm type " + normType)
                + (options.scaleGradByFreq() ? ", gradients scaled by frequency" : "")
                + (options.includeLastOffset() ? ", last offset included" : "");
    }
}
